/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event_expiry.c - days of events that are older than 180 days go.
 */
#include "proxy/event_expiry.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/diag.h"

enum { GAP_DAYS = 30, DATE_LEN = 10 };
static const uint64_t day_ms = 24 * 60 * 60 * 1000, ns_per_ms = 1000000;

void sg_event_expiry_init(struct sg_event_expiry *expiry, uint64_t wall_ms, uint64_t boot_ns)
{
    *expiry = (struct sg_event_expiry){.wall_ms = wall_ms, .boot_ns = boot_ns};
}

/* Days since 1970 of YYYY-MM-DD.ndjson; 0: it is none. */
static uint64_t day_of(const char *name)
{
    static const char form[] = "dddd-dd-dd.ndjson";
    unsigned part[3] = {0};
    size_t at = 0;
    if (strlen(name) != sizeof form - 1 || strcmp(name + DATE_LEN, form + DATE_LEN) != 0)
        return 0;
    for (size_t i = 0; i < DATE_LEN; i++) {
        if (form[i] == '-' ? name[i] != '-' : !sg_is_digit((uint8_t)name[i]))
            return 0;
        if (form[i] == '-')
            at++;
        else
            part[at] = 10 * part[at] + (unsigned)(name[i] - '0');
    }
    if (part[1] < 1 || part[1] > 12 || part[2] < 1 || part[2] > 31)
        return 0;
    const int64_t day = sg_clock_days((int)part[0], (int)part[1], (int)part[2]);
    return day < 0 ? 0 : (uint64_t)day;
}

bool sg_event_expiry_jumped(const struct sg_event_expiry *expiry, uint64_t wall_ms,
                            uint64_t boot_ns)
{
    const uint64_t should = expiry->wall_ms + (boot_ns - expiry->boot_ns) / ns_per_ms;
    return wall_ms > should + day_ms || should > wall_ms + day_ms;
}

static bool is_old(uint64_t day, uint64_t today)
{
    return day != 0 && day + SG_EVENT_DAYS < today;
}

/* The newest day before today; 0: there is none. */
static uint64_t newest_before(DIR *list, uint64_t today)
{
    uint64_t newest = 0;
    rewinddir(list);
    for (const struct dirent *entry = readdir(list); entry != NULL; entry = readdir(list)) {
        const uint64_t day = day_of(entry->d_name);
        if (day > newest && day < today)
            newest = day;
    }
    return newest;
}

static bool remove_old(DIR *list, uint64_t today, struct sg_expired *expired)
{
    bool ok = true;
    rewinddir(list);
    for (const struct dirent *entry = readdir(list); entry != NULL; entry = readdir(list)) {
        const uint64_t day = day_of(entry->d_name), end_ms = (day + 1) * day_ms;
        if (!is_old(day, today))
            continue;
        if (unlinkat(dirfd(list), entry->d_name, 0) != 0) {
            ok = false;
            continue;
        }
        expired->files++;
        if (end_ms > expired->to_ms)
            expired->to_ms = end_ms;
    }
    return ok;
}

enum scrubgate_status sg_event_expiry_tend(struct sg_event_expiry *expiry, const char *folder,
                                           uint64_t wall_ms, uint64_t boot_ns,
                                           struct sg_expired *expired,
                                           struct scrubgate_fault *fault)
{
    const uint64_t today = wall_ms / day_ms;
    *expired = (struct sg_expired){0};
    if (today == expiry->day || sg_event_expiry_jumped(expiry, wall_ms, boot_ns))
        return SCRUBGATE_DONE;
    expiry->day = today;
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = fd < 0 ? NULL : fdopendir(fd);
    if (list == NULL) {
        sg_fault_set(fault, folder, 0, 0, "cannot list this folder: %s", strerror(errno));
        if (fd >= 0)
            (void)close(fd);
        return SCRUBGATE_EIO;
    }
    const uint64_t newest = newest_before(list, today);
    enum scrubgate_status rc = SCRUBGATE_DONE;
    if (newest + GAP_DAYS >= today && !remove_old(list, today, expired)) {
        sg_fault_set(fault, folder, 0, 0, "an old day's events cannot be removed: %s",
                     strerror(errno));
        rc = SCRUBGATE_EIO;
    }
    (void)closedir(list);
    return rc == SCRUBGATE_DONE && expired->files > 0 ? SCRUBGATE_OK : rc;
}
