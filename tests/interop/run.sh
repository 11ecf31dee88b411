#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Has verifiers that others wrote check a log made under load, and proofs of its records.
# usage: tests/interop/run.sh BUILD [RECORDS [PROOFS]]
#
#     load -> scrubgate serve -> log ─┬─> scrubgate audit witness -> a witness in Go, again and again
#                                     ├─> scrubgate audit verify, prove
#                                     └─> Go: x/mod sumdb note and tlog        npm: @sigstore/verify
#
# Loopback only but for npm's registry; what is not reached is said.
set -eu
build=$1 records=${2:-1000000} proofs=${3:-1000}
program=$build/scrubgate
work=$(mktemp -d "${TMPDIR:-/var/tmp}/scrubgate-interop-XXXXXX")
witness=
end() {
    [ -z "$witness" ] || kill "$witness" 2>/dev/null || true
    rm -rf "$work"
}
trap end EXIT
trap 'exit 1' INT TERM
mkdir "$work/kept" "$work/proofs" "$work/flipped"
audit=$work/made/audit vkey=$work/made/keys/log.vkey

say() {
    echo "$(date +%T) $*"
}
fail() {
    echo "interop: $*" >&2
    exit 1
}

# --- programs: Debian's Go with its packages below GOPATH, no modules, no network

export GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS= GOCACHE="$work/go"
for name in verify witness; do
    go build -o "$work/$name" tests/interop/$name/*.go || fail "go could not build $name"
done

# --- the log, and a witness that looks on while it grows

say "making a log of $records records under load"
"$build/tests/interop/make_log" "$program" "$work" "$records" 150 &
making=$!
while [ ! -s "$vkey" ] || [ ! -s "$audit/checkpoint" ]; do
    kill -0 "$making" 2>/dev/null || fail 'no log was made'
    sleep 0.2
done
"$work/witness" "$vkey" "$work/ready" &
witness=$!
while [ ! -s "$work/ready" ]; do
    kill -0 "$witness" 2>/dev/null || fail 'the witness does not run'
    sleep 0.1
done
{
    echo "log $(cat "$vkey")"
    echo "witness go $(paste -s -d ' ' "$work/ready")"
    echo 'quorum go'
} >"$work/policy"
ask() {
    "$program" audit witness -p "$vkey" --policy "$work/policy" "$audit" >"$work/said" 2>&1 || {
        cat "$work/said" >&2
        fail 'the witness was not content'
    }
}
asked=0
while kill -0 "$making" 2>/dev/null; do
    ask
    asked=$((asked + 1))
    sleep 1
done
wait "$making" || fail 'the log was not made'
ask
say "a witness in Go cosigned $((asked + 1)) checkpoints while the log grew"

# --- our own verdict, and proofs

"$program" audit verify -p "$vkey" --witness-policy "$work/policy" "$audit" >"$work/said" 2>&1 || {
    cat "$work/said" >&2
    fail 'scrubgate audit verify does not find it proven'
}
say "scrubgate audit verify: PROVEN,$(sed -n 's/^  witnessed */ witnessed: /p' "$work/said")"
size=$(sed -n 2p "$audit/checkpoint")
[ "$size" -ge "$records" ] || fail "$size records only"
# The first, the last, and others all over.
awk -v n="$proofs" -v size="$size" 'BEGIN { srand(22); seen[0] = seen[size - 1] = 1
    for (have = 2; have < n;) { i = int(rand() * size); if (!(i in seen)) { seen[i] = 1; have++ } }
    for (i in seen) printf "%d\n", i }' | sort -n >"$work/numbers"
"$program" audit prove --list "$work/numbers" --out-dir "$work/proofs" "$audit" >"$work/said" 2>&1 || {
    cat "$work/said" >&2
    fail 'a record is not proven'
}
say "scrubgate audit prove: $(wc -l <"$work/numbers") proofs, of records all over the log"

n=$(sed -n 2p "$work/numbers")
"$program" audit prove --witnessed -o "$work/one" -r "$work/one.json" "$audit" "$n" >"$work/said" 2>&1 &&
    "$program" audit verify-proof --policy "$work/policy" -r "$work/one.json" "$work/one" >"$work/said" 2>&1 || {
    cat "$work/said" >&2
    fail "record $n is not proven as witnessed"
}
say "scrubgate audit verify-proof: $(cat "$work/said")"

# --- others

"$work/verify" "$vkey" "$audit" "$work/kept" "$work/proofs" "$work/flipped"
refused=0
while read -r n; do
    "$program" audit verify-proof -p "$vkey" -r "$work/proofs/$n.json" "$work/proofs/$n.proof" \
        >/dev/null || fail "verify-proof refuses record $n"
    if "$program" audit verify-proof -p "$vkey" -r "$work/proofs/$n.json" \
        "$work/flipped/$n.proof" >/dev/null 2>&1; then
        fail "verify-proof takes record $n with a bit flipped"
    fi
    refused=$((refused + 1))
done <"$work/numbers"
say "scrubgate audit verify-proof: takes them, and refuses the $refused that Go flipped a bit of"

modules=$build/interop/node_modules
if ! command -v npm >/dev/null 2>&1; then
    echo '@sigstore/verify: not reached: there is no npm here'
elif ! { [ -d "$modules/@sigstore/verify" ] || { mkdir -p "$build/interop" &&
    timeout 120 npm install --loglevel=error --no-audit --no-fund --ignore-scripts --prefix "$build/interop" \
        @sigstore/verify >"$work/npm" 2>&1; }; }; then
    echo "@sigstore/verify: not reached: $(grep -m 1 . "$work/npm")"
else
    node tests/interop/sigstore.js "$modules" "$work/proofs"
fi
say 'done: all of them agree'
