/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listeners.h - all the sockets the gateway listens on, opened before anything else begins.
 *
 * Each worker has its own socket for each address (SO_REUSEPORT; a unix socket is shared), so that
 * the kernel spreads connections and no worker waits for another.
 */
#ifndef SG_PROXY_LISTENERS_H
#define SG_PROXY_LISTENERS_H

#include <stddef.h>
#include <scrubgate/status.h>

#include "proxy/config.h"

enum { SG_LISTENER_TEXT = 128 };

/* All-zero is none. */
struct sg_listeners {
    int *fd; /* worker by worker, address by address; -1: not open */
    size_t n, n_workers;
    size_t taken;                   /* workers, in order, that have theirs */
    char (*text)[SG_LISTENER_TEXT]; /* the addresses as they are: port 0 has become a real one */
    int admin;                      /* 1 + descriptor, 0: none or taken */
    char admin_text[SG_LISTENER_TEXT];
};

/* EIO with the address when one is in use, by this program too. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_listeners_open(struct sg_listeners *listeners,
                                                           const struct sg_config *config,
                                                           struct scrubgate_fault *fault);
/* The n sockets of a worker, in order of workers: who takes them closes them; the list is borrowed.
 */
const int *sg_listeners_take(struct sg_listeners *listeners, size_t worker, size_t *n);
int sg_listeners_take_admin(struct sg_listeners *listeners);
/* Closes what was not taken. */
void sg_listeners_close(struct sg_listeners *listeners);

#endif
