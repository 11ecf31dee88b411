/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notify.h - tells the service manager how we are: NOTIFY_SOCKET and WATCHDOG_USEC, as
 * sd_notify(3) and sd_watchdog_enabled(3) describe them.
 *
 * Without such a manager all of it does nothing.
 */
#ifndef SG_PROXY_NOTIFY_H
#define SG_PROXY_NOTIFY_H

#include <stdint.h>

/* All-zero: nobody to tell. */
struct sg_notify {
    int fd;               /* 1 + descriptor, connected: it still reaches from inside a sandbox */
    uint64_t watchdog_ns; /* how often it wants to hear WATCHDOG=1 at least; 0: never */
};

void sg_notify_open(struct sg_notify *notify);
void sg_notify_close(struct sg_notify *notify);

void sg_notify_ready(const struct sg_notify *notify, const char *status);
void sg_notify_reloading(const struct sg_notify *notify); /* ready, or stopping, ends it */
void sg_notify_stopping(const struct sg_notify *notify, const char *status);
void sg_notify_alive(const struct sg_notify *notify);

#endif
