import numpy as np

SPECIAL = np.array([0.0, -0.0, 1e-6, -1e-6, 88.0, -88.0, 1e4, -1e4, np.nan, 1e-40], np.float32)
PLAIN = ("Relu", "LeakyRelu", "Elu", "Selu", "Celu", "Sigmoid", "HardSigmoid", "HardSwish", "Tanh", "Softplus",
         "Softsign", "Mish", "Gelu", "ThresholdedRelu")
# ONNX Runtime's kernels turn NaN into a number here; ours, and the formulas, keep it.
LOSES_NAN = ("Relu", "HardSigmoid", "HardSwish", "Elu", "Selu", "Celu", "Sigmoid", "Tanh", "Gelu", "ThresholdedRelu",
             "Softplus", "Mish")


def cases(case):
    for op in PLAIN:
        case(f"{op}_plain", op, lambda v: [v("2x3x4x5", low=-6.0, high=6.0)])
        case(f"{op}_scalar", op, lambda v: [v("")])
        case(f"{op}_empty", op, lambda v: [v("0x3")])
        special = SPECIAL[~np.isnan(SPECIAL)] if op in LOSES_NAN else SPECIAL
        case(f"{op}_special", op, lambda v: [special])
    for op in ("Relu", "Sigmoid", "Tanh"):
        case(f"{op}_double", op, lambda v: [v("3x4", "f64")])
        case(f"{op}_half", op, lambda v: [v("3x4", "f16")])
    case("Relu_i32", "Relu", lambda v: [v("3x4", "i32")])
    case("Relu_i8", "Relu", lambda v: [v("3x4", "i8")])
    case("LeakyRelu_alpha", "LeakyRelu", lambda v: [v("3x40")], alpha=0.3)
    case("Elu_alpha", "Elu", lambda v: [v("3x40")], alpha=0.7)
    case("Selu_both", "Selu", lambda v: [v("3x40")], alpha=0.7, gamma=1.3)
    case("Celu_alpha", "Celu", lambda v: [v("3x40")], alpha=0.4)
    case("HardSigmoid_both", "HardSigmoid", lambda v: [v("3x40")], alpha=0.4, beta=0.3)
    case("ThresholdedRelu_alpha", "ThresholdedRelu", lambda v: [v("3x40")], alpha=0.25)
    case("Gelu_tanh", "Gelu", lambda v: [v("3x40", low=-6.0, high=6.0)], approximate="tanh")

    for name, slope in (("channel", "3x1x1"), ("scalar", ""), ("one", "1"), ("full", "2x3x4x5"), ("last", "5")):
        case(f"PRelu_{name}", "PRelu", lambda v: [v("2x3x4x5"), v(slope)])

    six, one = np.float32(6.0), np.float32(1.0)
    case("Clip_both", "Clip", lambda v: [v("3x40", low=-9.0, high=9.0), np.array(0, np.float32), np.array(six)])
    case("Clip_low", "Clip", lambda v: [v("3x40"), np.array(one)])
    case("Clip_high", "Clip", lambda v: [v("3x40"), None, np.array(one)])
    case("Clip_none", "Clip", lambda v: [v("3x40")])
    case("Clip_crossed", "Clip", lambda v: [v("3x40"), np.array(six), np.array(one)])
    case("Clip_i64", "Clip", lambda v: [v("3x40", "i64"), np.array(-3, np.int64), np.array(4, np.int64)])
    case("Clip_u8", "Clip", lambda v: [v("3x40", "u8"), np.array(5, np.uint8), np.array(9, np.uint8)])
