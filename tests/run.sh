#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs the test programs of a build, and the scripts tests/*/test_*.sh, and adds up.
# usage: tests/run.sh BUILD [PART-OF-A-PATH]
# As many at once as there are processors (TEST_JOBS); those that take long begin first. The output
# of a program is shown when one of its tests fails. The last line is "N passed, N failed".
# One that runs over TEST_SECONDS (600) has failed: it hangs.
set -u
build=$1 only=${2:-}
results=$(mktemp -d) || exit 1
trap 'rm -rf "$results"' EXIT
export SCRUBGATE_BIN="$build/scrubgate"

{
    find "$build/tests" -type f -name 'test_*' ! -name '*.*' -perm -u+x
    find tests -path 'tests/*/test_*.sh'
    find "$build/fuzz" -type f -name 'replay_*' ! -name '*.*' -perm -u+x 2>/dev/null
} | sort | while read -r program; do
    case $program in
    */replay_*) name=fuzz/${program##*/replay_} order=3 ;;
    tests/soak/*) name=${program#tests/} order=0 ;; # the longest
    */scan/*) name=${program#"$build"/tests/} order=0 ;;
    */wire/*) name=${program#"$build"/tests/} order=1 ;;
    *.sh) name=${program#tests/} order=1 ;;
    *) name=${program#"$build"/tests/} order=2 ;;
    esac
    case $program/$name in *"$only"*) echo "$order $name $program" ;; esac
done | sort -s -k1,1 | cut -d' ' -f2- |
    xargs -r -n 2 -P "${TEST_JOBS:-$(nproc)}" sh tests/run_one.sh "$results"

cat "$results"/*.count 2>/dev/null | awk '
    { passed += $1; failed += $2 }
    END { printf "%d passed, %d failed\n", passed, failed; exit !(failed == 0 && passed > 0) }'
