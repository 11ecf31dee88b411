/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listeners.c - all the sockets the gateway listens on, opened before anything else begins.
 */
#include "proxy/listeners.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/diag.h"

/* What a socket listens on: where port 0 was asked for, the one the system chose. */
static enum scrubgate_status name_of(int fd, struct sg_address *address,
                                     char text[SG_LISTENER_TEXT])
{
    address->len = sizeof address->storage;
    if (getsockname(fd, (struct sockaddr *)&address->storage, &address->len) != 0)
        return SCRUBGATE_EIO;
    sg_address_print(address, text, SG_LISTENER_TEXT);
    return SCRUBGATE_OK;
}

static enum scrubgate_status duplicate(int fd, int *copy)
{
    *copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    return *copy < 0 ? SCRUBGATE_EIO : SCRUBGATE_OK;
}

/*
 * One socket per worker for one address. Sockets that share an address share it with any other
 * process of the same user, too: so the address is first opened alone, which tells when it is in
 * use.
 */
static enum scrubgate_status open_address(struct sg_listeners *listeners, size_t at,
                                          struct sg_address address, struct scrubgate_fault *fault)
{
    bool local = address.storage.ss_family == AF_UNIX;
    bool share = !local && listeners->n_workers > 1;
    int alone = -1;
    enum scrubgate_status rc = sg_listen_open(&address, false, &alone, fault);
    if (rc >= 0)
        rc = name_of(alone, &address, listeners->text[at]);
    if (rc >= 0 && !share)
        listeners->fd[at] = alone;
    else if (alone >= 0)
        (void)close(alone);
    for (size_t i = share ? 0 : 1; i < listeners->n_workers && rc >= 0; i++) {
        int *fd = &listeners->fd[i * listeners->n + at];
        rc = share ? sg_listen_open(&address, true, fd, fault) : duplicate(listeners->fd[at], fd);
    }
    return rc;
}

enum scrubgate_status sg_listeners_open(struct sg_listeners *listeners,
                                        const struct sg_config *config,
                                        struct scrubgate_fault *fault)
{
    int admin = -1;
    struct sg_address address = config->admin;
    *listeners = (struct sg_listeners){.n = config->n_listen, .n_workers = config->workers};
    listeners->fd = malloc(listeners->n * listeners->n_workers * sizeof *listeners->fd);
    listeners->text = calloc(listeners->n, sizeof *listeners->text);
    if (listeners->fd == NULL || listeners->text == NULL) {
        listeners->n = listeners->fd == NULL ? 0 : listeners->n;
        listeners->n_workers = 0;
        return SCRUBGATE_ENOMEM;
    }
    for (size_t i = 0; i < listeners->n * listeners->n_workers; i++)
        listeners->fd[i] = -1;
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < listeners->n && rc >= 0; i++)
        rc = open_address(listeners, i, config->listen[i], fault);
    if (rc >= 0)
        rc = sg_listen_open(&address, false, &admin, fault);
    listeners->admin = admin + 1;
    if (rc >= 0)
        rc = name_of(admin, &address, listeners->admin_text);
    return rc;
}

const int *sg_listeners_take(struct sg_listeners *listeners, size_t worker, size_t *n)
{
    *n = listeners->n;
    if (listeners->taken <= worker)
        listeners->taken = worker + 1;
    return &listeners->fd[worker * listeners->n];
}

int sg_listeners_take_admin(struct sg_listeners *listeners)
{
    int fd = listeners->admin - 1;
    listeners->admin = 0;
    return fd;
}

void sg_listeners_close(struct sg_listeners *listeners)
{
    for (size_t i = listeners->taken * listeners->n; i < listeners->n * listeners->n_workers; i++)
        if (listeners->fd[i] >= 0)
            (void)close(listeners->fd[i]);
    if (listeners->admin > 0)
        (void)close(listeners->admin - 1);
    free(listeners->fd);
    free(listeners->text);
    *listeners = (struct sg_listeners){.n = 0};
}
