#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs one test program for tests/run.sh: tells its line, and leaves its counts in a folder.
# usage: tests/run_one.sh RESULTS NAME PROGRAM
set -u
results=$1 name=$2 program=$3
out=$results/$(echo "$name" | tr / -)

counted() { # the sum of "[  WORD  ] N test"
    sed -n "s/^\[  $1  \] \([0-9]*\) test.*/\1/p" "$out.out" | awk '{ n += $1 } END { print n + 0 }'
}

case $name in
fuzz/*) set -- "$program" "fuzz/corpus/${name#fuzz/}" ;;
*) set -- "$program" ;;
esac
begun=$(date +%s%N)
if timeout -k 5 "${TEST_SECONDS:-600}" "$@" >"$out.out" 2>&1; then rc=0; else rc=$?; fi
took=$((($(date +%s%N) - begun) / 100000000)) # tenths of a second
case $name in
fuzz/*) p=$((rc == 0)) f=0 tells=$(tail -1 "$out.out") ;;
*) p=$(counted PASSED) f=$(counted FAILED) tells=$p ;;
esac
if [ "$rc" -ne 0 ] && [ "$f" -eq 0 ]; then f=1; fi
echo "$p $f" >"$out.count"
{
    if [ "$f" -ne 0 ]; then
        printf 'FAIL   %s (exit %s)\n' "$name" "$rc"
        grep -v '^\[ *\(RUN\|OK\) *\]' "$out.out" | sed 's/^/       /' | tail -60
    else
        printf 'ok     %-32s %-6s %3d.%d s\n' "$name" "$tells" $((took / 10)) $((took % 10))
    fi
} >"$out.text"
flock "$results" cat "$out.text" # one program's lines stay together
rm -f "$out.out" "$out.text"
