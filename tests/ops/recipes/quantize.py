"""Conversions of element types, and quantization."""
import numpy as np
import onnx
import schemas
from draw import Case

FLOAT8 = {"f8e4m3fn", "f8e4m3fnuz", "f8e5m2", "f8e5m2fnuz", "f8e8m0", "f4e2m1"}


def convertible(d, source, target, dims):
    """Contents that every type of both has, so that only the conversion itself is tested."""
    if source == "string" or target == "string":
        numbers = d.random.randint(0 if target in schemas.UNSIGNED or source in schemas.UNSIGNED else -1, 2, tuple(dims))
        if "bool" in (source, target):
            numbers = np.abs(numbers)
        return np.array([str(one) for one in numbers.ravel()], object).reshape(dims) if source == "string" \
            else numbers.astype(schemas.NUMPY[source])
    low = 0.0 if target in schemas.UNSIGNED else -2.0
    numbers = d.of(source, dims, low, 2.0)
    small = schemas.INTEGERS | {"bool"}
    if source in small or target in small:
        numbers = np.clip(numbers.astype(np.float32), 0 if {source, target} & (schemas.UNSIGNED | {"bool"}) else -2, 1)
        if source in schemas.INTEGERS or source in FLOAT8:
            numbers = np.trunc(numbers)
    if {source, target} & {"f8e8m0"}:
        numbers = np.power(2.0, np.clip(np.round(numbers.astype(np.float32)), 0 if small & {source, target} else -2, 2))
        if small & {source, target}:
            numbers = np.ones_like(numbers)
    return np.asarray(numbers).astype(schemas.NUMPY[source])


def converted(x, target):
    if target == "string":
        return np.array([text_of(one) for one in x.ravel()], object).reshape(x.shape)
    if x.dtype == object:
        return x.astype(np.float64).astype(schemas.NUMPY[target])
    if target == "bool":
        return x.astype(np.float32) != 0
    wide = x.astype(np.int64) if x.dtype.kind in "iub" else x.astype(np.float64)
    if target in schemas.INTEGERS:
        wide = np.trunc(wide).astype(np.int64)
    return wide.astype(np.float32).astype(schemas.NUMPY[target]) if target in FLOAT8 else wide.astype(schemas.NUMPY[target])


def text_of(number):
    if isinstance(number, (bool, np.bool_)):
        return "1" if number else "0"
    return str(int(number)) if float(number) == int(number) else repr(float(number))


def cast(d):
    source, target = d.types["T1"], d.types["T2"]
    x = convertible(d, source, target, d.dims(0))
    if target == "string" and source in schemas.FLOATS | FLOAT8:
        return Case([x], {"to": 8}, want=None)
    to = onnx.TensorProto.DataType.Name(schemas.NUMBERS[target]) if d.version < 6 else schemas.NUMBERS[target]
    return Case([x], {"to": to}, want=[converted(x, target)])


def cast_like(d):
    source, target = d.types["T1"], d.types["T2"]
    x = convertible(d, source, target, d.dims(0))
    if target == "string" and source in schemas.FLOATS | FLOAT8:
        return Case([x, d.of(target, [1])])
    return Case([x, d.of(target, d.dims(0, 2))], want=[converted(x, target)])


def limits(name):
    bits = int(name[1:])
    return (-(1 << bits - 1), (1 << bits - 1) - 1) if name in schemas.SIGNED else (0, (1 << bits) - 1)


def layout(d):
    """dims, dims of the scale, attributes: one scale, one for each slice of an axis, or one for each block."""
    dims = [d.extent(2, 4) for _ in range(d.whole(1, 3))]
    way = d.pick(["one"] + (["axis"] if d.version >= 13 else []) + (["block"] if d.version >= 21 else []))
    if d.kind == "empty":
        dims[0], way = 0, "one"
    if way == "one":
        return dims, [], {}
    axis = d.whole(0, len(dims) - 1)
    said = axis - len(dims) if d.chance() else axis
    if way == "axis":
        return dims, [dims[axis]], {"axis": said}
    scales = list(dims)
    scales[axis] = (dims[axis] + 1) // 2
    return dims, scales, {"axis": said, "block_size": 2}


def spread(scale, dims, attributes):
    if not scale.ndim:
        return np.broadcast_to(scale, dims)
    axis = attributes["axis"] % len(dims)
    if "block_size" in attributes:
        return np.take(np.repeat(scale, 2, axis), range(dims[axis]), axis)
    shape = [1] * len(dims)
    shape[axis] = -1
    return np.broadcast_to(scale.reshape(shape), dims)


def quantize(d):
    """y = saturate(round(x / scale) + zero point), powers of two for scales: no rounding but the last."""
    dims, scale_dims, attributes = layout(d)
    target = d.types.get("T3", d.types.get("T2"))
    kind = d.types["T1"]
    scale_kind = d.types["T2"] if "T3" in d.types else "f32"
    if 19 <= d.version < 23:
        scale_kind = kind
    scale = np.power(2.0, d.random.randint(0 if scale_kind == "i32" else -3, 1, tuple(scale_dims))) \
        .astype(schemas.NUMPY[scale_kind])
    x = d.tensor("T1", dims, -3.0, 3.0)
    attributes = dict(attributes)
    whole = target in schemas.INTEGERS
    zero = d.of(target, scale_dims) if whole else np.zeros(scale_dims, schemas.NUMPY[target])
    wide = x.astype(np.float64) / spread(scale.astype(np.float64), dims, attributes)
    if whole:
        want = np.clip(np.rint(wide) + spread(zero.astype(np.float64), dims, attributes), *limits(target)) \
            .astype(np.int64).astype(schemas.NUMPY[target])
    else:
        most = float({"f8e4m3fn": 448, "f8e4m3fnuz": 240, "f8e5m2": 57344, "f8e5m2fnuz": 57344, "f4e2m1": 6}[target])
        want = np.clip(wide, -most, most).astype(np.float32).astype(schemas.NUMPY[target])
    if d.version >= 23 and scale_kind != "f32" and d.chance():
        attributes["precision"] = 1
    if target == "u8" and not zero.any() or d.version < 21 or d.chance():
        return Case([x, scale, zero], attributes, want=[want])
    if not whole:
        return Case([x, scale, None], {**attributes, "output_dtype": schemas.NUMBERS[target]}, want=[want])
    return Case([x, scale, zero], attributes, want=[want])


def dequantize(d):
    dims, scale_dims, attributes = layout(d)
    source = d.types["T1" if "T1" in d.types else "T"]
    scale_kind = d.types.get("T2", "f32")
    target = d.types.get("T3", scale_kind)
    if d.version < 23:
        target = scale_kind
    scale = np.power(2.0, d.random.randint(-3, 1, tuple(scale_dims))).astype(schemas.NUMPY[scale_kind])
    x = d.of(source, dims)
    whole = source in schemas.INTEGERS and source != "i32"
    zero = d.of(source, scale_dims) if whole else np.zeros(scale_dims, schemas.NUMPY[source])
    want = (x.astype(np.float64) - spread(zero.astype(np.float64), dims, attributes)) * \
        spread(scale.astype(np.float64), dims, attributes)
    if d.version >= 23 and (target != scale_kind or d.chance()):
        attributes["output_dtype"] = schemas.NUMBERS[target]
    given = whole or d.chance()
    return Case([x, scale, zero if given else None], attributes, want=[want.astype(schemas.NUMPY[target])])


def zero_and_scale(d, param):
    return d.tensor(param, []), np.array(2.0 ** d.whole(-3, 0), schemas.NUMPY[d.types.get("TS", "f32")])


def requantized(total, scale, zero):
    low, high = (np.iinfo(zero.dtype).min, np.iinfo(zero.dtype).max) if zero.dtype.kind in "iu" else (-448, 448)
    value = total * scale
    return np.clip((np.rint(value) if zero.dtype.kind in "iu" else value) + zero.astype(np.float64), low, high)


def qlinear_matmul(d):
    m, k, n = d.batch(), d.extent(), d.extent()
    lead = d.dims(0, 1, full=True)
    a, b = d.tensor("T1", lead + [m, k]), d.tensor("T2", [k, n])
    (za, sa), (zb, sb), (zy, sy) = (zero_and_scale(d, param) for param in ("T1", "T2", "T3"))
    total = np.matmul(a.astype(np.float64) - za.astype(np.float64), b.astype(np.float64) - zb.astype(np.float64))
    want = requantized(total, float(sa) * float(sb) / float(sy), zy)
    want = want.astype(np.int64) if zy.dtype.kind in "iu" else want.astype(np.float32)
    return Case([a, sa, za, b, sb, zb, sy, zy], want=[want.astype(zy.dtype)])


def matmul_integer(d):
    m, k, n = d.batch(), d.extent(), d.extent()
    lead = d.dims(0, 1, full=True)
    a, b = d.tensor("T1", lead + [m, k]), d.tensor("T2", [k, n])
    za, zb = (d.tensor(param, []) if d.chance() else None for param in ("T1", "T2"))
    wide = [one.astype(np.int32) - (0 if zero is None else zero.astype(np.int32)) for one, zero in ((a, za), (b, zb))]
    return Case([a, b, za, zb], want=[np.matmul(*wide).astype(np.int32)])


def integer_conv(x, w, pads):
    """One group, stride 1."""
    x = np.pad(x, [(0, 0), (0, 0), (pads, pads), (pads, pads)])
    kh, kw = w.shape[2:]
    out = np.zeros((x.shape[0], w.shape[0], x.shape[2] - kh + 1, x.shape[3] - kw + 1), np.int64)
    for at in np.ndindex(out.shape[2:]):
        patch = x[:, :, at[0]:at[0] + kh, at[1]:at[1] + kw]
        out[:, :, at[0], at[1]] = np.einsum("nchw,mchw->nm", patch, w)
    return out


def conv_integer(d):
    channels, made, pads = d.extent(), d.extent(), d.whole(0, 1)
    x, w = d.tensor("T1", [d.batch(), channels, d.extent(3, 5), d.extent(3, 5)]), d.tensor("T2", [made, channels, 2, 3])
    zx = d.tensor("T1", []) if d.chance() else None
    zw = d.tensor("T2", []) if d.chance() else None
    wide = [one.astype(np.int64) - (0 if zero is None else zero.astype(np.int64)) for one, zero in ((x, zx), (w, zw))]
    return Case([x, w, zx, zw], {"pads": [pads] * 4}, want=[integer_conv(*wide, pads).astype(np.int32)])


def qlinear_conv(d):
    channels, made, pads = d.extent(), d.extent(), d.whole(0, 1)
    x, w = d.tensor("T1", [d.batch(), channels, d.extent(3, 5), d.extent(3, 5)]), d.tensor("T2", [made, channels, 2, 3])
    (zx, sx), (zw, sw), (zy, sy) = (zero_and_scale(d, param) for param in ("T1", "T2", "T3"))
    bias = d.of("i32", [made]) if d.given("T4") else None
    total = integer_conv(x.astype(np.int64) - zx.astype(np.int64), w.astype(np.int64) - zw.astype(np.int64), pads)
    total = total + (0 if bias is None else bias.reshape(-1, 1, 1))
    want = requantized(total.astype(np.float64), float(sx) * float(sw) / float(sy), zy)
    return Case([x, sx, zx, w, sw, zw, sy, zy] + ([bias] if bias is not None else []), {"pads": [pads] * 4},
                want=[want.astype(np.int64).astype(zy.dtype)])


def dynamic_quantize(d):
    """A range of 255 steps of a power of two, so that the scale is exact."""
    x = d.of("f32", d.dims(1, full=True), -4.0, 4.0)
    x.ravel()[0] = -8.0
    y = np.concatenate([x.ravel(), [np.float32(255 / 16 - 8)]]).astype(np.float32)
    return Case([y], outputs=3)


RECIPES = {"Cast": cast, "CastLike": cast_like, "QuantizeLinear": quantize, "DequantizeLinear": dequantize,
           "QLinearMatMul": qlinear_matmul, "MatMulInteger": matmul_integer, "ConvInteger": conv_integer,
           "QLinearConv": qlinear_conv, "DynamicQuantizeLinear": dynamic_quantize}
