#!/usr/bin/env python3
"""Runs clang-tidy over the sources that changed, at most 30 of them, warnings as errors.

Changed: against RIDGE_BASE, else the merge base with the upstream branch, else the last commit from more than four hours
before HEAD (a fresh clone in CI is its own upstream). A changed header stands for the source beside it. Of more than 30
files the first in the order of a hash of their names are taken: the same ones each time, and from every folder.

usage: run_tidy.py --build DIR [--jobs N] [--all]
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

LIMIT = 30
ROOT = pathlib.Path(__file__).resolve().parent.parent
CHECKED = ("src/", "tools/")  # tests are left out: GoogleTest's macros cost seconds a file and teach nothing


def git(*arguments):
    result = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    return result.stdout.strip() if result.returncode == 0 else ""


def base_commit():
    """What to compare with; empty: everything has changed."""
    if os.environ.get("RIDGE_BASE"):
        return git("rev-parse", os.environ["RIDGE_BASE"])
    head = git("rev-parse", "HEAD")
    merge_base = git("merge-base", "HEAD", "@{upstream}")
    if merge_base and merge_base != head:
        return merge_base
    head_time = int(git("show", "-s", "--format=%ct", "HEAD") or 0)
    return git("rev-list", "-1", f"--before={head_time - 4 * 3600}", "HEAD")


def changed_files(base):
    names = git("ls-files").split("\n") if not base else git("diff", "--name-only", base).split("\n")
    return set(names) | set(git("ls-files", "--others", "--exclude-standard").split("\n"))


def choose(everything, compiled):
    """(files to check, how many were left out)"""
    if everything:
        return sorted(compiled), 0
    changed = changed_files(base_commit())
    changed |= {re.sub(r"\.(h|inc)$", ".cpp", name) for name in changed}
    files = sorted(changed & compiled, key=lambda name: hashlib.sha1(name.encode()).hexdigest())
    return files[:LIMIT], max(0, len(files) - LIMIT)


def compiled_files(build):
    entries = json.loads((build / "compile_commands.json").read_text())
    paths = (pathlib.Path(entry["directory"], entry["file"]).resolve() for entry in entries)
    names = (path.relative_to(ROOT).as_posix() for path in paths if path.is_relative_to(ROOT))
    return {name for name in names if name.startswith(CHECKED)}


def plain_commands(build):
    """A folder with the compile commands less GCC's precompiled headers, which clang cannot read."""
    entries = json.loads((build / "compile_commands.json").read_text())
    for entry in entries:
        entry["command"] = re.sub(r" -Winvalid-pch| -include \S*cmake_pch\S*", "", entry["command"])
    folder = build / "tidy"
    folder.mkdir(exist_ok=True)
    (folder / "compile_commands.json").write_text(json.dumps(entries))
    return folder


def tidy(tool, build, name):
    header_filter = f"^{re.escape(str(ROOT))}/(src|include|tools)/"
    # The compiler's own warnings are GCC's business; clang's would come and go with its version.
    command = [tool, "-quiet", f"-p={build}", f"-header-filter={header_filter}", "-extra-arg=-Wno-everything", name]
    begin = time.monotonic()
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return name, result.returncode, result.stdout.strip(), result.stderr, time.monotonic() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args()
    tool = shutil.which("clang-tidy-16") or shutil.which("clang-tidy")
    if not tool:
        sys.exit("clang-tidy: not found: run scripts/setup.sh --developer")
    build = options.build.resolve()
    files, left_out = choose(options.all, compiled_files(build))
    commands = plain_commands(build)
    failed, slowest = 0, (0.0, "none")
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for name, status, output, errors, seconds in pool.map(lambda f: tidy(tool, commands, f), files):
            slowest = max(slowest, (seconds, name))
            if status:
                failed += 1
                print(f"{name}:\n{output or errors}", flush=True)
    note = f", {left_out} changed files left for --all" if left_out else ""
    print(f"clang-tidy: {len(files)} files, {failed} with warnings{note}; slowest {slowest[1]} {slowest[0]:.1f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
