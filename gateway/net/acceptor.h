/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acceptor.h - takes connections from listening sockets, in batches, no more than there is room
 * for.
 *
 * What does not fit stays in the kernel's accept queue. When descriptors or memory run out it
 * pauses instead of spinning; a descriptor kept in reserve lets those who wait be turned away.
 */
#ifndef SG_NET_ACCEPTOR_H
#define SG_NET_ACCEPTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <scrubgate/status.h>

#include "net/listen.h"
#include "net/loop.h"

/* In all: a non-blocking, close-on-exec socket, now the callee's. */
struct sg_acceptor_calls {
    /* How many more connections may come. */
    size_t (*room)(void *ctx);
    /* peer: who is at the other end. */
    void (*accepted)(void *ctx, const void *mark, int fd, const struct sg_address *peer);
    /* There are no descriptors for it: to be told so and closed at once. */
    void (*shed)(void *ctx, const void *mark, int fd);
};

struct sg_acceptor {
    struct sg_timer pause;
    struct sg_loop *loop;
    struct sg_listener *first;
    bool watching;
    int reserve; /* 1 + a descriptor to give up, 0: none */
    struct sg_acceptor_calls calls;
    void *ctx;
};

void sg_acceptor_init(struct sg_acceptor *acceptor, struct sg_loop *loop,
                      const struct sg_acceptor_calls *calls, void *ctx);
/* Listens on one more socket, the acceptor's from now on (also after an error it is closed). mark
 * comes back with each of its connections. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_acceptor_add(struct sg_acceptor *acceptor, int fd,
                                                         const void *mark);
/* There is room again. Cheap when it was not waiting for that. */
void sg_acceptor_resume(struct sg_acceptor *acceptor);
/* Takes what has already come, then closes the listening sockets. */
void sg_acceptor_drain(struct sg_acceptor *acceptor);
void sg_acceptor_fini(struct sg_acceptor *acceptor);

#endif
