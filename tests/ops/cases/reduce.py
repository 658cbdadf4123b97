import numpy as np


def cases(case):
    def reduce(op, name, x, axes=None, type="f32", low=-2.0, **attributes):
        def make(v):
            inputs = [v(x, type, low=low)]
            return inputs if axes is None else inputs + [np.array(axes, np.int64)]
        case(f"{op}_{name}", op, make, **attributes)

    names = ["Sum", "Mean", "Max", "Min", "Prod", "L1", "L2", "SumSquare", "LogSum", "LogSumExp"]
    for op in ("Reduce" + name for name in names):
        low = 0.1 if op == "ReduceLogSum" else -2.0
        reduce(op, "inner", "3x4x5", [2], low=low)
        reduce(op, "middle_dropped", "3x4x5", [1], low=low, keepdims=0)
        reduce(op, "outer_and_inner", "3x4x5", [0, -1], low=low)
        reduce(op, "all", "3x4x2", low=low, keepdims=0)
        reduce(op, "scalar", "", low=low)
        if op not in ("ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceSumSquare"):
            reduce(op, "int32", "3x4", [1], type="i32")
            reduce(op, "int64", "3x4", [0], type="i64")
    reduce("ReduceMean", "spatial", "2x3x40x20", [2, 3])
    reduce("ReduceSum", "no_axes_noop", "2x3", [], noop_with_empty_axes=1)
    reduce("ReduceSum", "no_axes_all", "2x3", [])
    reduce("ReduceSum", "empty", "2x0x3", [1])
    reduce("ReduceProd", "empty", "2x0x3", [1])
    reduce("ReduceSum", "doubles", "3x4", [1], type="f64")
    reduce("ReduceMax", "uint8", "3x4", [1], type="u8")
    reduce("ReduceMin", "int8", "3x4", [1], type="i8")
    reduce("ReduceMax", "bool", "3x4", [1], type="bool")
    case("ReduceLogSumExp_large", "ReduceLogSumExp", lambda v: [v("3x4", low=900.0, high=1000.0), np.array([1], np.int64)],)

    for op in ("ArgMax", "ArgMin"):
        case(f"{op}_default", op, lambda v: [v("4x5x3")])
        case(f"{op}_last", op, lambda v: [v("4x5x3")], axis=-1, keepdims=0)
        case(f"{op}_middle", op, lambda v: [v("4x5x3")], axis=1)
        case(f"{op}_ties_first", op, lambda v: [np.tile(v("2x3"), 3)], axis=1)
        case(f"{op}_ties_last", op, lambda v: [np.tile(v("2x3"), 3)], axis=1, select_last_index=1)
        case(f"{op}_int32", op, lambda v: [v("4x5", "i32")], axis=1)
        case(f"{op}_no_lines", op, lambda v: [v("0x5")], axis=1)
