#!/usr/bin/env python3
"""Ridgeline against ONNX Runtime on real networks and real pictures; prints a table, writes build/check_models.json.

parts: accuracy   built, verified, run, compared; the reference too
       everyday   all 46 networks, detectors and state too: compared and verified
       real       silero_vad over a recording, yolox_nano and the face detector on pictures
       dynamic    one engine for a range of lengths or batches: compared, and how fast a new shape binds
       costs      multiply-adds and parameters of `ridge roofline` against a count of its own, and its time
       optimize   the optimized graph: checker of onnx, same answers in ONNX Runtime
       eval       top-1 and top-5 on labelled pictures
       speed      latency against ONNX Runtime in turns, loading time
       engine     same bytes twice; damaged engine files
       mutations  damaged models: never a signal, one error line or the reference's answer
"""
import argparse
import sys

from model_checks import accuracy, costs, dynamic, engines, evaluate, everyday, mutations, optimize, real_data, speed
from model_checks.networks import CACHE, ROOT, SHARED, chosen
from model_checks.tools import RIDGE, Report

PARTS = {"accuracy": accuracy, "everyday": everyday, "real": real_data, "dynamic": dynamic,
         "costs": costs, "optimize": optimize, "eval": evaluate,
         "speed": speed, "engine": engines, "mutations": mutations}


def parse():
    parser = argparse.ArgumentParser(prog="scripts/check_models.sh", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=[*PARTS, "all"])
    parser.add_argument("--only", metavar="NAME", help="one network")
    parser.add_argument("--quick", action="store_true", help="what CI takes: few networks, few mutations, no timing")
    parser.add_argument("--count", type=int, help="number of mutations (default 500, with --quick 21)")
    parser.add_argument("--seed", type=int, default=1, help="of the mutations (default 1)")
    return parser.parse_args()


def main():
    options = parse()
    for needed in (RIDGE, SHARED / "models" / "real"):
        if not needed.exists():
            sys.exit(f"check_models: error: {needed} is not there")
    if options.only and options.only not in everyday.names():
        sys.exit(f"check_models: error: no network {options.only}: one of {', '.join(everyday.names())}")
    CACHE.mkdir(parents=True, exist_ok=True)
    report = Report()
    # Timing says nothing on a machine that also does something else, so CI does not ask.
    slow = ("speed", "everyday", "real", "dynamic", "costs") if options.quick else ()
    parts = [p for p in PARTS if p not in slow] if options.part == "all" else [options.part]
    for part in parts:
        PARTS[part].run(chosen(options), report, options)
    return report.finish(ROOT / "build" / "check_models.json")


if __name__ == "__main__":
    sys.exit(main())
