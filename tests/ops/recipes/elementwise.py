"""Functions of one element, of two that broadcast, and of many."""
import math

import numpy as np
import schemas
from draw import Case

RANGES = {"Sqrt": (0.0, 4.0), "Log": (0.25, 4.0), "Reciprocal": (0.25, 4.0), "Acos": (-1.0, 1.0), "Asin": (-1.0, 1.0),
          "Acosh": (1.0, 4.0), "Atanh": (-0.9375, 0.9375)}
NUMPY_NAMES = {"Acos": "arccos", "Asin": "arcsin", "Atan": "arctan", "Acosh": "arccosh", "Asinh": "arcsinh",
               "Atanh": "arctanh"}


def unary(d):
    low, high = RANGES.get(d.op, (-3.0, 3.0))
    x = d.tensor("T", d.dims(0), low, high)
    want = None
    if d.op in ("Cos", "Cosh", "Sin", "Sinh", "Tan", *NUMPY_NAMES) and d.type("T") == "f64":
        want = [getattr(np, NUMPY_NAMES.get(d.op, d.op.lower()))(x)]  # few have a kernel in double
    if d.op == "Softsign":
        want = [np.asarray(x.astype(np.float64) / (1 + np.abs(x.astype(np.float64)))).astype(x.dtype)]
    if d.op == "HardSwish":
        want = [(x.astype(np.float64) * np.clip(x.astype(np.float64) / 6 + 0.5, 0, 1)).astype(x.dtype)]
    if d.op == "Erf":
        want = [np.array([math.erf(one) for one in x.ravel()]).reshape(x.shape).astype(x.dtype)]
    return Case([x], {"consumed_inputs": [0]} if d.version < 6 and d.op in ("Abs", "Neg", "Exp", "Log", "Ceil", "Floor",
                                                                           "Sqrt", "Reciprocal") else {}, want=want)


def with_numbers(**ranges):
    """An activation whose attributes are numbers; each is left out half of the time."""
    def recipe(d):
        x = d.tensor("T", d.dims(0), -3.0, 3.0)
        attributes = {name: d.whole(int(low * 8), int(high * 8)) / 8 for name, (low, high) in ranges.items()}
        return Case([x], {name: value for name, value in attributes.items() if d.chance()})
    return recipe


def named(**choices):
    def recipe(d):
        x = d.tensor("T", d.dims(0), -3.0, 3.0)
        return Case([x], {name: d.pick(values) for name, values in choices.items() if d.chance()})
    return recipe


def selu(d):
    """The constants of opset 1 are shorter, so the attributes are always given."""
    return Case([d.tensor("T", d.dims(0))], {"alpha": 1.5, "gamma": d.pick([1.0, 1.125])})


def broadcast(d, make, since=7):
    """Two inputs. Before opset 7 the second is a stretch of the first's dimensions from `axis` on."""
    dims = d.dims(0)
    if d.version >= since:
        left, right = (dims, d.spread(dims)) if d.chance() else (d.spread(dims), dims)
        return Case(make(left, right))
    first = d.whole(0, max(len(dims) - 1, 0))
    stretch = dims[first:][: d.whole(0, len(dims))]
    same = d.chance()
    a, b = make(dims, dims if same else stretch)
    return Case([a, b], {} if same else {"broadcast": 1, "axis": first}, alone=True,
                want=old_answer(d.op, a, b if same else b.reshape(stretch + [1] * (len(dims) - first - len(stretch)))))


def old_answer(op, a, b):
    """Of the ops that were there before opset 7; whole numbers are divided towards zero."""
    function = {"Add": np.add, "Sub": np.subtract, "Mul": np.multiply, "Pow": np.power, "And": np.logical_and,
                "Or": np.logical_or, "Xor": np.logical_xor, "Equal": np.equal, "Less": np.less, "Greater": np.greater}
    if op == "Div":
        return [np.trunc(a.astype(float) / b).astype(a.dtype) if a.dtype.kind in "iu" else (a / b).astype(a.dtype)]
    if op == "PRelu":
        return [np.where(a < 0, a * b, a).astype(a.dtype)]
    result = function[op](a, b)
    return [result if result.dtype == bool else result.astype(a.dtype)]


def arithmetic(d):
    positive = d.op in ("Div", "Mod")

    def make(left, right):
        a, b = d.tensor("T", left), d.tensor("T", right, 0.5 if positive else -2.0)
        return [a, np.where(b == 0, np.ones_like(b), b).astype(b.dtype) if positive else b]
    case = broadcast(d, make)
    if d.op == "Mod":
        real = d.type("T") in schemas.FLOATS
        if d.chance() or (real and d.version < 28):
            case.attributes["fmod"] = 1
        else:
            case.alone = True  # before opset 28 floats had no other way
        if real and d.type("T") != "f32":
            exact = np.fmod if case.attributes else np.mod
            case.want = [exact(*[one.astype(np.float64) for one in case.inputs]).astype(case.inputs[0].dtype)]
    return case


def power(d):
    exponents = d.types.get("T1", d.type("T"))

    def make(left, right):
        base = d.tensor("T", left, 0.25, 2.0)
        whole = np.array(d.random.randint(0, 4, tuple(right)))
        exponent = d.of(exponents, right, -1.0, 2.0) if exponents in schemas.FLOATS and d.type("T") in schemas.FLOATS \
            else whole.astype(schemas.NUMPY[exponents])
        return [base, exponent]
    case = broadcast(d, make)
    if case.want is None:  # the kernels of pairs of types are few
        a, b = case.inputs
        wide = np.float64 if a.dtype.kind not in "iu" or b.dtype.kind not in "iu" else np.int64
        case.want = [np.power(a.astype(wide), b.astype(wide)).astype(a.dtype)]
    return case


def compare(d):
    param = "T"

    def make(left, right):
        a, b = d.tensor(param, left), d.tensor(param, right)
        if a.dtype != object and a.dtype != bool:
            a, b = [np.clip(one.astype(np.float64), 0, 2).round().astype(one.dtype) for one in (a, b)]
        return [a, b]
    case = broadcast(d, make)
    case.want = case.want or [{"Equal": np.equal, "Less": np.less, "Greater": np.greater, "LessOrEqual": np.less_equal,
                               "GreaterOrEqual": np.greater_equal}[d.op](*case.inputs).astype(bool)]
    return case


def logical(d):
    return broadcast(d, lambda left, right: [d.of("bool", left), d.of("bool", right)])


def bits(d):
    case = broadcast(d, lambda left, right: [d.tensor("T", left), d.tensor("T", right)])
    a, b = case.inputs
    case.want = [{"BitwiseAnd": np.bitwise_and, "BitwiseOr": np.bitwise_or, "BitwiseXor": np.bitwise_xor}[d.op](a, b)]
    return case


def shift(d):
    case = broadcast(d, lambda left, right: [d.tensor("T", left), d.tensor("T", right) & schemas.NUMPY[d.type("T")].type(7)])
    left = d.chance()
    case.attributes["direction"] = "LEFT" if left else "RIGHT"
    case.want = [(np.left_shift if left else np.right_shift)(*case.inputs)]
    return case


def bitwise_not(d):
    x = d.tensor("T", d.dims(0))
    return Case([x], want=[np.invert(x)])


def variadic(d):
    """Before opset 8 all shapes are equal."""
    dims, count = d.dims(0), d.whole(1, 4)
    spread = [d.spread(dims) for _ in range(count)]
    inputs = [d.tensor("T", dims if d.version < 8 else one) for one in spread]
    wide = [one.astype(np.float64 if one.dtype.kind not in "iu" else one.dtype) for one in inputs]
    total = wide[0]
    for one in wide[1:]:
        total = {"Max": np.maximum, "Min": np.minimum}.get(d.op, np.add)(total, one)
    return Case(inputs, want=[np.asarray(total / count if d.op == "Mean" else total).astype(inputs[0].dtype)])


def where(d):
    dims = d.dims(0)
    return Case([d.of("bool", d.spread(dims)), d.tensor("T", dims), d.tensor("T", d.spread(dims))], moves=(1, 2))


def not_op(d):
    return Case([d.of("bool", d.dims(0))])


def special(d):
    x = d.tensor("T1", d.dims(1))
    kinds = [np.nan, np.inf, -np.inf, 1.0]
    mixed = np.array([d.pick(kinds) for _ in range(x.size)]).reshape(x.shape).astype(np.float32)
    x = np.where(mixed == 1, x.astype(np.float32), mixed).astype(x.dtype)
    if d.op == "IsNaN":
        return Case([x], want=[np.isnan(x.astype(np.float32))])
    attributes = {name: d.whole(0, 1) for name in ("detect_negative", "detect_positive") if d.chance()}
    wide = x.astype(np.float32)
    return Case([x], attributes, want=[(np.isposinf(wide) & bool(attributes.get("detect_positive", 1))) |
                                       (np.isneginf(wide) & bool(attributes.get("detect_negative", 1)))])


def clip(d):
    """Before opset 11 the limits are attributes, and only floats are clipped."""
    dims = d.dims(0)
    x = d.tensor("T", dims)
    least, most = (d.tensor("T", [], -1.0, 0.0), d.tensor("T", [], 0.0, 1.0))
    if d.type("T") not in schemas.FLOATS:
        least, most = np.minimum(least, most), np.maximum(least, most)
    least, most = least if d.chance() else None, most if d.chance() else None
    wide = x.astype(np.float64) if x.dtype.kind not in "iu" else x
    want = wide if least is None else np.maximum(wide, least.astype(wide.dtype))
    want = [(want if most is None else np.minimum(want, most.astype(wide.dtype))).astype(x.dtype)]
    if d.version >= 11:
        return Case([x, least, most], want=want)
    limits = {name: float(value) for name, value in (("min", least), ("max", most)) if value is not None}
    return Case([x], limits, want=want)


def prelu(d):
    """Opset 1 and 6 know one slope for each channel, or one for all."""
    dims = [d.batch(), d.extent(), d.extent(), d.extent()]
    x = d.tensor("T", dims)
    if d.version < 7:
        slope = d.tensor("T", [dims[1]] if d.chance() else [1])
        full = slope.reshape(-1, 1, 1)
        return Case([x, slope], alone=True, want=[np.where(x < 0, x * full, x).astype(x.dtype)])
    slope = d.tensor("T", d.spread(dims))
    wide = x.astype(np.float64) if x.dtype.kind not in "iu" else x
    return Case([x, slope], want=[np.where(x < 0, wide * slope.astype(wide.dtype), wide).astype(x.dtype)])


def shrink(d):
    return Case([d.tensor("T", d.dims(0))], {name: d.pick([0.5, 1.0, 1.5]) for name in ("bias", "lambd") if d.chance()})


def gelu(d):
    case = named(approximate=["none", "tanh"])(d)
    x = case.inputs[0].astype(np.float64)
    if case.attributes.get("approximate") == "tanh":
        want = x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x ** 3)))
    else:
        want = x / 2 * (1 + np.array([math.erf(one / math.sqrt(2)) for one in x.ravel()]).reshape(x.shape))
    case.want = [np.asarray(want).astype(case.inputs[0].dtype)]
    return case


def swish(d):
    case = with_numbers(alpha=(0.5, 2))(d)
    x = case.inputs[0].astype(np.float64)
    case.want = [np.asarray(x / (1 + np.exp(-case.attributes.get("alpha", 1.0) * x))).astype(case.inputs[0].dtype)]
    return case


ACTIVATIONS = {"LeakyRelu": with_numbers(alpha=(0, 1)), "Elu": with_numbers(alpha=(0, 2)), "Selu": selu,
               "HardSigmoid": with_numbers(alpha=(0.125, 1), beta=(0, 1)), "ThresholdedRelu": with_numbers(alpha=(0, 2)),
               "Celu": with_numbers(alpha=(0.5, 2)), "Swish": swish,
               "Gelu": gelu}
PLAIN = ("Abs Acos Acosh Asin Asinh Atan Atanh Ceil Cos Cosh Erf Exp Floor HardSwish Log Mish Neg Reciprocal Relu Round "
         "Sigmoid Sign Sin Sinh Softplus Softsign Sqrt Tan Tanh").split()
RECIPES = {**{op: unary for op in PLAIN}, **ACTIVATIONS, "Pow": power, "Where": where, "Not": not_op, "IsInf": special,
           "IsNaN": special, "Clip": clip, "PRelu": prelu, "Shrink": shrink, "BitShift": shift, "BitwiseNot": bitwise_not,
           **{op: arithmetic for op in ("Add", "Sub", "Mul", "Div", "Mod")},
           **{op: compare for op in ("Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual")},
           **{op: logical for op in ("And", "Or", "Xor")}, **{op: variadic for op in ("Max", "Min", "Sum", "Mean")},
           **{op: bits for op in ("BitwiseAnd", "BitwiseOr", "BitwiseXor")}}
