"""Layers without windows: normalization, products, recurrence, attention, losses."""
import numpy as np
import schemas
from draw import Case
from recipes.sliding import picture


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
    return Case([x, w, r, bias, lengths, first], attributes, outputs=3 if d.op == "LSTM" else 2,
                doubles=True)


def losses(d):
    n, classes = d.extent(), d.whole(2, 4)
    rest = d.dims(0, 2, full=True)
    kind = "Tind"
    x = d.tensor("T", [n, classes] + rest)
    target = d.random.randint(0, classes, tuple([n] + rest)).astype(schemas.NUMPY[d.types[kind]])
    weights = d.tensor("T", [classes], 0.5, 1.0) if d.chance() else None
    return Case([x, target] + ([weights] if weights is not None else []), {"reduction": d.pick(["none", "mean", "sum"])})


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


RECIPES = {"LRN": lrn, "BatchNormalization": batch_norm, "InstanceNormalization": instance_norm,
           "GroupNormalization": group_norm, "LayerNormalization": layer_norm, "RMSNormalization": layer_norm,
           "LpNormalization": lp_norm, "MeanVarianceNormalization": mvn, "Softmax": softmax, "LogSoftmax": softmax,
           "Hardmax": softmax, "MatMul": matmul, "Gemm": gemm, "Einsum": einsum, "Det": det, "Dropout": dropout,
           "RNN": recurrent, "GRU": recurrent, "LSTM": recurrent, "NegativeLogLikelihoodLoss": losses,
           "SoftmaxCrossEntropyLoss": losses, "Attention": attention, "RotaryEmbedding": rotary}
