#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A report says beside each number how to count it again: does that, over a made-up log of a month,
# and compares. And that a report tells what is wrong with a log, and with what was asked.
#
# Prints one line a test, as cmocka does; run by tests/run.sh from the top of the tree.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
case $SCRUBGATE_BIN in /*) ;; *) SCRUBGATE_BIN=$PWD/$SCRUBGATE_BIN ;; esac
make_log=${SCRUBGATE_BIN%/*}/tests/report/make_log

ok() { # NAME COMMAND...
    name=$1
    shift
    echo "[ RUN      ] $name"
    if "$@"; then
        echo "[       OK ] $name"
        passed=$((passed + 1))
    else
        echo "[  FAILED  ] $name"
        failed=$((failed + 1))
    fi
}

report() { # PAGE OPTIONS...: its exit status
    page=$1
    shift
    "$SCRUBGATE_BIN" audit report -o "$work/$page.html" "$@" >"$work/said" 2>"$work/err"
}

# Each number of a page, beside what the page's own command for it prints: told where they differ.
facts_hold() {
    jq -r .helpers "$work/$1.json" >"$work/helpers"
    jq -r '.sections[].facts[] | select(.check != "") |
        @sh "fact \(.id) \(.value | tostring) \(.check)"' "$work/$1.json" >"$work/facts"
    (
        cd "$work/log/audit" && . "$work/helpers" || exit 1
        fact() {
            printed=$(eval "$3" | tr -d ' ')
            [ "$printed" = "$2" ] || echo "$1: $2, but $printed"
        }
        . "$work/facts"
    ) >"$work/differ" 2>&1
    cat "$work/differ"
    [ "$(wc -l <"$work/facts")" -gt 30 ] && [ ! -s "$work/differ" ]
}

# Tables of labels: the command prints "count label" a line, of those that have some.
tables_hold() {
    jq -r .helpers "$work/$1.json" >"$work/helpers"
    for id in entities rules routes directions brands verdicts failed-closed not-delivered \
        turned-away statuses rule-sets; do
        table=".sections[].tables[] | select(.id == \"$id\")"
        jq -r "$table | .check" "$work/$1.json" >"$work/check"
        jq -r "$table | ([.columns | index(\"findings\", \"messages\", \"count\") // empty][0]) as \$at |
            (if .id == \"rule-sets\" then 5 else \$at end) as \$at | .rows[] |
            \"\\(.[\$at])\\t\\(.[0])\"" "$work/$1.json" | grep -v '^0' | sort >"$work/want"
        (cd "$work/log/audit" && . "$work/helpers" && . "$work/check") | sort >"$work/is"
        if ! diff "$work/want" "$work/is"; then
            echo "table $id differs"
            return 1
        fi
        [ -s "$work/is" ] || echo "table $id is empty"
    done
}

# What is in the plots of a page adds up to what is in their tables.
plots_hold() {
    jq -e '[.sections[].tables[] | select(.over_time != null) |
        ([.over_time.series[].values[]] | add // 0) ==
        ([.columns | index("findings", "count") // empty][0] as $at | [.rows[][$at]] | add // 0)] |
        length > 6 and all' "$work/$1.json" >/dev/null
}

says() { grep -qF "$1" "$work/said"; }
complains() { grep -qF "$1" "$work/err"; }
csv_rows() { [ "$(tail -n +2 "$work/month-$1.csv" | wc -l)" -eq "$(jq \
    "[.sections[].tables[] | select(.id == \"$1\") | .rows[]] | length" "$work/month.json")" ]; }
looks() { jq -e "$2" "$work/$1.json" >/dev/null; }
exits() { # STATUS COMMAND...
    status=$1
    shift
    "$@"
    [ $? -eq "$status" ]
}
is_quiet_day() { "$SCRUBGATE_BIN" audit report --review --since 2026-10-23T00:00Z \
    --until 2026-10-23T04:00Z "$work/log/audit" >"$work/said" 2>&1; }

hostile='"></style><script>alert(1)</script>'
"$make_log" "$work/log" 400 30 1 "$hostile" || exit 1
month="$work/log/audit --key $work/log/first.key"

# shellcheck disable=SC2086 # options, and paths of ours without blanks
{
    ok "a report of a log that is proven is written" report month $month
    ok "it says so" says "PROVEN"
    ok "each number is what its own command counts" facts_hold month
    ok "each table is what its own command counts" tables_hold month
    ok "plots add up to their tables" plots_hold month
    ok "CSV has the rows of JSON" csv_rows rules
    ok "no label gets into the page as markup" exits 1 grep -q '<script' "$work/month.html"
    ok "what is no label is not shown" grep -qF '(text: see the record)' "$work/month.html"
    ok "some days alone" report days --since 2026-11-01 --until 2026-11-09 $month
    ok "each number of them is what its own command counts" facts_hold days
    ok "a review of a bad month exits with 1" exits 1 report month --review $month
    ok "and names what to look at" says "Times in which the log could not be written: 1"
    ok "a review of a quiet night exits with 0" is_quiet_day
    ok "and says that there is nothing" says "look at  nothing"
    ok "a range that ends before it begins is an error of usage" \
        exits 2 report none --since 2026-11-09 --until 2026-11-01 $month
    ok "a time that is none is an error of usage" exits 2 report none --since soon $month
    ok "a page that cannot be written is told" exits 1 report none/at/all $month
    ok "by its name" complains "none/at/all"
}
first=$(grep -n '"verdict":"clean"' "$work/log/audit/log/000000.ndjson" | sed -n '20s/:.*//p')
sed -i "${first}s/clean/cleam/" "$work/log/audit/log/000000.ndjson"
# shellcheck disable=SC2086
{
    ok "a log that was changed is reported, with exit status 1" exits 1 report bad $month
    ok "it says that it is not proven" says "NOT PROVEN"
    ok "the page says it too" grep -q '<strong>NOT PROVEN</strong>' "$work/bad.html"
    ok "and the data" looks bad '.proven == false'
}

echo "[  PASSED  ] $passed test(s)."
if [ "$failed" -gt 0 ]; then
    echo "[  FAILED  ] $failed test(s)."
    exit 1
fi
