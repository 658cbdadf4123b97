#!/usr/bin/env python3
"""Makes folders in the layout of ONNX's backend tests, with nothing but the standard library.

usage: make_cases.py FOLDER
"""
import struct
import sys
from pathlib import Path

FLOAT, INT64 = 1, 7


def varint(value):
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def number(field, value):
    return varint(field << 3) + varint(value)


def text(field, value):
    value = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(value)) + value


def tensor(dims, values, kind=FLOAT):
    raw = struct.pack(f"<{len(values)}{'f' if kind == FLOAT else 'q'}", *values)
    return b"".join(number(1, dim) for dim in dims) + number(2, kind) + text(9, raw)


def value_info(name, dims):
    shape = b"".join(text(1, number(1, dim)) for dim in dims)
    return text(1, name) + text(2, text(1, number(1, FLOAT) + text(2, shape)))


def model(op, dims):
    node = text(1, "x") + text(2, "y") + text(4, op)
    graph = text(1, node) + text(2, "g") + text(11, value_info("x", dims)) + text(12, value_info("y", dims))
    return number(1, 8) + text(7, graph) + text(8, number(2, 17))


def case(root, name, model_bytes, want):
    data = root / name / "test_data_set_0"
    data.mkdir(parents=True)
    (root / name / "model.onnx").write_bytes(model_bytes)
    (data / "input_0.pb").write_bytes(tensor([2, 2], [-1.0, 2.0, 3.0, float("nan") if name == "test_nan" else 4.0]))
    (data / "output_0.pb").write_bytes(want)


def main():
    root = Path(sys.argv[1])
    relu, right = model("Relu", [2, 2]), [0.0, 2.0, 3.0, 4.0]
    case(root, "test_right", relu, tensor([2, 2], right))
    case(root, "test_nan", relu, tensor([2, 2], [0.0, 2.0, 3.0, float("nan")]))
    case(root, "test_wrong_value", relu, tensor([2, 2], [0.0, 2.0, 3.0, 4.5]))
    case(root, "test_wrong_shape", relu, tensor([4], right))
    case(root, "test_wrong_type", relu, tensor([2, 2], [0, 2, 3, 4], INT64))
    case(root, "test_no_such_op", model("NoSuchOp", [2, 2]), tensor([2, 2], right))
    case(root, "test_broken", b"no model", tensor([2, 2], right))


main()
