/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv.h - cells of a table for spreadsheets (RFC 4180).
 */
#ifndef SG_BASE_CSV_H
#define SG_BASE_CSV_H

#include <stdbool.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "base/bytes.h"

/*
 * Appends a cell, behind a comma unless it is the row's first, quoted where it must be. One that a
 * spreadsheet would take for a formula (it begins with = + - @, a tab or a carriage return) gets an
 * apostrophe before it.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_csv_add(struct sg_buf *out, bool first,
                                                    struct sg_bytes cell);
/* Ends the row: CR LF. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_csv_end(struct sg_buf *out);

#endif
