"""Elements between elements: resizing, grids, regions."""
import numpy as np
import schemas
from draw import Case


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


def nms(d):
    count = d.whole(1, 5)
    corners = d.random.randint(0, 6, (1, count, 2)) / 2
    boxes = np.concatenate([corners, corners + d.random.randint(1, 5, (1, count, 2)) / 2], 2).astype(np.float32)
    scores = (d.random.permutation(2 * count).reshape(1, 2, count) / 16).astype(np.float32)
    return Case([boxes, scores, np.array([2], np.int64), np.array([0.5], np.float32), np.array([0.0625], np.float32)],
                {"center_point_box": int(d.chance())})


RECIPES = {"GridSample": grid_sample, "AffineGrid": affine_grid, "Resize": resize, "Upsample": resize,
           "RoiAlign": roi_align, "NonMaxSuppression": nms}
