#!/usr/bin/env bash
# Installs what mlpctl is built and tested with: system packages on Debian 12, 13 and Ubuntu 24.04,
# and LibTorch with the Python packages of the tests in .venv. Quick when everything is there.
#   --cuda              take PyTorch's CUDA build (2.8 GB to download); else its CPU build (0.2 GB), and
#                       the CUDA build only where neither an index nor the distribution has another
#   --spark             also what the test of labelling pictures on Spark needs: a Java, PySpark, pandas and
#                       pyarrow (0.6 GB to download, 1.2 GB on the disk); without it that test is passed over
#   LIBTORCH            a LibTorch of yours; then pip installs no torch
#   MLPCTL_TORCH_SPEC   what pip installs as torch, whichever build it is: torch==2.14.1
#   MLPCTL_TORCH_INDEX  the index of CPU builds that pip looks at beside its own (default PyTorch's)
# pip's own settings, such as PIP_INDEX_URL, are honoured.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=(
  git g++ cmake ninja-build ccache dpkg-dev pkg-config curl ca-certificates
  catch2 libcli11-dev libspdlog-dev nlohmann-json3-dev zlib1g-dev libleptonica-dev libpng-dev libjpeg-dev
  libhwy-dev nettle-dev libtomlplusplus-dev libprotozero-dev
  libheif1 libheif-dev
  clang libclang-rt-dev
  openmpi-bin parallel
  python3 python3-venv bash-completion zsh fish man-db groff-base mandoc
)
# For the test of --report's pages: 0.1 GB to download, 0.3 GB installed. Ubuntu has Chromium as a snap alone.
browser=chromium-headless-shell
# Those of ONNX in versions that go together with every Python from 3.11 on.
python_packages=(numpy safetensors pillow axe-core-python onnx==1.23.2 onnxruntime==1.32.0 onnxscript==0.7.2 netron==9.3.3
  tensorboard==2.21.0)
# For --spark. Debian 12 has Java 17, the others 21.
spark_packages=(default-jre-headless)
spark_python_packages=(pyspark==4.3.0 pandas pyarrow)
# Of these only the named version gives the answers that scripts/format.sh and scripts/tidy.py want.
python_tools=(clang-format==14.0.6 clang-tidy==23.1.4)
cuda=no
for option in "$@"; do
  case $option in
    --cuda) cuda=yes ;;
    --spark)
      packages+=("${spark_packages[@]}")
      python_packages+=("${spark_python_packages[@]}")
      ;;
    -h | --help) sed -n '2,/^set /{/^set /!s/^# \{0,1\}//p}' "$0"; exit ;;
    *) echo "setup.sh: there is no option $option; there are --cuda and --spark" >&2; exit 2 ;;
  esac
done

fail() {
  echo "setup.sh: $*" >&2
  exit 1
}

may_be_root() {
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null
}

as_root() {
  if [ "$(id -u)" = 0 ]; then env DEBIAN_FRONTEND=noninteractive "$@"
  else sudo env DEBIAN_FRONTEND=noninteractive "$@"; fi
}

# version_at_least VERSION WANTED
version_at_least() {
  [ "$(printf '%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

# installed_version PACKAGE: nothing when it is not installed.
installed_version() {
  { dpkg-query -W -f '${db:Status-Abbrev}${Version}\n' "$1" 2>/dev/null || true; } | sed -n 's/^ii *//p'
}

missing_packages() {
  local package version
  for package in "${packages[@]}"; do
    version=$(installed_version "$package")
    if [ -z "$version" ]; then echo "$package"
    elif [ "$package" = catch2 ] && ! version_at_least "$version" 3; then echo "$package"; fi
  done
}

# Debian 12 has Catch2 v3 in its backports only. They lie on the mirror that the machine uses.
add_backports() {
  local list=/etc/apt/sources.list.d/mlpctl-backports.list mirror
  if apt-get indextargets --format '$(CODENAME)' 'Created-By: Packages' | grep -q '^bookworm-backports$'; then
    return
  fi
  mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' |
    sed -n 's/ bookworm$//p' | head -n 1)
  [ -n "$mirror" ] || fail "apt has no source for Debian 12, so Catch2 3 from its backports cannot be had"
  echo "deb $mirror bookworm-backports main" | as_root tee "$list" >/dev/null
}

# apt_install PACKAGE...: says before how much is downloaded.
apt_install() {
  { as_root env LC_ALL=C apt-get install --assume-no --no-install-recommends "$@" 2>/dev/null || true; } |
    sed -n 's/^Need to get \(.*\) of archives\.$/  \1 to download/p'
  as_root apt-get install -y -q --no-install-recommends "$@" >/dev/null
}

install_packages() {
  local missing
  mapfile -t missing < <(missing_packages)
  if [ ${#missing[@]} = 0 ]; then echo "system packages: all there"; return; fi
  if ! may_be_root; then
    fail "these packages are missing and there is no sudo to install them: ${missing[*]}"
  fi
  echo "system packages: installing ${missing[*]}"
  if [ "$distribution" = debian-12 ]; then add_backports; fi
  as_root apt-get update -q >/dev/null || fail "apt-get update failed, so ${missing[*]} cannot be installed"
  if [ "$distribution" = debian-12 ] && [[ " ${missing[*]} " == *" catch2 "* ]]; then
    apt_install -t bookworm-backports catch2 ||
      fail "catch2 from Debian 12's backports cannot be installed"
  fi
  apt_install "${missing[@]}" || fail "apt-get could not install ${missing[*]}"
}

# python_has PYTHON MODULE: prints the module's version.
python_has() {
  "$1" -c 'import importlib.metadata as m, sys; print(m.version(sys.argv[1]))' "$2" 2>/dev/null
}

make_environment() {
  local options=()
  [ -x .venv/bin/python ] && return
  if version_at_least "$(python_has python3 torch || echo 0)" 2.6; then options=(--system-site-packages); fi
  echo "Python: making .venv"
  python3 -m venv "${options[@]}" .venv || fail ".venv cannot be made; is python3-venv there and the folder writable?"
}

# wants_torch: whether the torch that was asked for is not installed yet.
wants_torch() {
  local folder
  if [ -n "${LIBTORCH:-}" ]; then return 1; fi
  version_at_least "$(python_has .venv/bin/python torch || echo 0)" 2.6 || return 0
  if [ -n "${MLPCTL_TORCH_SPEC:-}" ]; then
    ! .venv/bin/python -m pip install --quiet --dry-run --no-index --no-deps "$MLPCTL_TORCH_SPEC" 2>/dev/null
  elif [ $cuda = yes ]; then
    folder=$(.venv/bin/python -c 'import importlib.util as u; print(u.find_spec("torch").submodule_search_locations[0])')
    [ ! -e "$folder/lib/libtorch_cuda.so" ]
  else
    return 1
  fi
}

wanted_python_packages() {
  .venv/bin/python - "${python_packages[@]}" "${python_tools[@]}" <<'PYTHON'
import importlib.metadata, sys

for package in sys.argv[1:]:
    name, _, wanted = package.partition("==")
    try:
        found = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        found = None
    if found is None or wanted not in ("", found):
        print(package)
PYTHON
}

install_python_packages() {
  local wanted options=() status=0
  mapfile -t wanted < <(wanted_python_packages)
  if wants_torch; then options+=(--torch); fi
  if [ $cuda = yes ]; then options+=(--cuda); fi
  if [ ${#wanted[@]} = 0 ] && [[ " ${options[*]} " != *" --torch "* ]]; then
    echo "LibTorch and Python packages: all there"
    return
  fi
  echo "LibTorch and Python packages: installing into .venv"
  .venv/bin/python scripts/python_packages.py "${options[@]}" "${wanted[@]}" || status=$?
  if [ $status = 0 ]; then return; fi
  # 3: the index has the CUDA build alone; 4: it has none for this Python. Debian 13 has one itself.
  if [[ $status != [34] ]] || [ $cuda = yes ] || [ -n "${MLPCTL_TORCH_SPEC:-}" ]; then exit 1; fi
  if may_be_root && distribution_has_torch; then
    take_torch_of_the_distribution "${wanted[@]}"
  elif [ $status = 3 ]; then
    echo "LibTorch: taking the CUDA build, for $distribution has none that is new enough; it works without a GPU too."
    echo "  MLPCTL_TORCH_INDEX can name an index with CPU builds, LIBTORCH the folder of a LibTorch"
    .venv/bin/python scripts/python_packages.py --torch --cuda "${wanted[@]}" || exit 1
  else
    exit 1
  fi
}

take_torch_of_the_distribution() {
  echo "LibTorch: taking the CPU build of $distribution"
  apt_install python3-torch libtorch-dev || fail "apt-get could not install python3-torch and libtorch-dev"
  python3 -m venv --system-site-packages .venv
  if [ $# -gt 0 ]; then .venv/bin/python scripts/python_packages.py "$@"; fi
}

distribution_has_torch() {
  local version
  version=$(apt-cache policy libtorch-dev python3-torch 2>/dev/null | sed -n 's/^ *Candidate: //p' | sort -V | head -n 1)
  [ "$version" != "(none)" ] && version_at_least "${version:-0}" 2.6
}

check_libtorch() {
  if [ -z "${LIBTORCH:-}" ]; then return; fi
  [ -e "$LIBTORCH/include/torch/csrc/api/include/torch/version.h" ] ||
    fail "LIBTORCH is $LIBTORCH, but that is no LibTorch: give the folder that has its lib and include"
}

[ -r /etc/os-release ] || fail "this system has no /etc/os-release; Debian 12, 13 and Ubuntu 24.04 are known"
distribution=$(. /etc/os-release && echo "$ID-${VERSION_ID:-}")
command -v apt-get >/dev/null || fail "there is no apt-get on $distribution; install the like of these yourself: ${packages[*]}"
case $distribution in
  debian-12 | debian-13) packages+=("$browser") ;;
  ubuntu-24.04) ;;
  *) echo "setup.sh: $distribution is not one of debian-12, debian-13, ubuntu-24.04; trying anyway" >&2 ;;
esac
check_libtorch
install_packages
make_environment
install_python_packages
