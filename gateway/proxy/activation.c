/* SPDX-License-Identifier: Apache-2.0 */
/*
 * activation.c - listening sockets that the service manager opened.
 *
 * They are descriptors 3, 4, … as many as LISTEN_FDS says, and ours when LISTEN_PID is us.
 */
#include "proxy/activation.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/diag.h"

enum { FIRST = 3, SOCKETS_MOST = 4096 };

/* A whole decimal number up to most, or false. */
static bool number_of(const char *text, uint64_t most, uint64_t *value)
{
    return text != NULL && sg_bytes_to_u64(sg_bytes_of(text), value) && *value <= most;
}

/* The next of the names between colons; they are for messages only. */
static const char *take_name(const char *names, char name[SG_INHERITED_NAME])
{
    size_t len = names == NULL ? 0 : strcspn(names, ":");
    size_t kept = len < SG_INHERITED_NAME ? len : SG_INHERITED_NAME - 1;
    if (kept > 0)
        memcpy(name, names, kept);
    name[kept] = '\0';
    return names == NULL || names[len] == '\0' ? NULL : names + len + 1;
}

static enum scrubgate_status take(struct sg_inheritance *inheritance, size_t n,
                                  struct scrubgate_fault *fault)
{
    const char *names = getenv("LISTEN_FDNAMES");
    inheritance->socket = calloc(n, sizeof *inheritance->socket);
    if (inheritance->socket == NULL)
        return SCRUBGATE_ENOMEM;
    for (int fd = FIRST; inheritance->n < n; fd++) {
        struct sg_inherited *one = &inheritance->socket[inheritance->n++];
        int flags = fcntl(fd, F_GETFL);
        one->fd = fd;
        one->needed = true;
        names = take_name(names, one->name);
        if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
            fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) {
            one->fd = -1; /* not ours to close */
            sg_fault_set(fault, "LISTEN_FDS", 0, 0, "descriptor %d is not open", fd);
            return SCRUBGATE_EINVAL;
        }
    }
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_activation_take(struct sg_inheritance *inheritance,
                                         struct scrubgate_fault *fault)
{
    const char *count = getenv("LISTEN_FDS");
    uint64_t pid = 0, n = 0;
    enum scrubgate_status rc = SCRUBGATE_OK;
    *inheritance = (struct sg_inheritance){.n = 0};
    /* Variables that a parent left behind are for that parent. */
    if (!number_of(getenv("LISTEN_PID"), INT32_MAX, &pid) || (pid_t)pid != getpid())
        goto out;
    if (!number_of(count, SOCKETS_MOST, &n)) {
        sg_fault_set(fault, "LISTEN_FDS", 0, 0, "no number of sockets, 0 to %d", SOCKETS_MOST);
        rc = SCRUBGATE_EINVAL;
        goto out;
    }
    if (n > 0)
        rc = take(inheritance, (size_t)n, fault);
out:
    (void)unsetenv("LISTEN_PID");
    (void)unsetenv("LISTEN_FDS");
    (void)unsetenv("LISTEN_FDNAMES");
    if (rc < 0)
        sg_inheritance_fini(inheritance);
    return rc;
}
