/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy_guard.c - the guard's share of the CPU time of a small request.
 */
#include "proxy_bench.h"

void proxy_guard(struct bench *bench)
{
    (void)bench;
}
