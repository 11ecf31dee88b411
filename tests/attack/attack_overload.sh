#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# 60 seconds at three times the capacity: goodput stays at 90 % of the peak, memory below its
# ceiling, and nobody is turned away two seconds later. The test is test_attack_overload.c, which
# does the same in small.
set -u
ulimit -n 16384 || { echo "2,000 connections need 16384 descriptors: see ulimit -n"; exit 1; }
export SCRUBGATE_BIN="$1/scrubgate"
export OVERLOAD_SECONDS="${OVERLOAD_SECONDS:-60}"
export OVERLOAD_TIMED=1
exec "$1/tests/attack/test_attack_overload"
