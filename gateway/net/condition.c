/* SPDX-License-Identifier: Apache-2.0 */
/*
 * condition.c - a condition whose waits end by the clock that nobody sets.
 */
#include "net/condition.h"

#include <time.h>

bool sg_condition_init(pthread_cond_t *condition)
{
    pthread_condattr_t monotonic;
    if (pthread_condattr_init(&monotonic) != 0)
        return false;
    const bool good = pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0 &&
                      pthread_cond_init(condition, &monotonic) == 0;
    (void)pthread_condattr_destroy(&monotonic);
    return good;
}
