# Sourced by the scripts that try something on a bare Debian, in a root that debootstrap makes. They set
# suite, folder, root and may set cpu_builds, and define fail. Mounts end with the script, for which it
# calls own_mounts first.

# own_mounts ARGUMENTS...: runs the script again where its mounts are seen by nobody else.
own_mounts() {
  if [ -n "${MLPCTL_BARE_MOUNTS:-}" ]; then return; fi
  [ "$(id -u)" = 0 ] || fail "debootstrap and chroot need root"
  exec env MLPCTL_BARE_MOUNTS=1 unshare --mount --propagation private "$0" "$@"
}

# The mirror that apt uses here.
mirror() {
  apt-get indextargets --format '$(REPO_URI) $(COMPONENT)' 'Created-By: Packages' |
    sed -n '/security/d; s/ main$//p' | grep '/debian/*$' | head -n 1
}

# bootstrap: a root with nothing but apt, unless it is there. Ubuntu's comes from Ubuntu's own archive, by the
# script of its last release that Debian 12 knows.
bootstrap() {
  local options=() from=()
  if [ -e "$root/bootstrapped" ]; then return; fi
  command -v debootstrap >/dev/null || fail "debootstrap is missing; apt-get install debootstrap"
  if [ "$suite" = noble ]; then
    [ -e /usr/share/keyrings/ubuntu-archive-keyring.gpg ] ||
      fail "the keys of Ubuntu's archive are missing; apt-get install ubuntu-archive-keyring (Debian 12: -t bookworm-backports)"
    options=(--components=main,universe)
    from=("" /usr/share/debootstrap/scripts/jammy)
  else
    from=("$(mirror)")
  fi
  mkdir -p "$folder"
  debootstrap --variant=minbase "${options[@]}" "$suite" "$root" "${from[@]}" >"$folder/$suite-debootstrap.log" ||
    fail "debootstrap failed; its log is $folder/$suite-debootstrap.log"
  cp /etc/resolv.conf /etc/hosts "$root/etc/"
  chroot "$root" apt-get -q update >/dev/null
  touch "$root/bootstrapped"
}

# mount_system: what programs expect of a system, the machine's certificates and its settings of pip.
mount_system() {
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  cat /etc/ssl/certs/ca-certificates.crt >"$root/etc/certificates-of-the-machine.pem"
  share_pip >"$root/etc/pip.conf"
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
    if [ -z "$value" ] || { [ $setting = find-links ] && [ "${cpu_builds:-yes}" = no ]; }; then continue; fi
    case $setting in
      cert) value=/etc/certificates-of-the-machine.pem ;;
      *) for word in $value; do word=${word#file://}; share "${word%/simple}"; done ;;
    esac
    echo "$setting = $value"
  done
}
