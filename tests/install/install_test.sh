#!/bin/bash
# What users get: installs into an empty prefix, builds the examples against it with a fresh cmake, runs them, and looks at
# what the library shows. Arguments: cmake, the build folder, the C++ compiler. Runs in the root of the repository.
set -u
cmake=$1 build=$2 compiler=$3
model=$(realpath examples/cifar10_resnet20.onnx)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failures=0

fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

must() { # must COMMAND...: the rest makes no sense without it
  "$@" >"$folder/log" 2>&1 || {
    cat "$folder/log"
    echo "FAILED: $*"
    exit 1
  }
}

must "$cmake" --install "$build" --prefix "$folder/prefix"
for example in c cpp; do
  must "$cmake" -S examples/$example -B "$folder/$example" -DCMAKE_PREFIX_PATH="$folder/prefix" -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_C_FLAGS="-Wall -Wextra -pedantic -Werror" \
    -DCMAKE_CXX_FLAGS="-std=c++20 -Wall -Wextra -pedantic -Werror"
  must "$cmake" --build "$folder/$example"
done
mv "$folder/prefix" "$folder/moved" # a package may be moved; only the examples' own run path must follow
export LD_LIBRARY_PATH
LD_LIBRARY_PATH=$(dirname "$(find "$folder/moved" -name 'libridge.so')")
ridge=$folder/moved/bin/ridge

# --- the examples answer what the command answers
python3 -c 'import array, sys
array.array("f", [(at * 7919 % 1000) / 500 - 1 for at in range(3 * 32 * 32)]).tofile(open(sys.argv[1], "wb"))' "$folder/input.bin"
must "$ridge" build "$model" -o "$folder/model.ridge" --tune off --verify off
for source in "$model" "$folder/model.ridge"; do
  "$ridge" run "$source" --input "$folder/input.bin" --shapes input:1x3x32x32 --top 5 2>/dev/null |
    awk 'NR > 1 && NF == 2 {print $1, $2}' >"$folder/wanted"
  [ "$(wc -l <"$folder/wanted")" = 5 ] || fail "the command does not show five classes for $source"
  for example in c cpp; do
    "$folder/$example/classify" "$source" "$folder/input.bin" >"$folder/got" || fail "$example: exit $?"
    cmp -s "$folder/got" "$folder/wanted" || fail "$example on $source: $(tr '\n' ';' <"$folder/got") instead of $(tr '\n' ';' <"$folder/wanted")"
  done
done

# --- and say what is wrong
for example in c cpp; do
  "$folder/$example/classify" "$folder/input.bin" "$folder/input.bin" 2>"$folder/log"
  [ $? = 3 ] || fail "$example: a broken model is not exit 3"
  grep -q 'input.bin' "$folder/log" || fail "$example does not name the file: $(cat "$folder/log")"
  head -c 100 "$folder/input.bin" >"$folder/short.bin"
  "$folder/$example/classify" "$folder/model.ridge" "$folder/short.bin" 2>/dev/null
  [ $? = 3 ] || fail "$example: a short input is not exit 3"
done

# --- nothing but the API can be seen
nm -D --defined-only --demangle "$LD_LIBRARY_PATH/libridge.so" | cut -c20- >"$folder/symbols"
grep -q '^ridge_engine_load$' "$folder/symbols" || fail "the C functions are not exported"
grep -vE '^(ridge_[a-z_]+$|ridge::|(vtable|typeinfo|typeinfo name) for ridge::Error$)' "$folder/symbols" >"$folder/foreign" &&
  fail "libridge.so exports $(wc -l <"$folder/foreign") symbols that are not ours: $(head -n3 "$folder/foreign")"
grep -E 'ridge::(cpu|ops|onnx|tool|pipeline)::|google::|fmt::' "$folder/symbols" && fail "inner names are exported"

# --- every header stands alone, the C header in C too
for header in "$folder"/moved/include/ridge/*.h; do
  echo "#include <ridge/$(basename "$header")>" >"$folder/alone.cpp"
  must "$compiler" -std=c++20 -Wall -Wextra -pedantic -Werror -fsyntax-only -I"$folder/moved/include" "$folder/alone.cpp"
done

if [ "$failures" != 0 ]; then
  echo "$failures failures"
  exit 1
fi
