/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox_cores.c - a core dump would hold bodies: none is written, and one that is holds nothing.
 *
 * Three measures, since each has a way around it: a limit of 0 is not asked where dumps go to a
 * program; "not dumpable" is undone by a change of user; the filter is what both the kernel and
 * gcore ask for each mapping. Bulk memory of messages is kept out once more, page by page
 * (base/pages.h).
 */
#include "proxy/sandbox_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/diag.h"

/* The leak sanitizer stops its own process as a debugger does. */
#ifdef SG_NO_SANDBOX
static const int may_be_traced = 1;
#else
static const int may_be_traced = 0;
#endif

/* Only the ELF headers of files: which library was at which address. No memory that was written. */
static const char filter[] = "0x10\n";

static bool set_filter(void)
{
    int fd = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool ok = write(fd, filter, sizeof filter - 1) == (ssize_t)(sizeof filter - 1);
    (void)close(fd);
    return ok;
}

enum scrubgate_status sg_cores_forbid(struct scrubgate_fault *fault)
{
    const struct rlimit none = {0, 0};
    bool dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1;
    bool filtered = set_filter();
    /* The file is root's once the process is not dumpable: then it was set before, or nothing but
     * root's own debugger could dump it. */
    if (!filtered && dumpable) {
        sg_fault_set(fault, NULL, 0, 0, "cannot keep memory out of core dumps: %s: is /proc there?",
                     strerror(errno));
        return SCRUBGATE_EIO;
    }
    if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, may_be_traced, 0, 0, 0) != 0) {
        sg_fault_set(fault, NULL, 0, 0, "cannot forbid core dumps: %s", strerror(errno));
        return SCRUBGATE_EIO;
    }
    return SCRUBGATE_OK;
}
