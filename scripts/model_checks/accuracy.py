"""Every network built, verified and run; its answer against ONNX Runtime's; the truth's time."""
import numpy as np

from model_checks.networks import CACHE
from model_checks.tools import difference, input_file, ort_run, require, ridge_json, ridge_ok

WORST_REGION_DB = 100
TRUTH_SECONDS = {"resnet50": 5.0}  # on two cores


def build(network, *flags, suffix=""):
    """Builds with verification off unless the flags say so; returns the engine's path."""
    engine = CACHE / f"{network.name}{suffix}.ridge"
    ridge_ok("build", network.path(), "-o", engine, "--quiet", *flags)
    return engine


def worst_region(verification):
    values = [layer["sqnr_db"] for layer in verification["layers"] if layer["sqnr_db"] is not None]
    return min(values) if values else None


def output_of(folder):
    return np.load(folder / "output.npy")


def check_network(network, figures):
    engine = build(network)
    verification = ridge_json("verify", network.path(), "--engine", engine, "--layers", "--quiet", allowed=(0, 1))
    figures["worst_db"] = worst_region(verification)
    require(verification["passed"], "ridge verify: passed is false")
    require(verification["layers"], "ridge verify --layers lists no regions")
    require(figures["worst_db"] is None or figures["worst_db"] >= WORST_REGION_DB, "a region is under 100 dB")

    source, folder = input_file(network), CACHE / f"{network.name}.out"
    ridge_ok("run", engine, "--input", f"input={source}", "--output-dir", folder, "--quiet")
    expected = ort_run(network.path(), np.load(source))[0]
    figures["1-cos"], figures["max_err"] = difference(output_of(folder), expected)
    require(figures["1-cos"] < 1e-5 and figures["max_err"] < 1e-3, "differs from ONNX Runtime")

    outcome = ridge_ok("run", network.path(), "--device", "reference", "--input", f"input={source}", "--output-dir", folder,
                       "--quiet", "--threads", 2)
    figures["reference_s"] = outcome.seconds
    gap, error = difference(output_of(folder), expected)
    require(gap < 1e-5 and error < 1e-3, f"the reference differs from ONNX Runtime: 1-cos {gap:.2g}, error {error:.2g}")
    limit = TRUTH_SECONDS.get(network.name)
    require(not limit or figures["reference_s"] < limit, f"the truth takes longer than {limit} s")


def run(networks, report, options):
    for network in networks:
        report.check("accuracy", network.name, lambda figures, n=network: check_network(n, figures))
