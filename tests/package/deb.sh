#!/bin/bash
# deb.sh BUILD_DIR: what cpack makes of the build holds all of the program or all for other programs, asks
# for no LibTorch, and lintian, where it is installed, finds no error. Exit 77 without the tools of Debian.
# scripts/try-package.sh installs real packages.
set -euo pipefail
build=$1
for tool in dpkg-deb dpkg-shlibdeps; do command -v $tool >/dev/null || exit 77; done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "$*"
  exit 1
}

cd "$work"
"${CMAKE_COMMAND%cmake}cpack" --config "$build/CPackConfig.cmake" -G DEB -B "$work" >log || { cat log; exit 1; }
program=$(echo mlpctl_*.deb) dev=$(echo mlpctl-dev_*.deb)
dpkg-deb --contents "$program" | awk '{ print $6 }' | grep -v '/$' | sort >program
dpkg-deb --contents "$dev" | awk '{ print $6 }' | grep -v '/$' | sort >dev

for file in bin/mlpctl share/doc/mlpctl/README.md.gz share/doc/mlpctl/copyright share/doc/mlpctl/changelog.gz \
  share/man/man1/mlpctl.1.gz share/man/man1/mlpctl-train.1.gz \
  share/bash-completion/completions/mlpctl share/zsh/vendor-completions/_mlpctl \
  share/fish/vendor_completions.d/mlpctl.fish; do
  grep -qx "./usr/$file" program || fail "$program has no $file"
done
if [ -e "$build/lib/libmlpctl_torch.so" ]; then grep -q '/mlpctl/libmlpctl_torch.so$' program || fail "$program cannot train"; fi
if grep -E '\.(hpp|a|cmake)$' program; then fail "$program has what belongs to $dev"; fi
grep -q 'include/mlpctl/state/reader.hpp$' dev || fail "$dev has no headers"
grep -q 'libmlpctl_read.a$' dev || fail "$dev has no libraries"
grep -q 'cmake/mlpctl/mlpctlConfig.cmake$' dev || fail "$dev has no mlpctlConfig.cmake"
if grep -vE '\.(hpp|a|cmake)$|/doc/mlpctl-dev/' dev; then fail "$dev has what belongs to $program"; fi

depends=$(dpkg-deb --field "$program" Depends)
[[ $depends == *libc6* && $depends == *libnettle* && $depends == *"libleptonica6 | liblept5"* ]] || fail "$program asks for '$depends' alone"
[[ $depends != *torch* ]] || fail "$program asks for LibTorch: $depends"
echo "$program needs $depends"
if command -v lintian >/dev/null; then lintian --allow-root --fail-on error ./*.deb || fail "lintian finds errors"; fi
