#!/usr/bin/env python3
"""Writes docs/operators.md from the op list of a built program, or says that it is out of date.

usage: operators.py RIDGE [--check]
"""
import json
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "operators.md"


def cpu_way(op):
    if op["view"]:
        return "view"
    if op["expression"]:
        return "fused expression" if op["elementwise"] else "expression"
    return ""


def page(ops):
    known = [op for op in ops if op["domain"] != "ridge"]
    yield "# Operators"
    yield ""
    yield "Written by `scripts/operators.py` from `ridge kernels --ops`; not edited by hand."
    yield ""
    yield (f"{len(known)} operators of ONNX. *Since* is the first opset that has the form in which an op is written; older "
           "forms are upgraded at import.")
    yield "*Reference* is the slow kernel that is the truth. An op with an *expression* fuses into its neighbours and runs in SIMD;"
    yield "a *view* moves no bytes; which kernels ran the others is in [conformance.md](conformance.md)."
    yield ""
    yield "| op | domain | since | reference | expression or view | notes |"
    yield "|---|---|---|---|---|---|"
    for op in sorted(known, key=lambda op: (op["domain"], op["name"].lower())):
        notes = [f"{op['bodies']} bodies" if op["bodies"] > 1 else "1 body"] if op["bodies"] else []
        notes += [] if op["deterministic"] else ["random"]
        yield (f"| {op['name']} | {op['domain']} | {op['since']} | {'yes' if op['reference'] else 'no'} | {cpu_way(op)} | "
               f"{', '.join(notes)} |")
    yield ""
    yield "Lowered graphs also have: " + ", ".join(f"`ridge.{op['name']}`" for op in ops if op["domain"] == "ridge") + "."


def main():
    if len(sys.argv) < 2 or sys.argv[2:] not in ([], ["--check"]):
        sys.exit(__doc__)
    run = subprocess.run([sys.argv[1], "kernels", "--ops", "--json", "-"], check=True, capture_output=True, text=True)
    text = "\n".join(page(json.loads(run.stdout)["ops"])) + "\n"
    if "--check" not in sys.argv:
        PAGE.write_text(text, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        sys.exit(f"{PAGE.name} is out of date: run scripts/operators.py build/release/ridge")


main()
