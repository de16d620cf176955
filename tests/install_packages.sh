#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Installs the Debian packages of a list that are missing, if apt and the right to use it are there.
set -eu
list=$1
command -v dpkg-query >/dev/null || { echo "no Debian here: using what is installed"; exit 0; }

missing() { # those of the given packages that are not installed
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -q '^installed$' ||
      printf '%s ' "$package"
  done
}
needed=$(missing $(sed 's/#.*//; /?/d' "$list"))
optional=$(missing $(sed -n 's/#.*//; s/?//p' "$list"))
[ -z "$needed$optional" ] && exit 0

if [ "$(id -u)" -eq 0 ]; then
  sudo=
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
  sudo=sudo
else
  echo "missing, and no right to install: $needed$optional; going on with what is there"
  exit 0
fi
install() {
  echo "installing $*"
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -qq --no-install-recommends "$@" >/dev/null
}
$sudo apt-get update -qq
[ -z "$needed" ] || install $needed
for package in $optional; do
  install "$package" || echo "$package cannot be had here: going on without it"
done
