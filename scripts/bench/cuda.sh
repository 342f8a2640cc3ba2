#!/usr/bin/env bash
# Measures training on a CUDA device, in less than eight minutes, and checks it against the CPU:
#   scripts/bench/cuda.sh [--libtorch DIR] [--python PYTHON] [--device cuda:N]
# DIR is a CUDA LibTorch (default: that of PYTHON's torch); PYTHON has torch's CUDA build (default: .venv/bin/python,
# as scripts/setup.sh --cuda makes it). Builds in build-cuda, trains 200 steps on the device and on the CPU from the same
# seed and compares the weights, then prints steps a second of mlpctl and of PyTorch eager, compiled, and replayed as
# CUDA graphs, in turn. Where there are two devices, two ranks by torchrun and NCCL train the same 200 steps, in float32
# and layer by layer, and are compared with the device, too, and what one device and two ranks take for 2,000 steps of
# 1,024 pictures is printed. Ends with 1 where the weights differ by more than rounding, with 2 where there is nothing to
# measure.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

stop() {
  echo "cuda.sh: $*" >&2
  exit 2
}

libtorch='' python=.venv/bin/python device=cuda:0
while [ $# -gt 0 ]; do
  case $1 in
  --libtorch | --python | --device)
    [ $# -ge 2 ] || stop "$1 needs a value"
    case $1 in
    --libtorch) libtorch=$2 ;;
    --python) python=$2 ;;
    --device) device=$2 ;;
    esac
    shift 2
    ;;
  -h | --help) sed -n '2,/^set /{/^set /!s/^# \{0,1\}//p}' "$0"; exit 0 ;;
  *) stop "there is no option $1; there are --libtorch, --python and --device" ;;
  esac
done
[[ $device =~ ^cuda(:[0-9]+)?$ ]] || stop "--device $device: give cuda or cuda:N"
command -v "$python" >/dev/null || stop "there is no $python; scripts/setup.sh --cuda makes .venv, or name one by --python"

# What keeps PyTorch from using the device; nothing where all is well.
obstacle=$("$python" - "$device" <<'PYTHON'
import sys
try:
    import torch
except ImportError as error:
    sys.exit(print(f"{sys.executable} has no torch: {error}"))
if torch.version.cuda is None:
    print(f"torch {torch.__version__} is a CPU build; scripts/setup.sh --cuda gets the CUDA build")
elif not torch.cuda.is_available():
    print(f"torch {torch.__version__} sees no CUDA device; nvidia-smi shows what the driver sees")
elif (torch.device(sys.argv[1]).index or 0) >= torch.cuda.device_count():
    print(f"there is no {sys.argv[1]}; there are {torch.cuda.device_count()} CUDA devices")
PYTHON
)
[ -z "$obstacle" ] || stop "$obstacle"
if [ -z "$libtorch" ]; then libtorch=$("$python" -c 'import os, torch; print(os.path.dirname(torch.__file__))'); fi
compgen -G "$libtorch/lib/libtorch_cuda*" >/dev/null || stop "$libtorch is no CUDA build of LibTorch: it has no lib/libtorch_cuda.so"

scripts/fetch-data.sh mnist >&2
build=build-cuda
mkdir -p $build
{
  cmake -S . -B $build -G Ninja -DCMAKE_BUILD_TYPE=Release -DMLPCTL_TESTS=OFF -DLIBTORCH="$libtorch" &&
    cmake --build $build --target mlpctl
} >$build/build.log 2>&1 || { tail -n 20 $build/build.log >&2; stop "it does not build; the log is $build/build.log"; }

# train DEVICE FILE: 200 steps with the folded layer. By SGD, for Adam makes whole steps of a gradient's last bits.
train() {
  local where=$1 out=$2
  shift 2
  "$@" $build/bin/mlpctl -q train --data data/mnist --recipe plain --optimizer sgd --lr 0.05 --seed 1 --device "$where" \
    --max-steps $steps --out "$out" --force "${more[@]}" >/dev/null
}

# compare A B: says so where they differ.
compare() {
  "$python" scripts/bench/peers/cuda_steps.py --compare "$1" "$2" || differ=yes
}

# seconds COMMAND...: what it takes.
seconds() {
  local begin
  begin=$(date +%s.%N)
  "$@"
  echo "$(date +%s.%N) $begin" | awk '{printf "%.1f", $1 - $2}'
}

# Two ranks, which take the first two devices.
two_ranks() {
  local ranks=(env OMP_NUM_THREADS=1 "$python" -m torch.distributed.run --nproc-per-node 2 --master-port 29517 --no-python --) form
  for form in "" --no-fold; do
    more=($form)
    train cuda:0 $build/device.pt
    train cuda $build/ranks.pt "${ranks[@]}"
    echo "two ranks on two devices${form:+, $form}:"
    compare $build/ranks.pt $build/device.pt
  done
  local alone shared
  steps=2000 more=(--batch-size 1024)
  alone=$(seconds train cuda:0 $build/device.pt)
  shared=$(seconds train cuda $build/ranks.pt "${ranks[@]}")
  echo "2,000 steps of 1,024 pictures with the program's start: one device $alone s, two ranks $shared s"
}

more=() steps=200 differ=no

train "$device" $build/device.pt
train cpu $build/cpu.pt
compare $build/device.pt $build/cpu.pt
"$python" scripts/bench/peers/cuda_steps.py --data data/mnist --device "$device" --program $build/bin/mlpctl --scratch $build
if [ "$("$python" -c 'import torch; print(torch.cuda.device_count())')" -ge 2 ]; then
  two_ranks
else
  echo "two ranks were not tried: there is one device"
fi
[ $differ = no ]
