#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Installs the Debian packages of a list that are missing, if apt and the right to use it are there.
set -eu
list=$1
command -v dpkg-query >/dev/null || { echo "no Debian here: using what is installed"; exit 0; }

missing=
for package in $(sed 's/#.*//' "$list"); do
  dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -q '^installed$' ||
    missing="$missing $package"
done
[ -z "$missing" ] && exit 0

if [ "$(id -u)" -eq 0 ]; then
  sudo=
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
  sudo=sudo
else
  echo "missing, and no right to install:$missing; going on with what is there"
  exit 0
fi
echo "installing$missing"
$sudo apt-get update -qq
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -qq --no-install-recommends $missing >/dev/null
