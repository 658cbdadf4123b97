#!/usr/bin/env python3
"""Writes ONNX Runtime's answer in ONNX's test_data_set layout (input_N.pb, output_N.pb), for `ridge verify --reference DIR`.

usage: dump_ort.py MODEL --input NAME=FILE ... -o DIR      (.npy, .npz or .pb; NAME= may be left out with one input)
       dump_ort.py MODEL --random [--seed N] -o DIR        (floats in [0, 1), integers 0; free dimensions are 1)
"""
import argparse
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper


def load(path):
    """name -> array of a file; the name is empty unless the file knows one."""
    if path.suffix == ".npz":
        return dict(np.load(path))
    if path.suffix == ".pb":
        tensor = onnx.TensorProto()
        tensor.ParseFromString(path.read_bytes())
        return {tensor.name: numpy_helper.to_array(tensor)}
    return {"": np.load(path)}


def read_inputs(arguments, names):
    arrays = {}
    for argument in arguments:
        name, separator, file = argument.partition("=")
        for inner, array in load(pathlib.Path(file if separator else argument)).items():
            key = name if separator else inner or (names[0] if len(names) == 1 else "")
            if key not in names:
                sys.exit(f"dump_ort: error: no input {key!r}: the model has {', '.join(names)}")
            arrays[key] = array
    missing = [name for name in names if name not in arrays]
    if missing:
        sys.exit(f"dump_ort: error: no value for {', '.join(missing)}: add --input NAME=FILE or --random")
    return arrays


def random_inputs(session, seed):
    rng = np.random.default_rng(seed)
    arrays = {}
    for value in session.get_inputs():
        shape = [size if isinstance(size, int) else 1 for size in value.shape]
        kind = {"tensor(float)": np.float32, "tensor(double)": np.float64, "tensor(float16)": np.float16,
                "tensor(int64)": np.int64, "tensor(int32)": np.int32, "tensor(bool)": np.bool_}.get(value.type)
        if kind is None:
            sys.exit(f"dump_ort: error: input {value.name} is {value.type}: give it with --input")
        floats = np.issubdtype(kind, np.floating)
        arrays[value.name] = rng.random(shape).astype(kind) if floats else np.zeros(shape, kind)
    return arrays


def write(folder, prefix, names, arrays):
    for index, name in enumerate(names):
        tensor = numpy_helper.from_array(np.asarray(arrays[name]), name)
        (folder / f"{prefix}_{index}.pb").write_bytes(tensor.SerializeToString())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--input", action="append", default=[], metavar="NAME=FILE")
    parser.add_argument("--random", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("-o", dest="out", type=pathlib.Path, required=True)
    options = parser.parse_args()
    session = onnxruntime.InferenceSession(options.model, providers=["CPUExecutionProvider"])
    inputs = [value.name for value in session.get_inputs()]
    outputs = [value.name for value in session.get_outputs()]
    arrays = random_inputs(session, options.seed) if options.random else read_inputs(options.input, inputs)
    results = dict(zip(outputs, session.run(outputs, arrays)))
    options.out.mkdir(parents=True, exist_ok=True)
    write(options.out, "input", inputs, arrays)
    write(options.out, "output", outputs, results)
    print(f"{len(inputs)} inputs and {len(outputs)} outputs in {options.out}")


if __name__ == "__main__":
    main()
