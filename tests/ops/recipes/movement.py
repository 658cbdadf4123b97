"""Ops that only move elements, so that every type has a case: Transpose, Slice, Pad, ..."""
import numpy as np
import schemas
from draw import Case


def ints(values):
    return np.array(values, np.int64).reshape(-1)


def index_type(d, values):
    return np.array(values, schemas.NUMPY[d.types.get("Tind", "i64")])


def transpose(d):
    dims = d.dims(1)
    return Case([d.tensor("T", dims)], {"perm": d.order(len(dims))} if d.whole(0, 3) else {}, moves=(0,))


def concat(d):
    dims, count = d.dims(1), d.whole(1, 3)
    axis = d.whole(0, len(dims) - 1)
    inputs = []
    for _ in range(count):
        dims[axis] = d.extent() if d.kind != "empty" else d.whole(0, 2)
        inputs.append(d.tensor("T", dims))
    negative = d.chance() and d.version >= 11
    attributes = {"axis": axis - len(dims) if negative else axis}
    if d.version < 4 and len(dims) > 1 and d.chance():
        attributes, dims = {}, [2, 3]
        inputs = [d.tensor("T", [2, d.extent()]) for _ in range(count)]
        return Case(inputs, attributes, want=[np.concatenate(inputs, 1)], alone=True)
    return Case(inputs, attributes, moves=tuple(range(count)))


def slice_op(d):
    dims = d.dims(1)
    axes = d.axes(len(dims), None)
    starts = [d.whole(-6, 5) for _ in axes]
    ends = [d.whole(-6, 5) if d.whole(0, 3) else (1 << 31) - 1 for _ in axes]
    x, steps, all_axes = d.tensor("T", dims), [d.pick([1, 2, -1, -2]) for _ in axes], d.whole(0, 3) == 0
    if all_axes:
        axes = list(range(len(axes)))
    ends = [-(1 << 31) if step < 0 and end > 5 else end for end, step in zip(ends, steps)]  # as far as there is something
    if d.version < 10:
        if d.version < 11:
            axes = [axis % len(dims) for axis in axes]
        given = {} if all_axes else {"axes": axes}
        cut = [slice(None)] * len(dims)
        for axis, start, end in zip(axes, starts, ends):
            cut[axis] = slice(start, end)
        return Case([x], {"starts": starts, "ends": ends, **given}, alone=True, want=[x[tuple(cut)]])
    inputs = [x] + [index_type(d, one) for one in (starts, ends)]
    return Case(inputs + [None if all_axes else index_type(d, axes), index_type(d, steps)], moves=(0,),
                constants=(1, 2, 3, 4) if d.chance() else ())


def split(d):
    dims = d.dims(1)
    axis, count = d.whole(0, len(dims) - 1), d.whole(1, 3)
    even = d.chance()
    parts = [d.whole(0 if d.version >= 11 or d.kind == "empty" else 1, 3) for _ in range(count)]
    dims[axis] = count * d.whole(1, 2) if even else sum(parts)
    x = d.tensor("T", dims)
    attributes = {"axis": axis - len(dims) if d.chance() and d.version >= 11 else axis}
    given = parts if not even else [dims[axis] // count] * count
    ends = np.cumsum(given)
    want = np.split(x, ends[:-1], axis)
    if d.version < 13:
        if not even or d.version < 2:
            attributes["split"] = given
        return Case([x], attributes, outputs=count, want=want)
    if even:
        return Case([x], attributes if d.version < 18 else {**attributes, "num_outputs": count}, outputs=count, want=want)
    return Case([x, ints(parts)], attributes, outputs=count, want=want, constants=(1,))


def gather(d):
    dims = d.dims(1, full=True)
    axis = d.whole(0, len(dims) - 1)
    where = d.dims(0, 2)
    least = -dims[axis] if d.version >= 11 else 0
    indices = index_type(d, d.random.randint(least, dims[axis], tuple(where)))
    negative = d.chance()
    return Case([d.tensor("T", dims), indices], {"axis": axis - len(dims) if negative and d.version >= 11 else axis},
                moves=(0,))


def gather_elements(d):
    dims = d.dims(1, full=True)
    axis = d.whole(0, len(dims) - 1)
    where = [d.whole(0 if d.kind == "empty" else 1, extent) for extent in dims]
    where[axis] = d.whole(1, 5)
    indices = index_type(d, d.random.randint(-dims[axis], dims[axis], tuple(where)))
    return Case([d.tensor("T", dims), indices], {"axis": axis - len(dims) if d.chance() else axis}, moves=(0,))


def gather_nd(d):
    dims = d.dims(2, full=True)
    batch = d.whole(0, len(dims) - 1) if d.version >= 12 else 0
    depth = d.whole(1, len(dims) - batch)
    lead = dims[:batch] + [d.whole(0 if d.kind == "empty" else 1, 3)]
    columns = [d.random.randint(-extent, extent, tuple(lead)) for extent in dims[batch:batch + depth]]
    indices = np.stack(columns, -1).astype(np.int64)
    return Case([d.tensor("T", dims), indices], {"batch_dims": batch} if batch else {}, moves=(0,))


def pad(d):
    """Before opset 11 attributes; `paddings` in opset 1."""
    dims = d.dims(1, 3, full=True)
    mode = d.pick(["constant", "constant", "reflect", "edge"] + (["wrap"] if d.version >= 19 else []))
    if d.kind == "empty":
        mode = "constant"
        dims[0] = 0
    limit = [0 if extent <= 1 and mode == "reflect" else extent - 1 if mode == "reflect" else 3 for extent in dims]
    begins, ends = ([d.whole(0 if mode in ("wrap", "reflect") else -min(1, extent // 3), most) for extent, most in zip(dims, limit)]
                    for _ in "be")
    x = d.tensor("T", dims)
    value = d.tensor("T", [], 0.5, 1.0) if d.chance() and mode == "constant" else None
    if d.type("T") in ("string", "bool") or d.version < 11:
        value = None
    some = d.axes(len(dims)) if d.version >= 18 and d.given("Tind") else None
    if some is not None:
        begins, ends = ([sides[axis] for axis in some] for sides in (begins, ends))
    pads = begins + ends
    if d.version < 11:
        number = d.pick([0.0, 0.5]) if mode == "constant" else 0.0
        mode = "constant" if d.type("T") not in schemas.FLOATS else mode
        inside = [slice(-min(one, 0), extent + min(other, 0)) for one, other, extent in zip(begins, ends, dims)]
        amounts = [(max(one, 0), max(other, 0)) for one, other in zip(begins, ends)]
        want = np.pad(x[tuple(inside)].astype(np.float64), amounts, mode, **({"constant_values": number}
                                                                          if mode == "constant" else {}))
        return Case([x], {"paddings" if d.version < 2 else "pads": pads, "mode": mode, "value": number}, alone=True,
                    want=[want.astype(x.dtype)])
    inputs = [x, ints(pads), value]
    if some is not None:
        inputs.append(index_type(d, some))
    return Case(inputs, {"mode": mode} if mode != "constant" or d.chance() else {}, constants=(1, 3) if d.chance() else (),
                moves=(0, 2))


def tile(d):
    """Opset 1 repeats along one axis; both numbers are inputs of the element type."""
    dims = d.dims(1, 3)
    x = d.tensor("T", dims)
    if d.version < 6:
        axis, count = d.whole(0, len(dims) - 1), d.whole(1, 3)
        kind = schemas.NUMPY[d.type("T")]
        repeats = [count if at == axis else 1 for at in range(len(dims))]
        return Case([x, np.array([count], kind), np.array([axis], kind)], constants=(1, 2), want=[np.tile(x, repeats)],
                    alone=True)
    repeats = ints([d.whole(0 if d.kind == "empty" else 1, 3) for _ in dims])
    return Case([x, repeats], moves=(0,), constants=(1,) if d.chance() else ())


def expand(d):
    dims = d.dims(0)
    to = d.spread(dims) if d.chance() else dims
    x = d.tensor("T", d.spread(dims))
    want = np.broadcast_shapes(x.shape, tuple(to))
    return Case([x, ints(to)], want=[np.broadcast_to(x, want).copy()])


def identity(d):
    param = "V" if "V" in d.types else "T"
    if "(" in d.types[param]:
        return None  # recipes/containers.py
    x = d.tensor(param, d.dims(0))
    return Case([x], want=[x])


def depth_space(d):
    block, channels = d.whole(1, 3), d.extent(1, 2)
    height, width = d.extent(1, 3), d.extent(1, 3)
    to_space = d.op == "DepthToSpace"
    dims = [d.batch(), channels * block * block, height, width] if to_space else \
        [d.batch(), channels, height * block, width * block]
    attributes = {"blocksize": block}
    if to_space and d.version >= 11 and d.chance() or d.version >= 28:
        attributes["mode"] = d.pick(["DCR", "CRD"])
    x = d.tensor("T", dims)
    crd = attributes.get("mode") == "CRD"
    n = dims[0]
    if to_space:
        split = (n, channels, block, block, height, width) if crd else (n, block, block, channels, height, width)
        order = (0, 1, 4, 2, 5, 3) if crd else (0, 3, 4, 1, 5, 2)
        want = x.reshape(split).transpose(order).reshape(n, channels, height * block, width * block)
    else:
        split = x.reshape(n, channels, height, block, width, block)
        order = (0, 1, 3, 5, 2, 4) if crd else (0, 3, 5, 1, 2, 4)
        want = split.transpose(order).reshape(n, channels * block * block, height, width)
    return Case([x], attributes, want=[want])


def center_crop_pad(d):
    dims = d.dims(1, full=True)
    axes = d.axes(len(dims)) if d.chance() else None
    sizes = index_type(d, [d.whole(0 if d.kind == "empty" else 1, 6) for _ in (axes or dims)])
    x = d.tensor("T", dims)
    want = x
    for axis, size in zip(axes if axes is not None else range(len(dims)), sizes):
        extent = want.shape[axis]
        cut = [slice(None)] * len(dims)
        amounts = [(0, 0)] * len(dims)
        missing = int(size) - extent
        if missing < 0:
            cut[axis] = slice(-missing // 2, -missing // 2 + int(size))
        amounts[axis] = (max(missing, 0) // 2, max(missing, 0) - max(missing, 0) // 2)
        want = want[tuple(cut)]
        fill = np.array([""], object) if x.dtype == object else np.zeros(1, x.dtype)
        shape = list(want.shape)
        parts = []
        for side in amounts[axis]:
            shape[axis] = side
            parts.append(np.broadcast_to(fill, shape))
        want = np.concatenate([parts[0], want, parts[1]], axis)
    return Case([x, sizes], {} if axes is None else {"axes": axes}, want=[want])


def reshape(d):
    dims = d.dims(0 if d.version >= 5 else 1)
    x = d.tensor("T", dims)
    total = int(np.prod(dims))
    to = [dims[axis] for axis in d.order(len(dims))]
    if d.chance():
        to = [total]
    if total and d.chance() and to:
        to[d.whole(0, len(to) - 1)] = -1
    if total and d.chance() and len(to) == len(dims) and len(to) > 1 and to[0] in (dims[0],):
        to[0] = 0
    attributes = {"allowzero": 1} if not total and d.version >= 14 else {}
    if not total and d.version < 14:
        to = [0] * len(dims)
    final = [dims[at] if extent == 0 and not attributes else extent for at, extent in enumerate(to)]
    want = [x.reshape(final)]
    if d.version < 5:
        return Case([x], {"shape": to}, want=want)
    return Case([x, ints(to)], attributes, want=want, constants=(1,) if d.chance() else ())


def flatten(d):
    dims = d.dims(1 if d.version < 9 else 0)
    x, axis = d.tensor("T", dims), d.whole(0, len(dims))
    negative = axis - len(dims) if d.version >= 11 and axis < len(dims) and d.chance() else axis
    shape = (int(np.prod(dims[:axis])), int(np.prod(dims[axis:])))
    return Case([x], {"axis": negative}, want=[x.reshape(shape)])


def squeeze(d):
    dims = d.dims(1)
    ones = [axis for axis, extent in enumerate(dims) if extent == 1 and d.chance()]
    every = d.chance()
    drop = [axis for axis, extent in enumerate(dims) if extent == 1] if every else ones
    x = d.tensor("T", dims)
    want = [x.reshape([extent for axis, extent in enumerate(dims) if axis not in drop])]
    axes = [axis - len(dims) if d.version >= 11 and d.chance() else axis for axis in drop]
    if every or not axes:
        return Case([x], want=[x.reshape([extent for extent in dims if extent != 1])])
    return Case([x], {"axes": axes}, want=want) if d.version < 13 else \
        Case([x, ints(axes)], want=want, constants=(1,) if d.chance() else ())


def unsqueeze(d):
    dims = d.dims(0, 3)
    rank = len(dims) + d.whole(1, 2)
    places = sorted(d.order(rank)[: rank - len(dims)])
    x = d.tensor("T", dims)
    want = x
    for place in places:
        want = np.expand_dims(want, place)
    axes = [axis - rank if d.version >= 11 and d.chance() else axis for axis in places]
    return Case([x], {"axes": axes}, want=[want]) if d.version < 13 else \
        Case([x, ints(axes)], want=[want], constants=(1,) if d.chance() else ())


RECIPES = {"Transpose": transpose, "Concat": concat, "Slice": slice_op, "Split": split, "Gather": gather,
           "GatherElements": gather_elements, "GatherND": gather_nd, "Pad": pad, "Tile": tile, "Expand": expand,
           "Identity": identity, "DepthToSpace": depth_space, "SpaceToDepth": depth_space,
           "CenterCropPad": center_crop_pad, "Reshape": reshape, "Flatten": flatten, "Squeeze": squeeze,
           "Unsqueeze": unsqueeze}
