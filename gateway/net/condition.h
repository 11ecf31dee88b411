/* SPDX-License-Identifier: Apache-2.0 */
/*
 * condition.h - a condition whose waits end by the clock that nobody sets.
 */
#ifndef SG_NET_CONDITION_H
#define SG_NET_CONDITION_H

#include <pthread.h>
#include <stdbool.h>

/* For pthread_cond_timedwait by CLOCK_MONOTONIC. False: there is none. */
bool sg_condition_init(pthread_cond_t *condition);

#endif
