#!/usr/bin/env bash
# Measures mlpctl against its peers and writes scripts/bench/README.md:
#   scripts/bench/run.sh [--quick] [--only train|eval|predict|start|threads|cores|scale|curves|ranks|hosts]... [--program MLPCTL]
# What is missing is made: the program, the data set, the peers' Python packages in build-bench/venv.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
cd "$root"

# The virtual environment of the peers: JAX and the rest of its own, PyTorch from .venv where
# scripts/setup.sh has put it.
make_venv() {
  local venv=build-bench/venv base=python3 site
  if [ -x .venv/bin/python ]; then base=.venv/bin/python; fi
  "$base" -m venv "$venv"
  site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  if [ -x .venv/bin/python ]; then
    .venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' >"$site/torch_of_setup.pth"
  fi
  "$venv/bin/python" -c 'import torch' 2>/dev/null || "$venv/bin/pip" install --quiet torch==2.13.0
  "$venv/bin/pip" install --quiet --requirement "$here/requirements.txt"
  cp "$here/requirements.txt" "$venv/installed.txt"
}

mkdir -p build-bench
cmp --quiet "$here/requirements.txt" build-bench/venv/installed.txt || make_venv
case " $* " in
  *" --program"* | *" --help "*) ;;
  *) scripts/build.sh release mlpctl >&2 ;;
esac
scripts/fetch-data.sh mnist >&2

exec build-bench/venv/bin/python "$here/driver.py" --data data/mnist "$@"
