#!/usr/bin/env bash
# Makes sure that everything the build needs is there: as root it installs what is missing with apt-get, otherwise it
# prints the one apt line and exits 1. With everything there it needs neither network nor Debian: it asks the compiler.
# usage: scripts/setup.sh [--developer|--browser]      --developer: also what scripts/check.sh needs; --browser: and Chromium
set -euo pipefail
export LC_ALL=C DEBIAN_FRONTEND=noninteractive

developer=no browser=no
case "${1:-}" in
  "") ;;
  --developer) developer=yes ;;
  --browser) developer=yes browser=yes ;;
  *) sed -n '2,4s/^# //p' "$0"; exit 2 ;;
esac

missing=()      # what to say
packages=()     # what to install

need() {  # need WHAT PACKAGES: notes that WHAT is missing
  missing+=("$1")
  shift
  packages+=("$@")
}

version_at_least() {  # version_at_least HAVE WANT
  [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n1)" = "$2" ]
}

has_header() {  # has_header HEADER: asked without including it, since some headers want others before them
  printf '#if !__has_include(<%s>)\n#error\n#endif\n' "$1" | g++ -std=c++20 -E -o /dev/null -x c++ - 2>/dev/null
}

links() {  # links -lX: the linker finds the library
  echo 'int main() {}' | g++ -x c++ - "$@" -o /dev/null 2>/dev/null
}

check_tools() {
  if ! command -v g++ >/dev/null || ! has_header concepts || ! has_header source_location; then
    need "g++ (12 or newer)" g++
  fi
  if ! command -v cmake >/dev/null || ! version_at_least "$(cmake --version | awk 'NR==1 {print $3}')" 3.25; then
    need "cmake (3.25 or newer)" cmake
  fi
  command -v ninja >/dev/null || need ninja ninja-build
  command -v ccache >/dev/null || need ccache ccache
  command -v protoc >/dev/null || need protoc protobuf-compiler
  command -v flatc >/dev/null || need flatc flatbuffers-compiler
  # The JSON module is not in python3-minimal.
  python3 -c 'import json, argparse, subprocess' 2>/dev/null || need python3 python3
}

# header, linker flag, package
libraries='
fmt/format.h                        -lfmt            libfmt-dev
nlohmann/json.hpp                   -                nlohmann-json3-dev
CLI/CLI.hpp                         -                libcli11-dev
google/protobuf/message_lite.h      -lprotobuf-lite  libprotobuf-dev
flatbuffers/flatbuffers.h           -lflatbuffers    libflatbuffers-dev
jpeglib.h                           -ljpeg           libjpeg62-turbo-dev
png.h                               -lpng            libpng-dev
zlib.h                              -lz              zlib1g-dev
xxhash.h                            -lxxhash         libxxhash-dev
gtest/gtest.h                       -lgtest          libgtest-dev
gmock/gmock.h                       -lgmock          libgmock-dev
benchmark/benchmark.h               -lbenchmark      libbenchmark-dev
'

# Not compiled but put into the pages of reports: the file is looked for.
check_scripts() {
  [ -f /usr/share/javascript/chart.js/chart.min.js ] || [ -f /usr/share/nodejs/chart.js/dist/chart.min.js ] ||
    need Chart.js libjs-chart.js
}

check_libraries() {
  local header flag package
  while read -r header flag package; do
    [ -n "$header" ] || continue
    if ! has_header "$header" || { [ "$flag" != - ] && ! links "$flag"; }; then
      need "$header" "$package"
    fi
  done <<<"$libraries"
}

check_developer_tools() {
  command -v clang-format-14 >/dev/null || clang-format --version 2>/dev/null | grep -q 'version 14\.' ||
    need "clang-format 14" clang-format-14
  # Older ones do not know std::source_location.
  command -v clang-tidy-16 >/dev/null || clang-tidy --version 2>/dev/null | grep -qE 'version (1[6-9]|[2-9][0-9])\.' ||
    need "clang-tidy (16 or newer)" clang-tidy-16
  command -v ld.lld >/dev/null || need lld lld
  python3 -m venv --help >/dev/null 2>&1 && python3 -c 'import ensurepip' 2>/dev/null || need "python3 venv" python3-venv
}

look() {
  missing=() packages=()
  check_tools
  check_libraries
  check_scripts
  if [ "$developer" = yes ]; then check_developer_tools; fi
  if [ "$browser" = yes ]; then
    command -v chromium >/dev/null || command -v google-chrome >/dev/null || need "chromium (or google-chrome)" chromium
  fi
}

retry() {  # retry COMMAND...: three tries, mirrors have bad moments
  local try
  for try in 1 2 3; do
    "$@" && return 0
    echo "setup: try $try of 3 failed: $*" >&2
    sleep $((try * 5))
  done
  return 1
}

look
if [ ${#missing[@]} -eq 0 ]; then
  echo "setup: everything is there"
  exit 0
fi
echo "setup: missing: $(printf '%s, ' "${missing[@]}" | sed 's/, $//')"

if ! command -v apt-get >/dev/null; then
  echo "setup: error: no apt-get here: install the above with this system's package manager" >&2
  exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "setup: error: not root: run this line, then try again" >&2
  echo "sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages[*]}" >&2
  exit 1
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "setup: installing ${packages[*]}"
if ! { retry apt-get update -q && retry apt-get install -y -q --no-install-recommends "${packages[@]}"; } >"$log" 2>&1; then
  tail -n 30 "$log" >&2
  echo "setup: error: apt-get failed (its last lines are above): check the network and /etc/apt" >&2
  exit 1
fi

look
if [ ${#missing[@]} -ne 0 ]; then
  echo "setup: error: still missing after installation: ${missing[*]} (is this older than Debian 12?)" >&2
  exit 1
fi
echo "setup: everything is there"
