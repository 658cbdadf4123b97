import numpy as np

NUMBERS = ("f32", "f16", "f64", "i32", "i64", "u8", "i8")


def ints(*values, type=np.int64):
    return np.array(values, type)


def cases(case):
    top_k(case)
    one_hot(case)
    scatter(case)
    gather_nd(case)
    cumulative(case)
    triangles(case)
    sequences(case)
    choosing(case)
    unique(case)
    suppression(case)


def top_k(case):
    for type in ("f32", "f64", "i32", "i64"):
        case(f"TopK_{type}", "TopK", lambda v: [v("3x17", type), ints(5)], outputs=2)
    for type in ("f16", "u8", "i8", "u64"):
        case(f"TopK_{type}", "TopK", lambda v: [v("3x17", type), ints(5)], outputs=2, want=lambda x, k: sorted_top(x, 5))
    for axis in (0, 1, -3):
        case(f"TopK_axis_{axis}", "TopK", lambda v: [v("4x5x6"), ints(3)], outputs=2, axis=axis)
    case("TopK_smallest", "TopK", lambda v: [v("6x40"), ints(7)], outputs=2, largest=0)
    case("TopK_all", "TopK", lambda v: [v("2x9"), ints(9)], outputs=2)
    case("TopK_one", "TopK", lambda v: [v("1"), ints(1)], outputs=2)
    case("TopK_none", "TopK", lambda v: [v("2x9"), ints(0)], outputs=2)
    case("TopK_empty", "TopK", lambda v: [v("0x9"), ints(2)], outputs=2,
         want=lambda x, k: [np.zeros((0, 2), np.float32), np.zeros((0, 2), np.int64)])
    ties = np.array([3, 1, 3, 2, 3, 1, 2], np.float32)
    case("TopK_ties", "TopK", lambda v: [ties, ints(4)], outputs=2)
    case("TopK_ties_smallest", "TopK", lambda v: [ties, ints(4)], outputs=2, largest=0)
    case("TopK_unsorted", "TopK", lambda v: [ties, ints(4)], outputs=2, sorted=0,
         want=lambda x, k: sorted_top(x, 4))
    # ONNX Runtime's comparisons have no order for NaN; ours is that of sorting, NaN last.
    nan = np.array([1, np.nan, 3, -np.inf, np.nan, np.inf], np.float32)
    case("TopK_nan", "TopK", lambda v: [nan, ints(4)], outputs=2, want=lambda x, k: [x[[1, 4, 5, 2]], ints(1, 4, 5, 2)])
    case("TopK_nan_smallest", "TopK", lambda v: [nan, ints(4)], outputs=2, largest=0,
         want=lambda x, k: [x[[3, 0, 2, 5]], ints(3, 0, 2, 5)])


def sorted_top(x, k):
    order = np.argsort(-x.astype(np.float64), axis=-1, kind="stable")[..., :k]
    return [np.take_along_axis(x, order, -1), order]


def one_hot(case):
    def hot(name, indices, depth, values, **attributes):
        case(f"OneHot_{name}", "OneHot", lambda v: [indices, depth, values], **attributes)

    off_on = np.array([0.5, 2], np.float32)
    for axis in (-1, 0, 1, -2):
        hot(f"axis_{axis}", np.array([[0, 3, -1], [-4, 4, 9]], np.int64), np.array(4, np.int64), off_on, axis=axis)
    hot("scalar", np.array(2, np.int64), ints(3), off_on, want=lambda *_: [off_on[[0, 0, 1]]])
    hot("i32", ints(2, 0, type=np.int32), np.array(3, np.int32), np.array([7, 9], np.int32))
    hot("real", np.array([2.0, 0.0], np.float32), np.array(3.0, np.float32), off_on)
    hot("i64", ints(2, 0), ints(4), ints(-1, 1))
    case("OneHot_bool", "OneHot", lambda v: [ints(2, 0), ints(3), np.array([True, False])],
         want=lambda i, d, x: [np.array([[1, 1, 0], [0, 1, 1]], np.bool_)])
    case("OneHot_empty", "OneHot", lambda v: [np.zeros((0, 2), np.int64), ints(3), off_on],
         want=lambda i, d, x: [np.zeros((0, 2, 3), np.float32)])


def scatter(case):
    places = np.array([[1, 0, -1], [0, 2, 0]], np.int64)
    for axis in (0, 1, -1):
        case(f"ScatterElements_{axis}", "ScatterElements", lambda v: [v("4x3"), places, v("2x3")], axis=axis)
    for type in NUMBERS + ("bool",):
        case(f"ScatterElements_{type}", "ScatterElements", lambda v: [v("4x3", type), places, v("2x3", type)])
    same = np.array([[1, 1, 1, 0]], np.int64)
    for reduction in ("add", "mul", "max", "min"):
        for type in ("f32", "f64", "i32", "i64", "u8", "f16"):
            case(f"ScatterElements_{reduction}_{type}", "ScatterElements",
                 lambda v: [v("1x5", type), same, v("1x4", type)], axis=1, reduction=reduction)
            case(f"ScatterND_{reduction}_{type}", "ScatterND",
                 lambda v: [v("4x2", type), np.array([[1], [-1], [1]], np.int64), v("3x2", type)], reduction=reduction)
    case("ScatterElements_scalars", "ScatterElements", lambda v: [v("1"), ints(0), v("1")])
    case("ScatterElements_i32_index", "ScatterElements",
         lambda v: [v("2x3x4"), np.array([[[0, -1]]], np.int32), v("1x1x2")], axis=2)
    case("ScatterElements_nothing", "ScatterElements",
         lambda v: [v("3"), np.zeros((0,), np.int64), np.zeros((0,), np.float32)])
    # Summed up in double and rounded once.
    case("ScatterElements_rounds_once", "ScatterElements",
         lambda v: [np.array([2048], np.float16), ints(0, 0, 0, 0), np.ones(4, np.float16)], reduction="add",
         want=lambda *_: [np.array([2052], np.float16)])

    for type in NUMBERS + ("bool",):
        case(f"ScatterND_{type}", "ScatterND", lambda v: [v("5", type), np.array([[4], [0]], np.int64), v("2", type)])
    case("ScatterND_elements", "ScatterND",
         lambda v: [v("3x4x2"), np.array([[[0, 1, 0], [2, -1, 1]]], np.int64), v("1x2")])
    case("ScatterND_slices", "ScatterND", lambda v: [v("3x4x2"), np.array([[2, 0], [-3, 3]], np.int64), v("2x2")])
    case("ScatterND_nothing", "ScatterND", lambda v: [v("3x4"), np.zeros((0, 1), np.int64), v("0x4")])

    def cache(past, update, indices=None, axis=-2, circular=False):
        present, axis = past.copy(), axis % past.ndim
        for prefix in np.ndindex(past.shape[:axis]):
            for row in range(update.shape[axis]):
                to = row + (0 if indices is None else indices[prefix[0]])
                present[prefix + (to % past.shape[axis] if circular else to,)] = update[prefix + (row,)]
        return [present]

    case("TensorScatter", "TensorScatter", lambda v: [v("2x3x5x4"), v("2x3x2x4"), ints(1, 3)], want=cache)
    case("TensorScatter_start", "TensorScatter", lambda v: [v("2x5x4", "u8"), v("2x2x4", "u8")], want=cache)
    case("TensorScatter_circular", "TensorScatter", lambda v: [v("2x3x5"), v("2x3x4"), ints(4, 8)], axis=2,
         mode="circular", want=lambda *x: cache(*x, axis=2, circular=True))


def gather_nd(case):
    case("GatherND_elements", "GatherND", lambda v: [v("2x3x4"), np.array([[0, 1, 2], [-1, -1, -1]], np.int64)])
    case("GatherND_slices", "GatherND", lambda v: [v("2x3x4"), np.array([[[1]], [[0]]], np.int64)])
    case("GatherND_batch", "GatherND", lambda v: [v("2x3x4"), np.array([[2], [-3]], np.int64)], batch_dims=1)
    case("GatherND_batches", "GatherND", lambda v: [v("2x3x4x2"), v("2x3x5x1", "i64") % 4], batch_dims=2)
    case("GatherND_none", "GatherND", lambda v: [v("2x3"), np.zeros((0, 2), np.int64)])
    for type in NUMBERS + ("bool",):
        case(f"GatherND_{type}", "GatherND", lambda v: [v("2x3", type), np.array([[1, 2], [0, 0]], np.int64)])


def cumulative(case):
    for op, since in (("CumSum", 14), ("CumProd", 26)):
        def running(name, x, axis=0, type="f32", exclusive=0, reverse=0, op=op, axis_type=np.int64):
            def want(x, axis):
                ufunc = np.cumsum if op == "CumSum" else np.cumprod
                axis = int(axis)
                y = np.flip(x, axis) if reverse else x
                y = ufunc(y.astype(np.float64) if x.dtype.kind == "f" else y, axis)
                if exclusive:
                    start = np.full_like(np.take(y, [0], axis), 0 if op == "CumSum" else 1)
                    y = np.concatenate([start, np.take(y, range(y.shape[axis] - 1), axis)], axis)
                return [(np.flip(y, axis) if reverse else y).astype(x.dtype)]
            own = want if op == "CumProd" or type == "f16" or type.startswith("u") else None
            case(f"{op}_{name}", op, lambda v: [v(x, type), np.array(axis, axis_type)], want=own, exclusive=exclusive,
                 reverse=reverse)
        for axis in (0, 1, -1):
            running(f"axis_{axis}", "3x4x5", axis)
        running("exclusive", "3x4", 1, exclusive=1)
        running("reverse", "3x4", 1, reverse=1)
        running("both", "3x4", -2, exclusive=1, reverse=1)
        running("i32_axis", "5", axis_type=np.int32)
        running("one", "1")
        for type in ("f64", "f16", "i32", "i64", "u32", "u64"):
            running(type, "7", type=type)
        case(f"{op}_empty", op, lambda v: [v("0x3"), np.array(1, np.int64)], want=lambda x, axis: [x])


def triangles(case):
    for upper in (0, 1):
        for k in (None, 0, 1, -1, -2, 9, -9):
            case(f"Trilu_{upper}_{k}", "Trilu", lambda v: [v("4x3")] + ([] if k is None else [np.array(k, np.int64)]),
                 upper=upper)
        case(f"Trilu_{upper}_batch", "Trilu", lambda v: [v("2x3x4x5")], upper=upper)
        case(f"Trilu_{upper}_empty", "Trilu", lambda v: [v("2x0x3")], upper=upper)
        case(f"Trilu_{upper}_one", "Trilu", lambda v: [v("1x1")], upper=upper)
        for type in NUMBERS + ("bool",):
            case(f"Trilu_{upper}_{type}", "Trilu", lambda v: [v("3x3", type)], upper=upper)
    for k in (0, 1, -2, 9):
        case(f"EyeLike_{k}", "EyeLike", lambda v: [v("4x3")], k=k)
    for number, type in ((1, "f32"), (2, "u8"), (6, "i32"), (7, "i64"), (9, "bool"), (10, "f16"), (11, "f64")):
        case(f"EyeLike_{type}", "EyeLike", lambda v: [v("3x4", type)])
        case(f"EyeLike_to_{type}", "EyeLike", lambda v: [v("2x2")], dtype=number)
    case("EyeLike_empty", "EyeLike", lambda v: [v("0x4")])


def sequences(case):
    case("ReverseSequence_time_first", "ReverseSequence", lambda v: [v("4x3x2"), ints(4, 1, 2)])
    case("ReverseSequence_batch_first", "ReverseSequence", lambda v: [v("3x4x2"), ints(4, 1, 2)], batch_axis=0,
         time_axis=1)
    case("ReverseSequence_matrix", "ReverseSequence", lambda v: [v("4x2", "i64"), ints(3, 4)])
    for type in ("u8", "f16", "f64", "bool"):
        case(f"ReverseSequence_{type}", "ReverseSequence", lambda v: [v("4x2", type), ints(3, 4)])


def choosing(case):
    three, five = np.array([0, 1, 1], np.bool_), np.array([1, 0, 0, 1, 1], np.bool_)
    for axis in (0, 1, -1):
        case(f"Compress_{axis}", "Compress", lambda v: [v("3x4"), three], axis=axis)
    case("Compress_flat", "Compress", lambda v: [v("3x4"), five])
    case("Compress_none", "Compress", lambda v: [v("3x4"), np.zeros(3, np.bool_)], axis=0)
    case("Compress_empty", "Compress", lambda v: [v("3x0"), three], axis=0)
    for type in NUMBERS + ("bool",):
        case(f"Compress_{type}", "Compress", lambda v: [v("5", type), five])

    for type in ("f32", "i32", "i64", "u8", "bool"):
        case(f"NonZero_{type}", "NonZero", lambda v: [v("3x4x2", type) * v("3x4x2", "bool").astype(v("", type).dtype)])
    case("NonZero_nan", "NonZero", lambda v: [np.array([0.0, -0.0, np.nan, 1e-40], np.float32)])
    case("NonZero_half", "NonZero", lambda v: [v("5", "f16")], want=lambda x: [np.array(np.nonzero(x), np.int64)])
    case("NonZero_none", "NonZero", lambda v: [np.zeros((2, 3), np.float32)])
    case("NonZero_empty", "NonZero", lambda v: [v("0x3")])
    # The standard wants no row for a scalar; ONNX Runtime gives one.
    case("NonZero_scalar", "NonZero", lambda v: [np.array(3, np.float32)], want=lambda x: [np.zeros((0, 1), np.int64)])


def unique(case):
    x = np.array([[3, 1, 3, 1], [3, 1, 3, 2], [3, 1, 3, 1]], np.float32)
    for sorted in (0, 1):
        for axis in (None, 0, 1, -1):
            attributes = {} if axis is None else {"axis": axis}
            case(f"Unique_{sorted}_{axis}", "Unique", lambda v: [x], outputs=4, sorted=sorted, **attributes)
        case(f"Unique_{sorted}_deep", "Unique", lambda v: [v("2x6x2", "i64") % 2], outputs=4, sorted=sorted, axis=1)
        for type in ("f64", "i64", "i8", "f16", "u8", "i32", "bool"):
            case(f"Unique_{sorted}_{type}", "Unique", lambda v: [v("40", type)], outputs=4, sorted=sorted)
    case("Unique_values", "Unique", lambda v: [x])
    case("Unique_one", "Unique", lambda v: [v("")], outputs=4)
    case("Unique_nan", "Unique", lambda v: [np.array([1, np.nan, 0, np.nan, 1], np.float32)], outputs=4,
         want=lambda x: [x[[2, 0, 1]], ints(2, 0, 1), ints(1, 2, 0, 2, 1), ints(1, 2, 2)])
    case("Unique_empty", "Unique", lambda v: [v("0x3")], outputs=4, axis=0)


def suppression(case):
    def boxes(v, batches, count, centered=0):
        corner, size = v(f"{batches}x{count}x2", low=0.0, high=3.0), v(f"{batches}x{count}x2", low=0.5, high=2.0)
        return np.concatenate([corner, size if centered else corner + size], 2)

    def suppress(name, batches, classes, count, optional=(), centered=0, flip=False):
        def make(v):
            places = boxes(v, batches, count, centered)
            scores = np.array(v.random.permutation(batches * classes * count).reshape(batches, classes, count), np.float32)
            return [places[..., [2, 1, 0, 3]] if flip else places, scores / 64 - 1] + list(optional)
        case(f"NonMaxSuppression_{name}", "NonMaxSuppression", make, center_point_box=centered)

    def limits(most, overlap=None, least=None):
        reals = [None if value is None else np.array([value], np.float32) for value in (overlap, least)]
        while reals and reals[-1] is None:
            reals.pop()
        return [None if most is None else np.array([most], np.int64)] + reals

    suppress("plain", 1, 1, 20, limits(20, 0.3))
    suppress("center", 1, 1, 20, limits(20, 0.3), centered=1)
    suppress("batches", 2, 3, 16, limits(5, 0.4, -0.5))
    suppress("flipped", 1, 2, 12, limits(12, 0.2), flip=True)
    suppress("any_overlap", 1, 2, 12, limits(12))
    suppress("all_overlap", 1, 2, 12, limits(12, 1.0))
    suppress("no_limit_given", 1, 2, 12)
    suppress("least_only", 1, 2, 12, limits(12, None, -0.9))
    suppress("nothing", 1, 2, 12, limits(12, 0.5, 9.0))
    ties = np.array([[[0, 0, 1, 1], [0, 0, 1, 1], [5, 5, 6, 6]]], np.float32)
    case("NonMaxSuppression_ties", "NonMaxSuppression",
         lambda v: [ties, np.array([[[0.5, 0.5, 0.5]]], np.float32)] + limits(3, 0.5))
