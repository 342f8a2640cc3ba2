#!/usr/bin/env bash
# other_checkout.sh SOURCE LIBTORCH: a copy of the checkout in a path with spaces, by a user without
# rights when this one is root, is configured and its first library built; nothing of SOURCE's build helps.
# Exit 77 when SOURCE is no git checkout.
set -euo pipefail
source=$1 libtorch=$2
git -C "$source" rev-parse >/dev/null 2>&1 || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
checkout="$work/a checkout of mine"
mkdir "$checkout"
git -C "$source" ls-files -z | tar -C "$source" --null -T - --ignore-failed-read -cf - | tar -C "$checkout" -xf -

as_user=()
if [ "$(id -u)" = 0 ]; then
  chown -R nobody "$work"
  as_user=(setpriv --reuid=nobody --clear-groups)
  if ! "${as_user[@]}" test -r "$libtorch/include"; then
    echo "nobody may not read $libtorch, so it is built as root"
    as_user=()
  fi
fi
cd "$checkout"
"${as_user[@]}" env HOME="$work" CCACHE_DIR="$work/ccache" LIBTORCH="$libtorch" \
  "$checkout/scripts/build.sh" release mlpctl_base
[ -f "build/lib/base/libmlpctl_base.a" ]
