#!/usr/bin/env bash
# Builds a fuzz target with clang and runs it:  scripts/fuzz.sh [--fast] TARGET|all SECONDS [EXECUTIONS]
# It ends after the seconds, or after so many executions where they come first; all of them run as many at
# a time as there are processors. With --fast they run without the sanitizers, with the library's assertions,
# and what they found new runs once under the sanitizers in the end.
# The corpus grows in build-asan/corpus/TARGET; a finding is left beside it and ends the run.
# The seeds are made by a Python with PyTorch, NumPy and safetensors: that of .venv, else python3.
set -euo pipefail
cd "$(dirname "$0")/.."

names_of_targets() {
  ls tests/fuzz | sed -n 's/_fuzz\.cpp$//p'
  printf 'picture_%s\n' png jpeg tiff webp bmp gif pnm heif
}

presets=asan
if [ "${1:-}" = --fast ]; then
  presets="asan fuzz"
  shift
fi
if [ $# -lt 2 ] || [ $# -gt 3 ]; then
  echo "usage: scripts/fuzz.sh [--fast] TARGET|all SECONDS [EXECUTIONS]; the targets are:" >&2
  names_of_targets >&2
  exit 2
fi
target=$1
seconds=$2
executions=${3:--1}
build=build-asan
fast=build-fuzz
python=python3
[ -x .venv/bin/python ] && python=.venv/bin/python

fail() {
  echo "fuzz.sh: $*" >&2
  exit 1
}

# Small state files of every kind. The folder gets its name when all of them are there.
make_state_seeds() {
  [ -d $build/files ] && return
  rm -rf $build/files.part
  $python -W ignore tests/python/make_state_files.py $build/files.part 20000 &&
    $python tests/fuzz/sort_seeds.py $build/files.part $build/corpus &&
    $python tests/fuzz/model_seeds.py $build/corpus ||
    fail "the seeds cannot be made by $python, which needs PyTorch, NumPy and safetensors; scripts/setup.sh puts them into .venv"
  mv $build/files.part $build/files
}

# figure TARGET NAME: one of the figures that libFuzzer prints at its end.
figure() {
  sed -n "s/^stat::$2: *//p" "$build/$1.log"
}

fuzz() {
  local corpus seeds count
  corpus=$build/corpus/$1
  mkdir -p "$corpus"
  seeds=tests/fuzz/seeds/$1
  case $1 in picture_*) seeds=tests/fuzz/seeds/picture ;; esac
  if [ -d "$seeds" ]; then cp -n "$seeds"/* "$corpus"; fi
  count=$(ls "$corpus" | wc -l)
  [ "$count" -gt 0 ] || fail "$1 has no seed in tests/fuzz/seeds/$1 and none was made"
  if [ "$presets" = asan ]; then
    run_target "$build" "$@"
  else
    run_target "$fast" "$@"
    LSAN_OPTIONS=$leaks "$build/bin/$1_fuzz" -runs=0 -timeout=60 -rss_limit_mb=2048 "$corpus" 2>"$build/$1.again.log" ||
      { tail -40 "$build/$1.again.log" >&2; exit 1; }
  fi
  echo "$1: $count inputs, $seconds s, $(figure "$1" number_of_executed_units) executions, $(figure "$1" peak_rss_mb) MB"
}

# run_target FOLDER TARGET: the program of that build. The stack of an allocation is two frames deep, enough to tell
# which library it is of: most of the time of a run would go into them.
run_target() {
  ASAN_OPTIONS=malloc_context_size=2 LSAN_OPTIONS=$leaks "$1/bin/$2_fuzz" -max_total_time="$seconds" -runs="$executions" -entropic=0 -reduce_inputs=0 \
    -dict=tests/fuzz/fuzz.dict -timeout=30 -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$build/$2-" \
    "$build/corpus/$2" 2>"$build/$2.log" ||
    { tail -40 "$build/$2.log" >&2; exit 1; }
}
export -f fuzz run_target figure fail
export build fast presets seconds executions
export leaks=suppressions=tests/fuzz/leaks.supp:print_suppressions=0

if [ "$target" = all ]; then
  targets="$(names_of_targets)"
  programs=fuzz_targets
else
  targets=$target
  programs=${target}_fuzz
fi
for preset in $presets; do scripts/build.sh "$preset" "$programs"; done
make_state_seeds
xargs -P "$(nproc)" -I{} bash -euo pipefail -c 'fuzz {}' <<<"$targets"
