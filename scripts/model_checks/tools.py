"""Running ridge and ONNX Runtime, comparing arrays, collecting results."""
import dataclasses
import json
import os
import pathlib
import resource
import signal
import subprocess
import time

import numpy as np

from model_checks.networks import CACHE, ROOT

RIDGE = pathlib.Path(os.environ.get("RIDGE", ROOT / "build" / "release" / "ridge"))
MEMORY_LIMIT = 4 << 30
TIME_LIMIT = 60


class Failure(Exception):
    """One check failed; the sentence goes into the table."""


@dataclasses.dataclass
class Outcome:
    status: int        # exit code; negative: the signal
    out: str
    err: str
    seconds: float
    timed_out: bool = False

    @property
    def error_lines(self):
        return [line for line in self.err.splitlines() if line.startswith("ridge: error:")]

    def describe(self):
        if self.timed_out:
            return f"not done after {self.seconds:.0f} s"
        if self.status < 0:
            return f"killed by {signal.Signals(-self.status).name}"
        return f"exit {self.status}: {self.err.strip().splitlines()[-1] if self.err.strip() else 'nothing on stderr'}"


def limit_memory():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def ridge(*arguments, timeout=1800, limited=False):
    """Runs the command; `limited`: under the memory limit for hostile input."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(CACHE / "cache")}
    begin = time.monotonic()
    process = subprocess.Popen([str(RIDGE), *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env=environment, preexec_fn=limit_memory if limited else None)
    timed_out = False
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        timed_out = True
    return Outcome(process.returncode, out.decode(errors="replace"), err.decode(errors="replace"),
                   time.monotonic() - begin, timed_out)


def ridge_ok(*arguments, **options):
    outcome = ridge(*arguments, **options)
    if outcome.status != 0:
        raise Failure(f"ridge {arguments[0]}: {outcome.describe()}")
    return outcome


def ridge_json(*arguments, allowed=(0,), **options):
    """The document that the command writes."""
    path = CACHE / "last.json"
    path.unlink(missing_ok=True)
    outcome = ridge(*arguments, "--json", path, **options)
    if outcome.status not in allowed:
        raise Failure(f"ridge {arguments[0]}: {outcome.describe()}")
    document = json.loads(path.read_text())
    if document.get("schema") != 1:
        raise Failure(f"ridge {arguments[0]}: JSON without \"schema\": 1")
    return document


def require(holds, sentence):
    if not holds:
        raise Failure(sentence)


def input_file(network, batch=1):
    """A .npy of random numbers in the network's input range; the same each time."""
    path = CACHE / f"{network.name}.input{batch}.npy"
    rng = np.random.default_rng(batch)
    np.save(path, rng.uniform(network.low, network.high, (batch, 3, network.size, network.size)).astype(np.float32))
    return path


def ort_session(model, threads=0, optimized=True):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    if not optimized:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def ort_run(model, array):
    session = ort_session(model)
    return session.run(None, {session.get_inputs()[0].name: array})


def difference(ours, theirs):
    """(1 - cosine, largest error over the range of `theirs`), in double."""
    if ours.shape != theirs.shape:
        raise Failure(f"shape {ours.shape}, ONNX Runtime has {theirs.shape}")
    a, b = ours.astype(np.float64).ravel(), theirs.astype(np.float64).ravel()
    norm = np.linalg.norm(a) * np.linalg.norm(b)
    # From the difference of the unit vectors: 1 - a.b would drown in rounding.
    gap = 0.5 * np.sum((a / np.linalg.norm(a) - b / np.linalg.norm(b)) ** 2) if norm else float(np.any(a != b))
    spread = np.max(b) - np.min(b) or 1.0
    return float(gap), float(np.max(np.abs(a - b)) / spread)


class Report:
    """Rows of one table; a row is ok unless a check raised Failure."""

    def __init__(self):
        self.rows = []

    def check(self, part, name, work):
        """Runs work(figures) and notes what it put into `figures`."""
        figures, begin = {}, time.monotonic()
        try:
            work(figures)
            problem = None
        except Failure as failure:
            problem = str(failure)
        row = {"part": part, "name": name, "ok": problem is None, "seconds": round(time.monotonic() - begin, 1),
               "figures": figures, "problem": problem}
        self.rows.append(row)
        text = ", ".join(f"{key} {value:.3g}" if isinstance(value, float) else f"{key} {value}"
                         for key, value in figures.items())
        print(f"{'ok  ' if row['ok'] else 'FAIL'} {part:<9} {name:<26} {text}" + (f"\n     {problem}" if problem else ""),
              flush=True)

    def finish(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"schema": 1, "rows": self.rows}, indent=1))
        failed = sum(not row["ok"] for row in self.rows)
        print(f"{len(self.rows) - failed} passed, {failed} failed")
        return 1 if failed or not self.rows else 0
