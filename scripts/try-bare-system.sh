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

# Mounts are seen by this script alone, and end with it.
if [ -z "${MLPCTL_BARE_MOUNTS:-}" ]; then
  [ "$(id -u)" = 0 ] || fail "debootstrap and chroot need root"
  exec env MLPCTL_BARE_MOUNTS=1 unshare --mount --propagation private "$0" "$@"
fi

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

# The mirror that apt uses here.
mirror() {
  apt-get indextargets --format '$(REPO_URI) $(COMPONENT)' 'Created-By: Packages' |
    sed -n '/security/d; s/ main$//p' | grep '/debian/*$' | head -n 1
}

make_root() {
  if [ -e "$root/made" ]; then return; fi
  command -v debootstrap >/dev/null || fail "debootstrap is missing; apt-get install debootstrap"
  mkdir -p "$folder"
  debootstrap --variant=minbase "$suite" "$root" "$(mirror)" >"$folder/$suite-debootstrap.log" ||
    fail "debootstrap failed; its log is $folder/$suite-debootstrap.log"
  cp /etc/resolv.conf /etc/hosts "$root/etc/"
  chroot "$root" apt-get -q update >/dev/null
  chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install sudo >/dev/null
  chroot "$root" useradd --create-home --shell /bin/bash somebody
  echo "somebody ALL=(ALL) NOPASSWD: ALL" >"$root/etc/sudoers.d/somebody"
  touch "$root/made"
}

# share PATH: the same file or folder of this machine at the same place in the root, read-only.
share() {
  [ -e "$1" ] || return 0
  if [ -d "$1" ]; then mkdir -p "$root$1"; else mkdir -p "$root$(dirname "$1")"; touch "$root$1"; fi
  mount --bind -o ro "$1" "$root$1"
}

# What pip is set to here, as a file of settings; the folders that it names are shared.
share_pip() {
  local setting value word
  echo "[global]"
  for setting in index-url extra-index-url find-links constraint cert; do
    value=$(python3 -m pip config list | sed -n "s/^\(:env:\.\|global\.\)$setting='\(.*\)'\$/\2/p" | head -n 1)
    if [ -z "$value" ] || { [ $setting = find-links ] && [ $cpu_builds = no ]; }; then continue; fi
    case $setting in
      cert) value=/etc/certificates-of-the-machine.pem ;;
      *) for word in $value; do word=${word#file://}; share "${word%/simple}"; done ;;
    esac
    echo "$setting = $value"
  done
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
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
cat /etc/ssl/certs/ca-certificates.crt >"$root/etc/certificates-of-the-machine.pem"
share_pip >"$root/etc/pip.conf"
if [ -n "$ccache" ]; then share_ccache; fi
make_checkout
as_somebody scripts/quickstart.sh
if [ $tests = yes ]; then as_somebody scripts/test.sh; fi
