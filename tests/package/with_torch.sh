#!/bin/bash
# with_torch.sh BUILD_DIR LIBTORCH PYTHON: a stranger's program, built against the installed tree, must
# compute from a Python state_dict() what Python computes. Exit 77 when that Python has no torch, or
# when LibTorch is the CUDA build and no CUDA toolkit is there: the stranger's find_package(Torch) needs it.
set -euo pipefail
build=$1 torch=$2 python=$3
cmake=${CMAKE_COMMAND:-cmake}
here=$(cd "$(dirname "$0")" && pwd)
"$python" -c 'import torch' 2>/dev/null || exit 77
if [ -e "$torch/lib/libtorch_cuda.so" ] && ! command -v nvcc >/dev/null; then exit 77; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$cmake" --install "$build" --component state --prefix "$work/installed" >/dev/null
"$cmake" -S "$here/with_torch" -B "$work/build" -G Ninja \
  -DCMAKE_PREFIX_PATH="$work/installed;$torch"
"$cmake" --build "$work/build"
"$python" "$here/with_torch/check.py" "$work/build"
echo "the stranger's program agrees with Python"
