#!/usr/bin/env bash
# Formats the C++ files with clang-format; --check only says which ones differ, and fails then.
# Versions set some lines differently, so that one is taken which scripts/setup.sh puts into .venv.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

wanted=14.0.6
tool=.venv/bin/clang-format
[ -x $tool ] || tool=$(command -v clang-format-14 || command -v clang-format || true)
if [ -z "$tool" ]; then
  echo "format.sh: clang-format $wanted is missing; run scripts/setup.sh" >&2
  exit 1
fi
version=$("$tool" --version | sed -E 's/.*version ([0-9.]+).*/\1/')
if [ "$version" != $wanted ]; then
  echo "format.sh: $tool is $version, and only $wanted sets the lines as they are here; run scripts/setup.sh" >&2
  exit 1
fi

mapfile -d '' files < <(git ls-files -z '*.cpp' '*.hpp')
case ${1:-} in
  "") "$tool" -i "${files[@]}" ;;
  --check) "$tool" --dry-run --Werror "${files[@]}" && echo "format: ${#files[@]} files right" ;;
  *) echo "usage: scripts/format.sh [--check]" >&2; exit 2 ;;
esac
