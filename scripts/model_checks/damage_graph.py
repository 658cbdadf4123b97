"""Damage to a model's meaning: files that every parser reads and no runtime should trust. Each function changes the model
and says what it did; it returns None where the model has nothing of that kind."""
import numpy as np
import onnx
from onnx import AttributeProto, TensorProto, helper, numpy_helper

from model_checks.damage_bytes import EXTREMES, pick

SIGNED_EXTREMES = (0, 1, -1, 2, 3, 7, 255, 65537, 2**31 - 1, -2**31, 2**40, 2**62, 2**63 - 1, -2**63)
NAMES = ("", "x" * 100_000, "a\nridge: error: forged", "\x1b[2Jgone", "input", "output", "../../x", "%n%s", "\u202e\U0001f600")


def some_node(model, rng, *ops):
    nodes = [node for node in model.graph.node if not ops or node.op_type in ops]
    return pick(rng, nodes) if nodes else None


def signed(value):
    return value - (1 << 64) if value >= 1 << 63 else value


def attribute_value(model, rng):
    nodes = [node for node in model.graph.node if node.attribute]
    attribute = pick(rng, pick(rng, nodes).attribute)
    value = pick(rng, SIGNED_EXTREMES)
    if attribute.type == AttributeProto.INT:
        attribute.i = value
    elif attribute.type == AttributeProto.INTS and attribute.ints:
        if rng.random() < 0.2:
            attribute.ints[:] = [value] * len(attribute.ints)
        else:
            attribute.ints[int(rng.integers(len(attribute.ints)))] = value
    elif attribute.type == AttributeProto.FLOAT:
        value = attribute.f = pick(rng, (0.0, -1.0, 1e38, -1e38, float("nan"), float("inf")))
    else:
        value = attribute.s = b"\xff\xfeSAME_UPPER"
    return f"attribute {attribute.name} with {value}"


def attribute_length(model, rng):
    lists = [a for node in model.graph.node for a in node.attribute if a.ints]
    if not lists:
        return None
    attribute = pick(rng, lists)
    count = pick(rng, (0, len(attribute.ints) - 1, len(attribute.ints) + 1, 33, 100_000))
    attribute.ints[:] = (list(attribute.ints) * (count // len(attribute.ints) + 1))[:count]
    return f"attribute {attribute.name} with {count} elements"


def attribute_type(model, rng):
    attribute = pick(rng, pick(rng, [n for n in model.graph.node if n.attribute]).attribute)
    kind = int(rng.integers(0, 16))
    if kind in AttributeProto.AttributeType.values():
        attribute.type = kind
    else:
        attribute.type = AttributeProto.UNDEFINED
    return f"attribute {attribute.name} with type {attribute.type}"


def attribute_gone(model, rng):
    node = pick(rng, [n for n in model.graph.node if n.attribute])
    del node.attribute[int(rng.integers(len(node.attribute)))]
    return f"an attribute of {node.op_type} removed"


def attribute_twice(model, rng):
    node = pick(rng, [n for n in model.graph.node if n.attribute])
    node.attribute.append(node.attribute[0])
    return f"attribute {node.attribute[0].name} twice"


def rewire(model, rng):
    node = some_node(model, rng)
    names = [name for other in model.graph.node for name in other.output] + [i.name for i in model.graph.initializer]
    if not node.input:
        return None
    at, name = int(rng.integers(len(node.input))), pick(rng, names + ["", "nowhere"])
    node.input[at] = name
    return f"input {at} of {node.op_type} is now {name!r}"


def self_loop(model, rng):
    node = pick(rng, [node for node in model.graph.node if node.input])
    node.input[0] = node.output[0]
    return f"{node.op_type} reads its own output"


def other_op(model, rng):
    node = some_node(model, rng)
    ops = sorted({other.op_type for other in model.graph.node}) + [
        "Conv", "Gemm", "MatMul", "Softmax", "Reshape", "Concat", "Loop", "If", "Scan", "NonZero", "Cast", "NoSuchOp", "",
        "ridge.silu", "QuantizeLinear", "Resize", "ConstantOfShape", "Expand", "Tile", "Pad", "Identity"]
    before, node.op_type = node.op_type, pick(rng, ops)
    return f"{before} became {node.op_type!r}"


def other_domain(model, rng):
    node = some_node(model, rng)
    node.domain = pick(rng, ("ridge", "com.microsoft", "ai.onnx.ml", "nowhere", "\n"))
    return f"{node.op_type} in domain {node.domain!r}"


def input_count(model, rng):
    node = some_node(model, rng)
    count = pick(rng, (0, 1, len(node.input) + 1, 64))
    node.input[:] = (list(node.input) * (count // max(1, len(node.input)) + 1))[:count]
    return f"{node.op_type} with {count} inputs"


def output_count(model, rng):
    node = some_node(model, rng)
    if rng.random() < 0.4:
        del node.output[:]
    else:
        node.output.extend(f"more_{i}" for i in range(pick(rng, (1, 5, 100))))
    return f"{node.op_type} with {len(node.output)} outputs"


def duplicate_output(model, rng):
    first, second = some_node(model, rng), some_node(model, rng)
    second.output[0] = first.output[0]
    return f"two nodes write {first.output[0]}"


def drop_node(model, rng):
    at = int(rng.integers(len(model.graph.node)))
    op = model.graph.node[at].op_type
    del model.graph.node[at]
    return f"node {at} ({op}) removed"


def shuffle_nodes(model, rng):
    nodes = [model.graph.node[int(i)] for i in rng.permutation(len(model.graph.node))]
    copies = [helper.make_node("x", [], []) for _ in nodes]
    for copy, node in zip(copies, nodes):
        copy.CopyFrom(node)
    del model.graph.node[:]
    model.graph.node.extend(copies)
    return "nodes in random order"


def weight_dims(model, rng):
    tensor = pick(rng, model.graph.initializer)
    value = pick(rng, SIGNED_EXTREMES)
    if tensor.dims and rng.random() < 0.7:
        tensor.dims[int(rng.integers(len(tensor.dims)))] = value
    elif rng.random() < 0.5:
        tensor.dims.append(value)
    else:
        tensor.dims[:] = [2**32, 2**32]  # the product is 0 in 64 bits
    return f"weight {tensor.name} with dims {list(tensor.dims)}"


def weight_dims_reordered(model, rng):
    tensors = [t for t in model.graph.initializer if len(t.dims) > 1 and len(set(t.dims)) > 1]
    tensor = pick(rng, tensors)
    tensor.dims[:] = list(tensor.dims)[::-1]
    return f"weight {tensor.name} with dims {list(tensor.dims)}"


def weight_type(model, rng):
    tensor = pick(rng, model.graph.initializer)
    tensor.data_type = int(rng.integers(0, 25))
    return f"weight {tensor.name} with type {tensor.data_type}"


def weight_bytes(model, rng):
    tensor = pick(rng, [t for t in model.graph.initializer if t.raw_data])
    kind = int(rng.integers(4))
    if kind == 0:
        tensor.raw_data = tensor.raw_data[:-1]
    elif kind == 1:
        tensor.raw_data = tensor.raw_data + b"\0" * 4
    elif kind == 2:
        tensor.raw_data = b""
    else:
        tensor.float_data.extend([1.0, 2.0])
    return f"weight {tensor.name} with {('a byte less', 'four bytes more', 'no bytes', 'two forms of data')[kind]}"


def weight_values(model, rng):
    """Numbers that no training makes, in a whole channel or one place."""
    tensors = [t for t in model.graph.initializer if t.data_type == TensorProto.FLOAT and t.raw_data]
    tensor = pick(rng, tensors)
    values = numpy_helper.to_array(tensor).copy()
    value = pick(rng, (float("nan"), float("inf"), -float("inf"), 1e38, 3e-45, 0.0, -0.0, 1e20))
    flat = values.reshape(values.shape[0], -1) if values.ndim else values.reshape(1, 1)
    row = int(rng.integers(flat.shape[0]))
    flat[row, :] = np.where(rng.random(flat.shape[1]) < pick(rng, (0.05, 1.0)), np.float32(value), flat[row, :])
    tensor.raw_data = values.tobytes()
    return f"channel {row} of weight {tensor.name} with {value}"


def weight_external(model, rng):
    tensor = pick(rng, model.graph.initializer)
    location = pick(rng, ("../../../../etc/passwd", "/etc/passwd", "/dev/zero", "missing.bin", "", "a\0b", "."))
    offset = str(pick(rng, (0, -1, 2**63 - 1, "x", 10**30)))
    length = str(pick(rng, (0, -1, 2**62, 4096)))
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", location), ("offset", offset), ("length", length)):
        tensor.external_data.add(key=key, value=value)
    return f"weight {tensor.name} outside: {location!r}, offset {offset}, length {length}"


def weight_gone(model, rng):
    at = int(rng.integers(len(model.graph.initializer)))
    name = model.graph.initializer[at].name
    del model.graph.initializer[at]
    return f"weight {name} removed"


def weight_twice(model, rng):
    tensor = pick(rng, model.graph.initializer)
    model.graph.initializer.append(tensor)
    return f"weight {tensor.name} twice"


def input_shape(model, rng):
    shape = model.graph.input[0].type.tensor_type.shape
    dim = pick(rng, shape.dim)
    value = signed(pick(rng, EXTREMES + (3, 33, 1000)))
    if rng.random() < 0.2:
        dim.dim_param = "free"
    else:
        dim.dim_value = value
    return f"input shape {[d.dim_param or d.dim_value for d in shape.dim]}"


def input_type(model, rng):
    kind = pick(rng, (model.graph.input[0], model.graph.output[0])).type.tensor_type
    kind.elem_type = int(rng.integers(0, 25))
    return f"an input or output with type {kind.elem_type}"


def outputs(model, rng):
    kind = int(rng.integers(4))
    if kind == 0:
        del model.graph.output[:]
    elif kind == 1:
        model.graph.output[0].name = "nowhere"
    elif kind == 2:
        model.graph.output.append(model.graph.output[0])
    else:
        model.graph.output[0].name = pick(rng, [node.output[0] for node in model.graph.node])
    return ("no outputs", "an output that nothing makes", "an output twice", "an inner value as the output")[kind]


def opset(model, rng):
    kind = pick(rng, (0, -1, 1, 5, 6, 7, 9, 12, 22, 99, 2**62))
    if rng.random() < 0.2:
        del model.opset_import[:]
        return "no opset"
    model.opset_import[0].version = kind
    if rng.random() < 0.2:
        model.opset_import.add(domain="", version=7)
    return f"opset {kind}, {len(model.opset_import)} entries"


def renamed(model, rng):
    name = pick(rng, NAMES)
    target = pick(rng, (some_node(model, rng), model.graph.input[0], model.graph.output[0],
                        pick(rng, model.graph.initializer), model.graph))
    before, target.name = target.name, name
    return f"{before!r} renamed to {name[:30]!r}"


def renamed_everywhere(model, rng):
    """A value with a nasty name, wired right: the model is sound and must run."""
    old, name = some_node(model, rng).output[0], pick(rng, NAMES[1:4] + NAMES[6:])
    for node in model.graph.node:
        node.input[:] = [name if value == old else value for value in node.input]
        node.output[:] = [name if value == old else value for value in node.output]
    for value in (*model.graph.output, *model.graph.value_info):
        if value.name == old:
            value.name = name
    return f"value {old!r} named {name[:30]!r} everywhere"


def recursive_function(model, rng):
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("local", 1)]
    body = [helper.make_node("Again", ["x"], ["y"], domain="local")]
    model.functions.append(helper.make_function("local", "Again", ["x"], ["y"], body, opsets))
    model.opset_import.append(helper.make_opsetid("local", 1))
    node = some_node(model, rng, "Relu", "Clip", "HardSwish", "Sigmoid", "Add")
    if node is None:
        return None
    node.op_type, node.domain = "Again", "local"
    del node.input[1:], node.attribute[:]
    return "a function that calls itself"


def growing_constants(model, rng):
    """Folding that would fill memory: shapes that multiply from node to node."""
    graph = model.graph
    graph.initializer.append(numpy_helper.from_array(np.array([100000, 100000, 1000], np.int64), "huge_shape"))
    graph.node.insert(0, helper.make_node("ConstantOfShape", ["huge_shape"], ["huge"], "bomb"))
    graph.node.append(helper.make_node("ReduceSum", ["huge"], ["huge_sum"], keepdims=0))
    graph.output.append(helper.make_tensor_value_info("huge_sum", TensorProto.FLOAT, []))
    return "a constant of 10 tera-elements"


def wide_concat(model, rng):
    """Doubling 40 times: every node is small, the result is not."""
    graph, last = model.graph, model.graph.output[0].name
    for step in range(40):
        graph.node.append(helper.make_node("Concat", [last, last], [f"double_{step}"], axis=1))
        last = f"double_{step}"
    graph.output.append(helper.make_tensor_value_info(last, TensorProto.FLOAT, None))
    return "an output doubled 40 times"


GRAPH_DAMAGE = (attribute_value, attribute_value, attribute_value, attribute_length, attribute_type, attribute_gone,
                attribute_twice, rewire, rewire, rewire, self_loop, other_op, other_op, other_op, other_domain, input_count,
                output_count, duplicate_output, drop_node, shuffle_nodes, weight_dims, weight_dims, weight_dims_reordered,
                weight_type, weight_bytes, weight_values, weight_values, weight_external, weight_external, weight_gone,
                weight_twice, input_shape, input_shape, input_type, outputs, opset, opset, renamed, renamed_everywhere,
                recursive_function, growing_constants, wide_concat)


def damage_graph(data, rng):
    while True:
        model = onnx.load_model_from_string(data)
        description = pick(rng, GRAPH_DAMAGE)(model, rng)
        if description is not None:
            return description, model.SerializeToString()
