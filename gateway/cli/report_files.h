/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report_files.h - a report on disk: the page, and its numbers for programs beside it.
 *
 *     november.html   november.json   november-facts.csv   november-rules.csv ...
 */
#ifndef SG_CLI_REPORT_FILES_H
#define SG_CLI_REPORT_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "report/sheet.h"

struct sg_report_files {
    size_t n; /* that were written */
};

/* Each is written beside its name and renamed, so none is ever half there. False, with the trouble
 * printed. */
bool sg_report_files_write(struct sg_report_files *files, const struct sg_sheet *sheet,
                           const char *page);

#endif
