import numpy as np


def cases(case):
    for dims in ("3x3", "1x1", "2x3x4x4", "5x2x2", "0x3x3"):
        case(f"Det_{dims}", "Det", lambda v: [v(dims)])
    for type in ("f64", "f16"):
        case(f"Det_{type}", "Det", lambda v: [v("2x3x3", type)],
             want=None if type == "f64" else lambda x: [np.linalg.det(x.astype(np.float64)).astype(x.dtype)])
    case("Det_no_rows", "Det", lambda v: [v("2x0x0")], want=lambda x: [np.ones(2, np.float32)])
    case("Det_singular", "Det", lambda v: [np.array([[1, 2], [2, 4]], np.float32)])
    case("Det_pivots", "Det", lambda v: [np.array([[0, 2, 1], [3, 0, 0], [0, 1, 5]], np.float32)])

    for op in ("HannWindow", "HammingWindow", "BlackmanWindow"):
        for periodic in (0, 1):
            for size in (10, 7, 2):
                case(f"{op}_{periodic}_{size}", op, lambda v: [np.array(size, np.int64)], periodic=periodic)
        case(f"{op}_one", op, lambda v: [np.array(1, np.int64)])
        case(f"{op}_none", op, lambda v: [np.array(0, np.int64)], want=lambda n: [np.zeros(0, np.float32)])
        case(f"{op}_i32", op, lambda v: [np.array(6, np.int32)])
        for number, type in ((11, np.float64), (10, np.float16), (6, np.int32), (7, np.int64), (2, np.uint8)):
            case(f"{op}_to_{number}", op, lambda v: [np.array(8, np.int64)], output_datatype=number)
