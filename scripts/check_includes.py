#!/usr/bin/env python3
"""Checks that dependencies point one way (docs/design.md, "The way of a model").

A folder of src/ includes itself and folders left of it in ORDER, never a neighbour of its own group; the libraries in
PRIVATE_LIBRARIES stay in their folder; a folder lists in USES (CMakeLists.txt) only folders left of it, and reaches
through USES every folder that it includes.

usage: check_includes.py [ROOT]      check_includes.py --self-test
"""
import pathlib
import re
import sys
import tempfile

ORDER = [{"base"}, {"ir"}, {"ops"}, {"onnx", "passes"}, {"plan"}, {"reference", "cpu", "cuda"}, {"engine"}, {"runtime"},
         {"pipeline", "verify"}, {"analyze", "quant", "prune", "train"}, {"report"}, {"api"}, {"tools"}]
RANK = {folder: rank for rank, group in enumerate(ORDER) for folder in group}

# Backends are seen through the interface in plan/; the runtime runs engines without importer and passes.
FORBIDDEN = {"engine": {"reference", "cpu", "cuda"}, "runtime": {"reference", "cpu", "cuda", "onnx", "passes"}}

PRIVATE_LIBRARIES = {"google/protobuf/": {"onnx"}, "flatbuffers/": {"engine"}, "jpeglib.h": {"pipeline"},
                     "png.h": {"pipeline", "report"}, "CLI/": {"tools"}}

# Types that the public headers and the library share.
PUBLIC_LEAVES = {("base", "ridge/error.h"), ("ir", "ridge/dtype.h")}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
LIBRARY = re.compile(r"ridge_library\(\s*(\w+)([^)]*)\)")
KEYWORDS = {"SOURCES", "USES", "PUBLIC", "PRIVATE"}
SUFFIXES = {".h", ".cpp", ".inc"}


def folder_of(path, root):
    parts = path.relative_to(root).parts
    return parts[1] if parts[0] == "src" else "tools"


def may_use(user, used):
    return user == used or (RANK[used] < RANK[user] and used not in FORBIDDEN.get(user, ()))


def check_quoted(place, user, name, root):
    """A quoted include: the problem as a sentence, or None."""
    used = name.split("/")[0]
    if used == "ridge":
        return None if user in ("api", "tools") or (user, name) in PUBLIC_LEAVES else f"{place}: src/{user} includes the public header {name}"
    if "/" not in name or used not in RANK:
        # Generated headers and neighbours of a tool stand alone; in src/ every path starts at src/.
        if user == "tools" or name.endswith(("_generated.h", ".pb.h")):
            return None
        return f'{place}: write "{name}" from src/, as in "base/error.h"'
    if not may_use(user, used):
        return f"{place}: {user} includes {name}, which points against the order"
    return None


def check_system(place, user, name):
    for prefix, owners in PRIVATE_LIBRARIES.items():
        if name.startswith(prefix) and user not in owners:
            return f"{place}: <{name}> belongs to src/{'/'.join(sorted(owners))} alone"
    return None


def check_sources(root, problems):
    """All include lines; returns which folders each folder includes."""
    included = {}
    files = [p for base in ("src", "tools") for p in sorted((root / base).rglob("*")) if p.suffix in SUFFIXES]
    for path in files:
        user = folder_of(path, root)
        if user not in RANK:
            problems.append(f"{path.relative_to(root)}: folder {user} has no place in the order")
            continue
        text = path.read_text(encoding="utf-8")
        for match in INCLUDE.finditer(text):
            line = text.count("\n", 0, match.start(2)) + 1
            place, name = f"{path.relative_to(root)}:{line}", match.group(2)
            quoted = match.group(1) == '"'
            problem = check_quoted(place, user, name, root) if quoted else check_system(place, user, name)
            if problem:
                problems.append(problem)
            elif quoted and name.split("/")[0] in RANK:
                included.setdefault(user, {}).setdefault(name.split("/")[0], place)
    return files, included


def read_uses(root, problems):
    uses = {}
    for path in sorted((root / "src").rglob("CMakeLists.txt")):
        text = re.sub(r"#[^\n]*", "", path.read_text(encoding="utf-8"))
        for name, arguments in LIBRARY.findall(text):
            words, listed = arguments.split(), False
            used = uses.setdefault(name, set())
            for word in words:
                if word in KEYWORDS:
                    listed = word == "USES"
                elif listed:
                    used.add(word)
            folder = folder_of(path, root)
            for other in sorted(used):
                if folder in RANK and other in RANK and not may_use(folder, other):
                    problems.append(f"{path.relative_to(root)}: {name} USES {other}, which points against the order")
    return uses


def reachable(name, uses):
    seen, stack = set(), [name]
    while stack:
        for other in uses.get(stack.pop(), ()):
            if other not in seen:
                seen.add(other)
                stack.append(other)
    return seen


def check(root):
    problems = []
    files, included = check_sources(root, problems)
    uses = read_uses(root, problems)
    for user, others in sorted(included.items()):
        if user not in uses:
            continue
        reached = reachable(user, uses)
        for other, place in sorted(others.items()):
            if other != user and other not in reached:
                problems.append(f"{place}: includes {other}/, but USES of ridge_{user} does not reach it")
    return files, problems


PLANTED = {
    "src/base/a.h": ("", None),
    "src/ir/up.h": ('#include "ops/a.h"\n', "points against the order"),
    "src/ops/a.h": ('#include "ir/up.h"\n', None),
    "src/onnx/neighbour.h": ('#include "passes/a.h"\n', "points against the order"),
    "src/passes/a.h": ('// fine\n#include "base/a.h"\n', None),
    "src/engine/backend.h": ('#include "cpu/a.h"\n', "points against the order"),
    "src/cpu/a.h": ('#  include "ir/up.h"\n', None),
    "src/cpu/short.cpp": ('#include "a.h"\n', "from src/"),
    "src/plan/wire.cpp": ("#include <google/protobuf/message_lite.h>\n", "alone"),
    "src/report/plot.cpp": ("#include <png.h>\n", None),
    "src/verify/plot.cpp": ("#include <png.h>\n", "alone"),
    "src/stray/x.cpp": ("", "no place in the order"),
    "src/verify/unlisted.cpp": ('#include "runtime/a.h"\n', "does not reach it"),
    "src/runtime/a.h": ("", None),
    "tools/ridge/main.cpp": ('#include "list.h"\n#include "api/a.h"\n', None),
    "src/api/a.h": ('#include "ridge/ridge.h"\n', None),
    "src/verify/CMakeLists.txt": ("ridge_library(verify SOURCES unlisted.cpp USES base)\n", None),
    "src/ir/CMakeLists.txt": ("ridge_library(ir SOURCES a.cpp\n  USES base plan)\n", "USES plan"),
}


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, (text, _) in PLANTED.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        _, problems = check(root)
    for name, (_, sentence) in PLANTED.items():
        found = [p for p in problems if p.startswith(name)]
        assert bool(found) == bool(sentence), f"{name}: expected {sentence}, found {found}"
        assert not sentence or sentence in found[0], f"{name}: expected {sentence}, found {found}"
    print(f"include rules: self-test found all {sum(1 for _, s in PLANTED.values() if s)} planted violations")


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    root = pathlib.Path(arguments[0]) if arguments else pathlib.Path(__file__).resolve().parent.parent
    files, problems = check(root)
    print("\n".join(problems + [f"include rules: {len(files)} files, {len(problems)} violations"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
