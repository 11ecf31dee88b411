/* SPDX-License-Identifier: Apache-2.0 */
/*
 * diag.c - say what is wrong, where, and what to do.
 */
#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>

void sg_fault_set(struct scrubgate_fault *fault, const char *file, unsigned line, unsigned column,
                  const char *format, ...)
{
    if (fault == NULL)
        return;
    (void)snprintf(fault->file, sizeof fault->file, "%s", file == NULL ? "" : file);
    fault->line = line;
    fault->column = column;
    va_list list;
    va_start(list, format);
    (void)vsnprintf(fault->what, sizeof fault->what, format, list);
    va_end(list);
}

void sg_fault_print(const struct scrubgate_fault *fault, char *text, size_t cap)
{
    if (fault->file[0] == '\0')
        (void)snprintf(text, cap, "%s", fault->what);
    else if (fault->line == 0)
        (void)snprintf(text, cap, "%s: %s", fault->file, fault->what);
    else if (fault->column == 0)
        (void)snprintf(text, cap, "%s:%u: %s", fault->file, fault->line, fault->what);
    else
        (void)snprintf(text, cap, "%s:%u:%u: %s", fault->file, fault->line, fault->column,
                       fault->what);
}

const char *scrubgate_status_word(enum scrubgate_status status)
{
    switch (status) {
    case SCRUBGATE_OK:
        return "ok";
    case SCRUBGATE_FULL:
        return "full";
    case SCRUBGATE_DONE:
        return "done";
    case SCRUBGATE_ENOMEM:
        return "out-of-memory";
    case SCRUBGATE_EINVAL:
        return "invalid";
    case SCRUBGATE_EIO:
        return "io";
    case SCRUBGATE_ELIMIT:
        return "limit";
    case SCRUBGATE_EMALFORMED:
        return "malformed";
    case SCRUBGATE_EUNSUPPORTED:
        return "unsupported";
    case SCRUBGATE_EBLOCKED:
        return "blocked";
    case SCRUBGATE_EMATCH:
        return "matcher";
    }
    return "unknown";
}
