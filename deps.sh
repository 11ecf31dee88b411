#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs Debian packages that are missing, and says so. Silent when nothing is.
# Each argument is NAME:PACKAGE: the package is wanted when there is no command NAME, no pkg-config
# module NAME and no such package. Stands on nothing but sh and dpkg: pkg-config may be among them.
set -eu
missing=
for pair in "$@"; do
    name=${pair%%:*} package=${pair#*:}
    command -v "$name" >/dev/null 2>&1 && continue
    pkg-config --exists "$name" >/dev/null 2>&1 && continue
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] && continue
    missing="$missing $package"
done
[ -n "$missing" ] || exit 0

give_up() {
    echo "deps: $1. Missing packages:$missing" >&2
    exit 1
}
command -v apt-get >/dev/null 2>&1 || give_up "no apt-get here: install them your system's way"
as_root=
if [ "$(id -u)" -ne 0 ]; then
    as_root=sudo
    command -v sudo >/dev/null 2>&1 || give_up "not root, and no sudo: run apt-get install as root"
fi
echo "deps: installing missing Debian packages:$missing"
# A list that cannot be fetched anew may still do: whether it does, install says.
$as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq ||
    echo "deps: the package lists could not be brought up to date; going on with the old ones" >&2
# shellcheck disable=SC2086 # a list of packages
$as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
    give_up "apt-get could not install all of them"
