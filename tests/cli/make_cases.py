#!/usr/bin/env python3
"""Makes folders in the layout of ONNX's backend tests, with nothing but the standard library.

usage: make_cases.py FOLDER
"""
import struct
import sys
from pathlib import Path

FLOAT, UINT8, INT8, INT32, INT64, STRING, BOOL = 1, 2, 3, 6, 7, 8, 9


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
    raw = struct.pack(f"<{len(values)}{ {FLOAT: 'f', INT8: 'b', INT64: 'q'}[kind]}", *values)
    return b"".join(number(1, dim) for dim in dims) + number(2, kind) + text(9, raw)


def tensor_type(dims, kind=FLOAT):
    shape = b"".join(text(1, text(2, dim) if isinstance(dim, str) else number(1, dim)) for dim in dims)
    return text(1, number(1, kind) + text(2, shape))


def value_info(name, dims, kind=FLOAT):
    return text(1, name) + text(2, tensor_type(dims, kind))


def sequence_info(name):
    return text(1, name) + text(2, text(4, text(1, tensor_type([2, 3]))))


def node(op, inputs, outputs, name=""):
    return b"".join(text(1, i) for i in inputs) + b"".join(text(2, o) for o in outputs) + text(3, name) + text(4, op)


def network(nodes, inputs, outputs, initializers=()):
    graph = b"".join(text(1, one) for one in nodes) + text(2, "g")
    graph += b"".join(text(5, values + text(8, name)) for name, values in initializers)
    graph += b"".join(text(11, info) for info in inputs) + b"".join(text(12, info) for info in outputs)
    return number(1, 8) + text(7, graph) + text(8, number(2, 17))


def picks():
    """Outputs that a plan knows no shape of: places that depend on data, and a sequence."""
    nodes = [node("Relu", ["x"], ["y"]), node("NonZero", ["y"], ["places"]), node("SequenceConstruct", ["x", "y"], ["both"])]
    return network(nodes, [value_info("x", [2, 3])],
                   [value_info("y", [2, 3]), value_info("places", [2, "n"], INT64), sequence_info("both")])


def scaled():
    """y = x * scale + bias, bias an initializer that is listed as an input."""
    nodes = [node("Mul", ["x", "scale"], ["p"], "times"), node("Add", ["p", "bias"], ["y"], "plus")]
    return network(nodes, [value_info("x", [1, "n"]), value_info("scale", [1]), value_info("bias", [1, 2])],
                   [value_info("y", [1, "n"])], [("bias", tensor([1, 2], [10, 20]))])


def steered():
    """x, where flag says so, in a shape that is an input."""
    nodes = [node("Expand", ["x", "shape"], ["wide"]), node("Neg", ["wide"], ["other"]),
             node("Where", ["flag", "wide", "other"], ["y"])]
    return network(nodes, [value_info("x", [1]), value_info("shape", ["n"], INT64), value_info("flag", [1], BOOL)],
                   [value_info("y", ["a", "b"])])


def branches():
    """w is in both branches, and one parameter."""
    def branch(op, out):
        body = text(1, node(op, ["x", "w"], [out], f"{op} inside")) + text(2, op) + text(12, value_info(out, [2]))
        return text(6, body) + number(20, 5)

    choose = node("If", ["c"], ["y"], "choose")
    choose += text(5, text(1, "then_branch") + branch("Mul", "a")) + text(5, text(1, "else_branch") + branch("Add", "b"))
    return network([choose], [value_info("x", [2]), value_info("c", [], BOOL)], [value_info("y", [2])],
                   [("w", tensor([2], [1, 2]))])


def products(and_floats):
    """A product of integers and, where asked for, one of floats that does as many multiply-adds."""
    nodes, weights = [node("MatMulInteger", ["a", "w"], ["y"])], [("w", tensor([8, 4], range(-16, 16), INT8))]
    inputs, outputs = [value_info("a", [4, 8], UINT8)], [value_info("y", [4, 4], INT32)]
    if and_floats:
        nodes.append(node("MatMul", ["b", "v"], ["z"]))
        weights.append(("v", tensor([8, 4], range(32))))
        inputs.append(value_info("b", [4, 8]))
        outputs.append(value_info("z", [4, 4]))
    return network(nodes, inputs, outputs, weights)


def texts():
    return network([node("Identity", ["s"], ["t"])], [value_info("s", [2], STRING)], [value_info("t", [2], STRING)])


def model(op, dims):
    node = text(1, "x") + text(2, "y") + text(4, op)
    graph = text(1, node) + text(2, "g") + text(11, value_info("x", dims)) + text(12, value_info("y", dims))
    return number(1, 8) + text(7, graph) + text(8, number(2, 17))


def running_sum():
    """sum, next = x + state, x + state: with the state carried, every row adds to those before it."""
    nodes = b"".join(text(1, text(1, "x") + text(1, "state") + text(2, out) + text(4, "Add")) for out in ("sum", "next"))
    infos = b"".join(text(field, value_info(name, [1, 2]))
                     for field, name in ((11, "x"), (11, "state"), (12, "sum"), (12, "next")))
    return number(1, 8) + text(7, nodes + text(2, "g") + infos) + text(8, number(2, 17))


def save_npy(path, dims, values):
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({', '.join(map(str, dims))},)}}"
    header += " " * (64 - (len(header) + 11) % 64) + "\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() +
                     struct.pack(f"<{len(values)}f", *values))


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
    (root / "running_sum.onnx").write_bytes(running_sum())
    for name, made in (("picks", picks()), ("scaled", scaled()), ("steered", steered()), ("texts", texts()),
                       ("branches", branches()), ("integers", products(False)), ("mixed", products(True))):
        (root / f"{name}.onnx").write_bytes(made)
    save_npy(root / "rows.npy", [3, 2], [1, 2, 3, 4, 5, 6])
    save_npy(root / "state.npy", [1, 2], [10, 20])
    save_npy(root / "two.npy", [2, 2], [0, 0, 0, 0])
    for name, values in (("from_zero", [1, 2, 4, 6, 9, 12]), ("from_state", [11, 22, 14, 26, 19, 32])):
        (root / name).mkdir()
        (root / name / "output_0.pb").write_bytes(tensor([3, 2], values) + text(8, "sum"))
    case(root, "test_broken", b"no model", tensor([2, 2], right))


main()
