"""All networks of ../shared, whatever their inputs and outputs: run, compared with ONNX Runtime, verified."""
import resource
import time

import numpy as np
import onnx

from model_checks.networks import CACHE, SHARED, run_tool
from model_checks.tools import Failure, difference, ort_session, require, ridge_json, ridge_ok

# What the file does not say: symbolic sizes other than 1, the range of integers, scalars that mean something.
SIZES = {"bert_base": {"S": 64}, "silero_vad": {"": 1}}
SHAPES = {"silero_vad": {"input": (1, 576), "state": (2, 1, 128)}}
INTEGERS = {"input_ids": (0, 30000), "attention_mask": (1, 2), "token_type_ids": (0, 2), "sr": (16000, 16001)}
RANGES = {"yolox_nano": (0, 255), "ultralight_face_rfb_320": (-1, 1), "silero_vad": (-0.3, 0.3),
          "imagenet_squeezenet_1_1": (-123, 151), "retinanet_resnet50_fpn": (0, 1), "ssdlite320_mobilenet_v3_large": (0, 1)}
DETECTORS = {"retinanet_resnet50_fpn", "ssdlite320_mobilenet_v3_large"}  # boxes, scores, classes; any order
FLOAT, INT64 = onnx.TensorProto.FLOAT, onnx.TensorProto.INT64


def names():
    return [path.stem for folder in ("topologies", "real") for path in sorted((SHARED / "models" / folder).glob("*.onnx"))]


def model_path(name):
    real = SHARED / "models" / "real" / f"{name}.onnx"
    if real.exists():
        return real
    target = CACHE / f"{name}.onnx"
    if not target.exists():
        partial = target.with_suffix(".partial")
        run_tool("materialize.py", SHARED / "models" / "topologies" / f"{name}.onnx", partial)
        partial.rename(target)
    return target


def shape_of(name, value):
    given = SHAPES.get(name, {}).get(value.name)
    if given:
        return given
    dims = value.type.tensor_type.shape.dim
    return tuple(dim.dim_value or SIZES.get(name, {}).get(dim.dim_param, 1) for dim in dims)


def make_inputs(name, model):
    rng = np.random.default_rng(1)
    constants = {tensor.name for tensor in model.graph.initializer}
    inputs = {}
    for value in model.graph.input:
        if value.name in constants:
            continue
        shape, kind = shape_of(name, value), value.type.tensor_type.elem_type
        if kind == FLOAT:
            low, high = RANGES.get(name, (-2, 2))
            inputs[value.name] = rng.uniform(low, high, shape).astype(np.float32)
        else:
            require(kind == INT64, f"no inputs of type {kind} are made here")
            inputs[value.name] = rng.integers(*INTEGERS[value.name], shape, dtype=np.int64)
    return inputs


def flags_of(inputs, folder):
    flags = []
    for name, array in inputs.items():
        path = folder / f"in.{name}.npy"
        np.save(path, array)
        flags += ["--input", f"{name}={path}"]
    return flags


def overlap(box, others):
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    common = np.prod(np.clip(high - low, 0, None), axis=1)
    area = lambda b: np.prod(np.clip(b[..., 2:] - b[..., :2], 0, None), axis=-1)
    return common / np.maximum(area(box) + area(others) - common, 1e-12)


def same_place(box, others):
    """IoU says nothing of boxes without an area, as random weights make them: those have the same corners."""
    near = np.abs(others - box).max(axis=1) <= 1e-4 * max(1.0, float(np.abs(others).max(initial=0)))
    return near | (overlap(box, others) > 0.95)


def matched_share(ours, theirs):
    """Share of detections of the longer list that have one of the other list to themselves: class, box, score."""
    (boxes, scores, classes), (other_boxes, other_scores, other_classes) = ours, theirs
    free = np.ones(len(other_boxes), bool)
    matched = 0
    for box, score, label in zip(boxes, scores, classes):
        fits = free & (other_classes == label) & (np.abs(other_scores - score) < 2e-3)
        fits &= same_place(box, other_boxes)
        if fits.any():
            free[np.flatnonzero(fits)[0]] = False
            matched += 1
    return matched / max(len(boxes), len(other_boxes), 1)


def compare(name, ours, theirs, figures):
    if name in DETECTORS:
        figures["detections"] = len(theirs[0])
        figures["matched"] = matched_share(ours, theirs)
        require(figures["matched"] >= 0.98, "detections differ from ONNX Runtime's")
        return
    gaps = [difference(a, b) for a, b in zip(ours, theirs)]
    figures["1-cos"], figures["max_err"] = (max(gap[at] for gap in gaps) for at in (0, 1))
    require(figures["1-cos"] < 1e-5 and figures["max_err"] < 1e-3, "differs from ONNX Runtime")


def shape_flags(inputs):
    given = ",".join(f"{name}:{'x'.join(map(str, array.shape))}" for name, array in inputs.items() if array.shape)
    return ["--shapes", given]


def check_network(name, figures):
    path, folder = model_path(name), CACHE / f"{name}.out"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.npy"):
        old.unlink()
    model = onnx.load(path)
    inputs = make_inputs(name, model)
    session = ort_session(path)
    expected = session.run(None, inputs)
    engine = CACHE / f"{name}.ridge"
    values = ["--value", "sr=16000"] if name == "silero_vad" else []
    figures["build_s"] = ridge_ok("build", path, "-o", engine, "--quiet", *shape_flags(inputs), *values).seconds
    ridge_ok("run", engine, "--output-dir", folder, "--quiet", *flags_of(inputs, folder))
    ours = [np.load(folder / f"{output.name}.npy") for output in session.get_outputs()]
    compare(name, ours, expected, figures)
    begin = time.monotonic()
    verification = ridge_json("verify", path, "--engine", engine, "--quiet", *values, allowed=(0, 1))
    figures["verify_s"] = time.monotonic() - begin
    figures["peak_MB"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
    require(verification["passed"], "ridge verify: passed is false")


def run(networks, report, options):
    for name in names():
        if not options.only or name == options.only:
            report.check("everyday", name, lambda figures, n=name: check_network(n, figures))
