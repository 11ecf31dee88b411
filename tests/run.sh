#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs the test programs of a build, and the scripts tests/*/test_*.sh, and adds up.
# usage: tests/run.sh BUILD [PART-OF-A-PATH]
# A program's output is shown when one of its tests fails. The last line is "N passed, N failed".
# One that runs over TEST_SECONDS (600) has failed: it hangs.
set -u
build=$1 only=${2:-}
passed=0 failed=0
out=$build/test-output
export SCRUBGATE_BIN="$build/scrubgate"
for program in $(find "$build/tests" -type f -name 'test_*' ! -name '*.*' -perm -u+x | sort) \
    tests/*/test_*.sh; do
    case $program in *"$only"*) ;; *) continue ;; esac
    name=${program#"$build"/}
    name=${name#tests/}
    if timeout -k 5 "${TEST_SECONDS:-600}" "$program" >"$out" 2>&1; then rc=0; else rc=$?; fi
    p=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$out" | awk '{ n += $1 } END { print n + 0 }')
    f=$(sed -n 's/^\[  FAILED  \] \([0-9]*\) test.*/\1/p' "$out" | awk '{ n += $1 } END { print n + 0 }')
    if [ "$rc" -ne 0 ] && [ "$f" -eq 0 ]; then f=1; fi
    passed=$((passed + p)) failed=$((failed + f))
    if [ "$f" -ne 0 ]; then
        printf 'FAIL   %s (exit %s)\n' "$name" "$rc"
        grep -v '^\[ *\(RUN\|OK\) *\]' "$out" | sed 's/^/       /' | tail -60
    else
        printf 'ok     %-32s %s\n' "$name" "$p"
    fi
done
for program in $(find "$build/fuzz" -type f -name 'replay_*' ! -name '*.*' -perm -u+x 2>/dev/null | sort); do
    name=${program##*/replay_}
    case fuzz/$name in *"$only"*) ;; *) continue ;; esac
    if "$program" "fuzz/corpus/$name" >"$out" 2>&1; then
        passed=$((passed + 1))
        printf 'ok     %-32s %s\n' "fuzz/$name" "$(tail -1 "$out")"
    else
        failed=$((failed + 1))
        printf 'FAIL   fuzz/%s\n' "$name"
        tail -40 "$out" | sed 's/^/       /'
    fi
done
rm -f "$out"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
