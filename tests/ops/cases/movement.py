import itertools

import numpy as np

FAR = (1 << 63) - 1


def ints(*values):
    return np.array(values, np.int64)


def cases(case):
    for perm in itertools.permutations(range(3)):
        case("Transpose_" + "".join(map(str, perm)), "Transpose", lambda v: [v("2x3x4")], perm=perm)
    case("Transpose_reversed", "Transpose", lambda v: [v("2x3x4x5")])
    case("Transpose_nhwc", "Transpose", lambda v: [v("2x9x20x30")], perm=[0, 2, 3, 1])
    case("Transpose_scalar", "Transpose", lambda v: [v("")])
    case("Transpose_empty", "Transpose", lambda v: [v("2x0x3")])
    for type in ("u8", "i64", "f64", "bool", "f16"):
        case(f"Transpose_{type}", "Transpose", lambda v: [v("3x4", type)])

    for axis in (0, 1, 2, -1):
        case(f"Concat_{axis}", "Concat", lambda v: [v("2x3x4"), v("2x3x4")], axis=axis)
    case("Concat_sizes", "Concat", lambda v: [v("2x1x4"), v("2x0x4"), v("2x5x4")], axis=1)
    case("Concat_one", "Concat", lambda v: [v("2x3", "u8")], axis=-2)
    case("Concat_vectors", "Concat", lambda v: [v("2", "i64"), v("3", "i64")], axis=0)

    case("Split_even", "Split", lambda v: [v("2x6")], outputs=3, axis=1, num_outputs=3)
    case("Split_uneven", "Split", lambda v: [v("7x2")], outputs=3, num_outputs=3)
    case("Split_sizes", "Split", lambda v: [v("2x6x3"), ints(1, 0, 5)], outputs=3, axis=-2)

    def slice(name, x, starts, ends, axes=None, steps=None):
        optional = [None if one is None else ints(*one) for one in (axes, steps)]
        while optional and optional[-1] is None:
            optional.pop()
        case(f"Slice_{name}", "Slice", lambda v: [v(x), ints(*starts), ints(*ends)] + optional)

    slice("plain", "4x5", (1, 2), (3, 4))
    slice("axes", "4x5x6", (1,), (-1,), (-1,))
    slice("backwards_from_before", "2x3", (-5,), (-4,), (0,), (-2,))
    slice("steps", "9x8", (0, 1), (FAR, 7), (0, 1), (2, 3))
    slice("backwards", "9x8", (-1, 5), (-FAR, 1), (0, 1), (-1, -2))
    slice("backwards_all", "9", (FAR,), (-FAR - 1,), (0,), (-1,))
    slice("steps_default_axes", "9x8", (7, 1), (1, 7), None, (-3, 2))
    slice("nothing", "4x5", (3,), (1,))
    slice("clamped", "4x5", (-100,), (100,), (1,))
    slice("far_start", "4x5", (100,), (200,), (1,))
    slice("far_start_backwards", "4x5", (100,), (-100,), (1,), (-3,))
    slice("empty", "4x0", (0,), (FAR,), (1,))
    case("Slice_i32", "Slice", lambda v: [v("4x5", "u8"), np.array([1], np.int32), np.array([3], np.int32)])

    for axis in (0, 1, -1):
        case(f"Gather_{axis}", "Gather", lambda v: [v("3x4x5"), np.array([[0, -1], [2, 1]], np.int64)], axis=axis)
    case("Gather_scalar", "Gather", lambda v: [v("3x4"), np.array(1, np.int64)])
    case("Gather_i32", "Gather", lambda v: [v("3x4", "u8"), np.array([2, 0], np.int32)])
    case("Gather_none", "Gather", lambda v: [v("3x4"), np.zeros((0,), np.int64)])
    for axis in (0, 1, -2):
        case(f"GatherElements_{axis}", "GatherElements",
             lambda v: [v("3x4"), np.array([[0, -1, 2], [2, 1, -3]], np.int64)], axis=axis)

    def pad(name, x, pads, mode="constant", value=None, axes=None, type="f32", axes_type=np.int64):
        extra = [None if value is None else np.array(value), None if axes is None else np.array(axes, axes_type)]
        while extra and extra[-1] is None:
            extra.pop()
        case(f"Pad_{name}", "Pad", lambda v: [v(x, type), ints(*pads)] + extra, mode=mode)

    for mode in ("constant", "reflect", "edge", "wrap"):
        pad(f"{mode}_rows", "3x4", (1, 0, 2, 0), mode)
        pad(f"{mode}_both", "1x2x4x5", (0, 0, 1, 2, 0, 0, 3, 1), mode)
        pad(f"{mode}_u8", "4x4", (1, 1, 1, 1), mode, type="u8")
    pad("value", "2x3", (1, 1, 0, 2), value=np.float32(7.5))
    pad("crops", "5x5", (-1, 1, -2, 0))
    pad("axes", "2x3x4", (1, 2), axes=(-1,), value=np.float32(3.0))
    pad("axes_several", "2x3x4", (1, 2, 3, 0), axes=(2, 0))
    pad("i64", "3", (2, 1), value=np.int64(-4), type="i64")
    case("Pad_scalar", "Pad", lambda v: [v(""), ints()], want=lambda x, pads: [x])

    pad("axes_i32", "2x3x4", (1, 2), axes=(1,), axes_type=np.int32)
    for mode in ("reflect", "edge", "wrap"):
        pad(f"{mode}_axes", "2x3x4", (1, 2), mode, axes=(-2,))
        pad(f"{mode}_one", "1x3", (0, 1, 0, 2), mode)
        pad(f"{mode}_i64", "4", (3, 2), mode, type="i64")
        pad(f"{mode}_bool", "4", (3, 2), mode, type="bool")
        pad(f"{mode}_f16", "4", (3, 2), mode, type="f16")
        pad(f"{mode}_empty", "0x3", (0, 1, 0, 2), mode)
        for name, pads in (("crops", (-1, 2)), ("crops_end", (1, -2)), ("crops_more", (-2, 1)), ("crops_both", (-1, -1))):
            pad(f"{mode}_{name}", "5", pads, mode)
    pad("reflect_scalar_axis", "1", (0, 0), "reflect")

    def center(name, x, sizes, type="f32", **attributes):
        case(f"CenterCropPad_{name}", "CenterCropPad", lambda v: [v(x, type), ints(*sizes)], **attributes)

    for name, x, sizes in (("crop", "6x7", (3, 4)), ("pad", "3x4", (6, 7)), ("both", "6x3", (3, 8)), ("same", "3x4", (3, 4)),
                           ("from_one", "1x1", (4, 5)), ("to_one", "4x5", (1, 1))):
        center(name, x, sizes)
    center("axes", "2x5x6", (3, 9), axes=[1, 2])
    center("negative_axes", "2x5x6", (8, 3), axes=[-1, -2])
    for type in ("u8", "i32", "i64", "f16", "f64", "bool"):
        center(type, "3x4", (5, 3), type)

    for name, x, repeats in (("plain", "2x3", (2, 3)), ("one", "2x3", (1, 1)), ("none", "2x3", (0, 2)), ("vector", "3", (4,))):
        case(f"Tile_{name}", "Tile", lambda v: [v(x), ints(*repeats)])
    for mode in ("DCR", "CRD"):
        case(f"DepthToSpace_{mode}", "DepthToSpace", lambda v: [v("2x12x3x5")], blocksize=2, mode=mode)
    case("SpaceToDepth", "SpaceToDepth", lambda v: [v("2x3x4x6")], blocksize=2)
