#!/usr/bin/env bash
# Installs what scripts/package.sh made on a bare Debian or Ubuntu, as root, and uses it as its user would:
#   scripts/try-package.sh bookworm|trixie|noble [FOLDER]
# debootstrap makes a root with nothing but apt. apt installs the .deb with what it needs; predict, load and
# eval run without LibTorch; then the README's workflow trains with a torch of pip's; then a stranger's
# programs are built against the -dev package. FOLDER (default /var/tmp/mlpctl-package) keeps the bare root
# and the one that was used.
# Needs MNIST in data/mnist. The machine's settings of pip hold in the root too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
  echo "try-package.sh: $*" >&2
  exit 1
}

source scripts/bare_root.sh
own_mounts "$@"

suite=${1:-} folder=${2:-/var/tmp/mlpctl-package}
case $suite in
  bookworm | trixie | noble) ;;
  *) sed -n '2,/^set /{/^set /!s/^# \{0,1\}//p}' "$0"; exit 2 ;;
esac
here=/root/here
packages=$(echo build-package/packages/mlpctl_*.deb)
[ -f "$packages" ] || fail "there is no package; run scripts/package.sh"

# inside COMMAND: as it is typed, in the folder that has the packages, MNIST and pictures.
inside() {
  printf '\n$ %s\n' "$1"
  chroot "$root" env -i HOME=/root PATH="$path" LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    SSL_CERT_FILE=/etc/certificates-of-the-machine.pem bash -o pipefail -c "cd $here && $1" </dev/null 2>&1
}

# fails_with WORDS COMMAND: the command must fail, and say this.
fails_with() {
  local said
  if said=$(inside "$2"); then fail "'$2' did not fail"; fi
  echo "$said"
  grep -q -- "$1" <<<"$said" || fail "'$2' did not say '$1'"
}

root=$folder/$suite-bare
bootstrap
rm -rf --one-file-system "${folder:?}/$suite"
cp -a --reflink=auto "$root" "$folder/$suite"
root=$folder/$suite
mount_system
mkdir -p "$root$here/data/mnist"
cp build-package/packages/*.deb "$root$here/"
cp -r tests/package "$root$here/strangers"
cp -L data/mnist/*-ubyte "$root$here/data/mnist/"
mkdir "$root$here/formats"
cp tests/fuzz/seeds/picture/one.* "$root$here/formats/"
python3 scripts/write_pictures.py data/mnist/t10k-images-idx3-ubyte "$root$here/pictures" --count 3

path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
quiet="apt-get -q -q -y -o Dpkg::Use-Pty=0 --no-install-recommends install"
inside "$quiet ./mlpctl_*.deb 2>&1 | tail -n 1"
inside "dpkg -s mlpctl | grep -E '^(Version|Installed-Size|Depends)'"
inside "mlpctl --version"
inside "mlpctl predict pictures"
inside "mlpctl predict -q formats"
inside "[ \$(mlpctl predict -q formats | grep -c '^1 ') = \$(ls formats | wc -l) ]"
inside "mlpctl load /usr/share/mlpctl/mnist.pt | tail -n 1"
inside "mlpctl eval --model /usr/share/mlpctl/mnist.pt | head -n 3"
inside "mlpctl save --from /usr/share/mlpctl/mnist.pt --out mlp.safetensors"
inside "ls /usr/share/man/man1/mlpctl-train.1.gz /usr/share/bash-completion/completions/mlpctl \
  /usr/share/zsh/vendor-completions/_mlpctl /usr/share/fish/vendor_completions.d/mlpctl.fish"
fails_with "pip install torch==" "mlpctl train --epochs 1 --out mlp.pt"

# The README's workflow, as a runner of GitHub's does it.
steps=$(python3 tests/support/workflow.py "$root$here/steps")
while read -r step name; do
  printf '\n== %s\n' "$name"
  inside "GITHUB_PATH=path GITHUB_STEP_SUMMARY=summary.md bash --noprofile --norc -eo pipefail steps/$step | tail -n 20"
  if [ -f "$root$here/path" ]; then path=$(cat "$root$here/path"):$path && rm "$root$here/path"; fi
done <<<"$steps"
inside "cat summary.md | head -n 4"
path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
inside "mlpctl --libtorch /opt/torch --version"
inside "mlpctl train --libtorch /opt/torch --epochs 1 --out mlp.pt"
inside "/opt/torch/bin/pip install -q numpy"
path=/opt/torch/bin:$path
inside "python3 -c 'import torch; print(*torch.load(\"mlp.pt\", weights_only=True))'"

inside "$quiet ./mlpctl-dev_*.deb g++ cmake ninja-build libpng-dev libjpeg-dev 2>&1 | tail -n 1"
for program in state digits; do
  inside "cmake -G Ninja -S strangers/$program -B built/$program >/dev/null && cmake --build built/$program | tail -n 1"
done
inside "built/state/copy_tensors mlp.pt copy.safetensors | head -n 1"
inside "built/digits/read_digits mlp.pt pictures/0000.png"
printf '\n== %s: all of it works\n' "$suite"
