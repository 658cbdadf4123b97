import numpy as np


def cases(case):
    def conv(name, x, w, bias=True, type="f32", **attributes):
        def make(v):
            inputs = [v(x, type), v(w, type)]
            return inputs + [v(w.split("x")[0], type)] if bias else inputs
        case(name, "Conv", make, **attributes)

    conv("plain", "1x3x8x9", "5x3x3x3")
    conv("no_bias", "2x3x8x9", "5x3x3x3", bias=False)
    conv("padded", "1x3x8x9", "5x3x3x3", pads=[1, 1, 1, 1])
    conv("uneven_pads", "1x3x8x9", "5x3x3x5", pads=[0, 3, 2, 1])
    conv("strided", "1x3x11x9", "5x3x3x3", strides=[2, 3], pads=[1, 1, 1, 1])
    conv("dilated", "1x3x12x13", "4x3x3x3", dilations=[2, 3], pads=[2, 0, 1, 3])
    conv("grouped", "2x6x7x7", "9x2x3x3", group=3, pads=[1, 1, 1, 1])
    conv("depthwise", "1x8x9x9", "8x1x3x3", group=8, pads=[1, 1, 1, 1], strides=[2, 2])
    conv("depthwise_times_two", "1x4x6x6", "8x1x5x5", group=4, pads=[2, 2, 2, 2])
    conv("pointwise", "2x16x9x8", "70x16x1x1")
    conv("pointwise_strided", "1x16x9x8", "6x16x1x1", strides=[2, 2])
    conv("deep", "1x40x5x5", "6x40x3x3", pads=[1, 1, 1, 1])
    conv("same_upper", "1x2x7x8", "3x2x3x4", auto_pad="SAME_UPPER", strides=[2, 3])
    conv("same_lower", "1x2x7x8", "3x2x2x4", auto_pad="SAME_LOWER", strides=[2, 2])
    conv("same_upper_dilated", "1x2x9x9", "3x2x3x3", auto_pad="SAME_UPPER", dilations=[2, 2])
    conv("valid", "1x2x7x8", "3x2x3x4", auto_pad="VALID", strides=[2, 1])
    conv("kernel_of_the_input", "1x3x4x5", "2x3x4x5")
    conv("kernel_larger_than_input", "1x2x2x2", "2x2x5x5", pads=[2, 2, 2, 2])
    conv("one_axis", "2x3x17", "4x3x5", pads=[2, 1], strides=[2])
    conv("three_axes", "1x2x5x6x7", "3x2x2x3x3", pads=[1, 0, 1, 0, 1, 1], strides=[1, 2, 1], dilations=[2, 1, 1])
    conv("wide", "1x1x3x300", "2x1x3x3", pads=[1, 1, 1, 1])
    conv("doubles", "1x3x6x6", "4x3x3x3", type="f64", pads=[1, 1, 1, 1])
    conv("halves", "1x3x6x6", "4x3x3x3", type="f16", pads=[1, 1, 1, 1])
    conv("no_image", "0x3x6x6", "4x3x3x3")
    conv("kernel_shape_stated", "1x3x6x6", "4x3x3x2", kernel_shape=[3, 2])

    transposed(case)
    integers(case)
    columns_to_images(case)
    deformed(case)


def transposed(case):
    def transpose(name, x, w, bias=True, type="f32", **attributes):
        def make(v):
            inputs = [v(x, type), v(w, type)]
            return inputs + [v(str(int(w.split("x")[1]) * attributes.get("group", 1)), type)] if bias else inputs
        case("transpose_" + name, "ConvTranspose", make, **attributes)

    transpose("plain", "1x3x4x5", "3x2x3x3")
    transpose("no_bias", "2x3x4x5", "3x2x3x3", bias=False)
    transpose("unlike_axes", "1x1x3x3", "1x2x1x3", pads=[0, 2, 0, 2])
    transpose("strided", "1x3x4x5", "3x2x2x2", strides=[2, 2])
    transpose("strided_padded", "1x3x4x5", "3x2x4x4", strides=[2, 2], pads=[1, 1, 1, 1])
    transpose("stride_beyond_kernel", "1x2x3x4", "2x2x2x2", strides=[3, 4])
    transpose("uneven_pads", "1x2x6x5", "2x3x3x4", strides=[2, 1], pads=[0, 2, 1, 1])
    transpose("dilated", "1x2x5x4", "2x3x3x2", dilations=[2, 3], strides=[2, 1])
    transpose("grouped", "2x6x4x4", "6x3x3x3", group=3, strides=[2, 2], pads=[1, 1, 1, 1])
    transpose("depthwise", "1x5x4x4", "5x1x4x4", group=5, strides=[2, 2], pads=[1, 1, 1, 1])
    transpose("output_padding", "1x2x4x5", "2x3x3x3", strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 1])
    transpose("output_shape", "1x2x4x5", "2x3x3x3", strides=[2, 2], output_shape=[8, 10])
    transpose("output_shape_upper", "1x2x4x5", "2x3x3x3", strides=[3, 2], output_shape=[11, 10], auto_pad="SAME_UPPER")
    transpose("output_shape_lower", "1x2x4x5", "2x3x3x3", strides=[3, 2], output_shape=[12, 10], auto_pad="SAME_LOWER")
    transpose("same_upper", "1x2x4x5", "2x3x3x4", strides=[2, 2], auto_pad="SAME_UPPER")
    transpose("same_lower", "1x2x4x5", "2x3x3x4", strides=[2, 3], auto_pad="SAME_LOWER")
    transpose("valid", "1x2x4x5", "2x3x3x4", strides=[2, 3], auto_pad="VALID")
    transpose("one_axis", "2x3x7", "3x2x4", strides=[2], pads=[1, 2], output_padding=[1])
    transpose("three_axes", "1x2x3x4x3", "2x3x2x3x2", strides=[2, 1, 2], pads=[0, 1, 0, 1, 0, 1], dilations=[1, 2, 1])
    transpose("wide", "1x1x2x150", "1x2x2x3", strides=[1, 2])
    transpose("deep", "1x40x3x3", "40x5x2x2", strides=[2, 2])
    transpose("one_element", "1x1x1x1", "1x1x1x1")
    transpose("no_image", "0x3x4x5", "3x2x3x3", want=lambda x, w, b: [np.zeros((0, 2, 6, 7), np.float32)])
    transpose("doubles", "1x3x4x5", "3x2x3x3", type="f64")


def integers(case):
    def integer(name, x, w, x_zero=None, w_zero=None, x_type="u8", w_type="u8", **attributes):
        kinds = {"u8": np.uint8, "i8": np.int8}
        case("integer_" + name, "ConvInteger", lambda v: [
            v(x, x_type), v(w, w_type), None if x_zero is None else np.array(x_zero, kinds[x_type]),
            None if w_zero is None else np.array(w_zero, kinds[w_type])], **attributes)

    integer("plain", "1x3x6x7", "4x3x3x3")
    integer("padded", "2x3x6x7", "4x3x3x3", 3, pads=[1, 1, 1, 1])
    integer("signed_weights", "1x3x6x7", "4x3x3x3", 7, -2, w_type="i8", pads=[1, 0, 1, 2])
    integer("per_channel", "1x4x6x7", "4x2x3x3", 7, [0, 3, -5, 6], w_type="i8", group=2, strides=[2, 2])
    integer("one_axis", "1x3x9", "4x3x3", 2, dilations=[2])


def columns_to_images(case):
    def columns(name, x, image, block, type="f32", **attributes):
        case("col2im_" + name, "Col2Im", lambda v: [v(x, type), np.array(image, np.int64), np.array(block, np.int64)],
             **attributes)

    columns("plain", "1x5x5", [5, 5], [1, 5])
    columns("overlap", "2x12x9", [5, 4], [3, 2])
    columns("strided", "1x9x4", [5, 5], [3, 3], strides=[2, 2])
    columns("padded", "1x5x15", [5, 5], [1, 5], pads=[0, 1, 0, 1])
    columns("dilated", "1x4x5", [6, 6], [2, 2], dilations=[1, 5], strides=[1, 1])
    columns("one_axis", "2x6x4", [6], [3])
    columns("three_axes", "1x10x12", [3, 4, 5], [1, 1, 5])
    columns("doubles", "1x9x4", [5, 5], [3, 3], strides=[2, 2], type="f64")


def deformed(case):
    def deform(name, x, w, out, bias=False, mask=False, offset_group=1, spread=1.5, **attributes):
        def make(v):
            dims = w.split("x")
            places = offset_group * int(np.prod([int(extent) for extent in dims[2:]]))
            images = x.split("x")[0]
            inputs = [v(x), v(w), v(f"{images}x{places * (len(dims) - 2)}x{out}", low=-spread, high=spread)]
            inputs.append(v(dims[0]) if bias else None)
            return inputs + ([v(f"{images}x{places}x{out}", low=0.0, high=1.0)] if mask else [])
        case("deform_" + name, "DeformConv", make, offset_group=offset_group, **attributes)

    deform("plain", "1x3x6x7", "4x3x3x3", "4x5")
    deform("padded", "2x3x6x7", "4x3x3x3", "6x7", bias=True, pads=[1, 1, 1, 1])
    deform("masked", "1x4x6x7", "6x2x3x3", "3x4", bias=True, mask=True, offset_group=2, group=2, strides=[2, 2], pads=[1, 1, 1, 1])
    deform("dilated", "1x2x7x8", "3x2x2x3", "5x4", dilations=[2, 2], mask=True)
    deform("far", "1x2x5x5", "3x2x3x3", "3x3", spread=9.0)
