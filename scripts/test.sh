#!/usr/bin/env bash
# Installs what is missing, builds, runs every test. usage: scripts/test.sh [CTEST OPTION ...]
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/parts.sh

part setup scripts/setup.sh
part "build release" build release
part "tests" ctest --preset release "$@"
parts_summary
