"""`ridge eval` on labelled pictures against the counts of ONNX Runtime and Pillow on the same files."""
from model_checks.accuracy import build
from model_checks.networks import data_folder
from model_checks.tools import require, ridge_json


def check_network(network, figures):
    engine = build(network, "--verify", "off")
    split = ["--split", "test"] if network.data == "cifar10" else []
    result = ridge_json("eval", engine, "--data", data_folder(network.data), "--pipeline", network.pipeline(), "--quiet",
                        *split)
    figures["top1"], figures["expected"] = result["correct_top1"], network.top1
    require(result["samples"] == network.samples, f"{result['samples']} samples, expected {network.samples}")
    require(abs(result["correct_top1"] - network.top1) <= network.allowed_difference, "top-1 is off")
    if network.top5 is not None:
        figures["top5"], figures["expected5"] = result["correct_top5"], network.top5
        require(abs(result["correct_top5"] - network.top5) <= network.allowed_difference, "top-5 is off")


def run(networks, report, options):
    for network in networks:
        if network.real:
            report.check("eval", network.name, lambda figures, n=network: check_network(n, figures))
