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

#include "base/buf.h"
#include "report/sheet.h"

struct sg_report_files {
    size_t n; /* that were written */
};

/* Writes text beside path and renames it, so none is ever half there; text is empty then. rc is
 * that of making it. False, with the trouble printed. */
bool sg_report_file_save(const char *path, enum scrubgate_status rc, struct sg_buf *text);
/* A page that stands alone. */
bool sg_report_file_page(const char *path, const struct sg_sheet *sheet);

/* The page and all that it links to. False, with the trouble printed. */
bool sg_report_files_write(struct sg_report_files *files, const struct sg_sheet *sheet,
                           const char *page);

#endif
