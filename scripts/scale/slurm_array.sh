#!/usr/bin/env bash
# Labels the pictures of a list with mlpctl as a Slurm array, each task every so many-th of them:
#   find scans -name '*.png' > list
#   sbatch --array=0-9 --cpus-per-task=4 scripts/scale/slurm_array.sh mlp.pt list answers
# A task's answers are answers/<task>.jsonl, there once all of its pictures are answered, so that a
# task that is requeued replaces nothing and doubles nothing.
#SBATCH --job-name=mlpctl
set -euo pipefail
if [ $# != 3 ]; then
  echo "usage: slurm_array.sh MODEL LIST FOLDER, as a job array" >&2
  exit 2
fi
task=${SLURM_ARRAY_TASK_ID:?is not set: submit with sbatch --array}
tasks=${SLURM_ARRAY_TASK_COUNT:?is not set: submit with sbatch --array}
first=$((task - ${SLURM_ARRAY_TASK_MIN:-0} + 1))

mkdir -p "$3"
part=$3/$task.jsonl.part
# 1: some pictures could not be read, which their answers say.
status=0
sed -n "${first}~${tasks}p" "$2" |
  mlpctl predict --model "$1" --json --threads "${SLURM_CPUS_PER_TASK:-1}" --files-from - > "$part" || status=$?
if [ $status -le 1 ]; then mv "$part" "$3/$task.jsonl"; fi
exit $status
