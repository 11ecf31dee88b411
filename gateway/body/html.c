/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html.c - write text so that HTML reads it as text, also between quotes.
 */
#include "body/html.h"

enum scrubgate_status sg_html_encode(struct sg_buf *out, struct sg_bytes text)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < text.len && rc >= 0; i++) {
        switch (text.data[i]) {
        case '&':
            rc = sg_buf_add_text(out, "&amp;");
            break;
        case '<':
            rc = sg_buf_add_text(out, "&lt;");
            break;
        case '>':
            rc = sg_buf_add_text(out, "&gt;");
            break;
        case '"':
            rc = sg_buf_add_text(out, "&quot;");
            break;
        case '\'':
            rc = sg_buf_add_text(out, "&#39;");
            break;
        default:
            rc = sg_buf_add_byte(out, text.data[i]);
            break;
        }
    }
    return rc;
}
