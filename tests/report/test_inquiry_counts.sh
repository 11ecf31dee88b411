#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A page on collusion says beside each ring how to list its tickets from the events: does that, over
# a simulated market, and compares with the numbers that the page and the JSON have.
#
# Prints one line a test, as cmocka does; run by tests/run.sh from the top of the tree.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
case $SCRUBGATE_BIN in /*) ;; *) SCRUBGATE_BIN=$PWD/$SCRUBGATE_BIN ;; esac

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

market() {
    printf '%s\n' 'tickets_a_day: 500' 'customers: 4000' 'agents: 120' 'small_customers: 60' \
        'rings: 2' 'ring: {agents: 3, accounts: 15, rate: 0.35, days: 16}' >"$work/p.yaml"
    "$SCRUBGATE_BIN" collusion simulate --level L1 --seed 5 --days 20 --params "$work/p.yaml" \
        --out "$work/market" >/dev/null &&
        "$SCRUBGATE_BIN" collusion report --quiet "$@" --out "$work/r.html" --out "$work/r.json" \
            "$work/market/events.ndjson" >/dev/null &&
        sed -n '/id="again"/,$p' "$work/r.html" | sed -n '/<pre>/,/<\/pre>/p' |
        sed 's/.*<pre>//; s/<\/pre>.*//' >"$work/helpers.html" &&
        unescape <"$work/helpers.html" >"$work/helpers"
}

unescape() {
    sed "s/&lt;/</g; s/&gt;/>/g; s/&quot;/\"/g; s/&#39;/'/g; s/&amp;/\\&/g"
}

# Each ring's command prints as many tickets as are counted of it, the first one first.
tickets_hold() {
    grep -o "<pre>between [^<]*" "$work/r.html" | sed 's/<pre>//' | unescape >"$work/commands"
    [ "$(wc -l <"$work/commands")" -eq "$(jq '.rings | length' "$work/r.json")" ] || return 1
    ring=0
    while read -r command; do
        (cd "$work/market" && . "$work/helpers" && eval "$command") >"$work/tickets" || return 1
        want=$(jq ".rings[$ring].observed" "$work/r.json")
        [ "$(wc -l <"$work/tickets")" -eq "$want" ] || {
            echo "ring $ring: $want tickets, but $(wc -l <"$work/tickets")"
            return 1
        }
        first=$(head -1 "$work/tickets" | cut -f 2)
        sed -n "/id=\"ring-$ring-tickets\"/,/<\/article>/p" "$work/r.html" | grep -q "$first" || {
            echo "ring $ring: the page does not show its first ticket, $first"
            return 1
        }
        ring=$((ring + 1))
    done <"$work/commands"
    [ "$ring" -gt 0 ]
}

agents_hold() {
    agent=$(jq -r '.agents[0].agent' "$work/r.json")
    want=$(jq '.agents[0].tickets' "$work/r.json")
    is=$(cd "$work/market" && . "$work/helpers" && of "$agent" | wc -l)
    [ "$want" -eq "$is" ] || echo "agent $agent: $want tickets, but $is"
    [ "$want" -eq "$is" ]
}

if command -v jq >/dev/null; then
    ok "a market and a report of it" market
    ok "a ring's command lists the tickets that were counted" tickets_hold
    ok "an agent's command, too" agents_hold
    ok "a report of the last days only" market --window 12d
    ok "counts only the tickets of these" tickets_hold
else
    echo "[  SKIPPED ] jq is not there"
fi
echo "[==========] $((passed + failed)) test(s) run."
echo "[  PASSED  ] $passed test(s)."
[ "$failed" -eq 0 ] || echo "[  FAILED  ] $failed test(s)."
[ "$failed" -eq 0 ]
