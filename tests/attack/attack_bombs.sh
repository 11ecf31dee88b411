#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Messages that are small to send and dear to read: no more than 50 ms of CPU time each, or for each
# byte no more than twice as much as ordinary chat costs. The test is test_attack_bombs.c; it looks
# at the same messages' answers and memory in `make test`.
set -u
export SCRUBGATE_BIN="$1/scrubgate"
export BOMBS_TIMED=1
exec "$1/tests/attack/test_attack_bombs"
