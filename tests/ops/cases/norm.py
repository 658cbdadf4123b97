import numpy as np


def even_lrn(x):
    # Size 4 reaches 1 channel back and 2 ahead; ONNX Runtime wants odd sizes, onnx.reference errs.
    x = x.astype(np.float64)
    squares = np.stack([(x[:, max(0, c - 1):c + 3] ** 2).sum(1) for c in range(x.shape[1])], 1)
    return [(x / (2.0 + 0.5 / 4 * squares) ** 0.6).astype(np.float32)]


def cases(case):
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
