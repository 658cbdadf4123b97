#!/usr/bin/env bash
# Runs ONNX's backend tests on every device and writes docs/conformance.md. Needs a release build and ../shared.
# usage: scripts/conformance.sh [GLOB]     GLOB: only these cases, and the page stays as it is
set -euo pipefail
cd "$(dirname "$0")/.."
ridge=build/release/ridge
archives=../shared/conformance
cases=build/conformance

[ -x $ridge ] || { echo "conformance.sh: error: $ridge is not there: build it with scripts/test.sh" >&2; exit 1; }
[ -d $archives ] || { echo "conformance.sh: error: the cases are expected in $archives" >&2; exit 1; }
for archive in "$archives"/*.tar.xz; do
  done="$cases/.$(basename "$archive").done"
  [ -e "$done" ] && continue
  mkdir -p "$cases"
  tar -xJf "$archive" -C "$cases"
  touch "$done"
done

results=()
for device in cpu reference; do
  status=0
  $ridge conformance $cases --device $device --json build/conformance_$device.json ${1+--filter "$1"} \
    >build/conformance_$device.txt 2>build/conformance_$device.err ||
    status=$?
  if [ $status -gt 1 ]; then  # 1: not complete
    cat build/conformance_$device.err >&2
    exit $status
  fi
  tail -n1 build/conformance_$device.txt
  grep '^FAILED' build/conformance_$device.txt || true
  results+=("$device=build/conformance_$device.json")
done
if [ $# -eq 0 ]; then
  python3 scripts/conformance_page.py docs/conformance.md "${results[@]}"
  echo "written to docs/conformance.md"
fi
