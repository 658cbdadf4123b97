# shellcheck shell=bash disable=SC2034
# What the tests of the command share: a folder to work in, the program, and what is expected of it. A test sets
# its own `set -u`, runs in the root of the repository, sources this with the ridge program as argument, and ends
# with `finish`.
ridge=$(realpath "$1")
model=$(realpath examples/cifar10_resnet20.onnx)
pipeline=$(realpath examples/cifar10_resnet20.json)
pictures=$(realpath examples/cifar10)
cases=$(realpath tests/cli/make_cases.py)
check_profile=$(realpath tests/cli/check_profile.py)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
export XDG_CACHE_HOME=$folder/cache
failures=0

fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

# expect CODE ARGUMENTS...: runs ridge, keeps `out` and `err`; a failure is exactly one error line.
expect() {
  local code=$1
  shift
  "$ridge" "$@" >out 2>err </dev/null
  local got=$?
  [ "$got" = "$code" ] || fail "exit $got instead of $code: ridge $*: $(head -c 300 err)"
  local lines
  lines=$(grep -c '^ridge: error: ' err)
  if [ "$code" = 0 ]; then
    [ "$lines" = 0 ] || fail "an error line beside success: ridge $*"
  else
    [ "$lines" = 1 ] || fail "$lines error lines instead of 1: ridge $*"
    [ -z "$(grep -v '^ridge: ' err)" ] || fail "more than notes and the error line: ridge $*: $(cat err)"
  fi
}

says() { # says FILE TEXT
  grep -qF -- "$2" "$1" || fail "'$2' is missing in: $(head -c 300 "$1")"
}

is_json() { # is_json FILE: begins and ends like one document, and has what every document has
  [ "$(head -c 1 "$1")" = '{' ] && [ "$(tail -c 2 "$1" | tr -d '\n')" = '}' ] || fail "no JSON: $(head -c 200 "$1")"
  grep -q '"schema": *1' "$1" || fail "no schema in $1: $(head -c 200 "$1")"
  grep -q '"ridge": *"' "$1" || fail "no version in $1"
}

only_files() { # only_files NAME...: nothing else lies in work/
  local got
  got=$(cd work && ls -A | sort | tr '\n' ' ')
  [ "$got" = "$(printf '%s\n' "$@" | sort | tr '\n' ' ')" ] || fail "files in work/: $got instead of $*"
}

says_not() { # says_not FILE TEXT
  grep -qF -- "$2" "$1" && fail "'$2' should not be in: $(head -c 300 "$1")"
}

finish() {
  if [ "$failures" != 0 ]; then
    echo "$failures failures"
    exit 1
  fi
}
