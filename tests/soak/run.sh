#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Long runs of the scan engine: the differential test with new dice again and again, long bodies that
# are meant to hurt, and every mutant. Stops at the first failure; what is printed makes it again.
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
MUTANTS=all sh tests/soak/test_mutants.sh || exit 1
echo "soak: $runs runs of the differential, long bodies and mutants are as they should be"
