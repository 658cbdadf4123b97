import numpy as np


def cases(case):
    def resize(name, x, scales=None, sizes=None, roi=None, type="f32", **attributes):
        def make(v):
            return [v(x, type), None if roi is None else np.array(roi, np.float32),
                    None if scales is None else np.array(scales, np.float32),
                    None if sizes is None else np.array(sizes, np.int64)]
        case(name, "Resize", make, **attributes)

    for mode in ("nearest", "linear", "cubic"):
        def each(name, *rest, mode=mode, **attributes):
            resize(f"{mode}_{name}", *rest, mode=mode, **attributes)

        each("twice", "1x2x4x5", [1, 1, 2, 2])
        each("odd_scales", "2x2x5x7", [1, 1, 1.7, 2.3])
        each("smaller", "1x2x9x8", [1, 1, 0.6, 0.5])
        each("sizes", "1x2x4x5", sizes=[1, 2, 7, 3])
        each("to_one", "1x2x4x5", sizes=[1, 2, 1, 1])
        each("of_one", "1x2x1x1", sizes=[1, 2, 3, 4])
        each("no_image", "0x2x4x5", sizes=[0, 2, 7, 3])
        each("axes", "1x2x4x5", sizes=[9, 3], axes=[2, 3])
        each("wide", "1x1x3x400", sizes=[1, 1, 6, 800])
        each("very_wide", "1x1x2x5120", sizes=[1, 1, 4, 10])
        each("not_larger", "1x1x6x8", sizes=[9, 9], axes=[2, 3], keep_aspect_ratio_policy="not_larger")
        each("not_smaller", "1x1x6x8", sizes=[9, 9], axes=[2, 3], keep_aspect_ratio_policy="not_smaller")
        for transformation in ("half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric"):
            each(f"{transformation}_up", "1x1x5x6", sizes=[1, 1, 8, 11], coordinate_transformation_mode=transformation)
            each(f"{transformation}_down", "1x1x9x7", sizes=[1, 1, 4, 5], coordinate_transformation_mode=transformation)
        each("symmetric_fraction", "1x1x5x7", [1, 1, 1.3, 0.7], coordinate_transformation_mode="half_pixel_symmetric")
        each("crop", "1x1x6x7", sizes=[1, 1, 4, 5], roi=[0, 0, 0.2, 0.3, 1, 1, 0.8, 0.7],
             coordinate_transformation_mode="tf_crop_and_resize")
        each("crop_outside", "1x1x6x7", sizes=[1, 1, 4, 5], roi=[0, 0, 0.2, -0.5, 1, 1, 1.6, 0.9],
             coordinate_transformation_mode="tf_crop_and_resize", extrapolation_value=7.5)

    for mode in ("floor", "ceil", "round_prefer_floor", "round_prefer_ceil"):
        resize(f"nearest_{mode}", "1x1x6x9", sizes=[1, 1, 9, 4], nearest_mode=mode)
        resize(f"nearest_{mode}_asymmetric", "1x1x4x4", [1, 1, 2, 1.5], nearest_mode=mode,
               coordinate_transformation_mode="asymmetric")
    resize("nearest_bytes", "1x2x4x5", [1, 1, 2, 3], type="u8")
    resize("nearest_int32", "1x2x4x5", [1, 1, 2, 3], type="i32")
    resize("nearest_halves", "1x2x4x5", [1, 1, 2, 3], type="f16")
    resize("nearest_one_axis", "2x3x5", [1, 1, 2.5])
    resize("nearest_all_axes", "2x3x4x5", [2, 1.4, 1.5, 0.5])
    resize("nearest_five", "1x2x3x4x5", [1, 1, 2, 0.5, 2])
    resize("nearest_row", "7", sizes=[11])
    resize("linear_one_axis", "2x3x5", [1, 1, 2.5], mode="linear")
    resize("linear_three_axes", "1x2x4x5x6", [1, 1, 1.5, 2, 0.5], mode="linear")
    resize("linear_channels_last", "1x5x6x3", [1, 2, 1.5, 1], mode="linear")
    resize("linear_row", "7", sizes=[11], mode="linear")
    resize("linear_doubles", "1x2x4x5", [1, 1, 2, 3], mode="linear", type="f64")
    resize("cubic_coefficient", "1x1x5x6", [1, 1, 1.6, 2], mode="cubic", cubic_coeff_a=-0.5)
    resize("cubic_exclude", "1x1x5x6", [1, 1, 1.6, 0.7], mode="cubic", exclude_outside=1)
    resize("cubic_plane", "5x6", [1.6, 2], mode="cubic")
    for mode in ("linear", "cubic"):
        resize(f"{mode}_antialias", "1x2x9x11", sizes=[1, 2, 4, 3], mode=mode, antialias=1)
        resize(f"{mode}_antialias_far", "1x1x40x33", sizes=[1, 1, 3, 2], mode=mode, antialias=1)
        resize(f"{mode}_antialias_up", "1x2x4x5", sizes=[1, 2, 9, 3], mode=mode, antialias=1)
        resize(f"{mode}_antialias_exclude", "1x2x9x11", [1, 1, 0.4, 0.6], mode=mode, antialias=1, exclude_outside=1)
        resize(f"{mode}_antialias_corners", "1x1x9x8", sizes=[1, 1, 4, 3], mode=mode, antialias=1,
               coordinate_transformation_mode="align_corners")

    sampling(case)


def sampling(case):
    for mode in ("linear", "nearest", "cubic"):
        for padding in ("zeros", "border", "reflection"):
            for corners in (0, 1):
                case(f"grid_{mode}_{padding}_{corners}", "GridSample",
                     lambda v: [v("2x3x5x6"), v("2x4x7x2", low=-1.9, high=1.9)], mode=mode, padding_mode=padding,
                     align_corners=corners)
    for mode in ("linear", "nearest"):
        for padding in ("zeros", "border", "reflection"):
            case(f"grid_{mode}_{padding}_three_axes", "GridSample",
                 lambda v: [v("1x2x3x4x5"), v("1x2x3x4x3", low=-1.5, high=1.5)], mode=mode, padding_mode=padding)
    case("grid_one_pixel", "GridSample", lambda v: [v("1x2x1x1"), v("1x3x3x2")], padding_mode="border")
    case("grid_no_point", "GridSample", lambda v: [v("1x2x3x3"), v("1x0x3x2")], want=lambda x, grid: [np.zeros((1, 2, 0, 3), np.float32)])

    regions = np.array([[0.5, 1, 6.5, 5], [2, 2, 2.3, 2.4], [-3, -2, 4, 20], [5, 5, 3, 3]], np.float32)
    for mode in ("avg", "max"):
        for transformation in ("half_pixel", "output_half_pixel"):
            for ratio in (0, 2):
                case(f"roi_{mode}_{transformation}_{ratio}", "RoiAlign",
                     lambda v: [v("2x3x8x9"), regions, np.array([0, 1, 1, 0], np.int64)], mode=mode, output_height=3,
                     output_width=2, coordinate_transformation_mode=transformation, sampling_ratio=ratio, spatial_scale=0.75)

    for corners in (0, 1):
        case(f"affine_{corners}", "AffineGrid", lambda v: [v("2x2x3"), np.array([2, 3, 4, 5], np.int64)], align_corners=corners)
        case(f"affine_three_axes_{corners}", "AffineGrid",
             lambda v: [v("1x3x4"), np.array([1, 2, 3, 4, 2], np.int64)], align_corners=corners)
