"""Windows that slide over a picture: convolutions and pools, and what undoes them."""
import numpy as np
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


RECIPES = {"Conv": conv, "ConvTranspose": conv, "AveragePool": pool, "MaxPool": pool, "LpPool": pool,
           "GlobalAveragePool": global_pool, "GlobalMaxPool": global_pool, "GlobalLpPool": global_pool,
           "MaxRoiPool": max_roi_pool, "MaxUnpool": max_unpool, "DeformConv": deform_conv, "Col2Im": col2im}
