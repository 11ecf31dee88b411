#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Breaks the scan engine on purpose, in a copy below build/, and asks the tests whether they see it:
# a break that no test sees is a missing test. Prints a line a mutant, as cmocka does.
#     tests/run.sh runs it, from the top of the tree: the three that stand for all, by the
#     differential alone. `make mutants`: every one, by every test of the engine, with a table of
#     who saw what. MUTANTS='part of a name' for some.
set -u
which=${MUTANTS:-few}
tree=build/mutants
built=build/release
passed=0 failed=0
: "${CC:=gcc}"

# Other flavours test the same code, and the copy is of this one.
[ "${FLAVOUR:-release}" = release ] || exit 0

# make, as its own beginning: the one that runs the tests lends no job slots.
run_make() {
    MAKEFLAGS='' make -C "$tree" --no-print-directory CC="$CC" CFLAGS=-Wno-error "$@"
}

# The sources and what was made of them, with their times: only what is broken is built anew.
copy_tree() {
    rm -rf "$tree" && mkdir -p "$tree/$built" || return 1
    tar -cf - Makefile gateway include rules tests | tar -C "$tree" -xf - || return 1
    [ -d "$built" ] || return 0
    find "$built" -name '*.[oda]' ! -path '*/fuzz/*' >"$tree/objects"
    find "$built/gateway/rule" -name 'builtin_*' >>"$tree/objects"
    sort -u "$tree/objects" | tar -cf - -T - | tar -C "$tree" -xf -
}

# Runs one test of the copy; true when it saw something. What it said is in the file.
sees() {
    case $1 in
    */test_differential) set -- "$1" --share "${MUTANT_SHARE:-10}" ;;
    esac
    program=$1
    shift
    (cd "$tree" && ! timeout -k 5 300 "$built/tests/$program" "$@") >"$tree/output" 2>&1
}

judges='scan/test_differential scan/test_scanner scan/test_load rule/test_signature rule/test_sieve
    scan/test_kernel'

# The test, how many of its rows failed, and the first; or that it stopped altogether.
witness() {
    sed -n 's/^\[  FAILED  \] \([^0-9].*\)/\1/p' "$tree/output" | sort -u >"$tree/rows"
    first=$(sed -n 's/^\[  FAILED  \] \([^0-9].*\)/\1/p' "$tree/output" | head -1)
    printf '%s' "${1##*/}"
    [ -z "$first" ] && printf ' (stopped)' || printf ' (%d rows: %s)' "$(wc -l <"$tree/rows")" "$first"
}

# mutant FEW|all NAME FILE SED: the file is changed by the script; some test must fail.
# shellcheck disable=SC2086 # lists of names without blanks
mutant() {
    group=$1 name=$2 file=$3 script=$4
    case $which in
    all) ;;
    few) [ "$group" = few ] || return 0 ;;
    *) case $name in *"$which"*) ;; *) return 0 ;; esac ;;
    esac
    echo "[ RUN      ] $name"
    asked=$judges seen='' programs=''
    [ "$which" = few ] && asked=scan/test_differential
    for judge in $asked; do programs="$programs $built/tests/$judge"; done
    sed "$script" "$file" >"$tree/$file"
    if cmp -s "$file" "$tree/$file"; then
        echo "       the script changes nothing in $file: it has to be written anew"
    elif ! run_make $programs >"$tree/output" 2>&1; then
        sed 's/^/       /' "$tree/output" | tail -20
        echo "       it does not build"
    else
        for judge in $asked; do
            sees "$judge" && seen="$seen${seen:+; }$(witness "$judge")"
        done
        [ -n "$seen" ] || echo "       no test sees it: $asked"
    fi
    cp "$file" "$tree/$file" # a new time: built anew next
    if [ -n "$seen" ]; then
        echo "       seen by $seen"
        echo "[       OK ] $name"
        passed=$((passed + 1))
        printf '| %s | %s |\n' "$name" "$seen" >>"$tree/table"
    else
        echo "[  FAILED  ] $name"
        failed=$((failed + 1))
    fi
}

copy_tree || {
    echo "[  FAILED  ] 1 test(s), the copy could not be made"
    exit 1
}

mutant few 'no PARTIAL_HARD: a piece is searched as if it were the end' gateway/rule/pattern.c \
    's/last ? 0 : PCRE2_PARTIAL_HARD;/0;/'
mutant all 'PARTIAL_SOFT instead of PARTIAL_HARD' gateway/rule/pattern.c \
    's/PARTIAL_HARD\([;)]\)/PARTIAL_SOFT\1/'

[ "$passed" -gt 0 ] && echo "[  PASSED  ] $passed test(s)."
[ "$failed" -gt 0 ] && echo "[  FAILED  ] $failed test(s)."
[ "$which" = few ] || { [ -f "$tree/table" ] && cat "$tree/table"; }
[ "$failed" -eq 0 ]
