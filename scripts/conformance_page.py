#!/usr/bin/env python3
"""Writes docs/conformance.md from the JSON of `ridge conformance` on several devices.

usage: conformance_page.py OUT.md DEVICE=FILE.json ...
"""
import json
import re
import sys
from collections import Counter, defaultdict

STATES = ("passed", "failed", "unsupported")

# Why a case fails, where somebody has looked.
CAUSES = {
    "test_cast_FLOAT_to_BFLOAT16": "the expected values of ONNX 1.12 are truncated; later versions round to nearest, ties to "
                                   "even, as Ridgeline does",
    "test_maxunpool_export_with_output_shape": "the expected values take the indices as places in the array that pads and "
                                               "strides give; Ridgeline, like ONNX Runtime, takes them as places in the output",
}


def cause(reason):
    """The reason without the names of one case, so that equal causes fall together."""
    return re.sub(r"'[^']*'", "'...'", reason).replace("|", "\\|")


def totals(runs):
    yield "| device | cases | passed | failed | unsupported | passed |"
    yield "|---|---|---|---|---|---|"
    for device, run in runs.items():
        share = 100 * run["passed"] / max(run["total"], 1)
        yield f"| {device} | {run['total']} | {run['passed']} | {run['failed']} | {run['unsupported']} | {share:.1f} % |"


def by_op(runs):
    counts = {device: defaultdict(Counter) for device in runs}
    kernels = defaultdict(set)
    for device, run in runs.items():
        for case in run["cases"]:
            for op in case["ops"] or ["(not read)"]:
                counts[device][op][case["status"]] += 1
            for op, names in (case["kernels"] or {}).items():
                if device == "cpu":
                    kernels[op].update(names)
    yield "| op | cases | " + " | ".join(f"{device}: {state}" for device in runs for state in STATES) + " | kernels on cpu |"
    yield "|---" * (3 + len(STATES) * len(runs)) + "|"
    for op in sorted(set().union(*(counts[device] for device in runs)), key=str.lower):
        cells = [str(counts[device][op][state] or "") for device in runs for state in STATES]
        cases = max(sum(counts[device][op].values()) for device in runs)
        yield f"| {op} | {cases} | " + " | ".join(cells) + f" | {', '.join(sorted(kernels[op]))} |"


def failures(runs):
    lines = defaultdict(list)
    for device, run in runs.items():
        for case in run["cases"]:
            if case["status"] == "failed":
                lines[case["name"], case["reason"]].append(device)
    if not lines:
        yield "None."
    for (name, reason), devices in sorted(lines.items()):
        yield f"- `{name}` ({', '.join(devices)}): {reason}. Cause: {CAUSES.get(name, 'not known yet')}"


def unsupported(runs):
    causes = defaultdict(dict)
    for device, run in runs.items():
        for case in run["cases"]:
            if case["status"] == "unsupported":
                causes[cause(case["reason"])].setdefault(case["name"], []).append(device)
    if not causes:
        yield "None."
    for reason, names in sorted(causes.items(), key=lambda item: (-len(item[1]), item[0])):
        shown = ", ".join(f"`{name}`" for name in sorted(names)[:3]) + (", ..." if len(names) > 3 else "")
        missing = set(runs) - set().union(*names.values())
        only = f" (not on {', '.join(sorted(missing))})" if missing else ""
        yield f"- {len(names)}: {reason}{only}: {shown}"


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    runs = {}
    for argument in sys.argv[2:]:
        device, file = argument.split("=", 1)
        with open(file, encoding="utf-8") as text:
            runs[device] = json.load(text)
    lines = ["# ONNX conformance", "",
             "Written by `scripts/conformance.sh` from the results of `ridge conformance` on the backend tests of "
             "ONNX 1.12 (node, simple,", "pytorch-converted, pytorch-operator); not edited by hand.", ""]
    lines += [*totals(runs), "", "## Failed", "", *failures(runs), "", "## Unsupported, by cause", "",
              *unsupported(runs), "", "## By op", "", "A case counts under each op that its model has, after import; "
              "what could not be imported counts as not read.", "", *by_op(runs)]
    with open(sys.argv[1], "w", encoding="utf-8") as page:
        page.write("\n".join(lines) + "\n")


main()
