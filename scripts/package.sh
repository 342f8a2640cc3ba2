#!/usr/bin/env bash
# Makes packages of what is checked out: scripts/package.sh [MODEL]
#   build-package/packages/mlpctl_VERSION_amd64.deb       program, manual, completions, a trained model
#   build-package/packages/mlpctl-dev_VERSION_amd64.deb   headers and libraries for find_package(mlpctl)
#   build-package/packages/mlpctl-VERSION-linux-x86_64.tar.zst   both in one archive
# The model is trained with the default recipe (a minute) unless MODEL or an earlier run has one. What is
# packed on Debian 12 installs on Debian 12 and 13 and Ubuntu 24.04. The package of the program stays below
# 6 MB installed, and lintian, where it is installed, finds no error. Their maintainer is DEBFULLNAME <DEBEMAIL>,
# or the author of the commit.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
  echo "package.sh: $*" >&2
  exit 1
}

case ${1:-} in
  -h | --help) sed -n '2,/^set /{/^set /!s/^# \{0,1\}//p}' "$0"; exit ;;
esac
build=build-package
program=$build/bin/mlpctl
for tool in cmake ninja c++; do
  command -v $tool >/dev/null || fail "$tool is missing; run scripts/setup.sh"
done
# What finds the libraries that a package needs.
dpkg -s dpkg-dev >/dev/null 2>&1 || fail "dpkg-dev is missing; apt-get install dpkg-dev"

mkdir -p $build
cmake --preset release -B $build -DMLPCTL_TESTS=OFF -DMLPCTL_PORTABLE=ON -DCMAKE_INSTALL_PREFIX=/usr \
  -DMLPCTL_MODEL="$PWD/$build/mnist.pt" >$build/configure.log || fail "it does not configure; the log is $build/configure.log"
cmake --build $build

trained=${1:-$build/trained.pt}
if [ ! -f "$trained" ]; then
  [ $# = 0 ] || fail "there is no $trained"
  scripts/fetch-data.sh mnist
  $program train --data data/mnist --seed 1 --out "$trained"
fi
# In half the bytes; the report is of these.
$program save --from "$trained" --fit --dtype float16 --out $build/mnist.pt
$program eval --model $build/mnist.pt --data data/mnist --report $build/mnist.html

rm -rf $build/packages
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || echo 0) \
  cpack --config $build/CPackConfig.cmake -G "DEB;TZST" >$build/cpack.log ||
  { tail -n 5 $build/cpack.log >&2; fail "cpack failed; its log is $build/cpack.log"; }
rm -rf $build/packages/_CPack_Packages
for package in $build/packages/*.deb; do
  echo "$package: $(dpkg-deb --field "$package" Installed-Size) KiB installed, needs $(dpkg-deb --field "$package" Depends)"
done
size=$(dpkg-deb --field $build/packages/mlpctl_*.deb Installed-Size)
[ "$size" -lt 5860 ] || fail "the program's package takes $size KiB, which is over 6 MB"
if command -v lintian >/dev/null; then
  lintian --allow-root --fail-on error $build/packages/*.deb || fail "lintian finds errors"
fi
ls -l $build/packages
