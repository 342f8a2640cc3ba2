#!/usr/bin/env bash
# From nothing to predictions: sets up, builds, fetches MNIST, trains, loads, evaluates, predicts.
# Every command is printed before it runs. What is there already is not made again.
# --cuda is for scripts/setup.sh, whose head tells of the settings.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

run() {
  printf '\n$ %s\n' "$*"
  "$@"
}

run scripts/setup.sh "$@"
run scripts/build.sh release mlpctl
run scripts/fetch-data.sh mnist
if [ -f mlp.pt ]; then
  printf '\nmlp.pt is there already; remove it to train again.\n'
else
  run build/bin/mlpctl train --out mlp.pt --epochs 3
fi
run build/bin/mlpctl load mlp.pt
run build/bin/mlpctl eval --model mlp.pt
run python3 scripts/write_pictures.py data/mnist/t10k-images-idx3-ubyte build/pictures --count 10
run build/bin/mlpctl predict --model mlp.pt build/pictures
run build/bin/mlpctl predict --model mlp.pt data/mnist/t10k-images-idx3-ubyte --range 0:3 --json
printf '\nDone. build/bin/mlpctl --help tells the rest.\n'
