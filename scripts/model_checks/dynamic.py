"""One engine for a range of shapes: a transformer's lengths, a classifier's batches, against ONNX Runtime."""
import numpy as np

from model_checks.everyday import flags_of, model_path
from model_checks.networks import CACHE
from model_checks.tools import difference, ort_session, require, ridge_json, ridge_ok

LENGTHS = (1, 2, 37, 128, 300, 512)
BATCHES = (1, 2, 3, 17, 32)
BIND_SECONDS = 0.05  # of a shape that the engine has not seen, on MobileNetV2


def bert_inputs(length):
    rng = np.random.default_rng(length)
    draw = lambda low, high: rng.integers(low, high, (1, length), dtype=np.int64)
    return {"input_ids": draw(0, 30000), "attention_mask": np.ones((1, length), np.int64), "token_type_ids": draw(0, 2)}


def picture_inputs(batch):
    return {"input": np.random.default_rng(batch).uniform(-2, 2, (batch, 3, 224, 224)).astype(np.float32)}


CASES = [("bert_base", bert_inputs, LENGTHS, 128), ("mobilenet_v2", picture_inputs, BATCHES, 1)]


def shapes(inputs):
    return ",".join(f"{name}:{'x'.join(map(str, array.shape))}" for name, array in inputs.items())


def check(name, make, sizes, usual, figures):
    path, folder = model_path(name), CACHE / f"{name}.dynamic"
    folder.mkdir(exist_ok=True)
    engine = folder / "range.ridge"
    ridge_ok("build", path, "-o", engine, "--tune", "off", "--verify", "sample", "--quiet",
             "--min-shapes", shapes(make(min(sizes))), "--opt-shapes", shapes(make(usual)),
             "--max-shapes", shapes(make(max(sizes))))
    session = ort_session(path)
    worst, bind = [0.0, 0.0], 0.0
    for size in sizes:
        inputs = make(size)
        ridge_ok("run", engine, *flags_of(inputs, folder), "--shapes", shapes(inputs), "--output-dir", folder, "--quiet")
        for output, wanted in zip(session.get_outputs(), session.run(None, inputs)):
            gap = difference(np.load(folder / f"{output.name}.npy"), wanted)
            worst = [max(pair) for pair in zip(worst, gap)]
        timing = ridge_json("bench", engine, "--shapes", shapes(inputs), "--iterations", "1", "--warmup", "0",
                            "--quiet")
        bind = max(bind, timing["bind_s"])
    figures.update({"sizes": len(sizes), "1-cos": worst[0], "max_err": worst[1], "bind_ms": bind * 1e3})
    require(worst[0] < 1e-5 and worst[1] < 1e-3, "differs from ONNX Runtime")
    require(name != "mobilenet_v2" or bind < BIND_SECONDS, "a new shape takes too long to bind")


def run(_networks, report, options):
    for name, make, sizes, usual in CASES:
        if options.only and options.only != name:
            continue
        report.check("dynamic", name, lambda figures: check(name, make, sizes, usual, figures))
