#!/usr/bin/env bash
# Builds and runs the tests: scripts/test.sh [release|debug|asan|tsan] [ctest options, such as -R predict]
# With asan and tsan only the parts without LibTorch, with tsan those where threads meet.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

preset=release
case ${1:-} in
  release | debug | asan | tsan) preset=$1; shift ;;
esac
# ThreadSanitizer wants its own parts of the address space, where a kernel that shuffles addresses
# widely puts the program now and then.
run=()
if [ "$preset" = tsan ] && setarch -R true 2>/dev/null; then run=(setarch -R); fi

scripts/setup.sh
scripts/fetch-onnx-tools.sh
scripts/fetch-data.sh mnist
scripts/build.sh "$preset"
"${run[@]}" ctest --preset "$preset" --parallel "$(nproc)" "$@"
