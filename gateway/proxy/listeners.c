/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listeners.c - all the sockets the gateway listens on, opened before anything else begins.
 */
#include "proxy/listeners.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/diag.h"

/* What a socket listens on: where port 0 was asked for, the one the system chose. */
static enum scrubgate_status name_of(int fd, char text[SG_LISTENER_TEXT])
{
    struct sg_address address = {.len = sizeof address.storage};
    if (getsockname(fd, (struct sockaddr *)&address.storage, &address.len) != 0)
        return SCRUBGATE_EIO;
    sg_address_print(&address, text, SG_LISTENER_TEXT);
    return SCRUBGATE_OK;
}

static enum scrubgate_status duplicate(int fd, int *copy)
{
    *copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    return *copy < 0 ? SCRUBGATE_EIO : SCRUBGATE_OK;
}

/* --- inherited --- */

static bool is_listening(int fd)
{
    int type = 0, listens = 0;
    socklen_t len = sizeof type;
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_STREAM &&
           getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) == 0 && listens != 0;
}

/* Takes one that listens on this address, or -1. What the config asked for tells too: port 0 has
 * become a real one. */
static int take_inherited(struct sg_inheritance *inheritance, const struct sg_address *address,
                          const char *asked, bool admin)
{
    char wanted[SG_LISTENER_TEXT], text[SG_LISTENER_TEXT];
    sg_address_print(address, wanted, sizeof wanted);
    for (size_t i = 0; inheritance != NULL && i < inheritance->n; i++) {
        struct sg_inherited *one = &inheritance->socket[i];
        if (one->fd < 0 || (one->asked[0] != '\0' && one->admin != admin) ||
            name_of(one->fd, text) < 0)
            continue;
        if (strcmp(text, wanted) != 0 && strcmp(one->asked, asked) != 0)
            continue;
        int fd = one->fd;
        one->fd = -1;
        return fd;
    }
    return -1;
}

static enum scrubgate_status check_inherited(const struct sg_inheritance *inheritance,
                                             struct scrubgate_fault *fault)
{
    for (size_t i = 0; inheritance != NULL && i < inheritance->n; i++) {
        if (!is_listening(inheritance->socket[i].fd)) {
            sg_fault_set(fault, NULL, 0, 0,
                         "the inherited descriptor %d %s is no listening stream socket: look at "
                         "the socket unit",
                         inheritance->socket[i].fd, inheritance->socket[i].name);
            return SCRUBGATE_EINVAL;
        }
    }
    return SCRUBGATE_OK;
}

static enum scrubgate_status check_left(const struct sg_inheritance *inheritance,
                                        struct scrubgate_fault *fault)
{
    char text[SG_LISTENER_TEXT];
    for (size_t i = 0; inheritance != NULL && i < inheritance->n; i++) {
        if (!inheritance->socket[i].needed || inheritance->socket[i].fd < 0 ||
            name_of(inheritance->socket[i].fd, text) < 0)
            continue;
        sg_fault_set(fault, NULL, 0, 0,
                     "the inherited socket %s %s is named by neither listen nor admin: add it "
                     "there, or take it out of the socket unit",
                     text, inheritance->socket[i].name);
        return SCRUBGATE_EINVAL;
    }
    return SCRUBGATE_OK;
}

void sg_inheritance_fini(struct sg_inheritance *inheritance)
{
    for (size_t i = 0; i < inheritance->n; i++)
        if (inheritance->socket[i].fd >= 0)
            (void)close(inheritance->socket[i].fd);
    free(inheritance->socket);
    *inheritance = (struct sg_inheritance){.n = 0};
}

/* --- the sockets of one address --- */

/* The socket is the list's, also on error. */
static enum scrubgate_status add(struct sg_listeners *listeners, size_t address, size_t worker,
                                 int fd)
{
    if (listeners->n_sockets == listeners->cap) {
        size_t cap = listeners->cap * 2 + 8;
        struct sg_listening *list = realloc(listeners->socket, cap * sizeof *list);
        if (list == NULL) {
            (void)close(fd);
            return SCRUBGATE_ENOMEM;
        }
        listeners->socket = list;
        listeners->cap = cap;
    }
    listeners->socket[listeners->n_sockets++] =
        (struct sg_listening){.fd = fd, .address = address, .worker = worker};
    return SCRUBGATE_OK;
}

/* For a worker without one yet: a socket of its own beside the first, where the kernel lets it
 * join; else a copy of the first, which all then share. */
static enum scrubgate_status open_sibling(int first, const struct sg_address *address, int *fd,
                                          struct scrubgate_fault *fault)
{
    if (address->storage.ss_family != AF_UNIX && sg_listen_open(address, true, fd, NULL) >= 0)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = duplicate(first, fd);
    if (rc < 0)
        sg_fault_set(fault, NULL, 0, 0, "out of file descriptors: raise the limit (ulimit -n)");
    return rc;
}

/*
 * The first socket of an address is opened alone: those that share one share it with any other
 * process of the same user, too, so only that tells when it is in use.
 */
static enum scrubgate_status open_address(struct sg_listeners *listeners, size_t at,
                                          const struct sg_config *config,
                                          struct sg_inheritance *inheritance,
                                          struct scrubgate_fault *fault)
{
    const struct sg_address *asked = &config->listen[at];
    const char *text = config->listen_text[at];
    struct sg_address address = {.len = sizeof address.storage};
    size_t n = 0;
    enum scrubgate_status rc = SCRUBGATE_OK;
    int fd = take_inherited(inheritance, asked, text, false), first = fd;
    for (; fd >= 0 && rc >= 0; fd = take_inherited(inheritance, asked, text, false))
        rc = add(listeners, at, n++ % listeners->n_workers, fd);
    if (rc >= 0 && n == 0) {
        rc = sg_listen_open(asked, false, &first, fault);
        if (rc >= 0)
            rc = add(listeners, at, n++, first);
    }
    if (rc >= 0 && (getsockname(first, (struct sockaddr *)&address.storage, &address.len) != 0 ||
                    name_of(first, listeners->text[at]) < 0))
        rc = SCRUBGATE_EIO;
    for (; n < listeners->n_workers && rc >= 0; n++) {
        rc = open_sibling(first, &address, &fd, fault);
        if (rc >= 0)
            rc = add(listeners, at, n, fd);
    }
    return rc;
}

static enum scrubgate_status open_admin(struct sg_listeners *listeners,
                                        const struct sg_config *config,
                                        struct sg_inheritance *inheritance,
                                        struct scrubgate_fault *fault)
{
    int fd = take_inherited(inheritance, &config->admin, config->admin_text, true);
    enum scrubgate_status rc =
        fd >= 0 ? SCRUBGATE_OK : sg_listen_open(&config->admin, false, &fd, fault);
    if (rc < 0)
        return rc;
    listeners->admin = fd + 1;
    return name_of(fd, listeners->admin_text);
}

/* --- all --- */

static int by_worker(const void *a, const void *b)
{
    const struct sg_listening *x = a, *y = b;
    if (x->worker != y->worker)
        return x->worker < y->worker ? -1 : 1;
    return x->address < y->address ? -1 : x->address > y->address;
}

enum scrubgate_status sg_listeners_open(struct sg_listeners *listeners,
                                        const struct sg_config *config,
                                        struct sg_inheritance *inheritance,
                                        struct scrubgate_fault *fault)
{
    *listeners = (struct sg_listeners){.n = config->n_listen, .n_workers = config->workers};
    listeners->text = calloc(listeners->n, sizeof *listeners->text);
    if (listeners->text == NULL) {
        listeners->n = 0;
        return SCRUBGATE_ENOMEM;
    }
    enum scrubgate_status rc = check_inherited(inheritance, fault);
    for (size_t i = 0; i < listeners->n && rc >= 0; i++)
        rc = open_address(listeners, i, config, inheritance, fault);
    if (rc >= 0)
        rc = open_admin(listeners, config, inheritance, fault);
    if (rc >= 0)
        rc = check_left(inheritance, fault);
    if (listeners->n_sockets > 0)
        qsort(listeners->socket, listeners->n_sockets, sizeof *listeners->socket, by_worker);
    return rc;
}

const struct sg_listening *sg_listeners_take(struct sg_listeners *listeners, size_t worker,
                                             size_t *n)
{
    size_t first = 0, end;
    while (first < listeners->n_sockets && listeners->socket[first].worker < worker)
        first++;
    for (end = first; end < listeners->n_sockets && listeners->socket[end].worker == worker;)
        end++;
    *n = end - first;
    if (listeners->taken <= worker)
        listeners->taken = worker + 1;
    return listeners->socket + first;
}

int sg_listeners_take_admin(struct sg_listeners *listeners)
{
    listeners->admin_taken = true;
    return listeners->admin - 1;
}

void sg_listeners_close(struct sg_listeners *listeners)
{
    for (size_t i = 0; i < listeners->n_sockets; i++)
        if (listeners->socket[i].worker >= listeners->taken)
            (void)close(listeners->socket[i].fd);
    if (listeners->admin > 0 && !listeners->admin_taken)
        (void)close(listeners->admin - 1);
    free(listeners->socket);
    free(listeners->text);
    *listeners = (struct sg_listeners){.n = 0};
}
