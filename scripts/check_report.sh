#!/usr/bin/env bash
# Opens reports in headless Chromium (scripts/check_report.py says what is looked at). Builds what it needs.
# usage: scripts/check_report.sh [--keep FOLDER]      --keep: leave pages, screenshots and PDF files there
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/parts.sh

# No other check hangs on it, so a machine without Chromium goes on, and says so.
if ! scripts/setup.sh --browser; then
  echo "reports: NOT CHECKED: Chromium is not here and cannot be installed"
  exit 0
fi
build release render_report
models=../shared/models/topologies
exec python3 scripts/check_report.py --renderer build/release/tests/unit/report/render_report \
  $([ -x build/release/ridge ] && echo --ridge build/release/ridge) \
  --model "$models/mobilenet_v2.onnx" "$@"
