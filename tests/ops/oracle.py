"""The answers: ONNX Runtime where it has a kernel, else its kernel for a wider type, else onnx.reference."""
import numpy as np
import onnx
import onnxruntime
import schemas
from onnx import helper
from onnx.reference import ReferenceEvaluator

onnxruntime.set_default_logger_severity(4)
NEWEST_OF_RUNTIME = 26
TO_NUMPY = {str(dtype): name for name, dtype in schemas.NUMPY.items()}
WIDER = {**{name: ("f32", "f64") for name in ("f16", "bf16")}, "f32": ("f64",), "f64": (),
         **{name: ("i64", "i32", "f32") for name in schemas.INTEGERS}}


class NoAnswer(Exception):
    pass


def name_of(array):
    return "string" if array.dtype.kind in "OUS" else TO_NUMPY[str(array.dtype)]


def declare(name, array):
    return helper.make_tensor_value_info(name, schemas.NUMBERS[name_of(array)], array.shape)


def constant(name, array):
    if name_of(array) == "string":
        return helper.make_tensor(name, onnx.TensorProto.STRING, array.shape, [text.encode() for text in array.ravel()])
    return onnx.numpy_helper.from_array(np.array(array, order="C"), name)


def names_of(case):
    """Of the node's inputs and outputs, and of the graph's outputs."""
    if case.names:
        return case.names
    outs = [f"out{at}" for at in range(case.outputs)]
    return [f"in{at}" if value is not None else "" for at, value in enumerate(case.inputs)], outs, outs


def feeds_of(case):
    return {f"in{at}": value for at, value in enumerate(case.inputs) if value is not None}


def graph_of(op, case, feeds, constants=()):
    ins, outs, results = names_of(case)
    node = helper.make_node(op, ins, outs, **case.attributes)
    held = [constant(name, feeds[name]) for name in constants]
    inputs = [declare(name, value) for name, value in feeds.items() if name not in constants]
    outputs = [onnx.ValueInfoProto(name=name) for name in results if name]
    return helper.make_graph([*case.before, node, *case.after], "g", inputs, outputs, held)


def model_of(graph, opset):
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)


def runtime(op, case, opset, feeds):
    if opset > NEWEST_OF_RUNTIME or any(name_of(value) in ("bf16", "i4", "u4", "i2", "u2") or name_of(value)[1] in "48" and
                                        name_of(value)[0] == "f" for value in feeds.values()):
        raise NoAnswer
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    model = model_of(graph_of(op, case, feeds), opset)
    try:
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        return session.run(None, feeds)
    except Exception as error:
        raise NoAnswer(str(error)) from error


def cast(array, name):
    """Rounded once; integers wrap."""
    dtype = schemas.NUMPY[name]
    if name == "bool" or array.dtype == object or array.dtype == dtype:
        return array.astype(dtype)
    with np.errstate(all="ignore"):
        if name in schemas.INTEGERS and array.dtype.kind == "f":
            array = array.astype(np.int64)
        return np.asarray(array).astype(dtype)


def widened(op, case, opset, results, narrow, wide, ask=None):
    """By the kernel for a wider type; `results` names the type of each output. `ask`: of whom, else of ONNX Runtime."""
    feeds = {name: cast(value, wide) if name_of(value) in narrow else value for name, value in feeds_of(case).items()}
    attributes = {key: schemas.NUMBERS[wide] if key in ("dtype", "to") and value in [schemas.NUMBERS[one] for one in narrow]
                  else value for key, value in case.attributes.items()}
    changed = type(case)(**{**case.__dict__, "attributes": attributes})
    made = ask(op, changed, opset, feeds) if ask else runtime(op, changed, opset, feeds)
    return [cast(value, name) for value, name in zip(made, results)]


def moved(op, case, opset):
    """By numbering the elements: which of them arrives where is the answer for every type."""
    for wide in (np.int64, np.float32):
        try:
            return moved_as(op, case, opset, wide)
        except NoAnswer as error:
            last = error
    raise last


def moved_as(op, case, opset, wide):
    feeds, pool = dict(feeds_of(case)), []
    kinds = [name_of(case.inputs[at]) for at in case.moves if case.inputs[at] is not None]
    pool.append(np.array([""], object) if kinds[0] == "string" else np.zeros(1, schemas.NUMPY[kinds[0]]))
    for at in case.moves:
        value = case.inputs[at]
        if value is None:
            continue
        start = sum(part.size for part in pool)
        feeds[f"in{at}"] = np.arange(start, start + value.size, dtype=wide).reshape(value.shape)
        pool.append(value.ravel())
    elements = np.concatenate(pool)
    return [elements[value.astype(np.int64)] if value.dtype == wide else value for value in runtime(op, case, opset, feeds)]


def evaluated(op, case, opset, feeds):
    model = model_of(graph_of(op, case, feeds), opset)
    try:
        with np.errstate(all="ignore"):
            return [np.asarray(value) for value in ReferenceEvaluator(model).run(None, feeds)]
    except Exception as error:
        raise NoAnswer(str(error)) from error


def reference(op, case, opset, results):
    made = evaluated(op, case, opset, feeds_of(case))
    if [name_of(value) for value in made] != list(results):
        raise NoAnswer("its types are wrong")
    return made


def peers(op, forms, results):
    """(who, answer) of everyone who has one, best first. `forms` lists (opset, case) of the same meaning."""
    narrow = {name_of(value) for value in forms[0][1].inputs if value is not None} | set(results)
    tries = []
    for opset, case in forms:
        if case.doubles:
            tries.append(("onnx.reference in f64", lambda o=opset, c=case: widened(op, c, o, results, {"f16", "bf16", "f32"},
                                                                                   "f64", evaluated)))
        if case.moves:
            tries.append(("ONNX Runtime, moving numbers", lambda o=opset, c=case: moved(op, c, o)))
        halves = narrow & {"f16", "bf16"}
        wide = [("ONNX Runtime in f32", lambda o=opset, c=case: widened(op, c, o, results, {"f16", "bf16"}, "f32"))]
        direct = [("ONNX Runtime", lambda o=opset, c=case: runtime(op, c, o, feeds_of(c)))]
        tries += wide + direct if halves else direct
        whole = narrow & schemas.INTEGERS
        if whole - {"i32", "i64"}:
            for to in ("i64", "i32", "f32"):
                tries.append((f"ONNX Runtime in {to}",
                              lambda o=opset, c=case, t=to: widened(op, c, o, results, whole - {"i64"}, t)))
        if case.exact and "f64" in narrow:
            tries.append(("ONNX Runtime in f32", lambda o=opset, c=case: widened(op, c, o, results, {"f64"}, "f32")))
    for opset, case in forms:
        tries.append(("onnx.reference", lambda o=opset, c=case: reference(op, c, o, results)))
    return tries
