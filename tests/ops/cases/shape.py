import numpy as np
from onnx import helper, TensorProto


def ints(*values):
    return np.array(values, np.int64)


def cases(case):
    for name, attributes in (("plain", {}), ("start", {"start": 1}), ("both", {"start": -3, "end": -1}),
                             ("clamped", {"start": -9, "end": 9}), ("nothing", {"start": 2, "end": 1})):
        case(f"Shape_{name}", "Shape", lambda v: [v("2x3x4")], **attributes)
    case("Shape_scalar", "Shape", lambda v: [v("")])
    case("Size", "Size", lambda v: [v("2x3x4")])
    case("Size_empty", "Size", lambda v: [v("2x0x4")])

    for name, x, shape in (("plain", "2x3x4", (4, 6)), ("zero", "2x3x4", (0, 12)), ("open", "2x3x4", (-1, 2)),
                           ("both", "2x3x4", (0, -1)), ("ones", "2x3x4", (1, 24, 1)), ("scalar", "1", ()),
                           ("from_scalar", "", (1, 1)), ("empty", "0x3", (3, 0))):
        case(f"Reshape_{name}", "Reshape", lambda v: [v(x), ints(*shape)], **({"allowzero": 1} if name == "empty" else {}))
    case("Reshape_i64", "Reshape", lambda v: [v("6", "i64"), ints(2, -1)])
    for axis in (-2, 0, 1, 3):
        case(f"Flatten_{axis}", "Flatten", lambda v: [v("2x3x4")], axis=axis)
    case("Flatten_default", "Flatten", lambda v: [v("2x3x4x5")])
    case("Squeeze_all", "Squeeze", lambda v: [v("1x3x1x4")])
    case("Squeeze_some", "Squeeze", lambda v: [v("1x3x1x4"), ints(-2)])
    case("Unsqueeze", "Unsqueeze", lambda v: [v("3x4"), ints(-1, 0)])
    case("Unsqueeze_scalar", "Unsqueeze", lambda v: [v(""), ints(0)])
    for name, x, shape in (("up", "3x1", (2, 1, 6)), ("down", "2x3", (1,)), ("scalar", "", (2, 2)), ("same", "3", (3,)),
                           ("empty", "3x1", (3, 0))):
        case(f"Expand_{name}", "Expand", lambda v: [v(x), ints(*shape)])
    case("Expand_large", "Expand", lambda v: [v("20x1x30"), ints(20, 25, 30)])
    case("Identity", "Identity", lambda v: [v("2x3", "i8")])
    case("Dropout", "Dropout", lambda v: [v("2x3")])
    case("Dropout_mask", "Dropout", lambda v: [v("2x3"), np.array(0.5, np.float32)], outputs=2)
    case("ConstantOfShape", "ConstantOfShape", lambda v: [ints(2, 3)])
    case("ConstantOfShape_i64", "ConstantOfShape", lambda v: [ints(2, 3)],
         value=helper.make_tensor("value", TensorProto.INT64, [1], [7]))
    case("ConstantOfShape_scalar", "ConstantOfShape", lambda v: [ints()])
    for name, type, values in (("i64", np.int64, (3, 20, 4)), ("down", np.int64, (10, -5, -3)), ("i32", np.int32, (0, 5, 1)),
                               ("f32", np.float32, (1, 2, 0.3)), ("none", np.int64, (3, 3, 1)), ("f64", np.float64, (0, -1, -0.25))):
        case(f"Range_{name}", "Range", lambda v: [np.array(value, type) for value in values])
