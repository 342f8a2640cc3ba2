#!/usr/bin/env bash
# What the recipes reach on the test set: the mean of several seeds after the last epoch.
#   scripts/bench/accuracy.sh [FOLDER]    models and logs go to FOLDER (default build/accuracy)
# SEEDS="1 2 3" and RUNS="plain:20 default:28 default:60" (recipe:epochs) choose other runs; DATA
# another data set; MLPCTL another program. A run that left its model in FOLDER is not made again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

folder=${1:-build/accuracy}
program=${MLPCTL:-build/bin/mlpctl}
data=${DATA:-data/mnist}
mkdir -p "$folder"

one_run() {
  local recipe=$1 epochs=$2 seed=$3
  local name=$folder/$recipe-$epochs-$seed
  if [ ! -f "$name.json" ]; then
    "$program" train --recipe "$recipe" --epochs "$epochs" --seed "$seed" --data "$data" \
      --out "$name.pt" --log "$name.jsonl" > /dev/null
    "$program" eval --model "$name.pt" --data "$data" --json > "$name.json.part"
    mv "$name.json.part" "$name.json"
  fi
}

for run in ${RUNS:-plain:20 default:28 default:60}; do
  for seed in ${SEEDS:-1 2 3}; do one_run "${run%:*}" "${run#*:}" "$seed"; done
  python3 scripts/bench/accuracy_row.py "$folder/${run/:/-}"-*.json
done
