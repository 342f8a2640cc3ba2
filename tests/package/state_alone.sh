#!/bin/bash
# state_alone.sh SOURCE_DIR: where Leptonica, Highway, Nettle, CLI11, spdlog and LibTorch cannot be
# found, MLPCTL_STATE_ONLY=ON builds and installs mlpctl::state, and a stranger's program uses it.
set -euo pipefail
source=$1
cmake=${CMAKE_COMMAND:-cmake}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/none"
export PKG_CONFIG_PATH="" PKG_CONFIG_LIBDIR="$work/none"
configure() {
  "$cmake" -S "$source" -B "$work/$1" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0 -DMLPCTL_TESTS=OFF \
    -DCMAKE_DISABLE_FIND_PACKAGE_CLI11=ON -DCMAKE_DISABLE_FIND_PACKAGE_spdlog=ON \
    -DCMAKE_DISABLE_FIND_PACKAGE_Torch=ON -DCMAKE_DISABLE_FIND_PACKAGE_Catch2=ON "${@:2}"
}
if configure whole >"$work/log" 2>&1; then
  echo "the whole program configures: nothing is hidden from it, and this test proves nothing"
  exit 1
fi
configure alone -DMLPCTL_STATE_ONLY=ON
"$cmake" --build "$work/alone"
(cd "$work/alone" && find . -name '*.a' | LC_ALL=C sort) >"$work/libraries"
diff - "$work/libraries" <<'LIST'
./lib/base/libmlpctl_base.a
./lib/state/libmlpctl_state.a
LIST
"$here/state.sh" "$work/alone"
