#!/usr/bin/env bash
# Builds a preset of CMakePresets.json: scripts/build.sh [release|debug|asan|tsan|fuzz] [TARGET...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

preset=${1:-release}
shift || true
case $preset in
  release) folder=build ;;
  debug | asan | tsan | fuzz) folder=build-$preset ;;
  *) echo "build.sh: no preset '$preset'; there are release, debug, asan, tsan and fuzz" >&2; exit 2 ;;
esac
for tool in cmake ninja c++; do
  command -v $tool >/dev/null || { echo "build.sh: $tool is missing; run scripts/setup.sh" >&2; exit 1; }
done

# Once configured, ninja itself calls cmake again when a CMakeLists.txt changes.
[ -f "$folder/build.ninja" ] || cmake --preset "$preset"
cmake --build --preset "$preset" ${1:+--target "$@"}
