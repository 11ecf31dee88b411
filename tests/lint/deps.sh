#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs Debian packages that are missing. Each argument is NAME:PACKAGE: the package is wanted
# when neither a command NAME nor a pkg-config module NAME is there. Says what it does.
set -eu
missing=
for pair in "$@"; do
    name=${pair%%:*} package=${pair#*:}
    command -v "$name" >/dev/null 2>&1 && continue
    command -v pkg-config >/dev/null 2>&1 && pkg-config --exists "$name" 2>/dev/null && continue
    if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ]; then
        continue
    fi
    missing="$missing $package"
done
[ -n "$missing" ] || exit 0
as_root=
if [ "$(id -u)" -ne 0 ]; then
    as_root=sudo
    command -v sudo >/dev/null 2>&1 || {
        echo "deps: missing:$missing. Install them as root: apt-get install$missing" >&2
        exit 1
    }
fi
echo "deps: installing missing Debian packages:$missing"
$as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
# shellcheck disable=SC2086 # a list of packages
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
