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
