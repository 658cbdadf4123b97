#!/bin/bash
# The commands that analyse, as scripts see them: explain, device, roofline, lint, profile, compare of profiles.
# Arguments: the ridge program. Runs in the root of the repository.
set -u
# shellcheck source=tests/cli/support.sh
. tests/cli/support.sh "$1"

python3 "$cases" cases || fail "the cases cannot be made"
mkdir work
expect 0 build "$model" -o work/good.ridge --tune off --pipeline "$pipeline"
head -c 6000 work/good.ridge >cut.ridge

# --- reasons: of a model and of an engine, tables, stories, JSON
expect 0 explain "$model" --tune off
says out "/6/c2/Conv"
says out "batch_norm_into_producer"
says err "is a model: it is built in memory"
expect 0 explain work/good.ridge --layer '/6/c2/*'
says out "  /6/c2/Conv (Conv) runs as cpu.conv_gemm in about"
says out "folded into the weights of /6/c2/Conv."
says out "/6/Add follows, but is computed with /6/sc/sc.0/Conv instead: it also reads"
expect 0 explain work/good.ridge --all
says out "/14/Gemm (MatMul+Add) runs as"
expect 2 explain work/good.ridge --layer /6/c2/Con
says err "did you mean /6/c2/Conv?"
expect 0 explain work/good.ridge --layer /14/Gemm --json -
is_json out
for key in '"kind": "explain"' '"tried"' '"chosen": true' '"not_fused"' '"precision"' '"asked": "fp32"' '"passes"' \
  '"pass": "batch_norm_into_producer"' '"islands": []' '"measured_us": null' '"sentences"' '"kind": "view"'; do
  says out "$key"
done
expect 0 explain cases/picks.onnx --tune off --json result.json
says out "NonZero makes results whose shapes are known only when it has run"
says result.json '"causes"'
rm -f result.json
expect 3 explain cut.ridge
expect 3 explain missing.onnx --json -

# --- devices: this machine, the table, files of the user
expect 0 device --help
says out "Example:"
expect 2 device --no-such-flag
XDG_CACHE_HOME=$PWD/nothing expect 0 device
says out "this machine: "
says out "bandwidth not known"
mkdir -p pipes/ridge
mkfifo pipes/ridge/machine.json
XDG_CACHE_HOME=$PWD/pipes expect 0 device # and does not wait for somebody to write
says out "bandwidth not known"
expect 0 device --name 'rtx 3080' --json -
is_json out
says out '"kind": "device"'
says out '"ridge_point": 39.1'
expect 0 device --name A100
says out "1.41 GHz x 108 SM x 4 tensor cores x 256 FMA x 2 = 311.9 TFLOPS"
says out "tensor cores want channels in multiples"
expect 0 device --name 'Jetson AGX Xavier'
says out "32 TOPS count the DLA"
expect 0 device --name H200,T4 --name 'RTX 5090' --precision fp16
says out "NVIDIA GeForce RTX 5090"
says out "fp16 ridge point"
expect 0 device --list
says out "AMD EPYC 9654"
expect 0 device --name V100 --gemm 4x4x8 --precision fp16 --json result.json
is_json result.json
says result.json '"steps": 128'
says out "1 tensor core"
expect 0 device --gemm 100x100x100 --precision fp32
for arguments in "--name RTX3081" "--name H100" "--name ," "--gemm 4x4 --precision fp16" "--gemm 4x4x8" \
  "--gemm 4x4x8 --precision fp17" "--name V100 --gemm 8x8x8 --precision int4" "--list --name A100" \
  "--measure --name A100" "--measure --list" "--measure --gemm 4x4x8 --precision fp16"; do
  # shellcheck disable=SC2086
  expect 2 device $arguments
done
expect 2 device --name 'RTX 3081'
says err "did you mean NVIDIA GeForce RTX 3080"
RIDGE_ISA=generic XDG_CACHE_HOME=$PWD/cache expect 0 device --measure --threads 1 --json result.json
is_json result.json
says result.json '"median_ops_per_s"'
says out "a step of a plan"
says result.json '"matrix_units": false'
if grep -q '"matrix_units": true' result.json; then fail "AMX was measured though RIDGE_ISA forbids it"; fi
RIDGE_ISA=generic XDG_CACHE_HOME=$PWD/cache expect 0 device --threads 1 --json result.json
says out "GB/s (measured "
says out "fp32, 1 thread "
says result.json '"source": "measured '
[ -s cache/ridge/machine.json ] || fail "the measurement was not stored"
echo '{"devices": {"My Board": {"generation": "ada", "cores": 10, "clock_ghz": 2}}}' >mine.json
expect 0 device --name 'my board' --device-file mine.json
says out "2 GHz x 10 SM x 128 CUDA cores x 2 = 5.12 TFLOPS"
echo '{"devices": {"My Board": {"generation": "ada", "cores": 10, "clock_ghz": -2}}}' >mine.json
expect 3 device --device-file mine.json
says err 'mine.json at devices["My Board"].clock_ghz'
expect 3 device --device-file missing.json
echo '{"devices": ' >mine.json
expect 3 device --device-file mine.json
says err "not valid JSON"
says_not err "onnx"
expect 3 device --device-file "$model"

# --- rooflines and lint: models, engines, what crosses the ridge, reports
expect 0 roofline "$model" --target A100 --json result.json --html page.html --png plot.png
is_json result.json
says result.json '"convention": "standard"'
says result.json '"kernel": "cpu.conv_gemm"'
says result.json '"advice"'
says out "after fusion: "
says page.html "cifar10_resnet20"
[ "$(head -c 4 plot.png | tail -c 3)" = PNG ] || fail "plot.png is no PNG"
expect 0 roofline "$model" --target 'RTX 3080' --convention slides --sweep batch=1,64 --sweep precision=fp32,fp16 --top 3
says out "crosses the ridge"
expect 0 roofline "$model" --target A100 --json -
is_json out
expect 0 build "$model" -o roof.ridge --tune off --verify off
expect 0 roofline roof.ridge --target A100 --batch 4
for arguments in "--target RTX3081" "--precision fp17" "--convention lectures" "--sweep batch" "--sweep batch=" \
  "--sweep batch=0" "--sweep speed=1,2" "--target A100 --precision fp8" "--top -1"; do
  # shellcheck disable=SC2086
  expect 2 roofline "$model" $arguments
done
[ -s out ] && fail "the report stands above its error"
expect 2 roofline "$model" --target A100 --sweep target=A100,RTX3081
[ -s out ] && fail "a sweep was looked at after the report"
expect 3 roofline missing.onnx --target A100
# a batch that nothing takes
expect 0 roofline cases/running_sum.onnx --target A100 --batch 8
says err "--batch 8 changes nothing"
expect 0 roofline "$model" --target A100 --batch 8
says_not err "--batch"
expect 3 roofline "$model" --target A100 --device-file "$model"
expect 0 lint "$model" --target A100 --precision fp16 --json result.json
is_json result.json
says result.json '"kind": "lint"'
expect 1 lint "$model" --target A100 --all --require clean
expect 0 lint --list-rules
says out "cancelling-moves"
expect 2 lint "$model" --disable-rule channel
expect 2 lint "$model" --require spotless

# --- profiles
expect 0 profile work/good.ridge --duration 0.2 --warmup 0 --json profile.json --trace trace.json --html profile.html \
  --png profile.png --data "$pictures" --limit 3 --threads 2 --counters
says out "end to end without profiling"
says out "roof: "
says out "postprocess"
is_json profile.json
python3 "$check_profile" profile.json trace.json || fail "the profile or its trace is wrong"
says profile.html "<html"
[ "$(head -c 4 profile.png | tail -c 3)" = PNG ] || fail "profile.png is no picture"
says out " GB/s, ridge point"
says_not out "GiB/s"
expect 0 profile "$model" --duration 0.05 --warmup 0 --tune off --quiet --json - --threads 1
is_json out
says out '"gap_ms"'
expect 0 profile cases/branches.onnx --duration 0.05 --warmup 0 --rows 1 --json inside.json
says inside.json '"inside"'
says inside.json '"floor_ms_note"'
expect 0 profile cases/picks.onnx --duration 0.05 --warmup 0 --sort order
expect 0 build "$model" -o bare.ridge --tune off --verify off --no-portable
expect 0 profile bare.ridge --duration 0.05 --warmup 0 --json bare.json
says out "no floors: "
says bare.json '"cost_note"'
expect 2 profile work/good.ridge --sort speed
expect 2 profile work/good.ridge --duration -1
expect 2 profile work/good.ridge --pipeline "$pipeline"
expect 3 profile missing.onnx
expect 4 profile work/good.ridge --duration 0 --warmup 0 --trace missing_folder/trace.json
rm -f work/*.json

# two profiles, a profile and an engine, what is no profile
expect 0 compare profile.json profile.json --layers --json diff.json
says out "0 with another kernel"
says diff.json '"ratio": 1.0'
expect 0 compare profile.json work/good.ridge --layers
says out "0 only in A, 0 only in B"
expect 0 compare work/good.ridge work/good.ridge --layers --json diff.json
says diff.json '"plans"'
expect 0 compare profile.json profile.json --require 'ratio<=1.01'
expect 1 compare profile.json profile.json --require 'ratio<=0.5' --json diff.json
says diff.json '"passed": false'
expect 2 compare profile.json profile.json --require 'cosine>=0.5'
expect 2 compare profile.json work/good.ridge --require 'ratio<=1'
expect 2 compare profile.json "$model"
expect 0 profile work/good.ridge --batch 2 --duration 0.05 --warmup 0 --threads 2 --json other.json
expect 0 compare profile.json other.json
says out "these are not of the same thing: batch 1 against 2"
expect 0 profile cases/branches.onnx --duration 0.05 --warmup 0 --threads 2 --json other.json
expect 0 compare profile.json other.json --json diff.json
says out "another network"
says diff.json "another network"
echo '{"kind": "profile", "layers": 3}' >broken.json
expect 3 compare broken.json profile.json
says err "latency_ms"
head -c 900 profile.json >broken.json
expect 3 compare profile.json broken.json --layers
says err "broken.json"
expect 3 compare diff.json profile.json
for change in 'layers[1].ms="1"' 'layers[1].ms=-1' 'layers[0].ops={}' 'layers[0].ops=[7]' 'threads=-1' 'latency_ms.median="1"'; do
  place=${change%%=*}
  python3 - "$change" <<'END' || fail "cannot break the profile: $change"
import json, re, sys
place, value = sys.argv[1].split("=")
profile = at = json.load(open("profile.json"))
*steps, last = [int(step) if step.isdigit() else step for step in re.findall(r"\w+", place)]
for step in steps:
    at = at[step]
at[last] = json.loads(value)
json.dump(profile, open("broken.json", "w"))
END
  expect 3 compare profile.json broken.json
  says err "broken.json at $place"
done

finish
