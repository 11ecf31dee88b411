/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acceptor.h - takes connections from listening sockets, in batches, no more than there is room
 * for.
 *
 * What does not fit stays in the kernel's accept queue. When descriptors or memory run out it
 * pauses instead of spinning.
 */
#ifndef SG_NET_ACCEPTOR_H
#define SG_NET_ACCEPTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <scrubgate/status.h>

#include "net/listen.h"
#include "net/loop.h"

struct sg_acceptor {
    struct sg_timer pause;
    struct sg_loop *loop;
    struct sg_listener *first;
    bool watching;
    /* How many more connections may come. */
    size_t (*room)(void *ctx);
    /* A non-blocking, close-on-exec socket, now the callee's, and who is at its other end. */
    void (*accepted)(void *ctx, int fd, const struct sg_address *peer);
    void *ctx;
};

void sg_acceptor_init(struct sg_acceptor *acceptor, struct sg_loop *loop, size_t (*room)(void *ctx),
                      void (*accepted)(void *ctx, int fd, const struct sg_address *peer),
                      void *ctx);
/* Listens on one more socket, the acceptor's from now on (also after an error it is closed). */
SCRUBGATE_MUST_USE enum scrubgate_status sg_acceptor_add(struct sg_acceptor *acceptor, int fd);
/* There is room again. Cheap when it was not waiting for that. */
void sg_acceptor_resume(struct sg_acceptor *acceptor);
/* Takes what has already come, then closes the listening sockets. */
void sg_acceptor_drain(struct sg_acceptor *acceptor);
void sg_acceptor_fini(struct sg_acceptor *acceptor);

#endif
