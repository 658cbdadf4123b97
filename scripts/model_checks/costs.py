"""Multiply-adds and parameters of the topologies against a count of their own: shapes as ONNX Runtime sees them."""
import math
import time

import numpy as np
import onnx
import onnxruntime as ort

from model_checks.everyday import make_inputs, model_path, shape_flags
from model_checks.networks import SHARED
from model_checks.tools import ridge_json, require

OPS = ("Conv", "ConvTranspose", "Gemm", "MatMul")
TOLERANCE = 1e-3
SECONDS = 2.0  # for the whole command, on any topology


def constants_of(graph):
    """Tensors by name: initializers, and what Constant nodes hold."""
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:
        for attribute in node.attribute if node.op_type == "Constant" else ():
            if attribute.name == "value":
                tensors[node.output[0]] = attribute.t
    return tensors


def run_time_shapes(model, inputs):
    """Shapes of everything that the counted ops read and write, as a run without optimizations has them."""
    known = {name: tuple(tensor.dims) for name, tensor in constants_of(model.graph).items()}
    wanted = {name for node in model.graph.node if node.op_type in OPS for name in (*node.input, *node.output)}
    wanted -= {*known, ""}
    for name in sorted(wanted):
        model.graph.node.append(onnx.helper.make_node("Shape", [name], [f"{name}:shape"]))
    del model.graph.output[:]
    model.graph.output.extend(onnx.helper.make_tensor_value_info(f"{name}:shape", onnx.TensorProto.INT64, None)
                              for name in sorted(wanted))
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    found = session.run(None, inputs)
    known.update({name: tuple(shape) for name, shape in zip(sorted(wanted), found)})
    return known


def macs_of(node, shapes):
    left, right, out = shapes[node.input[0]], shapes[node.input[1]], shapes[node.output[0]]
    if node.op_type == "Conv":
        return math.prod(out) * math.prod(right[1:])
    if node.op_type == "ConvTranspose":
        return math.prod(left) * math.prod(right[1:])
    if node.op_type == "MatMul":
        return math.prod(out) * left[-1]
    transposed = next((a.i for a in node.attribute if a.name == "transA"), 0)
    return math.prod(out) * left[0 if transposed else -1]


def counted(model, inputs):
    parameters = sum(math.prod(tensor.dims) for tensor in constants_of(model.graph).values()
                     if tensor.data_type == onnx.TensorProto.FLOAT)
    nodes = [node for node in model.graph.node if node.op_type in OPS]
    shapes = run_time_shapes(model, inputs)
    macs = dict.fromkeys(OPS, 0)
    for node in nodes:
        macs[node.op_type] += macs_of(node, shapes)
    return macs, parameters


def near(ours, theirs):
    return abs(ours - theirs) <= TOLERANCE * max(1, theirs)


def check(name, figures, timed):
    model = onnx.load(model_path(name))
    inputs = make_inputs(name, model)
    macs, parameters = counted(model, inputs)
    topology = SHARED / "models" / "topologies" / f"{name}.onnx"
    begin = time.monotonic()
    document = ridge_json("roofline", topology, "--target", "A100", "--quiet", *shape_flags(inputs))
    figures["seconds"] = time.monotonic() - begin
    ours = {op: sum(layer["macs"] for layer in document["layers"] if layer["op"] == op) for op in OPS}
    figures.update({"GMAC": sum(macs.values()) / 1e9, "Mparam": parameters / 1e6})
    for op in OPS:
        require(near(ours[op], macs[op]), f"{op}: {ours[op]} multiply-adds, counted {macs[op]}")
    require(near(document["model"]["parameters"], parameters),
            f"{document['model']['parameters']} parameters, counted {parameters}")
    plan = document["plan"]["model"]["macs"] if "plan" in document else document["model"]["macs"]
    require(near(plan, document["model"]["macs"]), f"the plan has {plan} multiply-adds, the graph {document['model']['macs']}")
    require(not timed or figures["seconds"] < SECONDS, "takes too long")


def run(_networks, report, options):
    for path in sorted((SHARED / "models" / "topologies").glob("*.onnx")):
        if not options.only or path.stem == options.only:
            report.check("costs", path.stem, lambda figures, n=path.stem: check(n, figures, not options.quick))
