#!/usr/bin/env bash
# From a bare machine to a verified, measured engine of the network that ships in examples/. usage: scripts/demo.sh
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/parts.sh

ridge=build/release/ridge
model=examples/cifar10_resnet20.onnx
pipeline=examples/cifar10_resnet20.json
pictures=examples/cifar10
out=build/demo
engine=$out/cifar10_resnet20.ridge

echo_and_run() {
  echo "\$ $*"
  "$@"
}

part setup scripts/setup.sh
part "build the program" build release ridge
mkdir -p "$out"
part "ridge build" echo_and_run "$ridge" build "$model" -o "$engine" --pipeline "$pipeline" --json "$out/build.json"
part "ridge verify" echo_and_run "$ridge" verify "$model" --engine "$engine" --data "$pictures" --pipeline "$pipeline" \
  --limit 8 --json "$out/verify.json"
part "ridge eval" echo_and_run "$ridge" eval "$engine" --data "$pictures" --pipeline "$pipeline" --json "$out/eval.json"
part "ridge bench" echo_and_run "$ridge" bench "$engine" --duration 5 --json "$out/bench.json"
parts_summary
echo
python3 scripts/demo_table.py "$model" "$engine" "$out"
