"""`ridge optimize` writes standard ONNX: the checker of `onnx` takes it, ONNX Runtime answers the same."""
import numpy as np
import onnx

from model_checks.networks import CACHE
from model_checks.tools import difference, input_file, ort_run, require, ridge_ok


def check_network(network, figures):
    target = CACHE / f"{network.name}.optimized.onnx"
    ridge_ok("optimize", network.path(), "-o", target, "--quiet")
    before, after = onnx.load(network.path()), onnx.load(target)
    try:
        onnx.checker.check_model(str(target), full_check=True)
    except Exception as error:  # the checker and shape inference raise several kinds
        require(False, f"the checker of onnx: {error}")
    figures["nodes"] = f"{len(before.graph.node)} -> {len(after.graph.node)}"
    domains = {opset.domain for opset in after.opset_import}
    require(not any("ridge" in domain for domain in domains), f"not standard: opsets of {sorted(domains)}")
    for batch in (1, 2):  # the free batch must have stayed free
        array = np.load(input_file(network, batch))
        gap, error = difference(ort_run(target, array)[0], ort_run(network.path(), array)[0])
        figures["1-cos"], figures["max_err"] = gap, error
        require(gap < 1e-6 and error < 1e-4, f"answers differ in ONNX Runtime at batch {batch}")


def run(networks, report, options):
    for network in networks:
        report.check("optimize", network.name, lambda figures, n=network: check_network(n, figures))
