"""Sequences, optionals and bodies. Nodes around the one that is tested make its values from tensors and open them."""
import numpy as np
import schemas
from draw import Case
from onnx import helper


def element(kind):
    """optional(seq(f32)) -> f32"""
    return kind.rstrip(")").split("(")[-1]


def proto(kind, shape=None):
    if kind.startswith("seq("):
        return helper.make_sequence_type_proto(proto(kind[4:-1], shape))
    if kind.startswith("optional("):
        return helper.make_optional_type_proto(proto(kind[9:-1], shape))
    return helper.make_tensor_type_proto(schemas.NUMBERS[kind], shape)


def made(kind, names, value):
    """Nodes that make `value` of that kind from tensors."""
    if kind.startswith("optional("):
        inner = made(kind[9:-1], names, value + "_inner") if kind[9:].startswith("seq(") else []
        return inner + [helper.make_node("Optional", [value + "_inner" if inner else names[0]], [value])]
    if kind.startswith("seq("):
        return [helper.make_node("SequenceConstruct", names, [value])]
    return [helper.make_node("Identity", names[:1], [value])]


def opened(kind, value, out, at="at"):
    """Nodes that take a tensor out of `value` again: the last of a sequence."""
    if kind.startswith("optional("):
        inner = kind[9:-1]
        get = helper.make_node("OptionalGetElement", [value], [value + "_got" if "(" in inner else out])
        return [get] + (opened(inner, value + "_got", out, at) if "(" in inner else [])
    if kind.startswith("seq("):
        return [helper.make_node("Constant", [], [at], value=helper.make_tensor(at, 7, [], [-1])),
                helper.make_node("SequenceAt", [value, at], [out])]
    return [helper.make_node("Identity", [value], [out])]


def around(d, kind, inputs, ins, outs, attributes=None, out_kind=None, want=None, extra=()):
    """The node takes "value", made of the first two inputs, and gives "result"."""
    out_kind = out_kind or kind
    results = ["out0"]
    before = made(kind, ["in0", "in1"], "value")
    after = opened(out_kind, "result", "out0") if out_kind else []
    return Case(inputs, attributes or {}, before=before, after=[*extra, *after], names=(ins, outs, results), want=want)


def pair(d, kind):
    dims = d.dims(0, 3)
    return [d.of(element(kind), dims), d.of(element(kind), dims if d.chance() else d.dims(0, 3))]


def identity(d):
    kind = d.types.get("V", "")
    if "(" not in kind:
        return None  # recipes/movement.py
    inputs = pair(d, kind)
    return around(d, kind, inputs if "seq(" in kind else inputs[:1], ["value"], ["result"],
                  want=[inputs[1] if "seq(" in kind else inputs[0]])


def position(d, count):
    return np.asarray(d.whole(-count, count - 1)).astype(schemas.NUMPY[d.types.get("I", "i64")])


def sequence_at(d):
    inputs = pair(d, d.types["S"])
    at = position(d, 2)
    return Case([*inputs, at], before=made("seq(x)", ["in0", "in1"], "value"), want=[inputs[int(at)]],
                names=(["value", "in2"], ["out0"], ["out0"]))


def sequence_construct(d):
    inputs = pair(d, d.types["S"])
    return Case(inputs, after=opened("seq(x)", "value", "out0"), want=[inputs[1]],
                names=(["in0", "in1"], ["value"], ["out0"]))


def sequence_empty(d):
    kind = element(d.types["S"])
    x = d.of(kind, d.dims(0))
    given = kind != "f32" or d.chance()
    return Case([x], {"dtype": schemas.NUMBERS[kind]} if given else {},
                after=[helper.make_node("SequenceInsert", ["value", "in0"], ["more"])] + opened("seq(x)", "more", "out0"),
                want=[x], names=([], ["value"], ["out0"]))


def sequence_insert(d):
    kind = element(d.types["S"])
    inputs = pair(d, kind) + [d.of(kind, d.dims(0))]
    at = position(d, 2)
    want = inputs[:2]
    want.insert(int(at), inputs[2])
    given = d.given("I")
    return Case(inputs + ([at] if given else []), before=made("seq(x)", ["in0", "in1"], "value"),
                after=opened("seq(x)", "result", "out0"), want=[want[-1] if given else inputs[2]],
                names=(["value", "in2"] + (["in3"] if given else []), ["result"], ["out0"]))


def sequence_erase(d):
    inputs = pair(d, d.types["S"])
    at = position(d, 2)
    left = [one for number, one in enumerate(inputs) if number != int(at) % 2]
    return Case([*inputs, at], before=made("seq(x)", ["in0", "in1"], "value"), after=opened("seq(x)", "result", "out0"),
                want=left[-1:], names=(["value", "in2"], ["result"], ["out0"]))


def sequence_length(d):
    inputs = pair(d, d.types["S"])
    return Case(inputs, before=made("seq(x)", ["in0", "in1"], "value"), want=[np.array(2, np.int64)],
                names=(["value"], ["out0"], ["out0"]))


def concat_from_sequence(d):
    kind, dims = element(d.types["S"]), d.dims(1, 3)
    stacked = d.chance()
    axis = d.whole(0, len(dims) - 1 + stacked)
    a = d.of(kind, dims)
    if not stacked:
        dims[axis] = d.extent()
    b = d.of(kind, dims)
    want = np.stack([a, b], axis) if stacked else np.concatenate([a, b], axis)
    negative = axis - want.ndim if d.chance() else axis
    return Case([a, b], {"axis": negative, "new_axis": int(stacked)}, before=made("seq(x)", ["in0", "in1"], "value"),
                want=[want], names=(["value"], ["out0"], ["out0"]))


def split_to_sequence(d):
    dims = d.dims(1, 3, full=True)
    axis, keep = d.whole(0, len(dims) - 1), d.whole(0, 1)
    x = d.tensor("T", dims)
    given = d.given("I")
    size = d.whole(1, dims[axis])
    inputs = [x] + ([np.asarray(size).astype(schemas.NUMPY[d.types["I"]])] if given else [])
    cuts = range(0, dims[axis], size if given else 1)
    last = np.take(x, range(cuts[-1], dims[axis]), axis)
    if not given and not keep:
        last = np.squeeze(last, axis)
    return Case(inputs, {"axis": axis - len(dims) if d.chance() else axis, "keepdims": keep},
                after=opened("seq(x)", "value", "out0"), want=[last],
                names=([f"in{at}" for at in range(len(inputs))], ["value"], ["out0"]))


def sequence_map(d):
    """The body adds nothing: it turns the tensors of the sequence into themselves."""
    kind = element(d.types["S"])
    inputs = pair(d, kind)
    extra = d.types["V"]
    if "(" in extra:
        extra = "f32"
    body = helper.make_graph([helper.make_node("Identity", ["one"], ["same"])], "body",
                             [helper.make_value_info(name, proto(which)) for name, which in (("one", kind), ("more", extra))],
                             [helper.make_value_info("same", proto(kind))])
    return Case([*inputs, d.of(extra, [2])], {"body": body}, before=made("seq(x)", ["in0", "in1"], "value"),
                after=opened("seq(x)", "result", "out0"), want=[inputs[1]],
                names=(["value", "in2"], ["result"], ["out0"]))


def optional(d):
    kind = d.types["O"] if d.asked == "O" else f"optional({d.types['V']})"
    inputs = pair(d, kind) if "seq(" in kind else pair(d, kind)[:1]
    before = made(kind[9:-1], ["in0", "in1"], "value") if "seq(" in kind else []
    return Case(inputs, before=before, after=opened(kind, "result", "out0"), want=[inputs[-1]],
                names=(["value" if before else "in0"], ["result"], ["out0"]))


def optional_get(d):
    kind = d.types["O"] if d.asked != "V" else f"optional({d.types['V']})"
    inputs = pair(d, kind) if "seq(" in kind else pair(d, kind)[:1]
    inner = kind[9:-1] if kind.startswith("optional(") else kind
    return Case(inputs, before=made(kind, ["in0", "in1"], "value"), after=opened(inner, "result", "out0"),
                want=[inputs[-1]], names=(["value"], ["result"], ["out0"]))


def optional_has(d):
    kind = d.types["O"]
    inputs = pair(d, kind) if "seq(" in kind else pair(d, kind)[:1]
    return Case(inputs, before=made(kind, ["in0", "in1"], "value"), want=[np.array(True)],
                names=(["value"], ["out0"], ["out0"]))


def branch(kind, source, name):
    """Captures what stands outside."""
    nodes = made(kind, [source], name)
    return helper.make_graph(nodes, name, [], [helper.make_value_info(name, proto(kind))])


def if_op(d):
    kind = d.types["V"]
    inputs, yes = pair(d, kind), d.chance()
    if d.version < 11:  # both branches give the same shape
        inputs[1] = d.of(kind, inputs[0].shape)
    return Case([*inputs, np.array(yes)], {"then_branch": branch(kind, "in0", "yes"), "else_branch": branch(kind, "in1", "no")},
                after=opened(kind, "result", "out0"), want=[inputs[0 if yes else 1]],
                names=(["in2"], ["result"], ["out0"]))


def loop(d):
    """Carries a value on unchanged, or a sequence that grows by a captured tensor."""
    kind = d.types["V"]
    inputs = pair(d, kind)
    grows = kind.startswith("seq(")
    step = helper.make_node("SequenceInsert", ["old", "in1"], ["new"]) if grows else \
        helper.make_node("Identity", ["old"], ["new"])
    body = helper.make_graph([helper.make_node("Identity", ["go"], ["on"]), step], "body",
                             [helper.make_value_info("turn", proto("i64", [])), helper.make_value_info("go", proto("bool", [])),
                              helper.make_value_info("old", proto(kind))],
                             [helper.make_value_info("on", proto("bool", [])), helper.make_value_info("new", proto(kind))])
    turns = d.whole(0, 3)
    made_of = ["in0"] if grows or "seq(" not in kind else ["in0", "in1"]
    want = inputs[1] if grows and turns or not grows and "seq(" in kind else inputs[0]
    return Case([*inputs, np.array(turns, np.int64)], {"body": body}, before=made(kind, made_of, "value"),
                after=opened(kind, "result", "out0"), want=[want], names=(["in2", "", "value"], ["result"], ["out0"]))


def scan(d):
    """Opset 8 runs over batches, later ones do not. One state, one input, one output of each step."""
    kind, steps, width = d.types["V"], d.whole(1, 3), d.extent()
    state, x = d.of(kind, [width]), d.of(kind, [steps, width])
    body = helper.make_graph([helper.make_node("Identity", ["item"], ["next"]), helper.make_node("Identity", ["state"], ["seen"])],
                             "body", [helper.make_value_info(name, proto(kind, [width])) for name in ("state", "item")],
                             [helper.make_value_info(name, proto(kind, [width])) for name in ("next", "seen")])
    seen = np.concatenate([state[None], x[:-1]])
    if d.version < 9:
        return Case([np.array([steps], np.int64) if d.given("I") else None, state[None], x[None]], {"body": body, "num_scan_inputs": 1}, outputs=2,
                    want=[x[-1:], seen[None]])
    reverse = d.chance()
    if reverse:
        seen = np.concatenate([state[None], x[::-1][:-1]])
    return Case([state, x], {"body": body, "num_scan_inputs": 1, **({"scan_input_directions": [1]} if reverse else {})},
                outputs=2, want=[x[0] if reverse else x[-1], seen])


def random_op(d):
    """Distributions of one value, so that every generator of random numbers gives the same."""
    like = d.op.endswith("Like")
    kind = d.types["T2" if like else "T"]
    dims = d.dims(1)
    spread = {"scale": 0.0, "mean": 0.5} if "Normal" in d.op else {"low": 0.5, "high": 0.5}
    want = [np.full(dims, 0.5).astype(schemas.NUMPY[kind])]
    if not like:
        return Case([], {"shape": dims, "dtype": schemas.NUMBERS[kind], **spread}, want=want)
    return Case([d.tensor("T1", dims)], {"dtype": schemas.NUMBERS[kind], **spread}, want=want)


def bernoulli(d):
    x = np.asarray(d.random.randint(0, 2, tuple(d.dims(0)))).astype(schemas.NUMPY[d.types["T1"]])
    return Case([x], {"dtype": schemas.NUMBERS[d.types["T2"]]}, want=[x.astype(np.float32).astype(schemas.NUMPY[d.types["T2"]])])


def multinomial(d):
    """All but one class are practically impossible."""
    batch, classes, count = d.batch(), d.extent(), d.whole(1, 3)
    sure = d.random.randint(0, classes, batch)
    x = np.where(np.arange(classes) == sure.reshape(-1, 1), 0.0, -1000.0).reshape(batch, classes)
    kind = schemas.NUMPY[d.types["T2"]]
    return Case([x.astype(schemas.NUMPY[d.types["T1"]])], {"sample_size": count, "dtype": schemas.NUMBERS[d.types["T2"]]},
                want=[np.repeat(sure.reshape(-1, 1), count, 1).astype(kind)])


RECIPES = {"Identity": identity, "SequenceAt": sequence_at, "SequenceConstruct": sequence_construct,
           "SequenceEmpty": sequence_empty, "SequenceInsert": sequence_insert, "SequenceErase": sequence_erase,
           "SequenceLength": sequence_length, "ConcatFromSequence": concat_from_sequence,
           "SplitToSequence": split_to_sequence, "SequenceMap": sequence_map, "Optional": optional,
           "OptionalGetElement": optional_get, "OptionalHasElement": optional_has, "If": if_op, "Loop": loop, "Scan": scan,
           "RandomNormal": random_op, "RandomNormalLike": random_op, "RandomUniform": random_op,
           "RandomUniformLike": random_op, "Bernoulli": bernoulli, "Multinomial": multinomial}
