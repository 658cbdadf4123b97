"""Layers: convolution, pooling, normalization, matrix products, resampling, recurrence."""
import numpy as np
import schemas
from draw import Case


def picture(d, spatial=2, channels=None, least=3):
    return [d.batch(), d.extent() if channels is None else channels] + [d.extent(least, 6) for _ in range(spatial)]


def window(d, spatial, dims, strides=True, dilations=False, pads=True):
    kernel = [d.whole(1, 3) for _ in range(spatial)]
    attributes = {"kernel_shape": kernel}
    if strides and d.chance():
        attributes["strides"] = [d.whole(1, 3) for _ in range(spatial)]
    if dilations and d.chance():
        attributes["dilations"] = [d.whole(1, 2) if size <= 2 else 1 for size in kernel]
    if pads and d.chance():
        attributes["pads"] = [d.whole(0, kernel[at % spatial] - 1) for at in range(2 * spatial)]
    elif pads and not attributes.get("dilations") and d.whole(0, 2) == 0:
        attributes["auto_pad"] = d.pick(["SAME_UPPER", "SAME_LOWER", "VALID"])
        if "strides" in attributes:  # what a negative padding would mean, the specification does not say
            attributes["strides"] = [min(pair) for pair in zip(attributes["strides"], kernel)]
    return attributes


def conv(d):
    spatial, group = d.whole(1, 2), d.pick([1, 1, 2])
    dims = picture(d, spatial, group * d.whole(1, 2))
    attributes = window(d, spatial, dims, dilations=True)
    made = group * d.whole(1, 2)
    transposed = d.op == "ConvTranspose"
    w = [dims[1], made // group] if transposed else [made, dims[1] // group]
    w = d.tensor("T", w + attributes["kernel_shape"])
    bias = d.tensor("T", [made]) if d.chance() else None
    if transposed:
        attributes.pop("auto_pad", None)
        if d.chance() and "strides" in attributes:
            attributes["output_padding"] = [d.whole(0, stride - 1) for stride in attributes["strides"]]
    if d.chance():
        del attributes["kernel_shape"]
    return Case([d.tensor("T", dims), w] + ([bias] if bias is not None else []), {**attributes, "group": group}, exact=True)


def placed(size, kernel, stride, dilation, begin, end, attributes):
    """Where the windows of one axis start, and how long the padded axis is."""
    reach, mode = dilation * (kernel - 1) + 1, attributes.get("auto_pad", "")
    if mode.startswith("SAME"):
        count = -(-size // stride)
        total = max((count - 1) * stride + reach - size, 0)
        begin = (total + 1) // 2 if mode == "SAME_LOWER" else total // 2
        return [at * stride - begin for at in range(count)], size + total - begin
    room = size + begin + end - reach
    count = (-(-room // stride) if attributes.get("ceil_mode") else room // stride) + 1
    if attributes.get("ceil_mode") and (count - 1) * stride >= size + begin:
        count -= 1  # a window must not start in the padding behind
    return [at * stride - begin for at in range(count)], size + end


def pooled(x, attributes, power=None):
    """The mean of the elements under the window, where padding counts if count_include_pad says so and what ceil_mode adds
    does not; or their norm of that power."""
    kernel = attributes["kernel_shape"]
    rank = len(kernel)
    strides, dilations = attributes.get("strides", [1] * rank), attributes.get("dilations", [1] * rank)
    pads, sizes = attributes.get("pads", [0] * 2 * rank), x.shape[2:]
    places = [placed(sizes[at], kernel[at], strides[at], dilations[at], pads[at], pads[at + rank], attributes)
              for at in range(rank)]
    begins = [-starts[0] if starts else 0 for starts, _ in places]
    want = np.zeros((*x.shape[:2], *[len(starts) for starts, _ in places]))
    for at in np.ndindex(want.shape[2:]):
        lines = [[places[axis][0][at[axis]] + step * dilations[axis] for step in range(kernel[axis])] for axis in range(rank)]
        inside = [[one for one in line if 0 <= one < size] for line, size in zip(lines, sizes)]
        padded = [[one for one in line if -begin <= one < end] for line, begin, (_, end) in zip(lines, begins, places)]
        counted = padded if attributes.get("count_include_pad") else inside
        under = x.astype(np.float64)[np.ix_(range(x.shape[0]), range(x.shape[1]), *inside)]
        over = tuple(range(2, 2 + rank))
        want[(slice(None), slice(None), *at)] = (np.abs(under) ** power).sum(over) ** (1 / power) if power else \
            under.sum(over) / np.prod([len(one) for one in counted])
    return want


def pool(d):
    spatial = d.whole(1, 2)
    dims = picture(d, spatial)
    since = {"AveragePool": 19, "MaxPool": 10, "LpPool": 18}[d.op]
    attributes = window(d, spatial, dims, dilations=d.version >= since)
    if d.version >= {"AveragePool": 10, "MaxPool": 10, "LpPool": 18}[d.op] and d.chance() and "auto_pad" not in attributes:
        attributes["ceil_mode"] = 1
    if d.op == "AveragePool" and d.version >= 7 and d.chance():
        attributes["count_include_pad"] = 1
    if d.op == "LpPool":
        attributes.pop("auto_pad", None)
        x, p = d.tensor("T", dims), d.whole(1, 3)
        attributes["p"] = float(p) if d.version < 2 else p
        return Case([x], attributes, want=[pooled(x, attributes, p).astype(x.dtype)])
    x = d.tensor("T", dims)
    if d.op == "MaxPool":
        x = np.asarray(np.round(d.random.permutation(x.size)).reshape(x.shape) % 100 - 20).astype(x.dtype)
    if d.op == "AveragePool":
        return Case([x], attributes, want=[pooled(x, attributes).astype(x.dtype)])
    outputs = 2 if d.op == "MaxPool" and d.version >= 8 and d.given("I") else 1
    return Case([x], attributes, outputs=outputs, exact=d.op == "MaxPool")


def global_pool(d):
    x = d.tensor("T", picture(d, d.whole(1, 3), least=1))
    axes = tuple(range(2, x.ndim))
    if d.op == "GlobalMaxPool":
        return Case([x], want=[np.max(x, axes, keepdims=True)])
    if d.op == "GlobalAveragePool":
        return Case([x], want=[np.mean(x.astype(np.float64), axes, keepdims=True).astype(x.dtype)])
    p = d.whole(1, 3)
    want = np.power(np.sum(np.abs(x.astype(np.float64)) ** p, axes, keepdims=True), 1 / p)
    return Case([x], {"p": float(p) if d.version < 2 else p}, want=[want.astype(x.dtype)])


def max_roi_pool(d):
    x = d.tensor("T", [2, d.extent(1, 3), 6, 6])
    boxes = np.array([[d.whole(0, 1), d.whole(0, 2), d.whole(0, 2), d.whole(3, 5), d.whole(3, 5)] for _ in range(d.batch())],
                     np.float64).reshape(-1, 5).astype(x.dtype)
    columns = d.whole(1, 3)
    want = np.zeros([len(boxes), x.shape[1], 2, columns], x.dtype)
    for at in np.ndindex(len(boxes), 2, columns):
        image, left, top, right, bottom = (int(one) for one in boxes[at[0]])
        tall, wide = (bottom - top + 1) / 2, (right - left + 1) / columns
        rows = slice(top + int(np.floor(at[1] * tall)), top + int(np.ceil((at[1] + 1) * tall)))
        across = slice(left + int(np.floor(at[2] * wide)), left + int(np.ceil((at[2] + 1) * wide)))
        want[at[0], :, at[1], at[2]] = x[image, :, rows, across].max((1, 2))
    return Case([x, boxes], {"pooled_shape": [2, columns]}, want=[want])


def max_unpool(d):
    n, c = d.batch(), d.extent()
    x = d.tensor("T1", [n, c, 2, 3])
    places = np.zeros(x.shape, np.int64)
    want = np.zeros((n, c, 4, 6), x.dtype)
    for at in np.ndindex(x.shape):
        row, column = 2 * at[2] + d.whole(0, 1), 2 * at[3] + d.whole(0, 1)
        places[at] = ((at[0] * c + at[1]) * 4 + row) * 6 + column
        want[at[0], at[1], row, column] = x[at]
    return Case([x, places], {"kernel_shape": [2, 2], "strides": [2, 2]}, want=[want])


def lrn(d):
    x = d.tensor("T", picture(d, d.whole(1, 2), channels=d.whole(1, 6)))
    size, beta, bias = d.pick([1, 3, 5]), d.pick([0.5, 0.75]), d.pick([1.0, 2.0])
    squares = x.astype(np.float64) ** 2
    around = np.stack([squares[:, max(at - (size - 1) // 2, 0):at + size // 2 + 1].sum(1) for at in range(x.shape[1])], 1)
    return Case([x], {"size": size, "alpha": 0.25, "beta": beta, "bias": bias},
                want=[(x.astype(np.float64) / (bias + 0.25 / size * around) ** beta).astype(x.dtype)])


def batch_norm(d):
    dims = picture(d, d.whole(0, 2), least=1)
    channels = [dims[1]]
    kinds = [d.types["T"], d.types.get("T1", d.types["T"]), d.types.get("T2", d.types.get("U", d.types["T"]))]
    x = d.tensor("T", dims)
    scale, bias = d.of(kinds[1], channels, 0.5, 2.0), d.of(kinds[1], channels)
    mean, variance = d.of(kinds[2], channels), d.of(kinds[2], channels, 0.5, 2.0)
    attributes = {"epsilon": d.pick([1e-5, 0.125])}
    if d.version < 7:
        attributes["is_test"] = 1
    if d.version < 9 and d.chance():
        attributes["spatial"] = 1
    shape = [1, -1] + [1] * (len(dims) - 2)
    wide = [one.astype(np.float64).reshape(shape) for one in (scale, bias, mean, variance)]
    eps = float(np.float32(attributes["epsilon"]))
    want = wide[0] * (x.astype(np.float64) - wide[2]) / np.sqrt(wide[3] + eps) + wide[1]
    return Case([x, scale, bias, mean, variance], attributes, want=[want.astype(x.dtype)])


def normalized(x, axes, epsilon):
    wide = x.astype(np.float64)
    mean = wide.mean(axes, keepdims=True)
    return (wide - mean) / np.sqrt(((wide - mean) ** 2).mean(axes, keepdims=True) + epsilon)


def instance_norm(d):
    dims = picture(d, d.whole(1, 2), least=2)
    x, scale, bias = d.tensor("T", dims), d.tensor("T", [dims[1]]), d.tensor("T", [dims[1]])
    shape = [1, -1] + [1] * (len(dims) - 2)
    epsilon = float(np.float32(0.125))
    want = normalized(x, tuple(range(2, len(dims))), epsilon) * scale.astype(np.float64).reshape(shape) + \
        bias.astype(np.float64).reshape(shape)
    return Case([x, scale, bias], {"epsilon": 0.125}, want=[want.astype(x.dtype)])


def group_norm(d):
    groups = d.whole(1, 3)
    dims = picture(d, d.whole(1, 2), channels=groups * d.whole(1, 2), least=2)
    each = groups if d.version < 21 else dims[1]  # scale and bias of each group, later of each channel
    x, given = d.tensor("T", dims), [d.tensor("T", [each]) for _ in "sb"]
    scale, bias = (one.repeat(dims[1] // each) for one in given)
    shape = [1, -1] + [1] * (len(dims) - 2)
    split = x.reshape([dims[0], groups, int(np.prod(dims[1:])) // groups])
    want = normalized(split, (2,), 0.125).reshape(dims) * scale.astype(np.float64).reshape(shape) + \
        bias.astype(np.float64).reshape(shape)
    return Case([x, *given], {"epsilon": 0.125, "num_groups": groups}, want=[want.astype(x.dtype)], alone=True)


def layer_norm(d):
    dims = d.dims(1, 3)
    axis = d.whole(0, len(dims) - 1)
    if d.kind == "empty":
        dims, axis = [0] + dims, max(axis, 1)
        dims[1:] = [max(one, 1) for one in dims[1:]]
    x = d.tensor("T", dims)
    params = dims[axis:]
    scale = d.tensor("T" if "V" not in d.types else "V", params)
    attributes = {"axis": axis - len(dims) if d.chance() else axis, "epsilon": 0.125}
    axes = tuple(range(axis, len(dims)))
    wide = x.astype(np.float64)
    if d.op == "RMSNormalization":
        want = wide / np.sqrt((wide ** 2).mean(axes, keepdims=True) + 0.125) * scale.astype(np.float64)
        return Case([x, scale], attributes, want=[want.astype(scale.dtype)])
    bias = d.tensor("T", params) if d.chance() else None
    attributes["stash_type"] = schemas.NUMBERS[d.types["U"]]
    stash = schemas.NUMPY[d.types["U"]]
    mean = wide.mean(axes, keepdims=True)
    spread = 1 / np.sqrt(((wide - mean) ** 2).mean(axes, keepdims=True) + 0.125)
    want = (wide - mean) * spread * scale.astype(np.float64) + (0 if bias is None else bias.astype(np.float64))
    return Case([x, scale] + ([bias] if bias is not None else []), attributes, outputs=3,
                want=[want.astype(x.dtype), mean.astype(stash), spread.astype(stash)])


def lp_norm(d):
    dims = d.dims(1)
    axis, p = d.whole(0, len(dims) - 1), d.whole(1, 2)
    x = d.tensor("T", dims, 0.25, 2.0)
    norm = np.power(np.sum(np.abs(x.astype(np.float64)) ** p, axis, keepdims=True), 1 / p)
    negative = axis - len(dims) if d.chance() else axis
    return Case([x], {"axis": negative, "p": p}, want=[(x.astype(np.float64) / norm).astype(x.dtype)])


def mvn(d):
    x = d.tensor("T", picture(d, 2, least=2))
    axes = (0, 2, 3) if d.chance() else (1, 2, 3)
    if not x.size:
        axes = (1, 2, 3)
    wide = x.astype(np.float64)
    mean = wide.mean(axes, keepdims=True)
    spread = np.sqrt((wide ** 2).mean(axes, keepdims=True) - mean ** 2)
    return Case([x], {"axes": list(axes)}, want=[((wide - mean) / (spread + 1e-9)).astype(x.dtype)])


def softmax(d):
    """Before opset 13 over all axes from `axis` on, which is 1 by default."""
    dims = d.dims(1 if d.version >= 13 else 2)
    axis = d.whole(0, len(dims) - 1)
    if d.kind == "empty":
        dims[:2] = [0, max(dims[-1], 1)] if len(dims) >= 2 else [0]
        axis = len(dims) - 1
        dims[axis] = max(dims[axis], 1) if len(dims) > 1 else dims[axis]
    x = d.tensor("T", dims)
    attributes = {"axis": axis - len(dims) if d.chance() and d.version >= 11 else axis}
    flat = x.astype(np.float64)
    if d.version < 13:
        flat, axis = flat.reshape([int(np.prod(dims[:axis])), int(np.prod(dims[axis:]))]), 1
    if d.op == "Hardmax":
        at = np.argmax(flat, axis) if flat.size else np.zeros([one for k, one in enumerate(flat.shape) if k != axis], int)
        want = np.zeros(flat.shape)
        if flat.size:
            np.put_along_axis(want, np.expand_dims(at, axis), 1, axis)
    else:
        low = flat - (flat.max(axis, keepdims=True) if flat.size else 0)
        total = np.exp(low).sum(axis, keepdims=True)
        want = low - np.log(total) if d.op == "LogSoftmax" else np.exp(low) / total
    return Case([x], attributes, want=[want.reshape(dims).astype(x.dtype)])


def matmul(d):
    m, k, n = d.batch(), d.extent(), d.extent()
    lead = d.dims(0, 2)
    way = d.pick(["matrix", "matrix", "left", "right"])
    a = d.tensor("T", ([] if way == "left" else d.spread(lead) if d.chance() else lead) + ([k] if way == "left" else [m, k]))
    b = d.tensor("T", ([k] if way == "right" else lead + [k, n]))
    wide = [one.astype(np.int64 if one.dtype.kind in "iu" else np.float64) for one in (a, b)]
    return Case([a, b], want=[np.matmul(*wide).astype(a.dtype)])


def gemm(d):
    m, k, n = d.batch(), d.extent(), d.extent()
    ta, tb = d.chance(), d.chance()
    alpha, beta = d.pick([1.0, 2.0]), d.pick([1.0, 2.0, 0.0])
    a, b = d.tensor("T", [k, m] if ta else [m, k]), d.tensor("T", [n, k] if tb else [k, n])
    shape = d.pick([[m, n], [n], [1, n], [m, 1], [1]])
    shape = [m, n] if d.wanted < 7 and shape not in ([m, n], [n]) else shape
    c = d.tensor("T", shape) if d.chance() or d.wanted < 11 else None
    attributes = {"transA": int(ta), "transB": int(tb), "alpha": alpha, "beta": beta}
    if d.version < 7:
        attributes["broadcast"] = int(shape != [m, n])
    wide = [one.astype(np.float64) for one in (a.T if ta else a, b.T if tb else b)]
    want = alpha * np.matmul(*wide) + (0 if c is None else beta * c.astype(np.float64))
    return Case([a, b] + ([c] if c is not None else []), attributes, want=[np.asarray(want).astype(np.int64).astype(a.dtype)
                                                                          if a.dtype.kind in "iu" else want.astype(a.dtype)])


def einsum(d):
    i, j, k, b = d.batch(), d.extent(), d.extent(), d.extent()
    equation, shapes = d.pick([("ij,jk->ik", [[i, j], [j, k]]), ("bij,bjk->bik", [[b, i, j], [b, j, k]]),
                               ("...ij->...ji", [[b, i, j]]), ("ij->", [[i, j]]), ("i,j->ij", [[i], [j]]),
                               ("ij,ij->i", [[i, j], [i, j]])])
    inputs = [d.tensor("T", shape) for shape in shapes]
    wide = [one.astype(np.int64 if one.dtype.kind in "iu" else np.float64) for one in inputs]
    return Case(inputs, {"equation": equation}, want=[np.asarray(np.einsum(equation, *wide)).astype(inputs[0].dtype)])


def det(d):
    n = d.extent()
    x = d.tensor("T", d.dims(0, 2) + [n, n])
    return Case([x], want=[np.asarray(np.linalg.det(x.astype(np.float64))).astype(x.dtype)])


def dropout(d):
    """Inference: nothing is dropped. The mask was a number before opset 10."""
    param = "T"
    x = d.tensor(param, d.dims(0))
    outputs = 2 if d.given("T1") and d.version >= 10 else 1
    want = [x, np.ones(x.shape, bool)][:outputs]
    if d.version >= 12:
        ratio = d.of(d.types["T1"], [], 0.25, 0.5)
        return Case([x, ratio, np.array(False) if d.given("T2") else None], outputs=outputs, want=want)
    return Case([x], {"ratio": 0.25, **({"is_test": 1} if d.version < 7 else {})}, outputs=outputs, want=want)


def grid_sample(d):
    x = d.tensor("T1", [d.batch(), d.extent(), 3, 4])
    grid = d.tensor("T2", [x.shape[0], 2, 3, 2], -1.0, 1.0)
    linear = d.chance() and d.type("T1") in schemas.FLOATS
    mode = ("bilinear" if d.version < 20 else "linear") if linear else "nearest"
    return Case([x, grid], {"mode": mode, "padding_mode": d.pick(["zeros", "border"]), "align_corners": int(d.chance())},
                moves=() if linear else (0,), exact=True)


def affine_grid(d):
    """Where the corners of a picture of one pixel are, the specification does not say."""
    return Case([d.tensor("T1", [2, 2, 3]), np.array([2, 1, d.extent(2), d.extent(2)], np.int64)],
                {"align_corners": int(d.chance())}, constants=(1,))


def stretched(x, axis, times):
    """Linear, from the coordinate that is the quotient; beyond the last element it is repeated."""
    if times == 1:
        return x
    wide = x.astype(np.float64)
    following = np.take(wide, [min(at + 1, x.shape[axis] - 1) for at in range(x.shape[axis])], axis)
    both = np.stack([wide, (wide + following) / 2], axis + 1)
    return both.reshape([extent * (2 if at == axis else 1) for at, extent in enumerate(x.shape)]).astype(x.dtype)


def resize(d):
    """Powers of two in opset 10 and Upsample, so that every rounding is exact."""
    param = "T1" if "T1" in d.types else "T"
    dims = [d.extent(), d.extent(), 2, 3]
    up = d.op == "Upsample"
    kind = d.types[param]
    mode = d.pick(["nearest", "linear"]) if kind in schemas.FLOATS else "nearest"
    scale = [1.0, 1.0, 2.0, d.pick([1.0, 2.0])]
    x = d.tensor(param, dims)
    if up or d.version < 11:
        given = {"mode": "bilinear" if up and d.version < 7 and mode == "linear" else mode}
        if mode == "nearest":
            want = [x.repeat(2, 2).repeat(int(scale[3]), 3)]
        else:
            want = [stretched(stretched(x, 2, 2), 3, int(scale[3]))]
        if up and d.version < 7:
            return Case([x], {**given, "height_scale": scale[2], "width_scale": scale[3]}, want=want, alone=True)
        if up and d.version < 9:
            return Case([x], {**given, "scales": scale}, want=want, alone=True)
        return Case([x, np.array(scale, np.float32)], given, constants=(1,), want=want, alone=True)
    attributes = {"mode": mode, "coordinate_transformation_mode": d.pick(["half_pixel", "asymmetric", "align_corners"])}
    if mode == "nearest":
        attributes["nearest_mode"] = d.pick(["floor", "round_prefer_floor", "ceil"])
    roi = d.of(d.types["T2"], [8], 0.0, 1.0) if d.asked == "T2" else None
    if roi is not None:
        attributes["coordinate_transformation_mode"] = "tf_crop_and_resize"
        roi = np.array([0, 0, 0, 0.25, 1, 1, 1, 0.75], roi.dtype)
    if d.version < 13 and roi is None:
        roi = np.zeros([0], np.float32)
    sizes = d.chance()
    if sizes:
        return Case([x, roi, np.zeros([0], np.float32) if d.version < 13 else None,
                     np.array(dims[:2] + [d.whole(1, 5), d.whole(4, 6)], np.int64)], attributes, constants=(1, 2, 3),
                    moves=(0,) if mode == "nearest" and attributes["coordinate_transformation_mode"][0] != "t" else ())
    # Whether the length that a scale gives is fractional in the formulas, the specification leaves open (ONNX's own cases say
    # yes, ONNX Runtime no): only whole ones are asked for. ONNX Runtime does not cut a dimension whose scale is 1.
    scales = [1, 1, d.pick([0.5, 1.5, 2]), 2 if roi is not None and d.asked == "T2" else d.pick([1, 2])]
    return Case([x, roi, np.array(scales, np.float32)], attributes,
                constants=(1, 2), moves=(0,) if mode == "nearest" and attributes["coordinate_transformation_mode"][0] != "t"
                else ())


def roi_align(d):
    x = d.tensor("T1", [2, d.extent(), 6, 6])
    count = d.batch()
    boxes = np.array([[d.whole(0, 2), d.whole(0, 2), d.whole(3, 5), d.whole(3, 5)] for _ in range(count)]).reshape(-1, 4)
    return Case([x, boxes.astype(x.dtype), np.array([d.whole(0, 1) for _ in range(count)], np.int64)],
                {"output_height": 2, "output_width": 2, "sampling_ratio": 2, "mode": d.pick(["avg", "max"])})


def recurrent(d):
    """W and R of all gates; the output of each step, the last one, and the last cell."""
    gates = {"RNN": 1, "GRU": 3, "LSTM": 4}[d.op]
    steps, batch, size, hidden = d.whole(1, 3), d.extent(1, 2), d.extent(1, 3), d.extent(1, 3)
    both = d.chance()
    ways = 2 if both else 1
    x = d.tensor("T", [steps, batch, size])
    w, r = d.tensor("T", [ways, gates * hidden, size]), d.tensor("T", [ways, gates * hidden, hidden])
    bias = d.tensor("T", [ways, 2 * gates * hidden]) if d.chance() else None
    lengths = np.array([steps] * batch, np.int32) if d.given("T1") else None
    first = d.tensor("T", [ways, batch, hidden]) if d.chance() else None
    attributes = {"hidden_size": hidden}
    if both:
        attributes["direction"] = "bidirectional"
    elif d.chance():
        attributes["direction"] = "reverse"
    if d.op == "GRU" and d.chance() and d.wanted >= 3:
        attributes["linear_before_reset"] = 1
    if d.version < 7:
        attributes["output_sequence"] = 1
    return Case([x, w, r, bias, lengths, first], attributes, outputs=3 if d.op == "LSTM" else 2)


def losses(d):
    n, classes = d.extent(), d.whole(2, 4)
    rest = d.dims(0, 2, full=True)
    kind = "Tind"
    x = d.tensor("T", [n, classes] + rest)
    target = d.random.randint(0, classes, tuple([n] + rest)).astype(schemas.NUMPY[d.types[kind]])
    weights = d.tensor("T", [classes], 0.5, 1.0) if d.chance() else None
    return Case([x, target] + ([weights] if weights is not None else []), {"reduction": d.pick(["none", "mean", "sum"])})


def deform_conv(d):
    dims = [d.extent(1, 2), d.extent(1, 3), 4, 5]
    made = d.extent(1, 3)
    offsets = d.tensor("T", [dims[0], 8, 3, 4], -1.0, 1.0)
    return Case([d.tensor("T", dims), d.tensor("T", [made, dims[1], 2, 2]), offsets, d.tensor("T", [made])],
                {"kernel_shape": [2, 2]})


def col2im(d):
    n, c = d.extent(1, 2), d.extent(1, 2)
    x = d.tensor("T", [n, c * 4, 6])
    wide = np.zeros((n, c, 3, 4), {"i": np.int64, "u": np.int64, "O": np.int64, "c": np.complex128}.get(x.dtype.kind, np.float64))
    if x.dtype in (object, bool):
        return None
    for k in np.ndindex(2, 2):
        for at in np.ndindex(2, 3):
            wide[:, :, at[0] + k[0], at[1] + k[1]] += x.reshape(n, c, 2, 2, 2, 3)[:, :, k[0], k[1], at[0], at[1]].astype(wide.dtype)
    return Case([x, np.array([3, 4], np.int64), np.array([2, 2], np.int64)], want=[wide.astype(x.dtype)])


def attention(d):
    """Keys and values have the type T1 of the queries or their own."""
    batch, heads, length, past, size = d.extent(1, 2), d.extent(1, 2), d.extent(1, 3), d.extent(1, 4), d.pick([2, 4])
    q = d.tensor("T1", [batch, heads, length, size])
    k = d.tensor("T1", [batch, heads, past, size])
    v = d.tensor("T2", [batch, heads, past, size])
    kind = d.types["U"]
    mask = None
    if kind == "bool" or kind in schemas.FLOATS or d.asked == "U":
        mask = d.of(kind, [length, past])
        if kind == "bool":
            mask[:, 0] = True
    wide = [one.astype(np.float64) for one in (q, k, v)]
    scores = np.matmul(wide[0], wide[1].swapaxes(2, 3)) / np.sqrt(size)
    if mask is not None:
        scores = np.where(mask, scores, -np.inf) if kind == "bool" else scores + mask.astype(np.float64)
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    return Case([q, k, v] + ([mask] if mask is not None else []), want=[np.matmul(weights, wide[2]).astype(q.dtype)])


def rotary(d):
    batch, heads, length, half = d.extent(1, 2), d.extent(1, 2), d.extent(1, 3), d.extent(1, 2)
    x = d.tensor("T", [batch, heads, length, 2 * half])
    cos, sin = (d.tensor("T", [4, half], -1.0, 1.0) for _ in "cs")
    places = np.array(d.random.randint(0, 4, (batch, length)), np.int64)
    interleaved = d.chance()
    wide = x.astype(np.float64)
    a, b = (wide[..., 0::2], wide[..., 1::2]) if interleaved else (wide[..., :half], wide[..., half:])
    c, s = (one.astype(np.float64)[places][:, None] for one in (cos, sin))
    real, other = c * a - s * b, s * a + c * b
    want = np.stack([real, other], -1).reshape(x.shape) if interleaved else np.concatenate([real, other], -1)
    return Case([x, cos, sin, places], {"interleaved": int(interleaved)}, want=[want.astype(x.dtype)])


def nms(d):
    count = d.whole(1, 5)
    corners = d.random.randint(0, 6, (1, count, 2)) / 2
    boxes = np.concatenate([corners, corners + d.random.randint(1, 5, (1, count, 2)) / 2], 2).astype(np.float32)
    scores = (d.random.permutation(2 * count).reshape(1, 2, count) / 16).astype(np.float32)
    return Case([boxes, scores, np.array([2], np.int64), np.array([0.5], np.float32), np.array([0.0625], np.float32)],
                {"center_point_box": int(d.chance())})


RECIPES = {"Conv": conv, "ConvTranspose": conv, "AveragePool": pool, "MaxPool": pool, "LpPool": pool,
           "GlobalAveragePool": global_pool, "GlobalMaxPool": global_pool, "GlobalLpPool": global_pool,
           "MaxRoiPool": max_roi_pool, "MaxUnpool": max_unpool, "LRN": lrn, "BatchNormalization": batch_norm,
           "InstanceNormalization": instance_norm, "GroupNormalization": group_norm, "LayerNormalization": layer_norm,
           "RMSNormalization": layer_norm, "LpNormalization": lp_norm, "MeanVarianceNormalization": mvn,
           "Softmax": softmax, "LogSoftmax": softmax, "Hardmax": softmax, "MatMul": matmul, "Gemm": gemm,
           "Einsum": einsum, "Det": det, "Dropout": dropout, "GridSample": grid_sample, "AffineGrid": affine_grid,
           "Resize": resize, "Upsample": resize, "RoiAlign": roi_align, "RNN": recurrent, "GRU": recurrent,
           "LSTM": recurrent, "NegativeLogLikelihoodLoss": losses, "SoftmaxCrossEntropyLoss": losses,
           "DeformConv": deform_conv, "Col2Im": col2im, "Attention": attention, "RotaryEmbedding": rotary,
           "NonMaxSuppression": nms}
