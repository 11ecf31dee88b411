/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv.c - cells of a table for spreadsheets (RFC 4180).
 */
#include "base/csv.h"

#include <string.h>

static bool has_one_of(struct sg_bytes text, const char *letters)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] != '\0' && strchr(letters, text.data[i]) != NULL)
            return true;
    }
    return false;
}

/* Some programs look behind blanks too. */
static bool is_formula(struct sg_bytes cell)
{
    while (cell.len > 0 && cell.data[0] == ' ')
        cell = (struct sg_bytes){cell.data + 1, cell.len - 1};
    return cell.len > 0 && has_one_of((struct sg_bytes){cell.data, 1}, "=+-@\t\r\n");
}

static enum scrubgate_status add_quoted(struct sg_buf *out, struct sg_bytes cell)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    while (rc >= 0 && cell.len > 0) {
        size_t len = sg_bytes_find(cell, '"');
        rc = sg_buf_add(out, cell.data, len);
        if (rc >= 0 && len < cell.len) {
            rc = sg_buf_add_text(out, "\"\"");
            len++;
        }
        cell.data += len;
        cell.len -= len;
    }
    return rc;
}

enum scrubgate_status sg_csv_add(struct sg_buf *out, bool first, struct sg_bytes cell)
{
    bool formula = is_formula(cell);
    bool quoted = has_one_of(cell, ",\"\r\n\t;") || (cell.len > 0 && cell.data[0] == ' ');
    enum scrubgate_status rc = first ? SCRUBGATE_OK : sg_buf_add_byte(out, ',');
    if (rc >= 0 && quoted)
        rc = sg_buf_add_byte(out, '"');
    if (rc >= 0 && formula)
        rc = sg_buf_add_byte(out, '\'');
    if (rc >= 0)
        rc = add_quoted(out, cell);
    if (rc >= 0 && quoted)
        rc = sg_buf_add_byte(out, '"');
    return rc;
}

enum scrubgate_status sg_csv_end(struct sg_buf *out)
{
    return sg_buf_add_text(out, "\r\n");
}
