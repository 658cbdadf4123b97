import numpy as np

# Coefficients of cos(0), -cos(x), cos(2x).
WINDOWS = {"HannWindow": (0.5, 0.5, 0.0), "HammingWindow": (25 / 46, 21 / 46, 0.0), "BlackmanWindow": (0.42, 0.5, 0.08)}


def cases(case):
    for dims in ("3x3", "1x1", "2x3x4x4", "5x2x2", "0x3x3"):
        case(f"Det_{dims}", "Det", lambda v: [v(dims)])
    for type in ("f64", "f16"):
        case(f"Det_{type}", "Det", lambda v: [v("2x3x3", type)],
             want=None if type == "f64" else lambda x: [np.linalg.det(x.astype(np.float64)).astype(x.dtype)])
    case("Det_no_rows", "Det", lambda v: [v("2x0x0")], want=lambda x: [np.ones(2, np.float32)])
    case("Det_singular", "Det", lambda v: [np.array([[1, 2], [2, 4]], np.float32)])
    case("Det_pivots", "Det", lambda v: [np.array([[0, 2, 1], [3, 0, 0], [0, 1, 5]], np.float32)])

    for op, (a0, a1, a2) in WINDOWS.items():
        for periodic in (0, 1):
            for size in (10, 7, 3):
                case(f"{op}_{periodic}_{size}", op, lambda v: [np.array(size, np.int64)], periodic=periodic)
        case(f"{op}_none", op, lambda v: [np.array(0, np.int64)], want=lambda n: [np.zeros(0, np.float32)])
        case(f"{op}_i32", op, lambda v: [np.array(6, np.int32)])
        for number in (10, 6, 7, 2):
            case(f"{op}_to_{number}", op, lambda v: [np.array(8, np.int64)], output_datatype=number)

        def exact(n):  # ONNX Runtime's coefficients are float32 ones
            x = 2 * np.pi * np.arange(n) / n
            return [a0 - a1 * np.cos(x) + a2 * np.cos(2 * x)]

        case(f"{op}_to_11", op, lambda v: [np.array(8, np.int64)], output_datatype=11, want=exact)
    case("HannWindow_one", "HannWindow", lambda v: [np.array(1, np.int64)])
