#!/usr/bin/env bash
# Compares ridge with ONNX Runtime on the networks of ../shared (needs PyPI once, for a virtual environment in .venv).
# usage: scripts/check_models.sh PART|all [--only NAME] [--quick]
set -euo pipefail
cd "$(dirname "$0")/.."

if ! .venv/bin/python -c 'import numpy, onnx, onnxruntime, PIL' 2>/dev/null; then
  echo "check_models: making .venv"
  python3 -m venv .venv
  for try in 1 2 3; do
    .venv/bin/pip install --quiet 'numpy>=1.26,<3' 'onnx>=1.16,<2' 'onnxruntime>=1.18,<2' 'pillow>=10' && break
    [ $try -lt 3 ] || { echo "check_models: error: pip failed three times: check the network" >&2; exit 4; }
    sleep 5
  done
fi
exec .venv/bin/python scripts/check_models.py "$@"
