"""The engine file: same input, flags and cache give the same bytes; a damaged or foreign one is refused with one line."""
import hashlib

import numpy as np

from model_checks.accuracy import build, output_of
from model_checks.networks import CACHE
from model_checks.tools import MEMORY_LIMIT, TIME_LIMIT, input_file, require, ridge, ridge_ok

FLIPS, CUTS = 60, 12


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def check_same_bytes(network, figures):
    first = digest(build(network, "--verify", "off", "--deterministic", suffix=".first"))
    second = digest(build(network, "--verify", "off", "--deterministic", suffix=".second"))
    require(first == second, "two builds with --deterministic differ")
    cache = CACHE / f"{network.name}.timing"
    cache.unlink(missing_ok=True)
    build(network, "--verify", "off", "--timing-cache", cache, suffix=".first")  # fills the cache
    first = digest(build(network, "--verify", "off", "--timing-cache", cache, suffix=".first"))
    second = digest(build(network, "--verify", "off", "--timing-cache", cache, suffix=".second"))
    require(first == second, "two builds with the same timing cache differ")
    figures["sha256"] = first[:16]


def damaged_files(data, rng):
    """(description, bytes, may be unread): a flip in a section that a run does not touch may go unseen."""
    for _ in range(FLIPS):
        at, bit = int(rng.integers(len(data))), int(rng.integers(8))
        yield f"bit {bit} of byte {at}", data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1:], True
    for _ in range(CUTS):
        size = int(rng.integers(len(data)))
        yield f"cut to {size} bytes", data[:size], False
    yield "empty", b"", False
    yield "magic number alone", data[:8], False
    yield "doubled", data + data, True
    yield "zeros after the first page", data[:4096] + bytes(len(data) - 4096), False
    yield "another kind of file", b"\x7fELF" + rng.bytes(5000), False
    for at in range(0, 256, 8):  # the header and its table of sections
        for value in (b"\xff" * 8, b"\x00" * 8, (2**63 - 8).to_bytes(8, "little")):
            yield f"header word at {at} set to {value.hex()}", data[:at] + value + data[at + 8:], True


def check_damage(network, figures):
    engine, source = build(network, "--verify", "off"), input_file(network)
    folder, target = CACHE / "damaged.out", CACHE / "damaged.ridge"
    flags = ["--input", f"input={source}", "--output-dir", folder, "--quiet"]
    ridge_ok("run", engine, *flags)
    expected = output_of(folder)
    refused = unread = 0
    for description, data, may_be_unread in damaged_files(engine.read_bytes(), np.random.default_rng(1)):
        target.write_bytes(data)
        (folder / "output.npy").unlink(missing_ok=True)
        outcome = ridge("run", target, *flags, timeout=TIME_LIMIT, limited=True)
        if outcome.status == 3:
            refused += 1
            require(len(outcome.error_lines) == 1, f"{description}: {len(outcome.error_lines)} error lines")
            require(not (folder / "output.npy").exists(), f"{description}: refused, yet an output was written")
        else:
            require(outcome.status == 0 and may_be_unread, f"{description}: {outcome.describe()}")
            require(np.array_equal(output_of(folder), expected), f"{description}: accepted with another answer")
            unread += 1
    figures["refused"], figures["unread"], figures["memory_limit_gib"] = refused, unread, MEMORY_LIMIT >> 30


def run(networks, report, options):
    for network in networks:
        report.check("engine", f"{network.name} bytes", lambda figures, n=network: check_same_bytes(n, figures))
    report.check("engine", f"{networks[0].name} damage", lambda figures: check_damage(networks[0], figures))
