import numpy as np

OPSET = 23  # RMSNormalization


def even_lrn(x):
    # Size 4 reaches 1 channel back and 2 ahead; ONNX Runtime wants odd sizes, onnx.reference errs.
    x = x.astype(np.float64)
    squares = np.stack([(x[:, max(0, c - 1):c + 3] ** 2).sum(1) for c in range(x.shape[1])], 1)
    return [(x / (2.0 + 0.5 / 4 * squares) ** 0.6).astype(np.float32)]


def exact_layer(axis, epsilon=1e-5):
    # In double, as ONNX Runtime does not compute doubles; the moments are float32 all the same.
    def want(x, scale, bias):
        axes = tuple(range(axis % x.ndim, x.ndim))
        mean = x.mean(axes, keepdims=True)
        inverse = 1 / np.sqrt(((x - mean) ** 2).mean(axes, keepdims=True) + epsilon)
        return [(x - mean) * inverse * scale + bias, mean.astype(np.float32), inverse.astype(np.float32)]

    return want


def exact_rms(x, scale):
    wide = x.astype(np.float64)
    return [(wide / np.sqrt((wide ** 2).mean(-1, keepdims=True) + 1e-5) * scale).astype(scale.dtype)]


def exact_mean_variance(*axes):
    def want(x):
        wide = x.astype(np.float64)
        return [((wide - wide.mean(axes, keepdims=True)) / (wide.std(axes, keepdims=True) + 1e-9)).astype(x.dtype)]

    return want


def no_elements(x, *_):
    return [x]


def layer_cases(case):
    def layer(name, x, scale, bias=None, type="f32", outputs=1, want=None, **attributes):
        case(name, "LayerNormalization",
             lambda v: [v(x, type), v(scale, type)] + ([v(bias, type)] if bias is not None else []),
             outputs=outputs, want=want, **attributes)

    layer("layer_plain", "2x5x16", "16", "16")
    layer("layer_three_outputs", "2x5x16", "16", "16", outputs=3)
    layer("layer_no_bias", "2x5x16", "16", epsilon=0.1)
    layer("layer_axis", "2x5x16", "5x16", "5x16", axis=1, outputs=3)
    layer("layer_axis_negative", "2x3x4x5", "4x5", "4x5", axis=-2, outputs=3)
    layer("layer_axis_first", "3x4", "3x4", "3x4", axis=0, outputs=3)
    layer("layer_scalar_scale", "2x5x16", "1", "1")
    layer("layer_scale_of_rows", "2x5x6", "5x1", "2x1x6", want=lambda x, s, b: exact_layer(-1)(x, s, b)[:1])
    layer("layer_long", "3x1500", "1500", "1500", outputs=3)
    layer("layer_one_element", "4x1", "1", "1", outputs=3)
    layer("layer_no_rows", "0x7", "7", "7")
    layer("layer_halves", "2x5x16", "16", "16", "f16")
    layer("layer_doubles", "2x5x16", "16", "16", "f64", outputs=3, want=exact_layer(-1))

    def rms(name, x, scale, type="f32", scale_type=None, want=None, **attributes):
        case(name, "RMSNormalization", lambda v: [v(x, type), v(scale, scale_type or type)], want=want, **attributes)

    rms("rms_plain", "2x5x16", "16")
    rms("rms_axis", "2x5x16", "5x16", axis=1, epsilon=0.1)
    rms("rms_axis_negative", "2x3x4x5", "4x5", axis=-2)
    rms("rms_axis_first", "3x4", "3x4", axis=0)
    rms("rms_scale_of_one", "2x5x16", "1")
    rms("rms_long", "2x1200", "1200")
    rms("rms_no_rows", "0x7", "7")
    rms("rms_halves", "2x5x16", "16", "f16")
    rms("rms_doubles", "2x5x16", "16", "f64", want=exact_rms)
    rms("rms_halves_scaled_by_floats", "2x5x16", "16", "f16", "f32", want=exact_rms)


def channel_cases(case):
    def group(name, x, groups, type="f32", want=None, **attributes):
        channels = x.split("x")[1]
        case(name, "GroupNormalization", lambda v: [v(x, type), v(channels, type), v(channels, type)],
             num_groups=groups, want=want, **attributes)

    group("group_two", "2x6x3x4", 2)
    group("group_all", "2x6x3x4", 1, epsilon=0.1)
    group("group_each", "2x6x5", 6)
    group("group_flat", "3x8", 4)
    group("group_large", "1x4x30x30", 2)
    group("group_no_images", "0x4x3", 2, want=no_elements)
    group("group_doubles", "2x6x3x4", 3, "f64", stash_type=11)

    def instance(name, x, type="f32", **attributes):
        channels = x.split("x")[1]
        case(name, "InstanceNormalization", lambda v: [v(x, type), v(channels, type), v(channels, type)],
             **attributes)

    instance("instance_plain", "2x3x4x5")
    instance("instance_epsilon", "2x3x9", epsilon=0.1)
    instance("instance_three_axes", "1x3x2x3x4")
    instance("instance_one_pixel", "2x3x1x1")
    instance("instance_large", "1x2x30x30")
    instance("instance_no_images", "0x3x4")
    instance("instance_halves", "2x3x4x5", "f16")

    def lp(name, x, type="f32", **attributes):
        case(name, "LpNormalization", lambda v: [v(x, type)], **attributes)

    lp("lp_default", "3x4x5")
    lp("lp_first", "3x4x5", axis=0, p=2)
    lp("lp_middle_of_magnitudes", "3x4x5", axis=-2, p=1)
    lp("lp_long", "2x900", p=1)
    lp("lp_no_lines", "0x7", axis=0)
    lp("lp_doubles", "3x4x5", "f64", axis=1)
    case("lp_zeros", "LpNormalization", lambda v: [np.zeros((2, 3), np.float32)])

    def mean_variance(name, x, axes=None, type="f32"):
        attributes = {} if axes is None else {"axes": axes}
        case(name, "MeanVarianceNormalization", lambda v: [v(x, type)],
             want=exact_mean_variance(*(axes or [0, 2, 3])), **attributes)

    mean_variance("mean_variance_default", "2x3x4x5")
    mean_variance("mean_variance_pixels", "2x3x4x5", [2, 3])
    mean_variance("mean_variance_negative", "2x3x40", [-1])
    mean_variance("mean_variance_apart", "3x4x5", [0, -1])
    mean_variance("mean_variance_halves", "2x3x4x5", None, "f16")
    mean_variance("mean_variance_doubles", "2x3x4x5", [1], "f64")


def cases(case):
    layer_cases(case)
    channel_cases(case)

    def batch(name, x, type="f32", **attributes):
        channels = x.split("x")[1]
        case(name, "BatchNormalization", lambda v: [v(x, type), v(channels, type), v(channels, type), v(channels, type),
                                                    v(channels, type, 0.1, 3.0)], **attributes)

    batch("batch_plain", "2x3x4x5")
    batch("batch_epsilon", "2x3x4x5", epsilon=0.1, momentum=0.5)
    batch("batch_flat", "4x6")
    batch("batch_one_axis", "2x3x9")
    batch("batch_three_axes", "1x3x2x3x4")
    batch("batch_large", "1x2x30x30")
    batch("batch_doubles", "2x3x4x5", "f64")

    def lrn(name, x, size, **attributes):
        case(name, "LRN", lambda v: [v(x)], size=size, **attributes)

    lrn("lrn_odd", "2x7x3x4", 3)
    lrn("lrn_even", "1x7x3x4", 4, alpha=0.5, beta=0.6, bias=2.0, want=even_lrn)
    lrn("lrn_one", "1x7x3x4", 1, alpha=1.0)
    lrn("lrn_wider_than_channels", "1x3x3x4", 9, alpha=1.0)
    lrn("lrn_large", "1x4x20x20", 5, alpha=0.3)
