#!/bin/bash
# Every instruction set proves itself against the truth, and runs engines that another one was built for.
# Levels that this machine lacks fall back to what it has. Arguments: the ridge program.
set -euo pipefail
ridge=$1
model=examples/cifar10_resnet20.onnx
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

for isa in generic avx2 avx512; do
  RIDGE_ISA=$isa "$ridge" build "$model" -o "$folder/$isa.ridge" --tune off --quiet >/dev/null
done
for built in generic avx2 avx512; do
  for runs in generic avx2 avx512; do
    RIDGE_ISA=$runs "$ridge" verify "$model" --engine "$folder/$built.ridge" --quiet >/dev/null ||
      { echo "an engine for $built, run as $runs, does not answer right"; exit 1; }
  done
done

RIDGE_ISA=generic "$ridge" run "$folder/avx2.ridge" >"$folder/said" 2>&1
grep -q 'planned again for generic.*verified' "$folder/said" ||
  { echo "an engine that is planned again does not say so"; exit 1; }

if RIDGE_ISA=abacus "$ridge" verify "$model" --quiet >/dev/null 2>"$folder/error"; then
  echo "an unknown instruction set was accepted"
  exit 1
fi
grep -q '^ridge: error: .*abacus' "$folder/error"
