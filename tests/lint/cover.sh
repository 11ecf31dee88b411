#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prints how many lines of each gateway file ran, worst first, and of all.
# usage: tests/lint/cover.sh BUILD, a build with FLAVOUR=cover whose tests have run
set -eu
build=$1
find "$build/gateway" -name '*.gcno' | sort >"$build/covered"
[ -s "$build/covered" ] || {
    echo "$build has no coverage: run make cover" >&2
    exit 1
}
# gcov tells of a header once for each file that includes it: only gateway's .c files count here.
xargs gcov -n -r <"$build/covered" 2>/dev/null | awk '
    /^File / { file = $2; gsub(/\047/, "", file) }
    /^Lines executed:/ && file ~ /^gateway\/.*\.c$/ {
        split($0, part, /[:% ]+/)
        share = part[3]; lines = part[5]; ran = int(share * lines / 100 + 0.5)
        printf "%6.2f %5d %5d  %s\n", share, ran, lines, file
        all_ran += ran; all += lines
        file = ""
    }
    END {
        if (all > 0)
            printf "%6.2f %5d %5d  all\n", 100 * all_ran / all, all_ran, all
    }' | sort -n >"$build/coverage"
echo '     %   ran lines  file'
grep -v ' all$' "$build/coverage"
grep ' all$' "$build/coverage"
