#!/usr/bin/env bash
# Builds and runs every test: scripts/test.sh [ctest options, such as -R predict]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/setup.sh
scripts/fetch-data.sh mnist
scripts/build.sh release
ctest --preset release --parallel "$(nproc)" "$@"
