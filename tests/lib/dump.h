/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dump.h - what a core dump of a running process would hold, and what its memory holds.
 *
 * Reads the process as a debugger would, mapping by mapping, and takes the kernel's own decision
 * which of them go into a dump: the flag "dd" (MADV_DONTDUMP) and coredump_filter.
 */
#ifndef SG_TESTS_DUMP_H
#define SG_TESTS_DUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum sg_dump_what {
    SG_DUMP_CORE,   /* what a core dump would hold */
    SG_DUMP_HEAP,   /* the same, had the process not set its filter */
    SG_DUMP_MEMORY, /* all that can be read */
};

/* Whether this process may read that one: root may. */
bool sg_dump_may(pid_t pid);
/* How often the text stands there. */
size_t sg_dump_count(pid_t pid, enum sg_dump_what what, const char *text);
/* Sets the process's coredump_filter. */
void sg_dump_set_filter(pid_t pid, const char *filter);
/* Bytes of a file, such as a dump that gcore made, that hold the text. */
size_t sg_dump_count_file(const char *path, const char *text);

#endif
