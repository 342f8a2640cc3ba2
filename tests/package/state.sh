#!/bin/bash
# state.sh BUILD_DIR: installs mlpctl::state from there. The tree must hold the public headers and no
# others, each must compile alone, and a stranger's program must read and write state files.
set -euo pipefail
build=$1
cmake=${CMAKE_COMMAND:-cmake}
here=$(cd "$(dirname "$0")" && pwd)
seeds=$here/../fuzz/seeds
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$cmake" --install "$build" --component state --prefix "$work/installed" >/dev/null
(cd "$work/installed/include" && find . -type f | LC_ALL=C sort) >"$work/headers"
diff - "$work/headers" <<'LIST'
./mlpctl/error.hpp
./mlpctl/state/convert.hpp
./mlpctl/state/copy.hpp
./mlpctl/state/describe.hpp
./mlpctl/state/diff.hpp
./mlpctl/state/dtype.hpp
./mlpctl/state/fit.hpp
./mlpctl/state/graph.hpp
./mlpctl/state/limits.hpp
./mlpctl/state/node.hpp
./mlpctl/state/pairing.hpp
./mlpctl/state/reader.hpp
./mlpctl/state/scan.hpp
./mlpctl/state/selection.hpp
./mlpctl/state/tensor.hpp
./mlpctl/state/torch.hpp
./mlpctl/state/value.hpp
./mlpctl/state/walk.hpp
./mlpctl/state/writer.hpp
LIST

"$cmake" -S "$here/state" -B "$work/build" -G Ninja -DCMAKE_PREFIX_PATH="$work/installed"
"$cmake" --build "$work/build"
cd "$work"
for file in zip/torch zip/deflated legacy/torch safetensors/small; do
  build/copy_tensors "$seeds/$file" copy.pt >first
  build/copy_tensors copy.pt copy.safetensors >second
  build/copy_tensors copy.safetensors again.pt >third
  [ "$(wc -l <first)" = 2 ]
  diff first second
  diff <(sort first) <(sort third)
done
! build/copy_tensors "$seeds/picture/one.png" copy.pt 2>refusal
grep -q "a PNG picture, not a state file" refusal
echo "a stranger's program reads and writes state files"
