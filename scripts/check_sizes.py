#!/usr/bin/env python3
"""Size budget: a file past 500 lines is warned of, past 800 fails; a function past 100 lines fails.

C++ functions are found by a brace scanner over the text without comments, strings and preprocessor lines; Python's by ast.
usage: check_sizes.py [FILE ...]      check_sizes.py --self-test      (no FILE: the whole project)
"""
import ast
import pathlib
import re
import sys

WARN_FILE, MAX_FILE, MAX_FUNCTION = 500, 800, 100
FOLDERS = ("src", "include", "tools", "tests", "bench", "scripts", "examples")
CPP = {".h", ".cpp", ".inc"}

NOISE = re.compile(
    r'R"(?P<tag>[^\s()\\]{0,16})\((?:.|\n)*?\)(?P=tag)"'  # raw string
    r"|//[^\n]*|/\*(?:.|\n)*?\*/"                          # comments
    r'|"(?:\\.|[^"\\\n])*"'                                # string
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'"                # character, but not the digit separator of 1'000
    r"|^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)       # preprocessor
DECORATION = re.compile(r"\b(?:alignas|decltype|noexcept|__attribute__|requires)\s*\((?:[^()]|\([^()]*\))*\)|\[\[[^\]]*\]\]")
BRACE_INIT = re.compile(r"(?<=[\w>])\{[^{};]*\}")  # clang-format puts a space before any other brace
CONTAINER = re.compile(r"\b(?:namespace|class|struct|union|enum|extern)\b")


def blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


def without_templates(text):
    """Drops `template <...>`, whose `class` would look like a type."""
    while (match := re.search(r"\btemplate\s*<", text)):
        depth, at = 1, match.end()
        while at < len(text) and depth:
            depth += {"<": 1, ">": -1}.get(text[at], 0)
            at += 1
        text = text[:match.start()] + text[at:]
    return text


def function_name(header):
    """Name of the function whose body follows `header`, or None where a type, namespace or initializer opens."""
    header = without_templates(DECORATION.sub(" ", header))
    opening = header.find("(")
    if opening < 0 or CONTAINER.search(header[:opening]) or header.rstrip().endswith("="):
        return None
    match = re.search(r"([~\w:]+(?:\s*(?:[-+*/<>=!&|^%\[\]]+|\(\))\s*)?)\s*$", header[:opening])
    return match.group(1).strip() if match else "lambda"


def cpp_functions(text):
    """(name, first line, lines) of every outermost function body."""
    text = NOISE.sub(blank, text)
    while BRACE_INIT.search(text):
        text = BRACE_INIT.sub(blank, text)
    depth, open_at, name, start, found = 0, None, None, 0, []
    line, header_line, parens = 1, None, 0
    for at, char in enumerate(text):
        if header_line is None and not char.isspace():
            header_line = line
        if char == "\n":
            line += 1
        elif char in "()":
            parens += 1 if char == "(" else -1
        elif char == "{":
            if open_at is None and parens == 0 and (name := function_name(text[start:at])):
                open_at = (depth, header_line)
            depth += 1
            start, header_line = at + 1, None
        elif char == "}":
            depth -= 1
            if open_at and depth == open_at[0]:
                found.append((name, open_at[1], line - open_at[1] + 1))
                open_at = None
            start, header_line = at + 1, None
        elif char == ";" and parens == 0:
            start, header_line = at + 1, None
    return found


def python_functions(text):
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [(n.name, n.lineno, n.end_lineno - n.lineno + 1) for n in ast.walk(ast.parse(text)) if isinstance(n, kinds)]


def check(path, name):
    """(warnings, failures) of one file."""
    text = path.read_text(encoding="utf-8")
    lines = text.count("\n")
    warnings, failures = [], []
    if lines > MAX_FILE:
        failures.append(f"{name}: {lines} lines, at most {MAX_FILE}: split it")
    elif lines > WARN_FILE:
        warnings.append(f"{name}: warning: {lines} lines, better under {WARN_FILE}")
    for function, line, size in (python_functions if path.suffix == ".py" else cpp_functions)(text):
        if size > MAX_FUNCTION:
            failures.append(f"{name}:{line}: {function} has {size} lines, at most {MAX_FUNCTION}: split it")
    return warnings, failures


def project_files(root):
    files = (p for folder in FOLDERS for p in sorted((root / folder).rglob("*")))
    return [p for p in files if p.suffix in CPP | {".py"} and "generated" not in p.parts]


def self_test():
    body = "  call('{', \"}{\");  // }\n" * 101
    source = ("namespace a {\nstruct S : T<int> {\n  template <class U>\n  U method(U x) const noexcept(true) {\n" + body +
              "  }\n  int small() { return 1'000; }\n};\n"
              "constexpr Table kTable = {\n" + "  {1, f(2)},\n" * 200 + "};\n"
              "static int table[] = {\n" + "1,\n" * 200 + "};\n"
              "S::S(int x)\n    : member_{x}, other_(1) {\n" + body + "}\n"
              "auto operator==(int x) {\n" + body + "}\n}\n")
    found = [(n, size) for n, _, size in cpp_functions(source) if size > MAX_FUNCTION]
    assert found == [("method", 104), ("S::S", 104), ("operator==", 103)], found
    print("size budget: self-test found all planted functions")


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    root = pathlib.Path(__file__).resolve().parent.parent
    files = [pathlib.Path(a).resolve() for a in arguments] or project_files(root)
    warnings, failures = [], []
    for path in files:
        more_warnings, more_failures = check(path, path.relative_to(root) if path.is_relative_to(root) else path)
        warnings += more_warnings
        failures += more_failures
    print("\n".join(warnings + failures + [f"size budget: {len(files)} files, {len(failures)} over it"]))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
