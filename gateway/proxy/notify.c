/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notify.c - tells the service manager how we are.
 *
 * A datagram of lines, never waited for: a manager that does not listen must not stop the gateway.
 */
#include "proxy/notify.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/clock.h"

enum { TEXT_MOST = 512, NS_PER_US = 1000 };

/* A path, or with @ in front a name that is in no file system. */
static int connect_to(const char *name)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    size_t len = strlen(name);
    if ((name[0] != '/' && name[0] != '@') || len < 2 || len >= sizeof to.sun_path)
        return -1;
    memcpy(to.sun_path, name, len);
    if (name[0] == '@')
        to.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
    if (connect(fd, (const struct sockaddr *)&to, size) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

static uint64_t watchdog(void)
{
    const char *wanted = getenv("WATCHDOG_USEC"), *whose = getenv("WATCHDOG_PID");
    uint64_t us = 0, pid = 0;
    if (wanted == NULL || !sg_bytes_to_u64(sg_bytes_of(wanted), &us) || us > UINT64_MAX / NS_PER_US)
        return 0;
    if (whose != NULL && (!sg_bytes_to_u64(sg_bytes_of(whose), &pid) || pid != (uint64_t)getpid()))
        return 0;
    return us * NS_PER_US;
}

void sg_notify_open(struct sg_notify *notify)
{
    const char *name = getenv("NOTIFY_SOCKET");
    *notify = (struct sg_notify){.fd = 0};
    if (name == NULL)
        return;
    notify->fd = connect_to(name) + 1;
    notify->watchdog_ns = notify->fd > 0 ? watchdog() : 0;
}

void sg_notify_close(struct sg_notify *notify)
{
    if (notify->fd > 0)
        (void)close(notify->fd - 1);
    *notify = (struct sg_notify){.fd = 0};
}

static void tell(const struct sg_notify *notify, const char *text)
{
    if (notify->fd > 0 && send(notify->fd - 1, text, strlen(text), MSG_NOSIGNAL) < 0)
        return; /* it has nobody else to complain to */
}

static void tell_status(const struct sg_notify *notify, const char *state, const char *status)
{
    char text[TEXT_MOST];
    (void)snprintf(text, sizeof text, "%s\nSTATUS=%s\n", state, status);
    tell(notify, text);
}

void sg_notify_ready(const struct sg_notify *notify, const char *status)
{
    tell_status(notify, "READY=1", status);
}

/* The manager compares the time with its own: it tells this reload from one before. */
void sg_notify_reloading(const struct sg_notify *notify)
{
    char text[TEXT_MOST];
    (void)snprintf(text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%llu\nSTATUS=loading\n",
                   (unsigned long long)(sg_clock_mono_ns() / NS_PER_US));
    tell(notify, text);
}

void sg_notify_stopping(const struct sg_notify *notify, const char *status)
{
    tell_status(notify, "STOPPING=1", status);
}

void sg_notify_alive(const struct sg_notify *notify)
{
    tell(notify, "WATCHDOG=1\n");
}
