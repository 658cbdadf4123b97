"""Ops that choose, count, scatter or make elements."""
import numpy as np
import oracle
import schemas
from draw import Case
from recipes.movement import index_type, ints


def spots(d, dims, count):
    """`count` different places of a tensor, as a list of index vectors."""
    every = list(np.ndindex(*dims))
    return [every[at] for at in d.random.permutation(len(every))[:count]]


def scatter_elements(d):
    """Different places along the axis, unless a reduction says what equal places give."""
    dims = d.dims(1, full=True)
    axis = d.whole(0, len(dims) - 1)
    where = [d.whole(0 if d.kind == "empty" else 1, extent) for extent in dims]
    choices = ["none"] + (["add", "mul"] if d.version >= 16 else []) + (["max", "min"] if d.version >= 18 else [])
    reduction = d.pick(choices)
    if d.type("T") in ("bool", "string", "complex64", "complex128") or d.version < 16:
        reduction = "none"
    indices = np.zeros(where, np.int64)
    for line in np.ndindex(*[extent for at, extent in enumerate(where) if at != axis]):
        places = list(line[:axis]) + [slice(None)] + list(line[axis:])
        chosen = d.order(dims[axis])[: where[axis]] if reduction == "none" else \
            [d.whole(0, dims[axis] - 1) for _ in range(where[axis])]
        indices[tuple(places)] = chosen
    if d.version >= 11 and d.chance():
        indices = indices - dims[axis]
    negative = axis - len(dims) if d.chance() and d.version >= 11 else axis
    return Case([d.tensor("T", dims), index_type(d, indices), d.tensor("T", where)],
                {"axis": negative, **({"reduction": reduction} if reduction != "none" else {})},
                moves=(0, 2) if reduction == "none" else ())


def scatter_nd(d):
    dims = d.dims(1, full=True)
    depth = d.whole(1, len(dims))
    places = spots(d, dims[:depth], d.whole(0 if d.kind == "empty" else 1, 3))
    choices = ["none"] + (["add", "mul"] if d.version >= 16 else []) + (["max", "min"] if d.version >= 18 else [])
    reduction = d.pick(choices)
    if d.type("T") in ("bool", "string", "complex64", "complex128") or d.version < 16:
        reduction = "none"
    indices = np.array(places, np.int64).reshape(len(places), depth)
    if d.chance():
        indices = indices - np.array(dims[:depth], np.int64)
    x, updates = d.tensor("T", dims), d.tensor("T", [len(places)] + dims[depth:])
    want = x.copy()
    for at, place in enumerate(places):
        old, new = want[tuple(place)], updates[at]
        want[tuple(place)] = {"none": lambda a, b: b, "add": np.add, "mul": np.multiply, "max": np.maximum,
                              "min": np.minimum}[reduction](old, new)
    return Case([x, indices, updates], {"reduction": reduction} if reduction != "none" else {}, want=[want])


def reverse_sequence(d):
    dims = [d.extent(), d.extent()] + d.dims(0, 2)
    time = d.whole(0, 1)
    lengths = ints([d.whole(1 if d.version < 28 else 0, dims[time]) for _ in range(dims[1 - time])])
    return Case([d.tensor("T", dims), lengths], {"time_axis": time, "batch_axis": 1 - time}, moves=(0,))


def compress(d):
    dims = d.dims(1)
    axis = d.whole(0, len(dims) - 1) if d.chance() else None
    x = d.tensor("T", dims)
    condition = d.of("bool", [d.whole(0, dims[axis] if axis is not None else x.size)])
    want = np.compress(condition, x, axis)
    if axis is not None and d.version >= 11 and d.chance():
        axis -= len(dims)
    return Case([x, condition], {} if axis is None else {"axis": axis}, want=[want])


def one_hot(d):
    where, depth = d.dims(1, 2), d.whole(1, 4)
    kind, number = d.type("T1"), d.type("T2")
    least = 0 if kind in schemas.UNSIGNED or d.version < 11 else -depth
    indices = np.asarray(d.random.randint(least, depth + 1, tuple(where)))  # the last is out of range: off everywhere
    values = d.tensor("T3", [2])
    axis = d.whole(-1, len(where)) if d.chance() else -1
    hot = np.moveaxis(np.arange(depth) == np.where(indices < 0, indices + depth, indices)[..., None], -1, axis)
    size = np.array(depth, schemas.NUMPY[number])
    return Case([indices.astype(schemas.NUMPY[kind]), size if d.version >= 11 and d.chance() else size.reshape(1), values],
                {"axis": axis}, alone=True, want=[np.where(hot, values[1], values[0]).astype(values.dtype)])


def trilu(d):
    x = d.tensor("T", d.dims(0, 2) + [d.extent(), d.extent()])
    if d.kind == "empty":
        x = x[..., :0]
    k = d.whole(-4, 4) if d.chance() else None
    upper = d.chance()
    rows, columns = np.indices(x.shape[-2:])
    keep = columns - rows >= (k or 0) if upper else columns - rows <= (k or 0)
    zero = "" if x.dtype == object else np.zeros((), x.dtype)
    return Case([x, None if k is None else np.array(k, np.int64)], {"upper": int(upper)},
                want=[np.where(keep, x, zero).astype(x.dtype)])


def unique(d):
    dims = d.dims(1, 3)
    axis = d.whole(0, len(dims) - 1) if d.chance() else None
    x = d.tensor("T", dims)
    if x.dtype.kind in "iu":
        x = x % x.dtype.type(3) if x.dtype.itemsize else x
    attributes = {"sorted": int(d.chance())}
    if axis is not None:
        attributes["axis"] = axis - len(dims) if d.chance() else axis
    if axis is not None and x.size == 0:
        return None  # what an empty line is equal to, the specification does not say
    lines = [tuple(one) for one in (x.reshape(-1, 1).tolist() if axis is None else
                                    np.moveaxis(x, axis, 0).reshape(x.shape[axis], -1).tolist())]
    first, counts = {}, {}
    for at, line in enumerate(lines):
        first.setdefault(line, at)
        counts[line] = counts.get(line, 0) + 1
    if d.type("T").startswith("complex"):
        attributes["sorted"] = 0  # complex numbers have no order
    order = sorted(first) if attributes["sorted"] else list(first)
    kept = np.array([first[line] for line in order], np.int64)
    y = x.ravel()[kept] if axis is None else np.take(x, kept, axis)
    place = {line: at for at, line in enumerate(order)}
    return Case([x], attributes, outputs=4, want=[y, kept, np.array([place[line] for line in lines], np.int64),
                                                  np.array([counts[line] for line in order], np.int64)])


def tensor_scatter(d):
    batch, heads, length, width = d.extent(), d.extent(), d.whole(2, 5), d.extent()
    circular = d.chance()
    new = d.whole(1, length)
    past, update = d.tensor("T", [batch, heads, length, width]), d.tensor("T", [batch, heads, new, width])
    starts = ints([d.whole(0, length - 1 if circular else length - new) for _ in range(batch)])
    want = past.copy()
    for at in range(batch):
        for step in range(new):
            want[at, :, (starts[at] + step) % length] = update[at, :, step]
    return Case([past, update, starts], {"mode": "circular" if circular else "linear"}, want=[want])


def non_zero(d):
    x = d.tensor("T", d.dims(1))
    if x.dtype == object:
        x = np.where(x == "", "a", x)  # whether an empty text is zero, the specification does not say
    return Case([x], want=[np.array([one for one in np.nonzero(x)], np.int64).reshape(x.ndim, -1)])


def eye_like(d):
    dims = [d.extent(), d.extent()] if d.kind != "empty" else [0, d.extent()]
    kind, k = d.types["T2"], d.whole(-3, 3)
    given = d.given("T2") or d.types["T1"] not in d.allowed["T2"]
    kind = kind if given else d.types["T1"]
    return Case([d.tensor("T1", dims)], {"k": k, **({"dtype": schemas.NUMBERS[kind]} if given else {})},
                want=[np.eye(*dims, k=k).astype(schemas.NUMPY[kind])])


def shape_op(d):
    dims = d.dims(0)
    attributes = {name: d.whole(-5, 5) for name in ("start", "end") if d.version >= 15 and d.chance()}
    return Case([d.tensor("T", dims)], attributes, want=[ints(dims[attributes.get("start", 0):attributes.get("end")])])


def size_op(d):
    dims = d.dims(0)
    return Case([d.tensor("T", dims)], want=[np.array(int(np.prod(dims)), np.int64)])


def constant_of_shape(d):
    value = d.tensor("T2", [1])
    dims = d.dims(0)
    given = d.chance() or d.types["T2"] != "f32"
    fill = value[0] if given else np.float32(0)
    return Case([ints(dims)], {"value": oracle.constant("value", value)} if given else {},
                want=[np.full(dims, fill, value.dtype if given else np.float32)])


def constant(d):
    """Tensors under every attribute that an opset knows for their type."""
    x = d.tensor("T", d.dims(0))
    lone = {"f32": "value_float", "i64": "value_int", "string": "value_string"}.get(d.type("T"))
    if d.version >= 12 and lone and d.chance():
        x = d.tensor("T", [] if d.chance() else [d.extent()])
        values = [one.encode() if x.dtype == object else one for one in x.ravel().tolist()]
        return Case([], {lone: values[0]} if not x.ndim else {lone + "s": values}, want=[x])
    held = oracle.constant("value", x)
    return Case([], {"value": held}, want=[x])


def range_op(d):
    count = 0 if d.kind == "empty" else d.whole(1, 5)
    step, kind = d.pick([1, 2, -1]), schemas.NUMPY[d.type("T")]
    start = d.whole(0, 3)
    return Case([np.array(one, kind) for one in (start, start + count * step, step)],
                want=[(start + np.arange(count) * step).astype(kind)])


def top_k(d):
    dims = d.dims(1, full=True)
    axis = d.whole(0, len(dims) - 1)
    x = d.tensor("T", dims)
    count = d.whole(0 if d.kind == "empty" and d.version >= 10 else 1, dims[axis])
    largest = d.version < 11 or d.chance()
    keys = x.astype(np.float64)
    order = np.argsort(-keys if largest else keys, axis, kind="stable")
    order = np.take(order, range(count), axis)
    attributes = {"axis": axis - len(dims) if d.version >= 11 and d.chance() else axis}
    if d.version >= 11:
        attributes.update({"largest": int(largest)})
    want = [np.take_along_axis(x, order, axis), order.astype(np.int64)]
    if d.version < 10:
        return Case([x], {**attributes, "k": count}, outputs=2, want=want)
    return Case([x, ints([count])], attributes, outputs=2, want=want, constants=(1,) if d.chance() else ())


def arg_most(d):
    dims = d.dims(1, full=True)
    if d.kind == "empty" and len(dims) > 1:
        dims = [0] + dims[1:]
    axis = d.whole(1 if d.kind == "empty" and len(dims) > 1 else 0, len(dims) - 1)
    x = np.clip(d.tensor("T", dims).astype(np.float64), 0, 3).round().astype(schemas.NUMPY[d.type("T")])
    last = d.version >= 12 and d.chance()
    keys = x.astype(np.float64) * (1 if d.op == "ArgMax" else -1)
    found = dims[axis] - 1 - np.argmax(np.flip(keys, axis), axis) if last else np.argmax(keys, axis)
    keep = d.chance()
    return Case([x], {"axis": axis - len(dims) if d.version >= 11 and d.chance() else axis, "keepdims": int(keep),
                      **({"select_last_index": 1} if last else {})},
                want=[np.asarray(np.expand_dims(found, axis) if keep else found).astype(np.int64)])


def cumulative(d):
    dims = d.dims(1, 3)
    axis, x = d.whole(0, len(dims) - 1), d.tensor("T", dims)
    exclusive, reverse = d.chance(), d.chance()
    data = np.flip(x, axis) if reverse else x
    run, unit = (np.cumsum, 0) if d.op == "CumSum" else (np.cumprod, 1)
    wide = data.astype(np.float64 if d.type("T") in schemas.FLOATS else np.int64)
    want = run(wide, axis)
    if exclusive:
        want = np.concatenate([np.full_like(np.take(want, range(min(1, dims[axis])), axis), unit),
                               np.take(want, range(max(dims[axis] - 1, 0)), axis)], axis)
    want = np.flip(want, axis) if reverse else want
    at = np.array(axis - len(dims) if d.chance() else axis, schemas.NUMPY[d.type("T2")])
    return Case([x, at], {name: 1 for name, given in (("exclusive", exclusive), ("reverse", reverse)) if given},
                want=[want.astype(x.dtype)])


def windows(d):
    """The specification's formulas. Whole numbers are asked for where no value of the formula is nearly whole."""
    size, kind = 0 if d.kind == "empty" else d.whole(2, 12), d.types["T2"]
    periodic = d.chance()
    if kind in schemas.INTEGERS and size:
        size = size // 2 * 2 + int(periodic) + 2 * int(not periodic)
    length = size if periodic else size - 1
    turn = 2 * np.pi * np.arange(size) / length if length > 0 else np.zeros(size)
    a = {"HannWindow": (0.5, 0.5, 0), "HammingWindow": (25 / 46, 21 / 46, 0), "BlackmanWindow": (0.42, 0.5, 0.08)}[d.op]
    want = a[0] - a[1] * np.cos(turn) + a[2] * np.cos(2 * turn)
    attributes = {"periodic": int(periodic), "output_datatype": schemas.NUMBERS[kind]}
    return Case([np.array(size, schemas.NUMPY[d.types["T1"]])], attributes, want=[want.astype(schemas.NUMPY[kind])])


def reduce_op(d):
    """Axes are an attribute until opset 17 (ReduceSum: 12). Of nothing, only sums have a value."""
    dims = d.dims(1, full=d.op not in ("ReduceSum", "ReduceSumSquare", "ReduceL1", "ReduceL2", "ReduceProd")
                  or d.version < 13)
    positive = d.op in ("ReduceLogSum",)
    x = d.tensor("T", dims, 0.25 if positive else -2.0)
    if d.op == "ReduceProd" and x.dtype.kind in "iu":
        x = np.minimum(np.abs(x), 2).astype(x.dtype)
    axes = d.axes(len(dims)) if d.whole(0, 2) else None
    keep = d.chance()
    split = 13 if d.op == "ReduceSum" else 18
    nothing = axes is None and d.version >= split and d.chance()
    over = () if nothing else tuple(range(len(dims))) if axes is None else tuple(axes)
    if positive:
        x = np.maximum(x, x.dtype.type(1)) if x.dtype.kind in "iu" else x
    wide = x if x.dtype == bool or x.dtype.kind in "iu" and d.op in ("ReduceMax", "ReduceMin") else \
        x.astype(np.int64 if x.dtype.kind in "iu" and d.op in ("ReduceSum", "ReduceProd", "ReduceL1", "ReduceSumSquare")
                 else np.float64)
    with np.errstate(all="ignore"):
        want = {"ReduceSum": lambda: np.sum(wide, over, keepdims=keep), "ReduceProd": lambda: np.prod(wide, over, keepdims=keep),
                "ReduceMean": lambda: np.mean(wide, over, keepdims=keep), "ReduceMax": lambda: np.max(wide, over, keepdims=keep),
                "ReduceMin": lambda: np.min(wide, over, keepdims=keep),
                "ReduceL1": lambda: np.sum(np.abs(wide), over, keepdims=keep),
                "ReduceL2": lambda: np.sqrt(np.sum(wide * wide, over, keepdims=keep)),
                "ReduceSumSquare": lambda: np.sum(wide * wide, over, keepdims=keep),
                "ReduceLogSum": lambda: np.log(np.sum(wide, over, keepdims=keep)),
                "ReduceLogSumExp": lambda: np.log(np.sum(np.exp(wide), over, keepdims=keep))}[d.op]()
    if nothing:
        want = {"ReduceL1": lambda: np.abs(wide), "ReduceL2": lambda: np.abs(wide), "ReduceSumSquare": lambda: wide * wide,
                "ReduceLogSum": lambda: np.log(wide)}.get(d.op, lambda: wide)()
    if np.asarray(want).dtype.kind == "f" and x.dtype.kind in "iu":
        want = np.trunc(want)
    want = [np.asarray(want).astype(x.dtype)]
    attributes = {"keepdims": int(keep)}
    if d.version < split:
        return Case([x], attributes if axes is None else {**attributes, "axes": axes}, want=want)
    if nothing:
        attributes["noop_with_empty_axes"] = 1
    return Case([x] if axes is None else [x, ints(axes)], attributes, want=want, constants=(1,) if d.chance() else ())


REDUCTIONS = "L1 L2 LogSum LogSumExp Max Mean Min Prod Sum SumSquare".split()
RECIPES = {"ScatterElements": scatter_elements, "Scatter": scatter_elements, "ScatterND": scatter_nd,
           "ReverseSequence": reverse_sequence, "Compress": compress, "OneHot": one_hot, "Trilu": trilu, "Unique": unique,
           "TensorScatter": tensor_scatter, "NonZero": non_zero, "EyeLike": eye_like, "Shape": shape_op, "Size": size_op,
           "Constant": constant, "ConstantOfShape": constant_of_shape, "Range": range_op, "TopK": top_k, "ArgMax": arg_most, "ArgMin": arg_most,
           "CumSum": cumulative, "CumProd": cumulative, "HannWindow": windows, "HammingWindow": windows,
           "BlackmanWindow": windows, **{"Reduce" + name: reduce_op for name in REDUCTIONS}}
