#!/usr/bin/env bash
# Trains and predicts under a real Slurm, which is set up for it on this one machine as two nodes, as root:
#   scripts/scale/try-slurm.sh [PROGRAM [FOLDER]]
# PROGRAM is the mlpctl to try (default: build/bin/mlpctl), FOLDER keeps Slurm's state and logs and what was made
# (default: /var/tmp/mlpctl-slurm). Needs slurm-wlm and munge of Debian's, which need not run, and MNIST in data/mnist.
# munge, slurmctld and a slurmd for each node have settings of their own in FOLDER and end with the script. Takes a
# minute and a half. Prints what was tried; ends with 1 at the first thing that is not as it should be.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

fail() {
  echo "try-slurm.sh: $*" >&2
  exit 1
}

case ${1:-} in -h | --help) sed -n '2,/^set /{/^set /!s/^# \{0,1\}//p}' "$0"; exit 0 ;; esac
[ "$(id -u)" = 0 ] || fail "Slurm's daemons need root"
# The nodes have names that only this script's processes know.
if [ -z "${MLPCTL_OWN_HOSTS:-}" ]; then
  exec env MLPCTL_OWN_HOSTS=1 unshare --mount --propagation private "$0" "$@"
fi
for tool in munged slurmctld slurmd srun; do
  command -v $tool >/dev/null || fail "there is no $tool; apt-get install slurm-wlm munge"
done
program=$(realpath "${1:-build/bin/mlpctl}")
[ -x "$program" ] || fail "there is no $program; scripts/build.sh makes it"
folder=${2:-/var/tmp/mlpctl-slurm} data=$PWD/data/mnist
array=$PWD/scripts/scale/slurm_array.sh array_pictures=$PWD/scripts/write_pictures.py

rm -rf "$folder"
mkdir -p "$folder"/{state,made}
cd "$folder"
cat /etc/hosts - >hosts <<HOSTS
127.0.0.2 mlpctl-one
127.0.0.3 mlpctl-two
HOSTS
mount --bind hosts /etc/hosts
host=$(hostname -s)
cat >slurm.conf <<CONF
ClusterName=mlpctl
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=26817
SlurmUser=root
SlurmdUser=root
AuthInfo=socket=$folder/munge.socket
StateSaveLocation=$folder/state
SlurmctldPidFile=$folder/slurmctld.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdPidFile=$folder/%n.pid
SlurmdLogFile=$folder/%n.log
SlurmdSpoolDir=$folder/%n
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
SlurmctldParameters=idle_on_node_suspend
NodeName=mlpctl-one NodeHostname=$host NodeAddr=127.0.0.2 Port=26818 CPUs=4
NodeName=mlpctl-two NodeHostname=$host NodeAddr=127.0.0.3 Port=26819 CPUs=4
PartitionName=all Nodes=ALL Default=YES
CONF
export SLURM_CONF=$folder/slurm.conf

daemons=()
take_down() {
  scancel --state=RUNNING --user=root 2>/dev/null || true
  for ((i = ${#daemons[@]} - 1; i >= 0; --i)); do kill "${daemons[i]}" 2>/dev/null || true; done
  wait
}
trap take_down EXIT
dd if=/dev/urandom of=munge.key bs=1024 count=1 status=none
chmod 400 munge.key
munged --foreground --force --key-file=munge.key --socket=munge.socket --pid-file=munge.pid --seed-file=munge.seed \
  --log-file=munge.log 2>munge.err &
daemons+=($!)
for ((i = 0; i < 50; ++i)); do [ ! -S munge.socket ] || break; sleep 0.1; done
slurmctld -D 2>/dev/null &
daemons+=($!)
for node in mlpctl-one mlpctl-two; do
  slurmd -D -N $node 2>/dev/null &
  daemons+=($!)
done
for ((i = 0; i < 300; ++i)); do [ "$(sinfo -h -t idle -o %D 2>/dev/null)" != 2 ] || break; sleep 0.1; done
[ "$(sinfo -h -t idle -o %D)" = 2 ] || fail "the nodes do not come up; $folder/*.log say why"
echo "$(slurmd -V): $(sinfo -h -N -o '%N %t' | paste -sd ' ')"

# train FILE ARGUMENT...: the command of a rank.
train() {
  local out=$1
  shift
  echo "$program" -q train --data "$data" --seed 5 --threads 1 --force --out "made/$out" "$@"
}

# largest A B: the largest difference of a parameter of the two.
largest() {
  { "$program" load "made/$1" --diff "made/$2" --json || true; } | python3 -c '
import json, sys
print(max((each["max_absolute"] for each in json.load(sys.stdin)["differences"]), default=0))'
}

# agrees A B MOST: no parameter differs by more.
agrees() {
  local found
  found=$(largest "$1" "$2")
  python3 -c "import sys; sys.exit(not float('$found') <= $3)" || fail "made/$1 and made/$2 differ by $found"
  echo "  $1 and $2 differ by $found at most"
}

# shown COMMAND...: runs it.
shown() {
  printf '\n$ %s\n' "$*" | sed "s#$program#mlpctl#g; s# --data [^ ]*##g; s# $PWD/# #g"
  "$@" </dev/null
}

# has_become JOB STATE...: waits for one of these states, for a minute and a half.
has_become() {
  local state
  for ((i = 0; i < 450; ++i)); do
    state=$(scontrol -o show job "$1" | sed 's/.* JobState=\([A-Z]*\).*/\1/')
    if [[ " ${*:2} " == *" $state "* ]]; then return; fi
    sleep 0.2
  done
  fail "job $1 is $state, not ${*:2}; made/requeued.out says more"
}

steps=(--recipe plain --max-steps 200)
shown $(train one.pt "${steps[@]}")
shown srun -Q -n 4 $(train node.pt "${steps[@]}")
agrees one.pt node.pt 4e-5
# Two nodes have no memory in common but here, so they are told to use the network.
shown env GLOO_SOCKET_IFNAME=lo srun -Q -N 2 -n 4 $(train nodes.pt "${steps[@]}")
agrees node.pt nodes.pt 0
shown srun -Q --mpi=pmi2 -N 2 -n 4 $(train pmi.pt "${steps[@]}")
agrees node.pt pmi.pt 0
shown sbatch --wait -Q -N 2 -n 4 -o made/script.out --wrap "$(train script.pt "${steps[@]}") && srun $(train step.pt "${steps[@]}")"
agrees one.pt script.pt 0
agrees node.pt step.pt 0
if command -v mpirun >/dev/null; then
  root=(OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1)
  shown env "${root[@]}" sbatch --wait -Q -N 2 -n 4 -o made/mpi.out --wrap "mpirun -np 4 $(train mpi.pt "${steps[@]}")"
  agrees node.pt mpi.pt 0
fi

printf '\n== A rank is killed: all end with a sentence, and the last epoch is kept.\n'
endless=(--recipe plain --batch-size 1000 --checkpoint made/run.pt)
since=$SECONDS
srun -Q -N 2 -n 4 --kill-on-bad-exit=0 $(train killed.pt "${endless[@]}" --epochs 100000) >made/killed.out 2>&1 &
run=$!
for ((i = 0; i < 600; ++i)); do [ ! -e made/run.pt ] || break; sleep 0.1; done
victim=$(for pid in $(pgrep -f "made/killed.pt"); do
  if tr '\0' '\n' <"/proc/$pid/environ" | grep -qx SLURM_PROCID=3 && [[ $(readlink "/proc/$pid/exe") = "$program" ]]; then echo "$pid"; fi
done | head -n 1)
kill -9 "$victim"
since=$SECONDS
status=0
wait $run || status=$?
sed 's/^/  /' made/killed.out
[ $status != 0 ] && [ ! -e made/killed.pt ] || fail "the others went on"
[ $((SECONDS - since)) -le 30 ] || fail "the others took more than 30 s to end"
grep -q "rank 3 (" made/killed.out || fail "nothing names rank 3"
"$program" load made/run.pt >/dev/null
echo "  srun ended with $status after $((SECONDS - since)) s; made/run.pt is whole"

printf '\n== A job is requeued: it goes on from its checkpoint.\n'
whole=(--recipe plain --batch-size 1000 --epochs 12)
shown srun -Q -n 2 $(train whole.pt "${whole[@]}")
rm -f made/run.pt
go_on=$(train requeued.pt "${whole[@]}" --checkpoint made/run.pt --resume auto --log made/log.jsonl)
job=$(sbatch --parsable --requeue -n 2 -o made/requeued.out --open-mode=append --wrap "srun $go_on")
for ((i = 0; i < 600; ++i)); do [ ! -e made/run.pt ] || break; sleep 0.1; done
scontrol requeue "$job"
has_become "$job" PENDING
# It would wait two minutes for its turn.
scontrol update JobId="$job" StartTime=now
has_become "$job" COMPLETED FAILED CANCELLED TIMEOUT
agrees whole.pt requeued.pt 0
starts=$(grep -c '"event":"start"' made/log.jsonl)
[ "$starts" = 2 ] || fail "it began $starts times"
cut=$(sed -n 's/.*"event":"end".*"steps":\([0-9]*\).*/\1/p' made/log.jsonl | head -n 1)
echo "  it began twice; of 720 steps the first part took $cut"

printf '\n== An array labels the pictures of a list.\n'
python3 "$array_pictures" "$data/t10k-images-idx3-ubyte" made/pictures --count 200
find "$PWD/made/pictures" -name '*.png' | sort >made/list
ln -s "$program" made/mlpctl
PATH=$PWD/made:$PATH shown sbatch --wait -Q --array=0-3 -o made/array-%a.out "$array" made/one.pt made/list made/answers
"$program" -q predict --model made/one.pt --json --files-from made/list | sort >made/expected
sort made/answers/*.jsonl | cmp - made/expected || fail "the answers differ from those of one process"
echo "  $(wc -l <made/expected) answers of 4 tasks, those of one process"
printf '\nAll of it works.\n'
