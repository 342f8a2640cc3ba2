#!/bin/bash
# digits.sh BUILD_DIR MLPCTL PYTHON: a stranger's program, built against the installed mlpctl::digits,
# reads of a sheet what the program's predict reads.
set -euo pipefail
build=$1 program=$2 python=$3
cmake=${CMAKE_COMMAND:-cmake}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for component in state digits; do
  "$cmake" --install "$build" --component "$component" --prefix "$work/installed" >/dev/null
done
if find "$work/installed" -name '*.so*' | grep .; then
  echo "a library that only the program needs was installed"
  exit 1
fi
"$cmake" -S "$here/digits" -B "$work/build" -G Ninja -DCMAKE_PREFIX_PATH="$work/installed"
"$cmake" --build "$work/build"
"$python" "$here/digits/check.py" "$program" "$work/build/read_digits"
