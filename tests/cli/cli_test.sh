#!/bin/bash
# The command as scripts see it: exit codes, one error line, JSON that is nothing but JSON, files that are
# whole or not there. Arguments: the ridge program. Runs in the root of the repository.
set -u
# shellcheck source=tests/cli/support.sh
. tests/cli/support.sh "$1"

# --- help and usage
expect 0 --version
says out "ridge "
expect 0 --help
commands="inspect optimize build run bench profile verify eval explain compare completion conformance device kernels roofline lint"
for command in $commands; do
  says out "$command"
done
for command in $commands; do
  expect 0 "$command" --help
  says out "Example:"
  says out "ridge $command"
  expect 2 "$command" --no-such-flag
done
expect 2
expect 2 no-such-command
expect 2 build "$model"
expect 2 build "$model" -o work.ridge --threads 0
expect 2 build "$model" -o work.ridge --threads many
expect 2 build "$model" -o work.ridge --verify perhaps
expect 2 build "$model" -o work.ridge --disable-pass no_such_pass
expect 2 build "$model" -o work.ridge --precision int7
expect 2 build "$model" -o work.ridge --shapes nonsense
expect 2 build "$model" -o work.ridge --shapes no_such_input:1x3x32x32
expect 2 run "$model" --top many
[ -e work.ridge ] && fail "wrong usage left a file"

# numbers of flags: whole, in a range, in one clear line
for arguments in "run $model --top 1e23" "run $model --top -1" "run $model --seed -1" "profile $model --rows -1" \
  "profile $model --rows 1.5" "roofline $model --top 1e23" "bench $model --iterations 0" "bench $model --streams 257" \
  "eval $model --data $pictures --limit -1" "eval $model --data $pictures --skip 99999999999999999999"; do
  # shellcheck disable=SC2086
  expect 2 $arguments
  says err "is no whole number from"
done

# what the user typed reaches the terminal as text only
red=$'\e[31mred'
for arguments in "run $model --top $red" "profile $model --sort $red" "eval $model --data $red --pipeline $pipeline" \
  "eval $model --data $pictures --pipeline $red" "roofline $model --sweep $red" "$red" "inspect $red" "device --name $red" \
  "run $model --$red" "build $model -o $red/out --tune off" "explain $model --tune off --layer $red"; do
  # shellcheck disable=SC2086
  "$ridge" $arguments >out 2>err </dev/null && fail "success: $arguments"
  cat out err | grep -q $'\e' && fail "an escape reaches the terminal: $arguments"
  says err 'x1b[31mred'
done

# --- bad input
expect 3 inspect missing.onnx
says err missing.onnx
expect 3 inspect "$folder"
expect 3 build "$folder" -o work.ridge
expect 3 run /dev/null
echo "not a model" >broken.onnx
expect 3 build broken.onnx -o work.ridge
says err broken.onnx
head -c 5000 "$model" >cut.onnx
expect 3 build cut.onnx -o work.ridge
expect 3 run "$model" --input missing.npy
expect 3 eval "$model" --data missing --pipeline "$pipeline"
expect 3 eval "$model" --data "$pictures" --pipeline missing.json
expect 3 build "$model" -o work.ridge --pipeline "$model"
[ -e work.ridge ] && fail "bad input left a file"

# --- the machine cannot
expect 4 build "$model" -o work.ridge --device cuda
expect 4 build "$model" -o work.ridge --device abacus
expect 4 build "$model" -o /proc/work.ridge --tune off --verify off
expect 4 build "$model" -o missing_folder/work.ridge --tune off --verify off
expect 4 optimize "$model" -o missing_folder/out.onnx

# --- outputs are whole or not there
mkdir work
expect 0 build "$model" -o work/good.ridge --tune off --pipeline "$pipeline" --json -
is_json out
only_files good.ridge
expect 0 optimize "$model" -o work/good.onnx
only_files good.onnx good.ridge
cp work/good.ridge before.ridge
expect 3 build broken.onnx -o work/good.ridge
cmp -s work/good.ridge before.ridge || fail "a failed build changed the engine that was there"
only_files good.onnx good.ridge
expect 0 build "$model" -o work/again.ridge --tune off --pipeline "$pipeline"
cmp -s work/good.ridge work/again.ridge || fail "the same build gives other bytes"
rm work/again.ridge
expect 0 build "$model" -o /dev/null --tune off --verify off
expect 0 optimize "$model" -o /dev/null
[ -c /dev/null ] || fail "/dev/null is no device any more"
if [ -w /dev/full ]; then
  expect 4 build "$model" -o /dev/full --tune off --verify off
fi

# places of outputs are looked at before the work, and inputs are not overwritten
cp "$model" kept.onnx
ln -s kept.onnx link.onnx
for arguments in "inspect kept.onnx --json kept.onnx" "inspect kept.onnx --json ./kept.onnx" "inspect kept.onnx --json link.onnx" \
  "inspect kept.onnx --no-such-flag --json=kept.onnx" "run kept.onnx --input=input=kept.npy --json kept.npy" \
  "run kept.onnx --input=input=kept.npy --no-such-flag --json=kept.npy" "optimize kept.onnx -o kept.onnx" "build kept.onnx -o link.onnx" \
  "roofline kept.onnx --target A100 --html kept.onnx" "roofline kept.onnx --target A100 --html one --png one" \
  "roofline kept.onnx --target A100 --html work/../one --json one" "run kept.onnx --input input=kept.npy --save-inputs kept.npy" \
  "bench kept.onnx --times kept.onnx" "bench kept.onnx --timing-cache kept.onnx"; do
  touch kept.npy
  rm -f one
  # shellcheck disable=SC2086
  expect 2 $arguments
  cmp -s kept.onnx "$model" || fail "the model was overwritten: $arguments"
  [ -L link.onnx ] || fail "the link was overwritten: $arguments"
  [ -s kept.npy ] && fail "the input was overwritten: $arguments"
done
rm -f one kept.npy
for arguments in "--json kept.onnx -okept.onnx" "-okept.onnx --no-such-flag --json=kept.onnx"; do
  # shellcheck disable=SC2086
  expect 2 optimize "$model" $arguments
  cmp -s kept.onnx "$model" || fail "what was there is a report now: $arguments"
done
touch off # no path where --tune says it
expect 0 bench kept.onnx --tune off --iterations 1 --warmup 0 --times off
rm -f off
for arguments in "bench $model --duration 3600 --times missing_folder/times" "profile $model --duration 3600 --html missing_folder/page" \
  "profile $model --duration 3600 --json missing_folder/json" "roofline $model --target A100 --png missing_folder/plot"; do
  # shellcheck disable=SC2086
  expect 4 $arguments
  [ -s out ] && fail "it had worked already: $arguments"
done
expect 0 roofline kept.onnx --target A100 --html /dev/null --png /dev/null --json /dev/null

# one signal ends it, whatever it waits for
mkfifo pipe
"$ridge" optimize pipe -o work/never.onnx >out 2>err &
waiting=$!
for _ in $(seq 100); do
  grep -q ') S' /proc/$waiting/stat && break
  sleep 0.1
done
kill -TERM $waiting # INT is ignored by jobs in the background of a script
wait $waiting
[ $? = 130 ] || fail "a signal while a pipe is opened: exit $?: $(cat err)"
# nor does the report of the error wait for a reader
timeout --kill-after=1 --signal=TERM 3 "$ridge" inspect "$model" --json pipe >out 2>err
[ $? = 124 ] || fail "a signal while the answer waits for a reader: exit $?: $(cat err)"
rm -f pipe

# an unset variable of a script is no missing flag
expect 2 inspect "$model" --json ''
says err "an empty value (--json)"
expect 2 roofline "$model" --batch ''
# terminals obey some letters outside ASCII
python3 - "$model" <<'PYTHON'
import sys
bytes_of = open(sys.argv[1], "rb").read()
open("letters.onnx", "wb").write(bytes_of.replace(b"input", "i\u009bpu".encode()))
PYTHON
expect 0 inspect letters.onnx --json -
says out 'i\u009bpu'

# a signal while layers are measured leaves no result; sent within the second that they take, else tried again
for _ in 1 2 3 4 5; do
  rm -f half.json half.csv
  began=$(date +%s%N)
  "$ridge" bench work/good.ridge --layers --iterations 1 --warmup 0 --json half.json --times half.csv >out 2>err &
  measuring=$!
  sleep 0.5
  kill -TERM $measuring 2>/dev/null
  took=$((($(date +%s%N) - began) / 1000000))
  wait $measuring
  got=$?
  [ "$took" -lt 950 ] && [ $got != 143 ] && break
done
[ $got = 130 ] || fail "a signal while layers are measured: exit $got after $took ms: $(cat err)"
says half.json '"code": 130'
[ ! -e half.csv ] || fail "times of half a measurement"

# what is ignored when it begins stays ignored
(trap '' HUP; exec "$ridge" bench work/good.ridge --duration 1 --warmup 0 --json whole.json) >out 2>err &
measuring=$!
sleep 0.5
kill -HUP $measuring
wait $measuring
[ $? = 0 ] || fail "nohup does not help: $(cat err)"
says whole.json '"latency_ms"'

# threads that cannot begin, while others run (where stacks and the address space can be limited so)
if (ulimit -S -s 65536) 2>/dev/null && "$ridge" inspect "$model" --max-memory 4GiB >out 2>err; then
  began=$SECONDS
  (ulimit -S -s 65536; "$ridge" bench work/good.ridge --threads 1 --streams 256 --duration 100 --max-memory 4GiB) >out 2>err
  got=$?
  [ $got = 4 ] || fail "streams without threads: exit $got: $(cat err)"
  says err "--streams"
  [ $((SECONDS - began)) -lt 60 ] || fail "the other streams are not stopped"
fi

# --- damaged engines
head -c 3000 work/good.ridge >cut.ridge
expect 3 run cut.ridge
{ head -c 6000 work/good.ridge; printf X; tail -c +6002 work/good.ridge; } >flipped.ridge
expect 3 inspect flipped.ridge

# --- models and engines where they belong; the content decides, not the name
expect 0 run work/good.ridge --top 3
expect 0 run "$model" --tune off --quiet
[ -s err ] && fail "--quiet prints: $(cat err)"
expect 3 optimize work/good.ridge -o work/other.onnx
expect 3 verify work/good.ridge
expect 3 verify "$model" --engine "$model"
cp work/good.ridge engine.onnx
expect 0 inspect engine.onnx
expect 0 build work/good.ridge -o work/replanned.ridge --tune off
rm -f work/replanned.ridge

# --- JSON alone on standard output
for arguments in "inspect $model" "inspect work/good.ridge" "inspect $model --layers" "run work/good.ridge --top 2" \
  "bench work/good.ridge --duration 0.1 --warmup 0" "verify $model --engine work/good.ridge" "kernels" \
  "eval work/good.ridge --data $pictures --limit 20"; do
  # shellcheck disable=SC2086
  expect 0 $arguments --json -
  is_json out
  # shellcheck disable=SC2086
  expect 0 $arguments --json result.json
  is_json result.json
  rm -f result.json
done
expect 3 inspect missing.onnx --json -
says out '"error"'
says out '"code"'
is_json out
expect 2 build --no-such-flag --json result.json
says result.json '"error"'

# --- the answer is no
expect 1 eval work/good.ridge --data "$pictures" --pipeline "$pipeline" --limit 20 --require 'top1>=1.5'
expect 0 eval work/good.ridge --data "$pictures" --pipeline "$pipeline" --limit 20 --require 'top1>=0.1'
expect 2 eval work/good.ridge --data "$pictures" --pipeline "$pipeline" --require 'nonsense'

# the answer and the reason in one document
expect 1 eval work/good.ridge --data "$pictures" --limit 20 --require 'top1>=1.5' --json -
is_json out
says out '"correct_top1"'
says out '"error"'

# --- arrays in and out
expect 0 run work/good.ridge --output-dir arrays
[ -s arrays/manifest.json ] || fail "no manifest"
expect 0 run work/good.ridge --tap '*' --output-dir tapped
[ "$(ls tapped | wc -l)" -gt 10 ] || fail "few tapped tensors: $(ls tapped)"
expect 2 run work/good.ridge --tap 'no such tensor'

# --- conformance: every kind of case, one that crashes nothing but is broken
python3 "$cases" cases || fail "the cases cannot be made"
expect 1 conformance cases --json result.json
is_json result.json
says out "7 cases on cpu: 2 passed, 3 failed, 2 unsupported"
says result.json '"total": 7'
for case in 'test_right passed' 'test_nan passed' 'test_wrong_value failed' 'test_wrong_shape failed' \
  'test_wrong_type failed' 'test_no_such_op unsupported' 'test_broken unsupported'; do
  tr -d ' \n' <result.json | grep -qF "{\"name\":\"${case% *}\",\"status\":\"${case#* }\"" || fail "no '$case' in result.json"
done
says out "NoSuchOp"
expect 0 conformance cases --filter 'test_[rn][ia]*' --device reference
expect 0 conformance cases/test_right --json -
is_json out
says out '"passed": 1'
expect 1 conformance cases --filter 'test_right' --timeout 0.000001
says out "FAILED test_right: took more than"
expect 2 conformance cases --filter 'test_absent'
expect 2 conformance cases --timeout -1
expect 3 conformance work
expect 3 conformance missing
expect 4 conformance cases --device abacus

# --- a range of shapes
expect 0 build "$model" -o range.ridge --min-shapes input:1x3x32x32 --max-shapes input:4x3x32x32 \
  --opt-shapes input:2x3x32x32 --tune off
expect 0 run range.ridge --batch 3
says out "3x10"
expect 2 run range.ridge --batch 5
says err "--max-shapes"
expect 2 build "$model" -o none.ridge --min-shapes input:4x3x32x32 --max-shapes input:1x3x32x32 --tune off
expect 2 build "$model" -o none.ridge --max-shapes input:4x3x32x32 --tune off
[ ! -e none.ridge ] || fail "an engine of a wrong range"

# --- rows, and state from one to the next
expect 0 run cases/running_sum.onnx --each-row --carry next=state --input x=cases/rows.npy --output-dir summed
expect 0 compare summed cases/from_zero --require 'max_abs<=0'
expect 0 run cases/running_sum.onnx --each-row --carry next=state --input x=cases/rows.npy,state=cases/state.npy \
  --output-dir summed
expect 0 compare summed cases/from_state --require 'max_abs<=0'
expect 2 run cases/running_sum.onnx --carry next=state --input x=cases/rows.npy
expect 2 run cases/running_sum.onnx --each-row --carry next --input x=cases/rows.npy
expect 2 run cases/running_sum.onnx --each-row --carry next=stat --input x=cases/rows.npy,state=cases/state.npy
says err "did you mean"
expect 2 run cases/running_sum.onnx --each-row --input x=cases/rows.npy,state=cases/two.npy
says err "3 and 2 rows"
expect 2 run cases/running_sum.onnx --each-row

# --- compare: saved runs, models, engines
expect 0 run work/good.ridge --seed 1 --output-dir first --save-inputs first.npz
expect 0 run work/good.ridge --seed 1 --output-dir same --format pb
expect 0 run work/good.ridge --seed 2 --output-dir second
expect 0 compare first same
expect 1 compare first second
says err "they differ"
expect 1 compare first second --json -
is_json out
says out '"passed": false'
says out '"error"'
says out '"sqnr_db"'
expect 0 compare first second --require 'cosine>=-1'
expect 1 compare first second --require 'cosine>=1.5'
expect 2 compare first second --require 'beauty>=1'
expect 0 compare "$model" work/good.ridge
expect 0 compare "$model" work/good.onnx --layers --json -
is_json out
says out '"layers"'
says out 'Relu_output_0'
expect 0 compare first work/good.ridge --input first.npz
expect 2 compare first work/good.ridge
says err "--input"
expect 1 compare second work/good.ridge --input first.npz
expect 0 compare work/good.ridge "$model" --data "$pictures" --limit 2
expect 0 compare cases/test_right/test_data_set_0 cases/test_right/model.onnx
expect 1 compare cases/test_wrong_shape/test_data_set_0 cases/test_right/model.onnx --require 'max_abs<=9' --input cases/test_right/test_data_set_0/input_0.pb
expect 3 compare first cases/test_right/test_data_set_0/missing
mkdir bad && echo '{"a": {"file": "../first.npz"}}' >bad/manifest.json
expect 3 compare first bad
expect 3 compare first cases
expect 0 verify cases/test_right/model.onnx --reference cases/test_right/test_data_set_0
says out "y (saved)"
expect 1 verify cases/test_right/model.onnx --reference cases/test_wrong_value/test_data_set_0 --json -
is_json out
says out '"sqnr_db"'
says out '"error"'

# --- the arithmetic that is measured
for case in "cases/integers.onnx int8" "cases/mixed.onnx mixed" "$model fp32"; do
  expect 0 bench "${case% *}" --tune off --iterations 1 --warmup 0 --json -
  says out "\"precision\": \"${case#* }\""
done

# --- outputs that are no tensor of a known shape
expect 0 bench cases/picks.onnx --iterations 3 --warmup 0 --json -
is_json out
says out '"host_copy_ms"'
expect 0 run cases/picks.onnx --top 2
says out "places: int64 2x"
says err "output both is a sequence"
expect 0 compare cases/picks.onnx cases/picks.onnx --layers
says out "unchecked: both"

# --- the largest elements: of each row, of everything
expect 0 run cases/scaled.onnx --input x=cases/state.npy --random --top 1
says out "     1  "
expect 0 run cases/picks.onnx --top 1 --json -
tr -d ' \n' <out | grep -qF '"row":[1]' || fail "no second row: $(head -c 300 out)"
expect 0 run cases/steered.onnx --value shape=20,3 --value flag=true --top 2 --json -
tr -d ' \n' <out | grep -qF '"at":[0,1]' || fail "no place: $(head -c 300 out)"

# --- bodies count, and show
expect 0 inspect cases/branches.onnx --layers
says out "3 nodes (2 of them in bodies, counted once), 2 parameters"
says out "  Mul inside"

# --- values of inputs that steer: numbers, lists, truth
expect 0 run cases/steered.onnx --value shape=3,4,flag=true
says out "y: float32 3x4"
expect 0 run cases/steered.onnx --value shape=3,4 --value flag=false --input-range x=2:2
says out "-2 .. -2"
expect 2 run cases/steered.onnx --value shape=3,4 --value flag=1,0,1
says err "3 numbers for the 1 elements of input flag"
expect 2 run cases/steered.onnx --value shape=3,many
expect 2 run cases/steered.onnx --value 3,4

# --- ranges and kept inputs of verify and build
expect 0 verify cases/scaled.onnx --shapes x:1x2 --input-range scale=3:3,x=-2:-2 --save-inputs ranged.npz
expect 0 run cases/scaled.onnx --input ranged.npz --tap times --output-dir ranged
says out "p: float32 1x2, -6 .. -6"
says out "y: float32 1x2, 4 .. 14"
expect 0 verify cases/scaled.onnx --shapes 'x:1x2;x:1x2' --save-inputs ranged_all
[ -s ranged_all/000001.npz ] || fail "no inputs of the second shape: $(ls ranged_all)"
expect 0 verify "$model" --data "$pictures" --pipeline "$pipeline" --limit 2 --save-inputs seen
expect 0 run "$model" --tune off --input seen/000001.npz
expect 0 build work/good.ridge -o work/replanned.ridge --tune off --input first.npz
rm -f work/replanned.ridge
expect 2 verify "$model" --data "$pictures" --pipeline "$pipeline" --limit 2 --input-range input=0:1
expect 2 verify cases/scaled.onnx --shapes x:1x2 --input-range scales=3:3
says err "did you mean scale?"
expect 2 verify cases/scaled.onnx --input x=cases/state.npy --input-range x=1:2
says err "input 'x' is given"
expect 0 build cases/scaled.onnx -o work/scaled.ridge --tune off --input x=cases/state.npy --input-range scale=2:3
expect 0 run work/scaled.ridge --tap 'ti?es'
says out "p: float32 1x2"
expect 2 run work/scaled.ridge --tap 'tim'
says err "no tensor and no node"
expect 0 build cases/scaled.onnx -o work/scaled.ridge --tune off --batch 1 --shapes x:1x2 --no-portable
expect 3 run work/scaled.ridge --tap '*'
says err "--no-portable"
rm -f work/scaled.ridge

# --- advice that names what the user gave
expect 2 run cases/scaled.onnx --input bias=cases/state.npy
says err "'bias' is a constant of the model"
expect 2 build cases/scaled.onnx -o none.ridge --shapes bias:1x2
says err "'bias' is a constant of the model"
expect 2 run cases/scaled.onnx --input scales=cases/state.npy
says err "no input 'scales', did you mean scale?"
expect 3 run cases/scaled.onnx --shapes x:1x3
says err "change --shapes"
expect 3 verify cases/scaled.onnx --shapes x:1x3
says err "change --shapes"
for command in run verify bench "verify --bisect-passes" "compare cases/texts.onnx" "build -o none.ridge"; do
  # shellcheck disable=SC2086
  expect 3 $command cases/texts.onnx
  says err "strings, which no kernel does"
done

# --- completion, as bash itself asks for it
for shell in bash zsh fish; do
  expect 0 completion $shell
  says out "conformance"
  says out "save-inputs"
done
expect 2 completion tcsh
"$ridge" completion bash >ridge.bash
complete_with() { # complete_with WORD...: what bash offers for the last one
  bash --norc -c 'source ./ridge.bash
    complete -p ridge >/dev/null || exit 1
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ridge; echo "${COMPREPLY[*]}"' bash "$@"
}
[ "$(complete_with ridge insp)" = inspect ] || fail "bash completes insp to $(complete_with ridge insp)"
[ "$(complete_with ridge bench --str)" = --streams ] || fail "bash completes bench --str to $(complete_with ridge bench --str)"
[ -z "$(complete_with ridge inspect --streams)" ] || fail "bash offers a flag of another command"
[ -z "$(complete_with ridge inspect mo)" ] || fail "bash offers words where a file belongs"

finish
