#!/usr/bin/env bash
# other_compiler.sh SOURCE CMAKE CXX: a compiler that calls itself version 99 is not told to take
# warnings for errors; g++ 12 is.
set -euo pipefail
source=$1 cmake=$2 cxx=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# configure COMPILER BUILD
configure() {
  "$cmake" -S "$source" -B "$2" -G Ninja -DCMAKE_CXX_COMPILER="$1" -DMLPCTL_WERROR=ON -DMLPCTL_STATE_ONLY=ON \
    -DMLPCTL_TESTS=OFF >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
}

printf '#!/bin/sh\nexec "%s" -U__GNUC__ -D__GNUC__=99 "$@"\n' "$cxx" >"$work/c++"
chmod +x "$work/c++"
configure "$work/c++" "$work/unknown"
grep -q '"99\.' "$work"/unknown/CMakeFiles/*/CMakeCXXCompiler.cmake
if grep -q -e -Werror "$work/unknown/compile_commands.json"; then echo "-Werror for an unknown compiler"; exit 1; fi
if [[ $("$cxx" -dumpfullversion -dumpversion) == 12.* ]]; then
  configure "$cxx" "$work/known"
  grep -q -e -Werror "$work/known/compile_commands.json"
fi
