/* SPDX-License-Identifier: Apache-2.0 */
/*
 * markup.h - text for HTML, SVG and CSS that stays text, whatever it is; numbers as people read
 * them.
 */
#ifndef SG_REPORT_MARKUP_H
#define SG_REPORT_MARKUP_H

#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "report/sheet.h"

/* A page being written; the first failure sticks. */
struct sg_markup {
    struct sg_buf *out;
    enum scrubgate_status rc;
};

void sg_markup_raw(struct sg_markup *to, const char *text); /* our own */
void sg_markup_rawf(struct sg_markup *to, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* For content and quoted attributes: & < > " ' become references, controls U+FFFD. */
void sg_markup_text(struct sg_markup *to, const char *text);
/* For a string of CSS, between its quotes. */
void sg_markup_css(struct sg_markup *to, const char *text);

enum { SG_MARKUP_VALUE = 64 };
/* "3,210,000", "12.4 ms", "1.5 MiB", "2026-11-22 14:03:12"; words are not copied here. */
const char *sg_cell_text(const struct sg_cell *cell, char room[SG_MARKUP_VALUE]);
/* "t1". */
const char *sg_tone_class(enum sg_tone tone);

#endif
