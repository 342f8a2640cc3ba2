#!/usr/bin/env bash
# Gets what tests try our ONNX models with beside ONNX Runtime for Python, into .venv: ONNX Runtime for
# browsers (npm, 33 MB to download, 14 MB kept) and its headers for C++ (Debian's libonnxruntime-dev,
# 0.2 MB, on Debian 12 out of Debian 13, whose list of packages is another 10 MB). Neither is needed to
# build or to run mlpctl: what cannot be had is said, and its test is passed over.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

for_browsers=onnxruntime-web@1.30.0
[ -d .venv ] || { echo "fetch-onnx-tools.sh: there is no .venv; scripts/setup.sh makes it" >&2; exit 1; }
venv=$PWD/.venv
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

runtime_for_browsers() {
  local files=(ort.wasm.min.mjs ort-wasm-simd-threaded.mjs ort-wasm-simd-threaded.wasm)
  command -v npm >/dev/null || { echo "npm is not installed"; return 1; }
  (cd "$work" && npm pack --silent "$for_browsers" >/dev/null &&
    tar --no-same-owner -xzf ./*.tgz --strip-components=2 "${files[@]/#/package/dist/}") || return 1
  mkdir -p "$venv/onnxruntime-web"
  (cd "$work" && mv "${files[@]}" "$venv/onnxruntime-web/")
}

# With lists of packages of its own, so that the system's stay as they are.
headers() {
  local mirror apt=(apt-get -o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work/cache" -o "APT::Sandbox::User=root"
    -o "Dir::Etc::sourcelist=$work/sources.list" -o "Dir::Etc::sourceparts=-" -q)
  command -v apt-get >/dev/null || { echo "apt-get is not there"; return 1; }
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
  mirror=$(apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(CODENAME)' 'Created-By: Packages' |
    sed -n 's/ Debian \(bookworm\|trixie\)$//p' | head -n 1)
  [ -n "$mirror" ] || { echo "apt has no source for Debian"; return 1; }
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$work/sources.list"
  (cd "$work" && "${apt[@]}" update && "${apt[@]}" download libonnxruntime-dev) >"$work/log" 2>&1 ||
    { tail -n 2 "$work/log"; return 1; }
  dpkg-deb -x "$work"/libonnxruntime-dev_*.deb "$work/root"
  mkdir -p "$venv/include"
  mv "$work/root/usr/include/onnxruntime" "$venv/include/"
}

# fetch WHAT PLACE FUNCTION
fetch() {
  local why
  if [ -e "$2" ]; then echo "$1: there"
  elif why=$($3 2>&1); then echo "$1: fetched"
  else echo "$1: cannot be had ($(tail -n 1 <<<"$why")), so its test is passed over"; fi
}

fetch "ONNX Runtime for browsers" "$venv/onnxruntime-web/ort.wasm.min.mjs" runtime_for_browsers
fetch "headers of ONNX Runtime" "$venv/include/onnxruntime/onnxruntime_cxx_api.h" headers
