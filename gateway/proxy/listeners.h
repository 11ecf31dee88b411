/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listeners.h - all the sockets the gateway listens on, opened before anything else begins.
 *
 *     inherited (service manager, or the gateway before) --+
 *     opened here ------------------------------------------+--> worker 0 …, admin
 *
 * Each worker has its own socket for each address (SO_REUSEPORT; a unix socket is shared), so that
 * the kernel spreads connections and no worker waits for another. An inherited socket is used,
 * however many there are of its address: what waits in it must be taken by somebody.
 */
#ifndef SG_PROXY_LISTENERS_H
#define SG_PROXY_LISTENERS_H

#include <stdbool.h>
#include <stddef.h>
#include <scrubgate/status.h>

#include "proxy/config.h"

enum { SG_LISTENER_TEXT = 128, SG_INHERITED_NAME = 64 };

/* A listening socket that was open before this process. */
struct sg_inherited {
    int fd;                       /* -1: taken */
    bool needed;                  /* that no key names it is an error; else it is left over */
    bool admin;                   /* it was the admin port's; counts only when asked is set */
    char asked[SG_LISTENER_TEXT]; /* as the config it was opened for wrote it; "" when not known */
    char name[SG_INHERITED_NAME]; /* the service manager's, for messages; "" without */
};
struct sg_inheritance {
    struct sg_inherited *socket;
    size_t n;
};

/* One socket of one worker. */
struct sg_listening {
    int fd;
    size_t address; /* index in the config's listen */
    size_t worker;
};

/* All-zero is none. */
struct sg_listeners {
    struct sg_listening *socket; /* worker by worker */
    size_t n_sockets, cap;
    size_t n, n_workers;
    size_t taken;                   /* workers, in order, that have theirs */
    char (*text)[SG_LISTENER_TEXT]; /* the addresses as they are: port 0 has become a real one */
    int admin;                      /* 1 + descriptor, 0: none */
    bool admin_taken;
    char admin_text[SG_LISTENER_TEXT];
};

/*
 * Takes what of the inheritance (NULL: none) the config names, and opens the rest. EIO with the
 * address when one is in use, by this program too; EINVAL for an inherited one without a key.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_listeners_open(struct sg_listeners *listeners,
                                                           const struct sg_config *config,
                                                           struct sg_inheritance *inheritance,
                                                           struct scrubgate_fault *fault);
/* The n sockets of a worker, in order of workers: who takes them closes them; the list is borrowed
 * and stays. */
const struct sg_listening *sg_listeners_take(struct sg_listeners *listeners, size_t worker,
                                             size_t *n);
int sg_listeners_take_admin(struct sg_listeners *listeners);
/* Closes what was not taken. */
void sg_listeners_close(struct sg_listeners *listeners);

/* Closes what nobody took, and frees. */
void sg_inheritance_fini(struct sg_inheritance *inheritance);

#endif
