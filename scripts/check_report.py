#!/usr/bin/env python3
"""Opens reports in headless Chromium: no error on the console, every chart drawn, search, sorting and printing work.

usage: check_report.py --renderer PROGRAM [--ridge RIDGE --model MODEL.onnx ...] [--keep FOLDER]
  --renderer  build/release/tests/unit/report/render_report: JSON document in, page and plot out
  --ridge     also reports of `ridge roofline MODEL`, if that command is there
"""
import argparse
import base64
import concurrent.futures
import hashlib
import html
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = ROOT / "tests/unit/report/data"
PROBE = ROOT / "scripts/check_report_probe.js"
NODES = 1500
SECONDS = 150
WORKERS = 3

HOSTILE = ["</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<!--", "\u202eevil\u2028", "\"'`\\", "\x00\x07"]
OPS = ["Conv+Relu", "Conv+Add+Relu", "Gemm", "Softmax", "LayerNormalization", "Add", "Transpose", "MaxPool", "MatMul", "Attention"]


def large_document():
    """A network of NODES steps: blocks with residual edges, dense connections, hostile names."""
    peak, bandwidth = 140e9, 22e9
    layers, edges = [], []
    for at in range(NODES):
        op = OPS[at * 7 % len(OPS)]
        flops = 0 if op == "Transpose" else 1e6 * (1 + at * 37 % 91) * (20 if "Conv" in op or "M" in op else 0.02)
        moved = 4e4 * (1 + at * 13 % 29)
        floor = max(flops / peak, moved / bandwidth) * 1e3
        layers.append({
            "name": HOSTILE[at] if at < len(HOSTILE) else f"/encoder/block.{at // 10}/{op.lower()}.{at}", "op": op,
            "shape": "1x64x56x56", "depth": 0, "macs": flops / 2, "flops": flops, "weight_bytes": moved / 4,
            "input_bytes": moved / 2, "output_bytes": moved / 4, "intensity": flops / moved,
            "bound": "none" if flops == 0 else "compute" if flops / peak > moved / bandwidth else "memory",
            "floor_ms": floor, "ops": op.split("+"), "kernel": "kernel_" + op.lower().replace("+", "_"), "members": [f"m{at}"]})
        if at:
            edges.append([at - 1, at])
        if at % 10 == 9:
            edges.append([at - 6, at])
        if at >= 600 and at < 640:
            edges += [[599, at]]
        if at % 10 == 4:  # a side branch that joins five steps later
            edges = [edge for edge in edges if edge != [at - 1, at]] + [[at - 4, at]]
    memory = [2e6 + 1e6 * (at * 31 % 17) for at in range(NODES)]
    total = sum(layer["floor_ms"] for layer in layers)
    return {"schema": 1, "ridge": "0.1.0", "kind": "roofline", "model_name": "large.onnx", "target": "example", "convention": "standard",
            "precision": "fp32", "batch": 1, "peak_ops_per_s": peak, "bandwidth_bytes_per_s": bandwidth,
            "ridge_point": peak / bandwidth,
            "roofs": [{"name": "measured", "source": "", "precision": "fp32", "peak_ops_per_s": peak, "bandwidth_bytes_per_s": bandwidth}],
            "model": {"floor_ms": total, "intensity": None, "intensity_note": "not a number"}, "layers": layers,
            "graph": {"nodes": [{"name": layer["name"], "op": layer["op"]} for layer in layers], "edges": edges},
            "plan": {"model": {"floor_ms": total}, "layers": layers, "edges": edges, "memory": memory, "arena_bytes": 2e7}}


def find_chromium():
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if shutil.which(name):
            return name
    return None


def chromium(program, page, folder, *flags, seconds=SECONDS):
    """(standard output, lines of the console) of one visit."""
    command = [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
               "--enable-logging=stderr", "--v=0", "--window-size=1280,1000", f"--user-data-dir={folder}/profile_{page.stem}", *flags,
               page.resolve().as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=seconds)
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return done.returncode, done.stdout, console, done.stderr


def with_probe(page, folder):
    """A copy of the page with the probe as one more script, which the page's policy then has to name."""
    probe = PROBE.read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(probe.encode()).digest()).decode()
    text = page.read_text(encoding="utf-8")
    text, named = re.subn(r"script-src ", lambda _: f"script-src 'sha256-{digest}' ", text, count=1)
    assert named == 1 and text.count("</body>") >= 1, "the page has no policy for scripts"
    at = text.rindex("</body>")
    copy = folder / f"{page.stem}_probe.html"
    copy.write_text(f"{text[:at]}<script>{probe}</script>{text[at:]}", encoding="utf-8")
    return copy


def layers_of(document, table):
    if table == "table-graph" or document.get("kind") == "profile" or "plan" not in document:
        return document["layers"]
    return document["plan"]["layers"]


def expected_charts(document):
    planned = document.get("plan") or {}
    charts = {"roofline", "share", "time", "intensity"}
    return charts | ({"memory"} if planned.get("memory") else set()) | ({"stages"} if document.get("stages") else set())


def check_table(name, seen, document, problems):
    layers = layers_of(document, name)
    rows = [layer for layer in layers if name != "table-work" or layer.get("gap_ms") is not None]
    key = "gap_ms" if seen["column"] == "Over limit" else "share"
    value = [layer.get(key) if layer.get(key) is not None else layer.get("ms", layer.get("floor_ms")) or 0 for layer in layers]
    found = [value[at] for at in seen["falling"]]
    if not found or found != sorted(found, reverse=True) or found[0] != max(value):
        problems.append(f"{name}: not sorted by {key}: {found[:5]}")
    if not 0 < seen["before"] <= min(len(rows), 120):
        problems.append(f"{name}: {seen['before']} rows drawn at once")
    if seen["none"] != f"0 of {len(rows)}" or seen["all"] != f"{len(rows)} of {len(rows)}":
        problems.append(f"{name}: filter says {seen['none']!r}, then {seen['all']!r}")


def check_graph(seen, document, problems):
    layers = layers_of(document, "plan")
    last = len(layers) - 1
    if seen["nodes"] != len(layers) or seen["overlaps"]:
        problems.append(f"graph: {seen['nodes']} nodes for {len(layers)} layers, {seen['overlaps']} on top of each other")
    if last not in seen["chosen"] and not seen["found"].endswith("found"):
        problems.append(f"graph: search for {seen['wanted']!r} found {seen['found']!r}, chose {seen['chosen']}")
    if len(seen["chosen"]) != 1 or not seen["details"] or not seen["zoomed"] or not seen["closed"]:
        problems.append(f"graph: choosing does not work: {seen}")
    if len(layers) > 1 and (len(seen["above"]) != 1 or seen["wires"] == 0):
        problems.append(f"graph: no edges to walk along: {seen['above']}, {seen['wires']} wires")


def judge(seen, document):
    """What is wrong with a page of a document with layers."""
    if "failed" in seen:
        return [f"the probe failed: {seen['failed']}"]
    problems = []
    for moment in ("charts", "chartsAfter", "chartsOfView"):
        drawn = {name for name, ink in seen[moment].items() if ink > 2000}
        missing = expected_charts(document) - drawn - ({"memory"} if moment == "chartsOfView" and seen["views"] > 1 else set())
        if missing:
            problems.append(f"{moment}: not drawn: {sorted(missing)}")
    if not seen["ready"] or not seen["switched"] or seen["tiles"] < 3:
        problems.append(f"the page is not complete: {seen['tiles']} tiles, ready {seen['ready']}, theme {seen['switched']}")
    if seen["sideways"] > 0:
        problems.append(f"the page is {seen['sideways']} pixels wider than its window")
    if seen["strangers"] != 3:  # the document, the script, the probe
        problems.append(f"{seen['strangers']} scripts and other elements that load, not 3: a name became markup")
    for name, table in seen["tables"].items():
        check_table(name, table, document, problems)
    if not seen["tables"] or not seen["graph"]:
        return problems + ["no tables or no graph"]
    check_graph(seen["graph"], document, problems)
    return problems


def pages_of(pdf):
    return len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes()))


def photograph(program, page, folder):
    for theme, scheme in (("light", 1), ("dark", 0)):
        chromium(program, page, folder, f"--blink-settings=preferredColorScheme={scheme}", "--window-size=1280,3400",
                 f"--screenshot={folder}/{page.stem}_{theme}.png")


def check_page(program, page, document, folder):
    """The problems of one report; it is used and printed."""
    status, dom, console, log = chromium(program, with_probe(page, folder), folder, "--virtual-time-budget=3000", "--dump-dom")
    if "<html" not in dom:
        sys.exit(f"reports: error: {program} cannot start here (exit {status}): {log[-800:]}")
    problems = [f"console: {line}" for line in console]
    result = re.search(r'<pre id="probe">(.*?)</pre>', dom, re.DOTALL)
    if not result:
        return problems + [f"the page said nothing: {log[-600:]}"]
    problems += judge(json.loads(html.unescape(result.group(1))), document)
    pdf = folder / f"{page.stem}.pdf"
    chromium(program, page, folder, "--no-pdf-header-footer", f"--print-to-pdf={pdf}")
    rows = len(layers_of(document, "plan"))
    if not pdf.exists() or pages_of(pdf) < 2 + rows // 110:
        problems.append(f"printed {pages_of(pdf) if pdf.exists() else 'no'} pages for {rows} rows")
    return problems


def render(renderer, folder, name, document):
    source, page = folder / f"{name}.json", folder / f"{name}.html"
    source.write_text(json.dumps(document))
    subprocess.run([renderer, source, page, folder / f"{name}_plot.png"], check=True)
    return page, document


def fixtures(folder, renderer):
    """(page, document) of all that the tests bring along."""
    pages = [render(renderer, folder, path.stem, json.loads(path.read_text())) for path in sorted(DATA.glob("*.json"))]
    return pages + [render(renderer, folder, "large", large_document())]


def reports_of_ridge(folder, renderer, ridge, models):
    """The same for models, by the command itself; by way of its JSON while it does not write pages."""
    # Asked for help, ridge gives it, whatever stands before --help.
    usage = subprocess.run([ridge, "roofline", "--help"], capture_output=True, text=True)
    if "--convention" not in usage.stdout:
        print("reports: this ridge has no roofline command: only fixtures are looked at")
        return []
    pages = []
    for model in models:
        source, page = folder / f"{model.stem}.json", folder / f"{model.stem}.html"
        own = ["--html", page, "--png", page.with_suffix(".png")] if "--html" in usage.stdout else []
        command = [ridge, "roofline", model, "--target", "RTX 3080", "--quiet", "--json", source, *own]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        document = json.loads(source.read_text())
        pages.append((page, document) if own else render(renderer, folder, model.stem, document))
    return pages


def starts(program, folder):
    """An empty page is shown: what goes wrong later is the report's fault."""
    page = folder / "empty.html"
    page.write_text("<!DOCTYPE html><title>empty</title><p>here</p>")
    command = [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--dump-dom",
               f"--user-data-dir={folder}/profile_empty", page.resolve().as_uri()]
    try:
        return "here" in subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=SECONDS).stdout
    except (OSError, subprocess.TimeoutExpired):
        return False


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--renderer", required=True, type=pathlib.Path)
    parser.add_argument("--ridge", type=pathlib.Path)
    parser.add_argument("--model", action="append", default=[], type=pathlib.Path)
    parser.add_argument("--keep", type=pathlib.Path, help="leave pages, screenshots and PDF files here")
    arguments = parser.parse_args()
    program = find_chromium()
    if not program:
        sys.exit("reports: error: Chromium is not installed: scripts/setup.sh --browser")
    with tempfile.TemporaryDirectory() as temporary:
        if not starts(program, pathlib.Path(temporary)):
            print("reports: NOT CHECKED: Chromium cannot show even an empty page on this machine")
            return 0
        folder = arguments.keep or pathlib.Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        failed = 0
        begin = time.monotonic()
        pages = fixtures(folder, arguments.renderer)
        if arguments.ridge:
            models = [model for model in arguments.model if model.exists()]
            pages += reports_of_ridge(folder, arguments.renderer, arguments.ridge, models)
        # Chromium mostly waits while it starts.
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            found = list(pool.map(lambda pair: check_page(program, *pair, folder), pages))
            if arguments.keep:
                list(pool.map(lambda pair: photograph(program, pair[0], folder), pages))
        for (page, _), problems in zip(pages, found):
            failed += bool(problems)
            print("\n".join([f"{page.stem}: {'wrong' if problems else 'fine'}"] + [f"  {problem}" for problem in problems]))
        print(f"reports: {len(pages)} pages in Chromium, {failed} wrong, {time.monotonic() - begin:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
