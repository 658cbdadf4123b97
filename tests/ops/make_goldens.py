#!/usr/bin/env python3
"""Writes goldens/FAMILY.zip: a model whose nodes are the cases of cases/FAMILY.py, and what ONNX Runtime answers.

The inputs CASE:in0, ... and the answers CASE:want0, ... are constants of the model. Needs PyPI's onnx, onnxruntime and
numpy; the archives are checked in, so tests do not. To add a case, add a line to cases/FAMILY.py and run this script.
Where ONNX Runtime has no kernel, the reference evaluator of onnx answers.
"""
import importlib
import pathlib
import sys
import zipfile
import zlib

import numpy as np
import onnx
import onnxruntime
from onnx import helper
from onnx.reference import ReferenceEvaluator

HERE = pathlib.Path(__file__).resolve().parent
FAMILIES = sorted(path.stem for path in (HERE / "cases").glob("*.py"))
TYPES = {"f32": np.float32, "f64": np.float64, "f16": np.float16, "i64": np.int64, "i32": np.int32, "i8": np.int8,
         "u8": np.uint8, "bool": np.bool_, "u32": np.uint32, "u64": np.uint64, "i16": np.int16, "u16": np.uint16}


class Values:
    """Seeded inputs: v("2x3x4"), v("2x3", "i64"), v("", low=1). The seed is the case's name."""

    def __init__(self, name):
        self.random = np.random.RandomState(zlib.crc32(name.encode()) & 0x7FFFFFFF)

    def __call__(self, dims, type="f32", low=-2.0, high=2.0):
        shape = tuple(int(extent) for extent in dims.split("x")) if dims else ()
        kind = TYPES[type]
        if kind == np.bool_:
            return self.random.randint(0, 2, shape).astype(kind)
        if np.issubdtype(kind, np.integer):
            least, most = (-20, 20) if np.issubdtype(kind, np.signedinteger) else (0, 40)
            return np.asarray(self.random.randint(least, most, shape)).astype(kind)
        # Multiples of 1/64 compress well.
        return np.asarray(np.round(self.random.uniform(low, high, shape) * 64) / 64).astype(kind)


OPSET = 21  # where a family does not say another


def declare(name, value):
    return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(value.dtype), value.shape)


def save(graph, opset):
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)


def answer(model, feeds):
    try:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        return session.run(None, feeds), "ONNX Runtime"
    except Exception:  # no kernel for this type, or a shape that it refuses
        return ReferenceEvaluator(model).run(None, feeds), "onnx.reference"


class Family:
    def __init__(self, opset):
        self.opset, self.nodes, self.constants, self.outputs = opset, [], [], []

    def case(self, name, op, make, outputs=1, want=None, **attributes):
        """`make(v)` lists the inputs; None: left out. `want(*inputs)` lists the answers, if no peer knows them."""
        assert name not in [node.name for node in self.nodes], name
        inputs = make(Values(name))
        names = [f"{name}:in{at}" if value is not None else "" for at, value in enumerate(inputs)]
        feeds = {key: value for key, value in zip(names, inputs) if key}
        node = helper.make_node(op, names, [f"{name}:out{at}" for at in range(outputs)], name=name, **attributes)
        info = [declare(key, value) for key, value in feeds.items()]
        alone = helper.make_graph([node], name, info, [onnx.ValueInfoProto(name=key) for key in node.output])
        if want:
            results, who = want(*inputs), "the case itself"
        else:
            results, who = answer(onnx.shape_inference.infer_shapes(save(alone, self.opset)), feeds)
        if who != "ONNX Runtime":
            print(f"  {name}: answered by {who}")
        answers = {f"{name}:want{at}": np.asarray(value) for at, value in enumerate(results)}
        self.nodes.append(node)
        for key, value in {**feeds, **answers}.items():
            self.constants.append(onnx.numpy_helper.from_array(value, key))
        for key, value in zip(node.output, answers.values()):
            self.outputs.append(declare(key, value))
        self.outputs += [declare(key, value) for key, value in answers.items()]

    def write(self, path):
        model = save(helper.make_graph(self.nodes, path.stem, [], self.outputs, self.constants), self.opset)
        with zipfile.ZipFile(path, "w") as archive:  # a fixed date: the same cases give the same bytes
            archive.writestr(zipfile.ZipInfo("model.onnx", (2000, 1, 1, 0, 0, 0)), model.SerializeToString(),
                             zipfile.ZIP_DEFLATED, 9)


def main():
    (HERE / "goldens").mkdir(exist_ok=True)
    sys.path.insert(0, str(HERE))
    sys.dont_write_bytecode = True
    for name in sys.argv[1:] or FAMILIES:
        module = importlib.import_module(f"cases.{name}")
        family = Family(getattr(module, "OPSET", OPSET))
        module.cases(family.case)
        family.write(HERE / "goldens" / f"{name}.zip")
        print(f"{name}: {len(family.nodes)} cases")


if __name__ == "__main__":
    main()
