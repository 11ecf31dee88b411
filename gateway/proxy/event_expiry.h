/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event_expiry.h - days of events that are older than 180 days go.
 *
 * A clock that was set far ahead makes all of them old at once: while the process that saw it jump
 * lives, nothing goes; later only once a day's events lie behind the gap.
 */
#ifndef SG_PROXY_EVENT_EXPIRY_H
#define SG_PROXY_EVENT_EXPIRY_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

enum { SG_EVENT_DAYS = 180 };

struct sg_event_expiry {
    uint64_t wall_ms, boot_ns; /* as it began */
    uint64_t day;              /* looked last */
};

void sg_event_expiry_init(struct sg_event_expiry *expiry, uint64_t wall_ms, uint64_t boot_ns);

/* Whether the clock moved by more than a day against time since then. */
bool sg_event_expiry_jumped(const struct sg_event_expiry *expiry, uint64_t wall_ms,
                            uint64_t boot_ns);

struct sg_expired {
    uint64_t files, to_ms; /* how many went; the end of the newest day that did */
};
/* Once each day. DONE: nothing went. EIO: something could not be removed, or the folder not read;
 * what went before counts. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_event_expiry_tend(struct sg_event_expiry *expiry,
                                                              const char *folder, uint64_t wall_ms,
                                                              uint64_t boot_ns,
                                                              struct sg_expired *expired,
                                                              struct scrubgate_fault *fault);

#endif
