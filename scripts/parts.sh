# Sourced by test.sh and check.sh: runs named parts, stops at the first that fails, prints the time of each.
export LC_ALL=C.UTF-8
jobs=$(nproc)
parts_log=()

part() {  # part NAME COMMAND...
  local name=$1 begin=$SECONDS status=0
  shift
  echo "== $name"
  "$@" || status=$?
  parts_log+=("$(printf '%-34s %5d s' "$name" $((SECONDS - begin)))")
  if [ $status -ne 0 ]; then
    parts_summary
    echo "$(basename "$0"): error: part '$name' failed (exit $status): its output is above" >&2
    exit 1
  fi
}

parts_summary() {
  printf '%s\n' "-- time of each part ($(basename "$0"), $jobs cores)" "${parts_log[@]}"
}

build() {  # build PRESET [TARGET...]
  local preset=$1
  shift
  cmake --preset "$preset" --log-level=WARNING -Wno-dev >/dev/null && cmake --build "build/$preset" --parallel "$jobs" ${1+--target "$@"}
}
