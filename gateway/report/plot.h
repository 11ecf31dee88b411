/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plot.h - a plot as inline SVG: no script, colours by class, a title and a description for who
 * cannot see it.
 */
#ifndef SG_REPORT_PLOT_H
#define SG_REPORT_PLOT_H

#include <scrubgate/status.h>

#include "base/buf.h"
#include "report/sheet.h"

/* Names ids in the page, so it is unique there. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_plot_add(struct sg_buf *out, const struct sg_plot *plot,
                                                     const char *id);
/* A bar for a cell of a table: value out of most. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_plot_add_bar(struct sg_buf *out, uint64_t value,
                                                         uint64_t most, enum sg_tone tone);

#endif
