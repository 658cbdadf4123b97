#!/usr/bin/env python3
"""Holds `ridge device --measure` against a separate Google Benchmark of other loops, one thread.

build/release/bench/peaks_bench measures each figure by the command's own code and by Google Benchmark, one right after
the other, hundreds of times: the clock of a machine that is not quiet wanders by far more than the tolerance, but not
within the milliseconds of a pair. What counts is the median of the pairs' ratios. A figure agrees when the whole 95 %
interval of that median lies within the tolerance, so that too much noise, too, is no agreement.
At last the command itself has to give figures of the same order as those of the pairs (a neighbour on the same core
halves them now and then): what it shows is what has been compared.

Some 80 s. Build first: cmake --build build/release --target ridge peaks_bench

usage: check_peaks.py [--build build/release] [--runs 3] [--rounds 100] [--tolerance 0.03]
       check_peaks.py --self-test
"""
import argparse
import json
import math
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile


def json_of(command, env=None):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed: {done.stderr.strip()}")
    return json.loads(done.stdout)


def pairs_of(bench, runs, rounds):
    """Several processes: each has its memory elsewhere."""
    pairs = {}
    for _ in range(runs):
        for name, some in json_of([bench, str(rounds)]).items():
            pairs.setdefault(name, []).extend(some)
    return pairs


def command_says(ridge):
    """What `ridge device --measure` says of one thread and the instruction set in use, and what disturbed it."""
    with tempfile.TemporaryDirectory() as cache:  # the user's own measurement stays as it is
        measured = json_of([ridge, "device", "--measure", "--json", "-"], os.environ | {"XDG_CACHE_HOME": cache})["measured"]
    rates = {}
    for peak in measured["peaks"]:
        if peak["threads"] == 1 and peak["isa"] == measured["isa"]:
            rates[peak["precision"] + (" AMX" if peak["matrix_units"] else "")] = peak["ops_per_s"]
    for bandwidth in measured["bandwidths"]:
        if bandwidth["threads"] == 1 and bandwidth["traffic"] == "read":
            rates[bandwidth["level"] + " read"] = bandwidth["bytes_per_s"]
    return rates, measured["why_not_quiet"]


def median_within(ratios):
    """The median and its 95 % interval, by ranks: no assumption on the noise."""
    ratios = sorted(ratios)
    reach = 0.98 * math.sqrt(len(ratios))
    middle = (len(ratios) - 1) / 2
    low, high = math.floor(middle - reach), math.ceil(middle + reach)
    if low < 0:  # too few to say anything
        return statistics.median(ratios), 0, math.inf
    return statistics.median(ratios), ratios[low], ratios[high]


def judge(ratios, tolerance):
    """"" when they agree, else what is wrong."""
    _, low, high = median_within(ratios)
    if 1 - tolerance <= low and high <= 1 + tolerance:
        return ""
    return "apart" if high < 1 - tolerance or low > 1 + tolerance else "not shown to agree: more --rounds"


def self_test():
    """Noise of 15 %, half of which both sides of a pair see, and a clock that halves now and then."""
    random.seed(5)

    def ratios(truth):
        made = []
        for _ in range(300):
            state = random.choice((1, 1, 0.5))
            made.append(truth * state * random.gauss(1, 0.05) / (state * random.gauss(1, 0.05)))
        return made
    assert judge(ratios(1), 0.03) == "" and judge(ratios(1.01), 0.03) == ""
    assert judge(ratios(1.05), 0.03) != "" and judge(ratios(0.95), 0.03) != ""
    assert judge(ratios(1.1), 0.03) == "apart" and judge(ratios(0.5), 0.03) == "apart"
    assert judge([1, 1, 1], 0.03) != "" and judge([0.5, 1.5] * 100, 0.03) != ""
    print("self-test passed")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/release"))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--tolerance", type=float, default=0.03)
    parser.add_argument("--self-test", action="store_true")
    args = parser.parse_args()
    if args.self_test:
        return self_test()
    pairs = pairs_of(args.build / "bench" / "peaks_bench", args.runs, args.rounds)
    command, disturbed = command_says(args.build / "ridge")
    if disturbed:
        print(f"the machine is not quiet: {disturbed}")
    print(f"{'':12}{'ridge':>9}{'benchmark':>11}{'ratio':>8}{'95 % interval':>17}{'command':>10}   (billions a second)")
    wrong = compared = 0
    for name, some in pairs.items():
        if not some:
            print(f"{name:12}the benchmark has no such loop")
            continue
        compared += 1
        ratios = [ours / theirs for ours, theirs in some]
        middle, low, high = median_within(ratios)
        problem = judge(ratios, args.tolerance)
        ours = [pair[0] for pair in some]
        if not problem and not 0.4 * min(ours) <= command.get(name, 0) <= 2.5 * max(ours):
            problem = "the command says something else"
        wrong += bool(problem)
        print(f"{name:12}{statistics.median(ours) / 1e9:9.1f}{statistics.median(pair[1] for pair in some) / 1e9:11.1f}"
              f"{middle:8.3f}{f'{low:.3f} to {high:.3f}':>17}{command.get(name, 0) / 1e9:10.1f}  {problem}")
    print(f"{compared - wrong} of {compared} agree within {100 * args.tolerance:g} %: medians of {args.runs * args.rounds} pairs")
    return 1 if wrong or not compared else 0


if __name__ == "__main__":
    sys.exit(main())
