import numpy as np


def pooling(case):
    def pool(name, x, kernel, op="MaxPool", type="f32", **attributes):
        case(name, op, lambda v: [v(x, type)], kernel_shape=kernel, **attributes)

    return pool


def cases(case):
    pool = pooling(case)
    for op, prefix in (("MaxPool", "max_"), ("AveragePool", "average_")):
        def each(name, x, kernel, op=op, prefix=prefix, **attributes):
            pool(prefix + name, x, kernel, op, **attributes)

        each("plain", "1x2x6x7", [2, 2])
        each("strided", "2x2x7x9", [3, 3], strides=[2, 2])
        each("padded", "1x2x7x9", [3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
        each("uneven_pads", "1x2x7x9", [3, 4], strides=[2, 1], pads=[0, 2, 1, 1])
        each("ceil", "1x2x6x7", [3, 3], strides=[2, 2], ceil_mode=1)
        each("ceil_padded", "1x2x8x8", [3, 3], strides=[2, 2], pads=[1, 1, 1, 1], ceil_mode=1)
        each("ceil_last_outside", "1x1x4x4", [1, 1], strides=[3, 3], pads=[0, 0, 0, 0], ceil_mode=1)
        each("ceil_last_in_padding", "1x1x5x5", [2, 2], strides=[3, 3], pads=[1, 1, 1, 1], ceil_mode=1)
        each("dilated", "1x2x9x10", [3, 2], dilations=[2, 3])
        each("dilated_padded", "1x2x9x10", [3, 3], dilations=[2, 2], pads=[1, 2, 2, 1], strides=[2, 1])
        each("same_upper", "1x2x7x8", [3, 2], strides=[2, 2], auto_pad="SAME_UPPER")
        each("same_lower", "1x2x7x8", [3, 2], strides=[2, 2], auto_pad="SAME_LOWER")
        each("valid", "1x2x7x8", [3, 2], strides=[2, 2], auto_pad="VALID")
        each("one_axis", "2x3x11", [3], strides=[2], pads=[1, 0])
        each("three_axes", "1x2x5x6x4", [2, 3, 2], strides=[2, 1, 2], pads=[1, 0, 1, 0, 1, 0])
        each("wide", "1x1x2x600", [2, 3], strides=[1, 2], pads=[0, 1, 0, 1])
        each("no_image", "0x2x6x7", [2, 2])
        each("doubles", "1x2x6x7", [2, 2], type="f64")

    def average(name, *rest, **attributes):
        pool("average_count_pad_" + name, *rest, op="AveragePool", count_include_pad=1, **attributes)

    average("plain", "1x2x7x9", [3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    average("uneven", "1x2x7x9", [3, 4], strides=[2, 1], pads=[0, 2, 1, 1])
    average("ceil", "1x2x8x8", [3, 3], strides=[2, 2], pads=[1, 1, 1, 1], ceil_mode=1)
    average("ceil_uneven", "1x2x9x8", [4, 3], strides=[3, 2], pads=[1, 0, 0, 1], ceil_mode=1)
    average("dilated", "1x2x9x10", [3, 3], dilations=[2, 2], pads=[1, 2, 2, 1], strides=[2, 1])
    average("same", "1x2x7x8", [3, 2], strides=[2, 2], auto_pad="SAME_UPPER")

    def indices(name, *rest, **attributes):
        pool("max_indices_" + name, *rest, outputs=2, **attributes)

    indices("plain", "2x3x6x7", [2, 2], strides=[2, 2])
    indices("padded", "1x2x6x7", [3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    indices("columns_first", "2x2x5x4", [2, 2], strides=[1, 2], storage_order=1)
    indices("one_axis", "1x2x9", [3], strides=[2])
    indices("three_axes", "1x2x4x5x6", [2, 2, 2], strides=[2, 2, 2])
    indices("ties", "1x1x4x4", [3, 3], type="u8", pads=[1, 1, 1, 1])
    pool("max_int8", "1x2x6x7", [3, 3], type="i8", pads=[1, 1, 1, 1])

    for op in ("GlobalAveragePool", "GlobalMaxPool"):
        case(f"{op}_plain", op, lambda v: [v("2x3x5x7")])
        case(f"{op}_one_axis", op, lambda v: [v("2x3x70")])
        case(f"{op}_three_axes", op, lambda v: [v("1x2x3x4x5")])
        case(f"{op}_large", op, lambda v: [v("1x2x30x30")])
        case(f"{op}_one_element", op, lambda v: [v("1x1x1x1")])

    norms(case)
    unpooled(case)


def norms(case):
    pool = pooling(case)

    def norm(name, *rest, **attributes):
        pool("lp_" + name, *rest, op="LpPool", **attributes)

    norm("plain", "1x2x6x7", [2, 2])
    norm("one", "1x2x6x7", [2, 3], p=1, strides=[2, 1])
    norm("three", "1x2x7x9", [3, 3], p=3, strides=[2, 2], pads=[1, 1, 1, 1])
    norm("ceil", "1x2x6x7", [3, 3], strides=[2, 2], ceil_mode=1)
    norm("dilated", "1x2x9x10", [3, 2], dilations=[2, 3])
    norm("same", "1x2x7x8", [3, 2], strides=[2, 2], auto_pad="SAME_UPPER")
    norm("one_axis", "2x3x11", [3], strides=[2], pads=[1, 0])
    norm("three_axes", "1x2x5x6x4", [2, 3, 2], strides=[2, 1, 2])
    for p in (1, 2, 3):
        case(f"GlobalLpPool_{p}", "GlobalLpPool", lambda v: [v("2x3x5x7")], p=p)


def unpooled(case):
    def unpool(name, x, places, kernel, shape=None, **attributes):
        def make(v):
            data = v(x)
            indices = v.random.permutation(places)[:data.size].reshape(data.shape).astype(np.int64)
            return [data, indices] + ([np.array(shape, np.int64)] if shape else [])
        case("unpool_" + name, "MaxUnpool", make, kernel_shape=kernel, **attributes)

    unpool("plain", "1x2x3x4", 96, [2, 2], strides=[2, 2])
    unpool("padded", "1x1x3x3", 36, [4, 4], strides=[2, 2], pads=[1, 1, 1, 1])
    unpool("shape", "1x2x3x4", 126, [2, 2], shape=[1, 2, 7, 9], strides=[2, 2])
    unpool("one_axis", "2x2x5", 40, [2], strides=[2])

    regions = np.array([[0, 0, 0, 9, 7], [1, 2.4, 3.6, 6, 6], [0, 5, 5, 30, 30], [1, 4, 4, 2, 2], [0, -3, -3, 2, 2]], np.float32)
    for name, scale in (("plain", 1.0), ("scaled", 0.5)):
        case("roi_" + name, "MaxRoiPool", lambda v: [v("2x3x8x10"), regions], pooled_shape=[3, 2], spatial_scale=scale)
