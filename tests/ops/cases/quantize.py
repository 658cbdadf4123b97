import ml_dtypes
import numpy as np

TIES = np.arange(-40, 40, dtype=np.float32).reshape(4, 20) / 8


def scale(value=0.1):
    return np.array(value, np.float32)


def cases(case):
    for type in (np.int8, np.uint8, np.int16, np.uint16):
        zero = np.array(3, type)
        case(f"QuantizeLinear_{type.__name__}", "QuantizeLinear", lambda v: [v("3x50", low=-20.0, high=20.0), scale(), zero])
        case(f"QuantizeLinear_{type.__name__}_ties", "QuantizeLinear", lambda v: [TIES, scale(0.25), zero])
        case(f"QuantizeLinear_{type.__name__}_far", "QuantizeLinear",
             lambda v: [np.array([-1e9, 1e9, -np.inf, np.inf], np.float32), scale(), zero])
        case(f"DequantizeLinear_{type.__name__}", "DequantizeLinear",
             lambda v: [v("3x50", {"int8": "i8", "uint8": "u8", "int16": "i16", "uint16": "u16"}[type.__name__]), scale(), zero])
    # Saturation aside: this checks the float32 division, a seventh has no exact form.
    case("QuantizeLinear_divides", "QuantizeLinear", lambda v: [v("40x50", low=-17.0, high=17.0), scale(1 / 7), np.array(0, np.int8)])
    case("QuantizeLinear_no_zero", "QuantizeLinear", lambda v: [v("3x50"), scale()])
    case("QuantizeLinear_i32", "QuantizeLinear", lambda v: [v("3x50", "i32"), scale(), np.array(0, np.int8)])

    for axis, size in ((0, 2), (1, 3), (-1, 4)):
        scales = np.linspace(0.05, 0.2, size, dtype=np.float32)
        case(f"QuantizeLinear_axis_{axis}", "QuantizeLinear",
             lambda v: [v("2x3x4"), scales, np.arange(size).astype(np.int8)], axis=axis)
        case(f"DequantizeLinear_axis_{axis}", "DequantizeLinear",
             lambda v: [v("2x3x4", "i8"), scales, np.arange(size).astype(np.int8)], axis=axis)
    case("DequantizeLinear_i32", "DequantizeLinear", lambda v: [v("3x50", "i32"), scale()])
    case("DequantizeLinear_half", "DequantizeLinear", lambda v: [v("3x50", "i8"), np.array(0.125, np.float16)])
    case("DequantizeLinear_i32_axis", "DequantizeLinear", lambda v: [v("3x4", "i32"), v("3", low=0.1)], axis=0)
    case("QuantizeLinear_blocked", "QuantizeLinear",
         lambda v: [v("4x6"), v("4x3", low=0.05, high=0.2), v("4x3", "i8")], axis=1, block_size=2)
    case("DequantizeLinear_blocked", "DequantizeLinear",
         lambda v: [v("4x6", "i8"), v("2x6", low=0.05, high=0.2), v("2x6", "i8")], axis=0, block_size=2)

    products(case)
    narrow_types(case)


def products(case):
    bytes_of = {"u8": np.uint8, "i8": np.int8}

    def qconv(name, x, w, bias=True, x_type="u8", w_type="u8", per_channel=False, y_zero=5, **attributes):
        def make(v):
            made = int(w.split("x")[0])
            scales = v(str(made), low=0.02, high=0.1) if per_channel else scale(0.05)
            zeros = np.zeros(made, bytes_of[w_type]) if per_channel else np.array(2, bytes_of[w_type])
            inputs = [v(x, x_type), scale(0.1), np.array(3, bytes_of[x_type]), v(w, w_type), scales, zeros, scale(0.37),
                      np.array(y_zero, bytes_of[x_type])]
            return inputs + [v(str(made), "i32")] if bias else inputs
        case("QLinearConv_" + name, "QLinearConv", make, **attributes)

    qconv("plain", "1x3x6x7", "4x3x3x3")
    qconv("no_bias", "2x3x6x7", "4x3x3x3", bias=False, pads=[1, 1, 1, 1])
    qconv("signed_weights", "1x3x6x7", "4x3x3x3", w_type="i8", pads=[0, 1, 2, 1])
    qconv("signed", "1x3x6x7", "4x3x3x3", x_type="i8", w_type="i8", strides=[2, 1])
    qconv("per_channel", "1x4x6x7", "6x2x3x3", w_type="i8", per_channel=True, group=2, dilations=[2, 1])
    qconv("one_axis", "1x3x9", "4x3x3", w_type="i8", auto_pad="SAME_UPPER")
    qconv("odd_zero", "1x3x6x7", "4x3x3x3", x_type="i8", w_type="i8", y_zero=-7)

    def qmatmul(name, left, right, left_type="u8", right_type="u8", right_scales=None, right_zeros=2):
        case("QLinearMatMul_" + name, "QLinearMatMul", lambda v: [
            v(left, left_type), scale(0.1), np.array(3, bytes_of[left_type]), v(right, right_type),
            scale(0.05) if right_scales is None else np.array(right_scales, np.float32),
            np.array(right_zeros, bytes_of[right_type]), scale(0.21), np.array(7, bytes_of[left_type])])

    qmatmul("plain", "3x40", "40x5")
    qmatmul("signed", "3x40", "40x5", "i8", "i8")
    qmatmul("mixed", "3x40", "40x70", "u8", "i8")
    qmatmul("batch", "2x3x4", "2x4x5")
    qmatmul("per_column", "3x40", "40x3", "u8", "i8", [0.05, 0.07, 0.013], [1, 0, -2])

    for name, values in (("plain", None), ("positive", [1.5, 2, 3.25]), ("negative", [-1.5, -2, -3.25]), ("zeros", [0, 0])):
        case("DynamicQuantizeLinear_" + name, "DynamicQuantizeLinear",
             lambda v: [v("7x90", low=-3.0, high=5.0) if values is None else np.array(values, np.float32)], outputs=3)


def narrow_types(case):
    for kind in ("int4", "uint4"):
        type = getattr(ml_dtypes, kind)
        case(f"QuantizeLinear_{kind}", "QuantizeLinear", lambda v: [v("3x7", low=-9.0, high=20.0), scale(0.7), np.array(2, type)])
        case(f"DequantizeLinear_{kind}", "DequantizeLinear",
             lambda v: [np.arange(15).reshape(3, 5).astype(type), scale(0.7), np.array(2, type)])
        case(f"QuantizeLinear_{kind}_blocked", "QuantizeLinear",
             lambda v: [v("5x6", low=-9.0, high=20.0), v("3x6", low=0.5, high=2.0), v.random.randint(0, 4, (3, 6)).astype(type)],
             axis=0, block_size=2)
    for kind in ("float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz"):
        type = getattr(ml_dtypes, kind)
        for saturate in (1, 0):
            case(f"QuantizeLinear_{kind}_{saturate}", "QuantizeLinear",
                 lambda v: [np.array([-1e6, -500, -3.3, -0.01, 0, 1e-4, 0.7, 17, 449, 1e5, 1e9], np.float32), scale(1.0),
                            np.array(0, type)], saturate=saturate)
        case(f"DequantizeLinear_{kind}", "DequantizeLinear",
             lambda v: [np.array([-7, -0.5, 0, 0.25, 3, 96], np.float32).astype(type), scale(0.3), np.array(0, type)])
    case("DequantizeLinear_i16_far", "DequantizeLinear",
         lambda v: [np.array([-32768, 0, 32767], np.int16), scale(0.3), np.array(-32768, np.int16)])
    case("QuantizeLinear_half", "QuantizeLinear",
         lambda v: [v("30x50", "f16", low=-12.0, high=12.0), np.array(0.1, np.float16), np.array(3, np.int8)])
    case("DequantizeLinear_half_axis", "DequantizeLinear",
         lambda v: [v("3x5", "u8"), v("5", "f16", low=0.1), np.arange(5).astype(np.uint8)])
