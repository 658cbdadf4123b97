#!/usr/bin/env python3
"""Writes generated/OP.zip: seeded cases of every version and element type that ONNX gives an op, with their answers.

usage: generate.py [--check] [OP ...]

A case is a model of its own, at an opset of the version that it is for; recipes/*.py say how inputs of an op are drawn.
generated/versions.txt lists what ONNX knows, generated/exceptions.txt what has no case and why; tests/ops/coverage_test.cpp
holds the archives against both. --check also asks peers where a recipe has its own answer, and says where they disagree
(disagreements.py lists those that are known). Needs PyPI's onnx, onnxruntime and numpy; the archives are checked in, so
tests do not.
"""
import importlib
import pathlib
import struct
import sys
import zipfile
import zlib

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True
import oracle  # noqa: E402
import schemas  # noqa: E402
from disagreements import is_known  # noqa: E402
from draw import KINDS, Draw  # noqa: E402

FAMILIES = sorted(path.stem for path in (HERE / "recipes").glob("*.py"))
RECIPES = {}
for family in FAMILIES:
    for op, recipe in importlib.import_module(f"recipes.{family}").RECIPES.items():
        RECIPES.setdefault(op, []).append(recipe)
UNASKED = ("RandomNormal", "RandomNormalLike")  # ONNX Runtime aborts when the scale is 0
DEFAULTS = ("f32", "i64", "seq(f32)", "optional(f32)", "i32", "u8", "bool", "string")


def default(allowed):
    return next((name for name in DEFAULTS if name in allowed), allowed[0])


class Wanted:
    """One case to make: a version, and one type parameter's type."""

    def __init__(self, version, asked, kind, number):
        self.version, self.asked, self.kind = version, asked, kind
        self.types = {param: default(allowed) for param, allowed in version.types.items()}
        if asked:
            self.types[asked[0]] = asked[1]
            container_of(self.types, version.types, asked)
        label = f"{asked[0]}={asked[1]}" if asked else "-"
        self.name = f"{version.schema.name}-{version.number} {label} {number}"

    def draw(self, recipe, version):
        allowed = version.types
        known = {param: kind for param, kind in self.types.items() if kind in allowed.get(param, ())}
        if len(known) < len(allowed):
            return None
        for shape in (self.kind, "plain"):
            draw = Draw(self.name, version.schema.name, version.number, known, shape, self.asked[0] if self.asked else "",
                        allowed, self.version.number)
            with np.errstate(all="ignore"):
                made = recipe(draw)
            if made:
                made.drawn = draw.whole(0, 1 << 30)  # differs when the recipe has drawn otherwise
                return made
        return None


def container_of(types, allowed, asked):
    """The type parameters of sequences and optionals go together: S = seq(T)."""
    param, kind = asked
    inner = kind.rstrip(")").split("(")[-1]
    for other in types:
        if other == param or other in ("I", "B", "Tind"):
            continue
        for one in (f"seq({inner})", inner, f"optional({inner})"):
            if any("(" in name for name in [kind, *allowed[other]]) and one in allowed[other]:
                types[other] = one
                break


def wanted_of(versions, extra=24):
    """Every type of every parameter once, and some more of the usual ones; kinds of shapes take turns."""
    for version in versions:
        turn = 0
        pairs = [(param, kind) for param, kinds in version.types.items() for kind in kinds] or [None]
        newest = version is versions[-1]
        for pair in pairs:
            usual = pair is None or pair[1] == default(version.types[pair[0]]) and pair[0] == next(iter(version.types))
            for number in range(1 + (extra if newest else 4) * usual):
                yield Wanted(version, pair, KINDS[turn % len(KINDS)], number)
                turn += 1


def result_types(wanted, case):
    formals = wanted.version.formals("outputs", case.outputs)
    return [wanted.types.get(formal.type_str) or schemas.short(formal.type_str) for formal in formals]


def same(mine, theirs):
    if len(mine) > len(theirs):
        return False
    for a, b in zip(mine, theirs):
        a, b = np.asarray(a), np.asarray(b)
        if oracle.name_of(a) != oracle.name_of(b) or a.shape != b.shape:
            return False
        if a.dtype == object:
            if (a != b).any():
                return False
        elif not np.allclose(*[one.astype(np.complex128) for one in (a, b)], rtol=2e-2 if a.dtype.itemsize < 4 else 1e-5,
                             atol=1e-2 if a.dtype.itemsize < 4 else 1e-5, equal_nan=True):
            return False
    return True


def alike(one, other):
    """Whether the recipe has drawn the same for another version of the op."""
    return one.drawn == other.drawn and all(a is None or b is None or np.shape(a) == np.shape(b) and (a == b).all()
                                            for a, b in zip(one.inputs, other.inputs))


def answered(wanted, case, recipe, versions, check):
    """(who, answers), or (reasons, None)."""
    op = wanted.version.schema.name
    if case.want is not None and (not check or op in UNASKED):
        return "the recipe", case.want
    forms = [(wanted.version.number, case)]
    if not case.alone and not case.names:
        for version in reversed(versions):
            other = wanted.draw(recipe, version) if version is not wanted.version else None
            if other and other.outputs == case.outputs and not other.alone and alike(other, case):
                forms.append((version.number, other))
    reasons = []
    results = result_types(wanted, case) if not case.names else [oracle.name_of(one) for one in case.want or ()]
    for who, attempt in oracle.peers(op, forms, results):
        try:
            made = attempt()
        except oracle.NoAnswer as error:
            reasons.append(f"{who}: {error}")
            continue
        except Exception as error:  # a cast that does not exist, a type that NumPy does not know
            reasons.append(f"{who}: {error!r}")
            continue
        if case.names and who == "onnx.reference":
            continue  # it does not tell an optional from a sequence
        made = [np.asarray(value) for value in made]
        if len(made) == len(results):  # ONNX Runtime's Python gives bytes for float8
            made = [value.view(schemas.NUMPY[kind]) if value.dtype == np.uint8 and kind.startswith("f8") else value
                    for value, kind in zip(made, results)]
        if case.want is not None:
            if not same(case.want, made) and not is_known(op, who):
                print(f"  {wanted.name} [{wanted.kind}]: {who} says otherwise: {brief(made)} instead of {brief(case.want)}"
                      f" for {brief(case.inputs)} {case.attributes}")
            break
        if [oracle.name_of(value) for value in made] == results:
            return who, made
        reasons.append(f"{who}: types {[oracle.name_of(value) for value in made]} instead of {results}")
    return ("the recipe", case.want) if case.want is not None else (reasons, None)


def brief(values):
    return [None if value is None else f"{oracle.name_of(np.asarray(value))}{np.shape(value)}{np.asarray(value).ravel()[:6].tolist()}"
            for value in values]


def keys_of(wanted, case):
    """PARAM=TYPE of every formal parameter that the case gives."""
    if case.names:
        return sorted(f"{param}={kind}" for param, kind in wanted.types.items())
    keys = set()
    for which, values in (("inputs", case.inputs), ("outputs", case.want)):
        for formal, value in zip(wanted.version.formals(which, len(values)), values):
            if value is not None and formal.type_str in wanted.version.types:
                keys.add(f"{formal.type_str}={oracle.name_of(np.asarray(value))}")
    return sorted(keys)


def model_of(wanted, case, opset):
    """Inputs, answers ("want0", ...) and what the inputs hold ("feed:in0", ...) in one model."""
    feeds = oracle.feeds_of(case)
    held = [name for name in feeds if name != "in0" and int(name[2:]) in case.constants]
    graph = oracle.graph_of(wanted.version.schema.name, case, feeds, held)
    for formal, value in zip(graph.output, case.want):
        formal.CopyFrom(oracle.declare(formal.name, value))
    extra = {f"want{at}": value for at, value in enumerate(case.want)}
    extra.update({f"feed:{name}": value for name, value in feeds.items() if name not in held})
    for name, value in extra.items():
        graph.initializer.append(oracle.constant(name, value))
        graph.output.append(oracle.declare(name, value))
    graph.name = wanted.name.rsplit(" ", 1)[0]
    graph.doc_string = " ".join(keys_of(wanted, case))
    return oracle.model_of(graph, opset)


def write(path, models):
    """One entry: the models in a row, each behind its length, so that they compress together."""
    content = b"".join(struct.pack("<I", len(one)) + one for one in models)
    with zipfile.ZipFile(path, "w") as archive:  # a fixed date: the same cases give the same bytes
        archive.writestr(zipfile.ZipInfo("models", (2000, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED, 9)


def cases_of(op, versions, check):
    models, missing, exceptions = [], [], excepted()
    for wanted in wanted_of(versions):
        if is_excepted(wanted, exceptions):
            continue
        done = False
        for recipe in RECIPES[op]:
            try:
                case = wanted.draw(recipe, wanted.version)
            except Exception as error:
                missing.append(f"{wanted.name}: the recipe fails: {error!r}")
                continue
            if not case:
                continue
            try:
                who, answers = answered(wanted, case, recipe, versions, check)
                if answers is None:
                    missing.append(f"{wanted.name}: no answer: {'; '.join(reason[:150] for reason in who[:2] + who[-1:])}")
                    continue
                case.want = [np.asarray(one) for one in answers]
                opset = wanted.version.number if zlib.crc32(wanted.name.encode()) & 1 else wanted.version.end
                models.append(model_of(wanted, case, opset).SerializeToString())
                if wanted.asked and f"{wanted.asked[0]}={wanted.asked[1]}" not in keys_of(wanted, case):
                    missing.append(f"{wanted.name}: is not what the case has: {keys_of(wanted, case)}")
            except Exception as error:
                missing.append(f"{wanted.name}: fails: {error!r}")
                continue
            done = True
            break
        if not done and not (missing and missing[-1].startswith(wanted.name)):
            missing.append(f"{wanted.name}: no case")
    return models, missing


def excepted():
    """The lines of exceptions.txt: (ops, versions, parameters, types), where None is any."""
    lines = (HERE / "generated" / "exceptions.txt").read_text(encoding="utf-8").splitlines()
    fields = [line.split(": ")[0].split(" ") for line in lines if line and not line.startswith("#")]
    return [[None if field == "*" else field.split(",") for field in line] for line in fields]


def is_excepted(wanted, lines):
    what = (wanted.version.schema.name, str(wanted.version.number), *(wanted.asked or ("-", "-")))
    return any(all(field is None or one in field for field, one in zip(line, what)) for line in lines)


def write_versions(known):
    lines = ["# Written by generate.py from onnx.defs: op, version, the type parameters of its inputs and outputs (the last one",
             "# stands for all that follow), and the types of each parameter."]
    for op, versions in known.items():
        for version in versions:
            types = " ".join(f"{param}={','.join(kinds)}" for param, kinds in sorted(version.types.items()))
            ins, outs = (",".join(schemas.short(formal.type_str) for formal in getattr(version.schema, which)) or "-"
                         for which in ("inputs", "outputs"))
            lines.append(f"{op} {version.number} {ins} {outs} {types}".rstrip())
    (HERE / "generated" / "versions.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main():
    (HERE / "generated").mkdir(exist_ok=True)
    known = schemas.versions()
    write_versions(known)
    given = [name for name in sys.argv[1:] if name != "--check"]
    for op in given or sorted(RECIPES):
        models, missing = cases_of(op, known[op], "--check" in sys.argv)
        for line in missing:
            print("  " + line)
        write(HERE / "generated" / f"{op}.zip", models)
        print(f"{op}: {len(models)} cases, {len(missing)} missing", flush=True)


if __name__ == "__main__":
    main()
