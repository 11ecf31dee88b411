#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prints the tables of docs/BENCHMARKS.md. usage: tests/bench/run.sh BUILD [PART [ARGUMENT]...]
# PART: proxy [ROUNDS [SECONDS [PART]...]], audit [ROUNDS [SECONDS [RECORDS [PART]...]]], scan, detect [SEED [EACH]], or collusion [SEED [EACH]]; all without. BENCH_LABELS: a larger labelled file for both. BENCH_MIB: length of
# the long body.
set -eu
build=$1 only=${2:-}
bench=$build/tests/bench
labels=${BENCH_LABELS:-tests/data/sgd-slice.ndjson}
echo "machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg)"
echo
if [ $# -lt 2 ]; then shift $#; else shift 2; fi
if [ -z "$only" ] || [ "$only" = proxy ]; then
    echo '## Requests'
    "$bench/bench_proxy" "$build/scrubgate" "$@"
    echo
fi
if [ -z "$only" ]; then
    echo '## A long body'
    "$bench/bench_memory" "$build/scrubgate" "${BENCH_MIB:-1024}"
    echo
fi
if [ -z "$only" ] || [ "$only" = audit ]; then
    echo '## The audit log'
    "$bench/bench_audit" "$build/scrubgate" "$bench/scrubgate_unaudited" "$@"
    echo
fi
if [ -z "$only" ] || [ "$only" = scan ]; then
    echo '## Scanning'
    "$bench/bench_scan" "$labels"
    echo
fi
if [ -z "$only" ] || [ "$only" = detect ]; then
    echo '## Detection'
    "$bench/bench_detect" "$build/scrubgate" "${1:-1}" "${2:-100}"
fi
if [ -z "$only" ] || [ "$only" = collusion ]; then
    echo
    echo '## Collusion'
    mkdir -p "$build/market"
    set -- "$build/scrubgate" "$build/market" "${1:-101}" "${2:-10}"
    case ${FLOWS:-} in
    '') "$bench/bench_collusion" "$@" ;;
    *.zip) unzip -p "$FLOWS" | "$bench/bench_collusion" "$@" - ;;
    *) "$bench/bench_collusion" "$@" "$FLOWS" ;;
    esac
fi
