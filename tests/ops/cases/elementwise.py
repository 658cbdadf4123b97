import numpy as np

SPECIAL = np.array([0.0, -0.0, 1.5, 2.5, -0.5, -1.5, -2.5, np.inf, -np.inf, np.nan, 1e-40, 3e38], np.float32)


def cases(case):
    def binary(op, name, a="2x3x4", b="2x3x4", type="f32", low=-2.0, **attributes):
        case(f"{op}_{name}", op, lambda v: [v(a, type, low=low), v(b, type, low=low)], **attributes)

    for op in ("Add", "Sub", "Mul", "Div", "Pow"):
        low = 0.1 if op in ("Div", "Pow") else -2.0
        binary(op, "plain", low=low)
        binary(op, "channel", "2x3x4x5", "3x1x1", low=low)
        binary(op, "channel_left", "3x1x1", "2x3x4x5", low=low)
        binary(op, "both_ways", "4x1x3", "2x1", low=low)
        binary(op, "scalar", "", "2x3", low=low)
        binary(op, "scalars", "", "", low=low)
        binary(op, "empty", "0x3", "1x3", low=low)
        binary(op, "double", type="f64", low=low)
        binary(op, "half", type="f16", low=low)
    binary("Add", "large", "1x9x30x20", "1x9x1x20")
    for op in ("Add", "Sub", "Mul"):
        for type in ("i64", "i32", "i8", "u8", "u64", "i16"):
            binary(op, type, type=type)
    def divide(op, name, type, divisors, **attributes):
        case(f"{op}_{name}", op, lambda v: [v("3x4", type), np.array(divisors, v("", type).dtype)], **attributes)
    divide("Div", "i32", "i32", [-7, 3, 2, -1])
    divide("Div", "i64", "i64", [-7, 3, 2, -1])
    divide("Div", "u8", "u8", [7, 3, 2, 1])
    divide("Mod", "i32", "i32", [-7, 3, 2, -5])
    divide("Mod", "u8", "u8", [7, 3, 2, 5])
    divide("Mod", "i64_fmod", "i64", [-7, 3, 2, -5], fmod=1)
    divide("Mod", "f32_fmod", "f32", [-0.75, 0.3, 2.0, -0.5], fmod=1)
    case("Pow_ints", "Pow", lambda v: [v("3x4", "i32"), np.array([0, 1, 2, 3], np.int32)])
    case("Pow_int_exponent", "Pow", lambda v: [v("3x4"), np.array([0, 1, -2, 3], np.int64)])

    for op in ("Min", "Max", "Sum", "Mean"):
        case(f"{op}_one", op, lambda v: [v("2x3")])
        case(f"{op}_two", op, lambda v: [v("2x3"), v("2x3")])
        case(f"{op}_three", op, lambda v: [v("2x1x3"), v("4x1"), v("")])
        case(f"{op}_double", op, lambda v: [v("2x3", "f64"), v("3", "f64")])
    for type in ("i32", "i64", "u64", "i8", "u8"):
        binary("Min", type, type=type)
        binary("Max", type, type=type)
    case("Max_nan", "Max", lambda v: [SPECIAL, SPECIAL[::-1].copy()])
    case("Min_nan", "Min", lambda v: [SPECIAL, SPECIAL[::-1].copy()])

    for op in ("Neg", "Abs", "Sqrt", "Reciprocal", "Exp", "Log", "Floor", "Ceil", "Round", "Erf", "Sin", "Cos", "Sign"):
        low = 0.1 if op in ("Sqrt", "Log", "Reciprocal") else -4.0
        case(f"{op}_plain", op, lambda v: [v("2x3x7", low=low, high=5.0)])
        case(f"{op}_scalar", op, lambda v: [v("", low=low)])
        if op != "Erf":  # ONNX Runtime has none in double
            case(f"{op}_double", op, lambda v: [v("2x3", "f64", low=low)])
        if op not in ("Sin", "Cos", "Sign"):
            case(f"{op}_special", op, lambda v: [SPECIAL])
    case("Sign_special", "Sign", lambda v: [SPECIAL], want=lambda x: [np.sign(x)])
    for op in ("Neg", "Abs", "Sign"):
        for type in ("i32", "i64", "i8"):
            case(f"{op}_{type}", op, lambda v: [v("3x4", type)])

    for op in ("Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Equal"):
        for type in ("f32", "i32", "i64"):
            case(f"{op}_{type}", op, lambda v: [v("3x40", type, -0.1, 0.1), v("40", type, -0.1, 0.1)])
        case(f"{op}_nan", op, lambda v: [SPECIAL, np.roll(SPECIAL, 1)])
    binary("Equal", "bool", type="bool")
    for op in ("And", "Or", "Xor"):
        binary(op, "plain", "3x4", "4", type="bool")
    case("Not", "Not", lambda v: [v("7", "bool")])
    for type in ("f32", "i64", "u8", "f64"):
        case(f"Where_{type}", "Where", lambda v: [v("3x1", "bool"), v("3x4", type), v("4", type)])
    case("Where_scalars", "Where", lambda v: [v("2x3", "bool"), v(""), v("")])

    case("IsNaN", "IsNaN", lambda v: [SPECIAL])
    case("IsInf", "IsInf", lambda v: [SPECIAL])
    case("IsInf_positive", "IsInf", lambda v: [SPECIAL], detect_negative=0)
    types = {"f32": 1, "u8": 2, "i8": 3, "i32": 6, "i64": 7, "bool": 9, "f16": 10, "f64": 11, "u32": 12}
    for source in types:
        for target, number in types.items():
            low = 0.0 if target[0] == "u" else -2.0
            if source != target:
                case(f"Cast_{source}_{target}", "Cast", lambda v: [v("3x5", source, low=low)], to=number)
    case("Cast_wraps", "Cast", lambda v: [np.array([300, -1, 128, 255], np.int32)], to=3)
    case("Cast_truncates", "Cast", lambda v: [np.array([1.9, -1.9, 0.5, -0.5], np.float32)], to=7)
    case("Cast_rounds_once", "Cast", lambda v: [np.array([(1 << 60) + (1 << 36) + 1, 1 << 24, (1 << 24) + 1], np.int64)], to=1)
    functions(case)
    bits(case)
    case("CastLike", "CastLike", lambda v: [v("3x5"), v("1", "i32")])


def functions(case):
    special = np.array([0.0, -0.0, 1e-30, -1e-6, 0.5, -1.0, 1.0, 2.0, 80.0, np.inf, -np.inf, np.nan], np.float32)
    for op in ("Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Asinh", "Acosh", "Atanh"):
        low, high = (1.0, 9.0) if op == "Acosh" else (-1.0, 1.0) if op in ("Asin", "Acos", "Atanh") else (-3.0, 3.0)
        name = {"A": "arc" + op[1:]}.get(op[0], op.lower())
        def ours(x):
            with np.errstate(all="ignore"):
                return [getattr(np, name)(x.astype(np.float64)).astype(x.dtype)]
        case(f"{op}_plain", op, lambda v: [v("2x3x40", low=low, high=high)])
        case(f"{op}_special", op, lambda v: [special], want=ours)
        case(f"{op}_scalar", op, lambda v: [v("", low=low, high=high)])
        case(f"{op}_empty", op, lambda v: [v("0x3")])
        for type in ("f64", "f16"):
            case(f"{op}_{type}", op, lambda v: [v("3x4", type, low, high)], want=ours if type == "f16" else None)
    case("Shrink_plain", "Shrink", lambda v: [v("3x40")])
    case("Shrink_both", "Shrink", lambda v: [v("3x40")], bias=1.25, lambd=0.75)
    case("Shrink_special", "Shrink", lambda v: [special], bias=1.5)
    case("Shrink_empty", "Shrink", lambda v: [v("0x3")])
    for type in ("f64", "f16", "i32", "i64", "i8", "u8"):
        case(f"Shrink_{type}", "Shrink", lambda v: [v("20", type)], bias=1.0, lambd=1.5)
    for type in ("f32", "f64", "f16"):
        case(f"Mod_floored_{type}", "Mod", lambda v: [v("3x40", type), v("40", type, 0.5, 2.0)],
             want=lambda x, y: [np.mod(x, y)])
    infinite = np.array([1.0, -1.0, 0.0, -0.0, 3.0, -3.0, np.inf, 1.0, np.nan], np.float32)
    case("Mod_floored_special", "Mod", lambda v: [infinite, np.array([np.inf] * 4 + [-2.0, 2.0, 1.0, 0.0, 1.0], np.float32)],
         want=lambda x, y: [np.array([1.0, np.inf, 0.0, 0.0, -1.0, 1.0, np.nan, np.nan, np.nan], np.float32)])


def bits(case):
    whole = ("u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64")
    for op in ("BitwiseAnd", "BitwiseOr", "BitwiseXor"):
        for type in whole:
            case(f"{op}_{type}", op, lambda v: [v("3x4", type), v("4", type)])
        case(f"{op}_scalar", op, lambda v: [v("", "i32"), v("", "i32")])
        case(f"{op}_empty", op, lambda v: [v("0x4", "i32"), v("4", "i32")])
    for type in whole:
        case(f"BitwiseNot_{type}", "BitwiseNot", lambda v: [v("3x4", type)])
    for direction in ("LEFT", "RIGHT"):
        for type in ("u8", "u16", "u32", "u64"):
            kind = np.dtype(type.replace("u", "uint"))
            case(f"BitShift_{direction}_{type}", "BitShift", lambda v: [v("3x4", type), v("4", type) % kind.type(8)],
                 direction=direction)
        case(f"BitShift_{direction}_empty", "BitShift", lambda v: [v("0x4", "u8"), v("4", "u8")], direction=direction)
    # Signed numbers came later than ONNX Runtime's kernel.
    def shifted(name, direction, x, y, want, type):
        case(f"BitShift_{name}", "BitShift", lambda v: [np.array(x, type), np.array(y, type)], direction=direction,
             want=lambda *_: [np.array(want, type)])
    shifted("right_i8", "RIGHT", [-128, -1, 5, -7, 7, -7], [1, 7, 1, 8, 8, -1], [-64, -1, 2, -1, 0, -1], np.int8)
    shifted("left_i8", "LEFT", [-128, -1, 5, 64, 7, -7], [1, 7, 1, 1, 8, -1], [0, -128, 10, -128, 0, 0], np.int8)
    shifted("right_i64", "RIGHT", [-(1 << 63), -5, 5], [63, 1, 64], [-1, -3, 0], np.int64)
    shifted("left_i64", "LEFT", [1, 3, -5], [63, 63, 1], [-(1 << 63), -(1 << 63), -10], np.int64)
    shifted("beyond_u8", "RIGHT", [255, 255, 1], [7, 8, 200], [1, 0, 0], np.uint8)
    shifted("beyond_u64", "LEFT", [1, 1, 1], [63, 64, 200], [1 << 63, 0, 0], np.uint64)
