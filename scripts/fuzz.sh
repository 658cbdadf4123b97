#!/usr/bin/env bash
# Runs every fuzzer under address and undefined-behaviour sanitizers, two at a time.
# usage: scripts/fuzz.sh SECONDS [SEED]
#   SECONDS  for each fuzzer
#   SEED     of the changes (default 1); a finding prints where its input is kept
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/parts.sh

if ! [[ "${1:-}" =~ ^[0-9]+$ && "${2:-1}" =~ ^[0-9]+$ ]]; then
  sed -n '2,5s/^# //p' "$0"
  exit 2
fi
seconds=$1 seed=${2:-1}
fuzzers=$(sed -n 's/^ridge_fuzzer(\([a-z_]*\).*/fuzz_\1/p' tests/fuzz/CMakeLists.txt)

# shellcheck disable=SC2086 # one word a target
build asan $fuzzers
one() {
  local output status=0
  output=$("build/asan/tests/fuzz/$1" --seconds "$seconds" --seed "$seed" 2>&1) || status=$?
  printf '%s: %s\n' "$1" "$output"
  return $status
}
export -f one
export seconds seed
# xargs ends with 123 when any of them has failed.
tr ' ' '\n' <<<"$fuzzers" | xargs -P 2 -I{} bash -c 'one {}'
