#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Breaks the scan engine on purpose, in a copy below build/, and asks the tests whether they see it:
# a break that no test sees is a missing test. Prints a line a mutant, as cmocka does.
#     tests/run.sh runs it from the top of the tree: the three that stand for all, by the
#     differential alone. `make mutants`: every one, by every test of the engine, with the table of
#     docs/TESTING.md. MUTANTS='part of a name' for some.
# The mutants are in tests/soak/mutants.
set -u
which=${MUTANTS:-few}
tree=build/mutants
built=build/release
passed=0 failed=0
: "${CC:=gcc}"

judges='scan/test_differential scan/test_sound scan/test_scanner scan/test_sweep rule/test_sieve
    scan/test_kernel'

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

# The test and how many of its rows failed; or that it stopped altogether.
witness() {
    rows=$(sed -n 's/^\[  FAILED  \] \([^0-9].*\)/\1/p' "$tree/output" | sort -u | wc -l)
    name=${1##*/test_}
    [ "$rows" -eq 0 ] && rows=stopped
    echo "$name $rows"
}

# Puts $2 in the place of $1, which stands on one line of one of the files $3; prints which.
break_it() {
    # shellcheck disable=SC2086 # a pattern of file names
    found=$(grep -lF -e "$1" $3)
    [ "$(echo "$found" | wc -w)" -eq 1 ] && [ "$(grep -cF -e "$1" "$found")" -eq 1 ] || return 1
    OLD=$1 NEW=$2 awk '
        (at = index($0, ENVIRON["OLD"])) > 0 {
            $0 = substr($0, 1, at - 1) ENVIRON["NEW"] substr($0, at + length(ENVIRON["OLD"]))
        }
        { print }' "$found" >"$tree/$found"
    echo "$found"
}

# mutant FEW|all NAME FILES OLD NEW: with NEW in the place of OLD some test must fail.
# shellcheck disable=SC2086 # lists of names without blanks
mutant() {
    group=$1 title=$2
    case $which in
    all) ;;
    few) [ "$group" = few ] || return 0 ;;
    *) case $title in *"$which"*) ;; *) return 0 ;; esac ;;
    esac
    echo "[ RUN      ] $title"
    asked=$judges seen='' programs=''
    [ "$which" = few ] && asked=scan/test_differential
    for judge in $asked; do programs="$programs $built/tests/$judge"; done
    if ! file=$(break_it "$4" "$5" "$3"); then
        echo "       not once in $3: $4"
    elif ! run_make $programs >"$tree/output" 2>&1; then
        tail -20 "$tree/output" | sed 's/^/       /'
        echo "       it does not build"
    else
        for judge in $asked; do
            sees "$judge" && seen="$seen${seen:+, }$(witness "$judge")"
        done
        [ -n "$seen" ] || echo "       none sees it of $asked"
    fi
    [ -n "$file" ] && cp "$file" "$tree/$file" # a new time: built anew next
    if [ -n "$seen" ]; then
        echo "       seen by $seen"
        echo "[       OK ] $title"
        passed=$((passed + 1))
        echo "| $title | $seen |" >>"$tree/table"
    else
        echo "[  FAILED  ] $title"
        failed=$((failed + 1))
    fi
}

copy_tree || {
    echo "[  FAILED  ] 1 test(s): there is no copy to break"
    exit 1
}
# shellcheck source=tests/soak/mutants
. tests/soak/mutants
if [ "$which" != few ] && [ -f "$tree/table" ]; then
    cat "$tree/table"
fi
[ "$passed" -gt 0 ] && echo "[  PASSED  ] $passed test(s)."
[ "$failed" -gt 0 ] && echo "[  FAILED  ] $failed test(s)."
[ "$failed" -eq 0 ]
