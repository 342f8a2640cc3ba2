#!/bin/bash
# with_torch.sh BUILD_DIR TORCH_DIR PYTHON: a stranger's program, built against the installed tree, must
# compute from a Python state_dict() what Python computes. Exit 77 when that Python has no torch.
set -euo pipefail
build=$1 torch=$2 python=$3
cmake=${CMAKE_COMMAND:-cmake}
here=$(cd "$(dirname "$0")" && pwd)
"$python" -c 'import torch' 2>/dev/null || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$cmake" --install "$build" --component state --prefix "$work/installed" >/dev/null
"$cmake" -S "$here/with_torch" -B "$work/build" -G Ninja \
  -DCMAKE_PREFIX_PATH="$work/installed" -DTorch_DIR="$torch"
"$cmake" --build "$work/build"
"$python" "$here/with_torch/check.py" "$work/build"
echo "the stranger's program agrees with Python"
