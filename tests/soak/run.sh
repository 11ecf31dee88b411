#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Long runs. Of the scan engine: the differential test with new dice again and again, long bodies that
# are meant to hurt, and every mutant. Of the audit log: kills, power cuts and tampering, with new dice.
# Stops at the first failure; what is printed makes it again.
# usage: tests/soak/run.sh BUILD [SECONDS] [MIB]
# SECONDS (600): how long the differential runs. MIB (1024): how long the long bodies are.
set -u
build=$1 seconds=${2:-600} mib=${3:-1024}
end=$(($(date +%s) + seconds))
runs=0
while :; do
    seed=$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')
    echo "test_differential --seed $seed"
    "$build/tests/scan/test_differential" --seed "$seed" >"$build/soak-output" 2>&1 || {
        grep -vE '^\[ *(RUN|OK) *\]' "$build/soak-output"
        echo "soak: the differential failed with seed $seed" >&2
        exit 1
    }
    grep -E '^[0-9]+ messages' "$build/soak-output"
    runs=$((runs + 1))
    [ "$(date +%s)" -lt "$end" ] || break
done
rm -f "$build/soak-output"
"$build/tests/soak/soak_stream" "$mib" || exit 1
export CRASH_SEED="$seed" CRASH_STATES=20000 KILLS_SEED="$seed" KILLS=10000 WIRE_KILLS=300 TAMPER_EVERY=1
export LEAK_VALUES=100000
for test in audit/test_log_crash audit/test_log_kill audit/test_tamper_bytes wire/test_wire_kills wire/test_wire_leak; do
    echo "$test, seed $seed"
    SCRUBGATE_BIN="$build/scrubgate" "$build/tests/$test" >"$build/soak-output" 2>&1 || {
        grep -vE '^\[ *(RUN|OK) *\]' "$build/soak-output"
        echo "soak: $test failed with seed $seed" >&2
        exit 1
    }
    rm -f "$build/soak-output"
done
MUTANTS=all sh tests/soak/test_mutants.sh || exit 1
echo "soak: $runs runs of the differential, long bodies, the audit log and mutants are as they should be"
