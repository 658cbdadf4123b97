#!/usr/bin/env python3
"""Opens reports in headless Chromium: no error on the console, every chart drawn, search, sorting and printing work.

usage: check_report.py --renderer PROGRAM [--ridge RIDGE --model MODEL.onnx ...] [--keep FOLDER]
  --renderer  build/release/report_page: JSON document in, HTML page out
  --ridge     also reports of `ridge roofline MODEL --html`, if that command is there
"""
import argparse
import base64
import hashlib
import html
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = ROOT / "tests/unit/report/data"
PROBE = ROOT / "scripts/check_report_probe.js"
NODES = 1500
SECONDS = 30

HOSTILE = ["</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<!--", "\u202eevil\u2028", "\"'`\\", "\x00\x07"]
OPS = ["Conv+Relu", "Conv+Add+Relu", "Gemm", "Softmax", "LayerNormalization", "Add", "Transpose", "MaxPool", "MatMul", "Attention"]


def large_document():
    """A network of NODES steps: blocks with residual edges, dense connections, hostile names."""
    peak, bandwidth = 140e9, 22e9
    layers, edges = [], []
    for at in range(NODES):
        op = OPS[at * 7 % len(OPS)]
        flops = 0 if op == "Transpose" else 1e6 * (1 + at * 37 % 91) * (20 if "Conv" in op or "M" in op else 0.02)
        moved = 4e4 * (1 + at * 13 % 29)
        floor = max(flops / peak, moved / bandwidth) * 1e3
        layers.append({
            "name": HOSTILE[at] if at < len(HOSTILE) else f"/encoder/block.{at // 10}/{op.lower()}.{at}", "op": op,
            "shape": "1x64x56x56", "depth": 0, "macs": flops / 2, "flops": flops, "weight_bytes": moved / 4,
            "input_bytes": moved / 2, "output_bytes": moved / 4, "intensity": flops / moved,
            "bound": "none" if flops == 0 else "compute" if flops / peak > moved / bandwidth else "memory",
            "floor_ms": floor, "ops": op.split("+"), "kernel": "kernel_" + op.lower().replace("+", "_"), "members": [f"m{at}"]})
        if at:
            edges.append([at - 1, at])
        if at % 10 == 9:
            edges.append([at - 6, at])
        if at >= 600 and at < 640:
            edges += [[599, at]]
        if at % 10 == 4:  # a side branch that joins five steps later
            edges = [edge for edge in edges if edge != [at - 1, at]] + [[at - 4, at]]
    memory = [2e6 + 1e6 * (at * 31 % 17) for at in range(NODES)]
    total = sum(layer["floor_ms"] for layer in layers)
    return {"schema": 1, "ridge": "0.1.0", "kind": "roofline", "model_name": "large.onnx", "target": "example", "convention": "standard",
            "precision": "fp32", "batch": 1, "peak_ops_per_s": peak, "bandwidth_bytes_per_s": bandwidth,
            "ridge_point": peak / bandwidth,
            "roofs": [{"name": "measured", "source": "", "precision": "fp32", "peak_ops_per_s": peak, "bandwidth_bytes_per_s": bandwidth}],
            "model": {"floor_ms": total, "intensity": None, "intensity_note": "not a number"}, "layers": layers,
            "graph": {"nodes": [{"name": layer["name"], "op": layer["op"]} for layer in layers], "edges": edges},
            "plan": {"model": {"floor_ms": total}, "layers": layers, "edges": edges, "memory": memory, "arena_bytes": 2e7}}
