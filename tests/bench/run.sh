#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prints the tables of docs/BENCHMARKS.md. usage: tests/bench/run.sh BUILD [scan|detect [SEED [EACH]]]
# scan, detect: only that part. BENCH_LABELS: a larger labelled file for both. BENCH_MIB: length of
# the long body.
set -eu
build=$1 only=${2:-}
bench=$build/tests/bench
labels=${BENCH_LABELS:-tests/data/sgd-slice.ndjson}
echo "machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg)"
echo
if [ -z "$only" ]; then
    echo '## Requests'
    if command -v nginx >/dev/null 2>&1; then
        "$bench/bench_proxy" "$build/scrubgate"
    else
        echo 'nginx is not installed: no ratios (apt-get install nginx-light)'
    fi
    echo
    echo '## A long body'
    "$bench/bench_memory" "$build/scrubgate" "${BENCH_MIB:-1024}"
    echo
fi
if [ "$only" != detect ]; then
    echo '## Scanning'
    "$bench/bench_scan" "$labels"
    echo
fi
if [ "$only" != scan ]; then
    echo '## Detection'
    "$bench/bench_detect" "$build/scrubgate" "${3:-1}" "${4:-100}"
fi
