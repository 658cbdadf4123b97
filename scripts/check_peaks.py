#!/usr/bin/env python3
"""Holds `ridge device --measure` against a separate Google Benchmark (bench/peaks_bench.cpp), one thread.

Both run in turns, several rounds in one go; the best of each counts. Passes when every figure agrees within the tolerance.
Timing is no matter for CI: run it on a machine that does nothing else. Build first:
    cmake --build build/release --target ridge peaks_bench

usage: check_peaks.py [--build build/release] [--rounds 5] [--tolerance 0.03]
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile


def json_of(command, env=None):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed: {done.stderr.strip()}")
    return json.loads(done.stdout)


def keep_best(best, name, rate):
    best[name] = max(best.get(name, 0), rate)


def ours(ridge, best):
    """Adds what the probes say of one thread and the instruction set in use; returns what disturbed them."""
    with tempfile.TemporaryDirectory() as cache:  # the user's own measurement stays as it is
        measured = json_of([ridge, "device", "--measure", "--json", "-"], os.environ | {"XDG_CACHE_HOME": cache})["measured"]
    for peak in measured["peaks"]:
        if peak["threads"] == 1 and peak["isa"] == measured["isa"]:
            keep_best(best, peak["precision"], peak["ops_per_s"])
    for bandwidth in measured["bandwidths"]:
        if bandwidth["threads"] == 1 and bandwidth["traffic"] == "read":
            keep_best(best, bandwidth["level"] + " read", bandwidth["bytes_per_s"])
    return measured["why_not_quiet"]


def theirs(bench, best):
    flags = ["--benchmark_format=json", "--benchmark_repetitions=200", "--benchmark_min_time=0.001",
             "--benchmark_enable_random_interleaving=true"]
    for run in json_of([bench, *flags])["benchmarks"]:
        if run["run_type"] == "iteration":
            keep_best(best, run["name"], run["rate"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/release"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tolerance", type=float, default=0.03)
    args = parser.parse_args()
    probes, benchmark, disturbed = {}, {}, set()
    for _ in range(args.rounds):
        disturbed.add(ours(args.build / "ridge", probes))
        theirs(args.build / "bench" / "peaks_bench", benchmark)
    for reason in sorted(disturbed - {""}):
        print(f"warning: the machine is not quiet: {reason}")
    print(f"{'':12}{'ridge':>12}{'benchmark':>12}{'ratio':>8}")
    wrong = 0
    for name, rate in benchmark.items():
        ratio = probes.get(name, 0) / rate
        good = abs(ratio - 1) <= args.tolerance
        wrong += not good
        print(f"{name:12}{probes.get(name, 0) / 1e9:12.1f}{rate / 1e9:12.1f}{ratio:8.3f}{'' if good else '  apart'}")
    print(f"{len(benchmark) - wrong} of {len(benchmark)} agree within {100 * args.tolerance:g} % (billions a second)")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
