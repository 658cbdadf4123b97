import numpy as np


def cases(case):
    for op in ("Softmax", "LogSoftmax"):
        case(f"{op}_default", op, lambda v: [v("3x10")])
        case(f"{op}_first", op, lambda v: [v("3x4x5")], axis=0)
        case(f"{op}_middle", op, lambda v: [v("3x4x5")], axis=1)
        case(f"{op}_negative", op, lambda v: [v("3x4x5")], axis=-2)
        case(f"{op}_one_element", op, lambda v: [v("3x1")])
        case(f"{op}_large_values", op, lambda v: [v("2x6", low=-1000.0, high=1000.0)])
        case(f"{op}_long", op, lambda v: [v("2x700")])
        case(f"{op}_no_lines", op, lambda v: [v("0x7")])
        case(f"{op}_doubles", op, lambda v: [v("3x7", "f64")])

    def hardmax(name, x, type="f32", **attributes):
        case(name, "Hardmax", lambda v: [v(x, type)], **attributes)

    hardmax("hardmax_default", "3x10")
    hardmax("hardmax_first", "3x4x5", axis=0)
    hardmax("hardmax_negative", "3x4x5", axis=-2)
    hardmax("hardmax_one_element", "3x1")
    hardmax("hardmax_long", "2x700")
    hardmax("hardmax_no_lines", "0x7")
    hardmax("hardmax_doubles", "3x7", "f64")
    hardmax("hardmax_halves", "3x7", "f16")
    case("hardmax_equal", "Hardmax", lambda v: [np.array([[1, 3, 3, 2], [0, 0, 0, 0]], np.float32)])
