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
