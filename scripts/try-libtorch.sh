#!/usr/bin/env bash
# Builds mlpctl against several LibTorchs and trains one epoch with each:
#   scripts/try-libtorch.sh [--tests] VERSION|FOLDER...
# For a VERSION pip installs torch==VERSION into build-with-VERSION/environment (the CUDA build takes
# 5.5 GB, which are kept there); a FOLDER is a LibTorch that is there. --tests also builds and runs the
# tests of what uses LibTorch. Prints a row of the README's table for each.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
  echo "try-libtorch.sh: $*" >&2
  exit 1
}

# torch_folder VERSION: installs it when it is not there.
torch_folder() {
  local environment=build-with-$1/environment
  if [ ! -e "$environment/done" ]; then
    python3 -m venv "$environment"
    "$environment/bin/python" -m pip install --quiet "torch==$1" numpy >&2 || fail "pip cannot install torch==$1"
    touch "$environment/done"
  fi
  "$environment/bin/python" -c \
    'import importlib.util as u; print(u.find_spec("torch").submodule_search_locations[0])'
}

# build LIBTORCH BUILD: the time in seconds, on the last line of its log as well.
build() {
  local start=$SECONDS targets=(mlpctl)
  mkdir -p "$2"
  if [ $tests = yes ]; then targets+=(torch_test); fi
  {
    cmake -S . -B "$2" -G Ninja -DCMAKE_BUILD_TYPE=Release -DMLPCTL_WERROR=ON -DMLPCTL_TESTS=$with_tests -DLIBTORCH="$1" &&
      cmake --build "$2" --target "${targets[@]}"
  } >"$2/build.log" 2>&1 || { tail -n 20 "$2/build.log" >&2; fail "it does not build against $1; the log is $2/build.log"; }
  echo $((SECONDS - start))
}

# without_device PROGRAM FILE: what --device cuda says where there is no device.
without_device() {
  "$1" train --data data/mnist --epochs 1 --device cuda --out "$2" 2>&1 >/dev/null | tail -n 1 || true
}

try() {
  local libtorch=$1 build=build-with-$2 kind=CPU seconds sum said
  [ -d "$libtorch/include" ] || fail "$libtorch has no include; give a version, or the folder of a LibTorch"
  if compgen -G "$libtorch/lib/libtorch_cuda.so" >/dev/null; then kind=CUDA; fi
  seconds=$(build "$libtorch" "$build")
  "$build/bin/mlpctl" train --data data/mnist --epochs 1 --seed 1 --threads 2 --out "$build/m.pt" >"$build/train.log" 2>&1 ||
    { tail -n 3 "$build/train.log" >&2; fail "what was built against $libtorch does not train"; }
  sum=$(sha256sum <"$build/m.pt" | cut -c 1-16)
  said=$(without_device "$build/bin/mlpctl" "$build/cuda.pt")
  if [ $tests = yes ]; then ctest --test-dir "$build" -R '^torch: ' | tail -n 3 >&2; fi
  echo "| $2 | $kind | $seconds s | $sum | $said |"
}

tests=no with_tests=OFF
if [ "${1:-}" = --tests ]; then tests=yes with_tests=ON; shift; fi
[ $# -gt 0 ] || { sed -n '2,/^set /{/^set /!s/^# \{0,1\}//p}' "$0"; exit 2; }
scripts/fetch-data.sh mnist >&2
echo "| LibTorch | build | builds in | SHA-256 of the state after an epoch | --device cuda without a device |"
echo "| --- | --- | --- | --- | --- |"
for wanted in "$@"; do
  if [ -d "$wanted" ]; then try "$(cd "$wanted" && pwd)" "$(basename "$wanted")"
  else libtorch=$(torch_folder "$wanted") && try "$libtorch" "$wanted"; fi
done
