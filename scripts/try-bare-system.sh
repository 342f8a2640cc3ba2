#!/usr/bin/env bash
# Runs the two commands of the README on a bare Debian, as root:
#   scripts/try-bare-system.sh bookworm|trixie [--without-cpu-builds] [--tests] [--ccache DIR] [FOLDER]
# debootstrap makes a root with nothing but apt, sudo and a user of no rights but sudo. The user's
# checkout of HEAD lies in a path with spaces. quickstart.sh runs in it, with --tests test.sh as well.
# --without-cpu-builds hides pip's folders of wheels. --ccache keeps what is compiled for the next time.
# The root is made in FOLDER (default /var/tmp/mlpctl-bare) and kept there.
# The machine's settings of pip hold in the root too; MNIST is copied when it is here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
  echo "try-bare-system.sh: $*" >&2
  exit 1
}

source scripts/bare_root.sh
own_mounts "$@"

suite=${1:-} cpu_builds=yes tests=no folder=/var/tmp/mlpctl-bare
case $suite in
  bookworm | trixie) shift ;;
  *) sed -n '2,/^set /{/^set /!s/^# \{0,1\}//p}' "$0"; exit 2 ;;
esac
ccache=
while [ $# -gt 0 ]; do
  case $1 in
    --without-cpu-builds) cpu_builds=no ;;
    --tests) tests=yes ;;
    --ccache) ccache=${2:?--ccache needs a folder}; shift ;;
    *) folder=$1 ;;
  esac
  shift
done
root=$folder/$suite
checkout="/home/somebody/a checkout of mine"

make_root() {
  if [ -e "$root/made" ]; then return; fi
  bootstrap
  chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install sudo >/dev/null
  chroot "$root" useradd --create-home --shell /bin/bash somebody
  echo "somebody ALL=(ALL) NOPASSWD: ALL" >"$root/etc/sudoers.d/somebody"
  touch "$root/made"
}

# The user's own cache of the compiler, in a folder that outlives the root.
share_ccache() {
  local place=$root/home/somebody/.cache/ccache
  mkdir -p "$ccache" "$place"
  mount --bind "$ccache" "$place"
  chroot "$root" chown -R somebody: /home/somebody/.cache
}

make_checkout() {
  rm -rf "$root$checkout"
  git clone -q --no-hardlinks . "$root$checkout"
  if [ -d data/mnist ]; then mkdir -p "$root$checkout/data/mnist" && cp -L data/mnist/*-ubyte "$root$checkout/data/mnist/"; fi
  chroot "$root" chown -R somebody: "$checkout"
}

# as_somebody COMMAND: in the checkout; the last lines and the time are what is looked for.
as_somebody() {
  echo "== $suite: $*"
  local start=$SECONDS status=0
  chroot "$root" sudo -u somebody -H env SSL_CERT_FILE=/etc/certificates-of-the-machine.pem \
    bash -c 'cd "$1" && shift && "$@"' _ "$checkout" "$@" </dev/null || status=$?
  echo "== $suite: $* ended with $status after $((SECONDS - start)) s"
  return $status
}

make_root
mount_system
if [ -n "$ccache" ]; then share_ccache; fi
make_checkout
as_somebody scripts/quickstart.sh
if [ $tests = yes ]; then as_somebody scripts/test.sh; fi
