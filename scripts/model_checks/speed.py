"""Latency against ONNX Runtime, both in turns so that the machine's moods meet both; loading time of an engine."""
import json
import statistics
import subprocess
import sys
import time

import numpy as np

from model_checks.accuracy import build
from model_checks.networks import NETWORKS
from model_checks.tools import input_file, ort_session, require, ridge_json

TIMED = ("resnet50", "mobilenet_v2")
WORST_RATIO = 3.0
LOAD_SECONDS = 0.060
SECONDS_PER_TURN = 2.0


def ort_median_ms(model, source, threads):
    """In a process of its own, so that its idle threads do not spin beside ours."""
    result = subprocess.run([sys.executable, "-m", "model_checks.speed", str(model), str(source), str(threads)],
                            capture_output=True, text=True, check=True, cwd=__file__.rsplit("/model_checks/", 1)[0])
    return json.loads(result.stdout)


def child(model, source, threads):
    session = ort_session(model, threads=int(threads))
    feed = {session.get_inputs()[0].name: np.load(source)}
    session.run(None, feed)
    samples, end = [], time.perf_counter() + SECONDS_PER_TURN
    while time.perf_counter() < end or len(samples) < 5:
        begin = time.perf_counter()
        session.run(None, feed)
        samples.append((time.perf_counter() - begin) * 1e3)
    print(json.dumps(statistics.median(samples)))


def check_speed(network, threads, turns, figures):
    engine, source = build(network, "--verify", "off", "--threads", threads, suffix=f".t{threads}"), input_file(network)
    ours, theirs, loads = [], [], []
    for _ in range(turns):
        bench = ridge_json("bench", engine, "--threads", threads, "--duration", SECONDS_PER_TURN, "--quiet",
                           "--input", f"input={source}")
        ours.append(bench["latency_ms"]["median"])
        loads.append(bench["load_s"])
        theirs.append(ort_median_ms(network.path(), source, threads))
    figures["ridge_ms"], figures["ort_ms"] = statistics.median(ours), statistics.median(theirs)
    figures["spread"] = (max(ours) - min(ours)) / figures["ridge_ms"]
    figures["ratio"] = figures["ridge_ms"] / figures["ort_ms"]
    figures["load_ms"] = 1e3 * min(loads)
    require(figures["ratio"] <= WORST_RATIO, f"more than {WORST_RATIO:g} times ONNX Runtime")
    require(network.name != "resnet50" or min(loads) < LOAD_SECONDS, f"not ready in {1e3 * LOAD_SECONDS:g} ms")


def run(networks, report, options):
    wanted = [n for n in NETWORKS if n.name == options.only] if options.only else [n for n in NETWORKS if n.name in TIMED]
    for network in wanted:
        for threads in (1, 2):
            report.check("speed", f"{network.name} {threads} threads",
                         lambda figures, n=network, t=threads: check_speed(n, t, 2 if options.quick else 5, figures))


if __name__ == "__main__":
    child(*sys.argv[1:])
