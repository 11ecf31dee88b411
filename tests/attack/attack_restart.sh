#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# 200 reloads, every tenth broken, and 5 takeovers during 100,000 requests: none may fail, none may
# be without its record. The test is tests/wire/test_wire_restart.c, which does the same in small.
set -u
export SCRUBGATE_BIN="$1/scrubgate"
export RESTART_REQUESTS="${RESTART_REQUESTS:-100000}"
export RESTART_RELOADS="${RESTART_RELOADS:-200}"
export RESTART_HANDOVERS="${RESTART_HANDOVERS:-5}"
exec "$1/tests/wire/test_wire_restart"
