#!/usr/bin/env python3
"""Prints the table at the end of scripts/demo.sh from the JSON that the commands wrote. usage: demo_table.py MODEL ENGINE DIR"""
import json
import os
import sys


def worst_db(verification):
    """The least signal-to-error in dB of all regions and outputs; exact ones are null and do not count."""
    values = [row["sqnr_db"] for key in ("layers", "outputs") for row in verification.get(key, [])]
    values = [value for value in values if value is not None]
    return f"{min(values):.1f} dB" if values else "exact"


def rows(model, engine, folder):
    def document(name):
        with open(os.path.join(folder, name + ".json"), encoding="utf-8") as file:
            return json.load(file)

    verification, accuracy, speed = document("verify"), document("eval"), document("bench")
    latency = speed["latency_ms"]
    yield "network", model
    yield "engine", f"{engine}, {os.path.getsize(engine) / 1e6:.2f} MB (ONNX {os.path.getsize(model) / 1e6:.2f} MB)"
    yield "machine", f"{speed['cpu']}, {speed['isa']}, {speed['threads']} threads, {speed['precision']}"
    yield "verification", f"{'passed' if verification['passed'] else 'FAILED'}, worst channel {worst_db(verification)}"
    yield "top-1", f"{accuracy['correct_top1']} of {accuracy['samples']} ({100 * accuracy['top1']:.1f} %)"
    yield "latency", f"median {latency['median']:.3f} ms, 99th percentile {latency['p99']:.3f} ms"
    yield "throughput", f"{speed['throughput_per_s']:.0f} pictures/s (batch {speed['batch']})"


def main(model, engine, folder):
    table = list(rows(model, engine, folder))
    width = max(len(value) for _, value in table)
    rule = f"+-{'-' * 14}-+-{'-' * width}-+"
    print(rule, *(f"| {name:<14} | {value:<{width}} |" for name, value in table), rule, sep="\n")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
