#!/usr/bin/env bash
# Formats the C++ files with clang-format 14; --check only says which ones differ.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

wanted=14
tool=$(command -v clang-format-$wanted || command -v clang-format || true)
if [ -z "$tool" ]; then
  echo "format.sh: clang-format is missing; run scripts/setup.sh" >&2
  exit 1
fi
version=$("$tool" --version | sed -E 's/.*version ([0-9]+).*/\1/')
if [ "$version" != $wanted ]; then
  echo "format.sh: left out, because clang-format $version sets some lines otherwise than the $wanted that this code follows" >&2
  exit 0
fi

mapfile -d '' files < <(git ls-files -z '*.cpp' '*.hpp')
case ${1:-} in
  "") "$tool" -i "${files[@]}" ;;
  --check) "$tool" --dry-run --Werror "${files[@]}" && echo "format: ${#files[@]} files right" ;;
  *) echo "usage: scripts/format.sh [--check]" >&2; exit 2 ;;
esac
