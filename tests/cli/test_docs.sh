#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the pages say the program prints, it prints: runs their examples and compares.
#
#     page -> blocks: "# name.yaml" is a file, "$ cat name" shows one, "$ ... scrubgate ..." is run
#
# Prints one line a command, as cmocka does; run by tests/run.sh from the top of the tree.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
top=$PWD
case $SCRUBGATE_BIN in /*) ;; *) SCRUBGATE_BIN=$top/$SCRUBGATE_BIN ;; esac
# Of these a page tells what only a running gateway, or another file, would say.
other='curl|make |serve|audit .*var|keygen|kill |demo\.yaml|echo -l|gateway\.yaml|\| jq'

mkdir "$work/bin" && ln -s "$SCRUBGATE_BIN" "$work/bin/scrubgate" || exit 1
PATH=$work/bin:$PATH

# Fenced blocks of a page in Markdown, literal ones of a man page: one file each, without the fence.
blocks() {
    case $1 in
    *.md) awk -v to="$2/" '/^```/ { open = !open; if (open) n++; next } open { print > sprintf("%s%03d", to, n) }' "$1" ;;
    *) awk -v to="$2/" '/^\.Bd -literal/ { open = 1; n++; next } /^\.Ed/ { open = 0 }
        open { gsub(/\\e/, "\\"); gsub(/\\-/, "-"); print > sprintf("%s%03d", to, n) }' "$1" ;;
    esac
}

# The commands of a block, each in a folder of its own: what is typed, what is printed then.
commands() {
    awk -v to="$2/" '/^\$ / { n++; dir = sprintf("%s%03d", to, n); system("mkdir " dir)
            print substr($0, 3) > (dir "/typed"); printf "" > (dir "/want"); more = /\\$/; next }
        n && more { print > (dir "/typed"); more = /\\$/; next }
        n { print > (dir "/want") }' "$1"
}

# Times differ from run to run, and a blank line may part examples.
plain() {
    sed 's/ in [0-9.]* s, / in 0.0 s, /' "$1" | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'
}

run() {
    page=$1 typed=$(sed 's|build/release/scrubgate|scrubgate|g' "$2/typed")
    case $typed in
    'cat '*var/*) return ;; # of a running gateway
    'cat '*)
        cp "$2/want" "./${typed#cat }"
        return
        ;;
    *scrubgate*) ;;
    *) return ;;
    esac
    if echo "$typed" | grep -Eq "$other"; then return; fi
    name="$page: $(echo "$typed" | head -1)"
    echo "[ RUN      ] $name"
    sh -c "$typed" >"$work/out" 2>"$work/err"
    cat "$work/out" "$work/err" >"$work/both"
    plain "$work/both" >"$work/is"
    plain "$2/want" >"$work/want"
    if diff "$work/want" "$work/is"; then
        echo "[       OK ] $name"
        passed=$((passed + 1))
    else
        echo "[  FAILED  ] $name"
        failed=$((failed + 1))
    fi
}

number=0
for page in README.md docs/RULES.md docs/man/scrubgate-rules.1 docs/man/scrubgate-explain.1; do
    number=$((number + 1))
    here=$work/$number
    mkdir "$here" "$here/blocks" "$here/work" && ln -s "$top/rules" "$here/work/rules"
    blocks "$page" "$here/blocks"
    cd "$here/work" || exit 1
    for block in "$here"/blocks/*; do
        file=$(sed -n '1s/^# \([a-z-]*\.yaml\)$/\1/p' "$block")
        if [ -n "$file" ]; then
            cp "$block" "./$file"
            continue
        fi
        mkdir "$block.commands"
        commands "$block" "$block.commands"
        for command in "$block.commands"/*; do
            if [ -d "$command" ]; then run "$page" "$command"; fi
        done
    done
    cd "$top" || exit 1
done
echo "[  PASSED  ] $passed test(s)."
if [ "$failed" -gt 0 ]; then
    echo "[  FAILED  ] $failed test(s)."
    exit 1
fi
