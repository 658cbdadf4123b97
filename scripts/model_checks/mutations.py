"""Damaged models, as an attacker would send them: never a signal, within 60 s and 4 GiB each, one error line or an answer
that agrees with the reference."""
import concurrent.futures
import os
import pathlib
import shutil
import tempfile

import numpy as np

from model_checks.networks import NETWORKS, ROOT
from model_checks.tools import TIME_LIMIT, Failure, require, ridge
from mutate_models import mutate

FAILED = ROOT / "build" / "mutations"
ALLOWED_ERROR = 1e-3   # of the reference's range, as everywhere
OVERFLOWING = 1e30     # past this, sums in float and in double part ways


def run_ridge(model, folder, *flags):
    """Runs a damaged model under the limits; checks everything but the numbers."""
    outcome = ridge("run", model, "--random", "--seed", 1, "--threads", 1, "--output-dir", folder, "--quiet", *flags,
                    timeout=TIME_LIMIT, limited=True)
    require(not outcome.timed_out and outcome.status in (0, 1, 2, 3, 4), outcome.describe())
    if outcome.status == 0:
        require(not outcome.error_lines, "exit 0 with an error line")
        return outcome
    require(len(outcome.error_lines) == 1, f"exit {outcome.status} with {len(outcome.error_lines)} error lines")
    others = [line for line in outcome.err.splitlines() if not line.startswith(("ridge: error:", "ridge: warning:",
                                                                                "ridge: note:"))]
    require(not others, f"more on stderr than its one line: {others[:1]}")
    left = list(folder.glob("*")) if folder.exists() else []
    require(not left, f"failed, yet left {[path.name for path in left]}")
    return outcome


def overflowing(array):
    return not np.all(np.isfinite(array)) or np.max(np.abs(array), initial=0) > OVERFLOWING


def check_same(ours, reference):
    """True where the numbers agree, False where both overflow; raises Failure otherwise."""
    names = sorted(path.name for path in reference.glob("*.npy"))
    require(names == sorted(path.name for path in ours.glob("*.npy")), "the reference writes other outputs")
    agree = True
    for name in names:
        a, b = np.load(ours / name), np.load(reference / name)
        require(a.shape == b.shape and a.dtype == b.dtype, f"{name}: {a.dtype}{a.shape}, reference {b.dtype}{b.shape}")
        if a.dtype.kind == "f" and overflowing(b) and overflowing(a):
            agree = agree and np.array_equal(np.isnan(a), np.isnan(b)) and np.array_equal(np.isinf(a), np.isinf(b))
            continue
        if a.size and not np.array_equal(a, b, equal_nan=a.dtype.kind == "f"):
            error = np.max(np.abs(a.astype(np.float64) - b.astype(np.float64)))
            spread = float(np.max(b.astype(np.float64)) - np.min(b.astype(np.float64))) or max(1.0, float(np.max(np.abs(b))))
            require(error <= ALLOWED_ERROR * spread, f"{name}: error {error:.3g}, the reference's range is {spread:.3g}")
    return agree


def try_one(models, index, seed):
    """(index, model, description, 'refused' | 'agrees' | 'overflows' | 'FAIL', sentence)"""
    model, description, data = mutate(models, index, seed)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="ridge-mutation-"))
    try:
        file = folder / "m.onnx"
        file.write_bytes(data)
        outcome = run_ridge(file, folder / "ours")
        if outcome.status != 0:
            return index, model.stem, description, "refused", outcome.error_lines[0]
        reference = run_ridge(file, folder / "reference", "--device", "reference")
        require(reference.status == 0, f"runs, but the reference does not: {reference.describe()}")
        return index, model.stem, description, "agrees" if check_same(folder / "ours", folder / "reference") else "overflows", ""
    except Failure as failure:
        FAILED.mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / "m.onnx", FAILED / f"{index:04}.onnx")
        return index, model.stem, description, "FAIL", str(failure)
    finally:
        shutil.rmtree(folder)


def check_all(models, count, seed, figures):
    results = {"refused": 0, "agrees": 0, "overflows": 0, "FAIL": 0}
    FAILED.mkdir(parents=True, exist_ok=True)
    with open(FAILED / "log.txt", "w", encoding="utf-8") as log, \
            concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for index, name, description, result, sentence in pool.map(lambda i: try_one(models, i, seed), range(count)):
            results[result] += 1
            line = f"{index:04} {result:<9} {name}: {ascii(description)}: {ascii(sentence)}"
            log.write(line + "\n")
            if result == "FAIL":
                print(f"     {line}", flush=True)
    figures.update(results)
    require(results["FAIL"] == 0, f"{results['FAIL']} of {count} mutations; files and log in {FAILED}")
    # A harness whose mutations are all refused, or none, tests nothing.
    require(count < 40 or (results["refused"] and results["agrees"]), "all mutations ended alike: is ridge there at all?")


def run(networks, report, options):
    real = [n for n in NETWORKS if n.real and (not options.only or n.name == options.only)]
    models = [network.path() for network in real]
    count = options.count or (21 if options.quick else 500)
    report.check("mutations", f"{count}, seed {options.seed}", lambda figures: check_all(models, count, options.seed, figures))
