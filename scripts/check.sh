#!/usr/bin/env bash
# What developers run before they commit, and CI after the tests: format, includes, sizes, sanitizers, clang-tidy.
# usage: scripts/check.sh [--fast|--all]
#   --fast  only what takes seconds: format, include rules, sizes, generated pages
#   --all   clang-tidy over every file, not only those that changed
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/parts.sh

mode=${1:-}
case "$mode" in
  ""|--fast|--all) ;;
  *) sed -n '2,5s/^# //p' "$0"; exit 2 ;;
esac

sources() {  # tracked and new files; not the lists in .inc, whose lines are no C++ yet
  git ls-files --cached --others --exclude-standard -- '*.h' '*.cpp'
}

existing() {
  local file
  while read -r file; do if [ -f "$file" ]; then echo "$file"; fi; done
}

check_format() {
  local tool
  tool=$(command -v clang-format-14 || command -v clang-format)
  if ! "$tool" --version | grep -q 'version 14\.'; then
    echo "clang-format 14 is pinned, this is $("$tool" --version)" >&2
    return 1
  fi
  sources | existing | xargs -r "$tool" --dry-run --Werror
}

check_scripts() {
  python3 scripts/check_includes.py --self-test && python3 scripts/check_sizes.py --self-test &&
    python3 scripts/check_includes.py && python3 scripts/check_sizes.py
}

# The op list is asked of the built program, so this looks only when nothing under src/ops is newer than that.
check_pages() {
  if [ -x build/release/ridge ] && [ -z "$(find src/ops -newer build/release/ridge -print -quit)" ]; then
    python3 scripts/operators.py build/release/ridge --check
  else
    echo "docs/operators.md is not checked: build the release preset first"
  fi
}

# TSan of GCC 12 needs a predictable address space; where setarch may turn randomization off, it does.
plain_addresses() {
  if setarch "$(uname -m)" -R true 2>/dev/null; then setarch "$(uname -m)" -R "$@"; else "$@"; fi
}

part setup scripts/setup.sh --developer
part format check_format
part "includes and sizes" check_scripts
part "generated pages" check_pages
if [ "$mode" != --fast ]; then
  part "reports in Chromium" scripts/check_report.sh
  part "build asan" build asan
  part "tests under ASan and UBSan" ctest --preset asan
  part "fuzzers, 10 s each" scripts/fuzz.sh 10
  part "clang-tidy" python3 scripts/run_tidy.py --build build/asan --jobs "$jobs" ${mode:+"$mode"}
  part "build tsan" build tsan test_runtime_threads test_remote_networks
  part "threads under TSan" plain_addresses ctest --preset tsan
fi
parts_summary
