#!/usr/bin/env python3
"""Checks what `ridge profile` wrote, with nothing but the standard library.

usage: check_profile.py PROFILE.json TRACE.json
"""
import json
import sys


def check(condition, text):
    if not condition:
        sys.exit(f"check_profile: {text}")


def check_profile(profile):
    layers = profile["layers"]
    check(profile["kind"] == "profile" and layers, "no profile, or no layers")
    for layer in layers:
        check(layer["ms"] >= layer["min_ms"] >= 0, f"times of {layer['name']}")
        for key in ("kernel", "layout", "precision", "share", "macs", "floor_ms", "gap_ms", "roof_share", "bound", "cache", "before_ms"):
            check(key in layer, f"{layer['name']} has no {key}")
        check(0 <= layer["roof_share"] <= 1, f"share of the roof of {layer['name']}")
        check(abs(layer["gap_ms"] - max(0, layer["ms"] - layer["floor_ms"])) < 1e-9, f"gap of {layer['name']}")
    caches = {cache["name"] for cache in profile["caches"] if cache["capacity_bytes"] > 0}
    check(all(layer["cache"] in caches | {None} for layer in layers), "a layer is limited by a cache that is not listed")
    total = sum(layer["ms"] for layer in layers)
    check(abs(total - profile["regions_ms"]) < 1e-6, "regions_ms is the sum of the layers")
    check(abs(sum(layer["share"] for layer in layers) - 1) < 1e-6, "shares add up to 1")
    check(total <= profile["latency_ms"]["median"] * 1.5, "the layers take much longer than the whole")
    check(len(profile["memory"]) == len(layers), "memory at each step")
    check(0 < max(profile["memory"]) <= profile["arena_bytes"], "more memory than the arena has")
    check(all(0 <= a < b < len(layers) for a, b in profile["edges"]) and profile["edges"], "edges")
    check(profile["peak_memory_bytes"] > 0 and profile["peak_ops_per_s"] > 0, "machine")
    stages = profile["stages"]
    check([s["name"] for s in stages] == ["decode", "preprocess", "infer", "postprocess"], "stages")
    check(abs(sum(s["share"] for s in stages) - 1) < 1e-6, "shares of stages")
    return [layer["name"] for layer in layers]


def check_trace(trace, names):
    check(trace["displayTimeUnit"] == "ns", "unit")
    threads, rows = set(), {}
    for event in trace["traceEvents"]:
        if event["ph"] == "M":
            if event["name"] == "thread_name":
                threads.add(event["tid"])
            continue
        check(event["ph"] == "X" and event["dur"] >= 0, f"event {event}")
        check(event["cat"] == "execution" or event["name"] in names, f"{event['name']} is no layer")
        begin = round(event["ts"] * 1000)
        rows.setdefault(event["tid"], []).append((begin, begin + round(event["dur"] * 1000), event["cat"]))
    check(set(rows) <= threads and 0 in rows, "every row has a name")
    for events in rows.values():
        ends = []
        for begin, end, _ in sorted(events, key=lambda event: (event[0], -event[1])):
            while ends and ends[-1] <= begin:
                ends.pop()
            check(not ends or end <= ends[-1], "events are well nested")
            ends.append(end)
    kinds = [event[2] for event in rows[0]]
    check(kinds.count("execution") == 3 and kinds.count("step") == 3 * len(names), "three executions of all steps")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        names = check_profile(json.load(file))
    with open(sys.argv[2], encoding="utf-8") as file:
        check_trace(json.load(file), names)


if __name__ == "__main__":
    main()
