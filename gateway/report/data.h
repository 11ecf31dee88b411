/* SPDX-License-Identifier: Apache-2.0 */
/*
 * data.h - a sheet for programs: one JSON object, and a CSV file for each table and each plot.
 */
#ifndef SG_REPORT_DATA_H
#define SG_REPORT_DATA_H

#include <scrubgate/status.h>

#include "base/buf.h"
#include "report/sheet.h"

/* {"report":"scrubgate-audit/1", … "sections":[{"facts":[…],"tables":[…]}]}; numbers are plain,
 * times are in ms since 1970. One line. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_data_add_json(struct sg_buf *out,
                                                          const struct sg_sheet *sheet);
/* As base/csv.h says, with a line of names. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_data_add_csv(struct sg_buf *out,
                                                         const struct sg_table *table);
/* Of a stacked plot: a line for each part of time, a column for each series. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_data_add_plot_csv(struct sg_buf *out,
                                                              const struct sg_plot *plot);
/* All facts: id, value, how to count it again. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_data_add_facts_csv(struct sg_buf *out,
                                                               const struct sg_sheet *sheet);

#endif
