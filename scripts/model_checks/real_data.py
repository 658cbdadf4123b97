"""Networks on what they are made for: a whole recording with the state carried, pictures with things and faces."""
import wave

import numpy as np

from model_checks.networks import CACHE, ROOT, SHARED
from model_checks.tools import difference, ort_session, require, ridge_ok

FRAME, CONTEXT, RATE = 512, 64, 16000  # samples of silero_vad's step, and those before that it sees again
PICTURES = {"yolox_nano": "coco128/images", "ultralight_face_rfb_320": "faces"}


def frames_of(path):
    with wave.open(str(path)) as sound:
        require(sound.getframerate() == RATE and sound.getnchannels() == 1, f"{path} is not {RATE} Hz, one channel")
        samples = np.frombuffer(sound.readframes(sound.getnframes()), np.int16).astype(np.float32) / 32768
    samples = np.concatenate([np.zeros(CONTEXT, np.float32), samples])
    count = (len(samples) - CONTEXT) // FRAME
    return np.stack([samples[at * FRAME:at * FRAME + CONTEXT + FRAME] for at in range(count)])


def check_speech(figures):
    model, folder = SHARED / "models" / "real" / "silero_vad.onnx", CACHE / "speech.out"
    frames = frames_of(next((SHARED / "data" / "speech").glob("*.wav")))
    np.save(CACHE / "frames.npy", frames)
    engine = CACHE / "speech.ridge"
    ridge_ok("build", model, "-o", engine, "--shapes", "input:1x576,state:2x1x128", "--value", f"sr={RATE}", "--quiet")
    figures["seconds"] = ridge_ok("run", engine, "--each-row", "--carry", "stateN=state", "--input",
                                  f"input={CACHE / 'frames.npy'}", "--output-dir", folder, "--quiet").seconds
    ours = np.load(folder / "output.npy")[:, 0]
    session, state = ort_session(model), np.zeros((2, 1, 128), np.float32)
    theirs = []
    for frame in frames:
        probability, state = session.run(None, {"input": frame[None], "state": state, "sr": np.array(RATE)})
        theirs.append(probability[0, 0])
    require(ours.shape == (len(theirs),), f"{ours.shape} probabilities of {len(theirs)} frames")
    figures["frames"], figures["speech"] = len(theirs), float(np.mean(np.array(theirs) > 0.5))
    figures["max_err"] = float(np.max(np.abs(ours - np.array(theirs))))
    require(figures["max_err"] < 1e-4, "a probability differs from ONNX Runtime's by more than 1e-4")


def check_pictures(name, folder, figures):
    """The pipeline's own arrays go to ONNX Runtime, so that only the networks are compared."""
    model, engine, out = SHARED / "models" / "real" / f"{name}.onnx", CACHE / f"{name}.ridge", CACHE / f"{name}.pictures"
    pipeline, saved = ROOT / "examples" / "pipelines" / f"{name}.json", CACHE / f"{name}.samples"
    ridge_ok("build", model, "-o", engine, "--quiet")
    figures["seconds"] = ridge_ok("run", engine, "--data", SHARED / "data" / folder, "--pipeline", pipeline,
                                  "--output-dir", out, "--save-inputs", saved, "--quiet").seconds
    session = ort_session(model)
    worst_gap = worst_error = count = 0
    for sample in sorted(saved.glob("*.npz")):
        inputs = dict(np.load(sample))
        for output, expected in zip(session.get_outputs(), session.run(None, inputs)):
            gap, error = difference(np.load(out / sample.stem / f"{output.name}.npy"), expected)
            worst_gap, worst_error = max(worst_gap, gap), max(worst_error, error)
        count += 1
    figures["pictures"], figures["1-cos"], figures["max_err"] = count, worst_gap, worst_error
    require(count == len([p for p in (SHARED / "data" / folder).iterdir() if p.suffix in (".jpg", ".png")]),
            "not every picture was run")
    require(worst_gap < 1e-5 and worst_error < 1e-3, "differs from ONNX Runtime")


def run(networks, report, options):
    if not options.only or options.only == "silero_vad":
        report.check("real", "silero_vad", check_speech)
    for name, folder in PICTURES.items():
        if not options.only or options.only == name:
            report.check("real", name, lambda figures, n=name, f=folder: check_pictures(n, f, figures))
