import numpy as np

TIES = np.arange(-40, 40, dtype=np.float32).reshape(4, 20) / 8


def cases(case):
    def scale(value=0.1):
        return np.array(value, np.float32)

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
