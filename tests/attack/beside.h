/* SPDX-License-Identifier: Apache-2.0 */
/*
 * beside.h - a good client beside an attack: asks at a steady pace, and sees that it is served.
 *
 * It keeps one connection. Loopback only, in a thread of its own.
 */
#ifndef SG_ATTACK_BESIDE_H
#define SG_ATTACK_BESIDE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sg_beside {
    /* Set before start: */
    unsigned port;
    const char *request; /* all of it; borrowed */
    const char *answer;  /* the body that must come; NULL: any */
    unsigned pace_ms;    /* between two requests */
    /* To be read at any time: */
    atomic_size_t right;       /* 200, with that body */
    atomic_size_t turned_away; /* 503 with Retry-After; the connection stayed */
    atomic_size_t wrong;       /* all else */
    atomic_size_t slowest_us;
    /* Its own: */
    pthread_t thread;
    atomic_bool stopping;
    int fd; /* 1 + the connection; 0: none */
    char why[160];
};

void sg_beside_start(struct sg_beside *beside);
/* Fails the test when it has asked and not once been answered rightly. */
void sg_beside_stop(struct sg_beside *beside);
/* And when anything was wrong. */
void sg_beside_stop_unharmed(struct sg_beside *beside);
/* Waits for so many more right answers with none turned away or wrong between; the test's patience
 * is the bound. */
void sg_beside_await(struct sg_beside *beside, size_t in_a_row);

#endif
