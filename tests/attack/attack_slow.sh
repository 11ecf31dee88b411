#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# 2,000 slow clients of each manner, our own and slowhttptest's: each is cut by its deadline and a
# second, and a good client beside them sees nothing of it. The test is test_attack_slow.c, which
# does the same in small.
set -u
ulimit -n 16384 || { echo "2,000 connections need 16384 descriptors: see ulimit -n"; exit 1; }
export SCRUBGATE_BIN="$1/scrubgate"
export SLOW_CLIENTS="${SLOW_CLIENTS:-2000}"
export SLOW_LIMITS="${SLOW_LIMITS:-3000 5000 4000 5000}"
export SLOW_TIMED=1 SLOW_TOOL=1
exec "$1/tests/attack/test_attack_slow"
