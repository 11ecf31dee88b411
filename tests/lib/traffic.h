/* SPDX-License-Identifier: Apache-2.0 */
/*
 * traffic.h - clients that keep asking while something is done to the gateway, and count.
 *
 * They behave as good clients do: a connection that the gateway announced to close, or has closed
 * while nothing was asked on it, is not used again. Everything else that goes wrong is a failure.
 */
#ifndef SG_TESTS_TRAFFIC_H
#define SG_TESTS_TRAFFIC_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

enum { SG_TRAFFIC_CLIENTS = 4 };

/* What is asked: POST of this text to target; and whether an answer's body is right. */
struct sg_traffic_talk {
    const char *target, *text;
    bool (*right)(struct sg_bytes body);
};

struct sg_traffic {
    unsigned port;
    struct sg_traffic_talk talk;
    pthread_t thread[SG_TRAFFIC_CLIENTS];
    atomic_uint next; /* number of the next client */
    atomic_bool stopping;
    atomic_size_t answered; /* with 200 and the right body */
    atomic_size_t failed;
    atomic_size_t connections;
    pthread_mutex_t lock;
    char why[160]; /* of the first failure; under the lock */
};

void sg_traffic_start(struct sg_traffic *traffic, unsigned port,
                      const struct sg_traffic_talk *talk);
/* Waits until so many were answered, or one has failed. */
void sg_traffic_await(struct sg_traffic *traffic, size_t answered);
/* Each client ends what it has begun. */
void sg_traffic_stop(struct sg_traffic *traffic);

#endif
