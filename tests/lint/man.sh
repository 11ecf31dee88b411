#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Formats man pages and shows what the formatter complains of. usage: tests/lint/man.sh PAGE…
set -eu
complaints=$(for page in "$@"; do groff -K utf8 -T utf8 -mandoc -ww -z "$page" 2>&1; done)
if [ -n "$complaints" ]; then
    printf '%s\n' "$complaints"
    exit 1
fi
echo "man: $# pages format"
