#!/usr/bin/env python3
"""Damaged copies of ONNX models, for whoever reads them without trust: flipped, cut and inserted bytes; protobuf fields with
wrong lengths, tags and values; graphs that parse but make no sense. Same seed, same files.

usage: mutate_models.py MODEL ... -o DIR [--count N] [--seed S]
"""
import argparse
import pathlib

import numpy as np

from model_checks.damage_bytes import damage_bytes, damage_field
from model_checks.damage_graph import damage_graph

KINDS = ((damage_bytes, 0.25), (damage_field, 0.35), (damage_graph, 0.40))


def mutate(models, index, seed):
    """Mutation `index`: (model it was made from, what was done, bytes). The models take turns."""
    rng = np.random.default_rng([seed, index])
    model = models[index % len(models)]
    kind = rng.choice(len(KINDS), p=[share for _, share in KINDS])
    data = model.read_bytes()
    description, changed = KINDS[kind][0](data, rng)
    while changed == data:  # a swap with itself: not a mutation
        description, changed = KINDS[kind][0](data, rng)
    return model, description, changed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=pathlib.Path, nargs="+")
    parser.add_argument("-o", dest="out", type=pathlib.Path, required=True)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with open(options.out / "mutations.txt", "w", encoding="utf-8") as log:
        for index in range(options.count):
            model, description, data = mutate(options.models, index, options.seed)
            (options.out / f"{index:04}.onnx").write_bytes(data)
            log.write(f"{index:04} {model.stem}: {ascii(description)}\n")


if __name__ == "__main__":
    main()
