/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page.h - a sheet as one HTML page: nothing is fetched, no script runs, it prints on A4.
 */
#ifndef SG_REPORT_PAGE_H
#define SG_REPORT_PAGE_H

#include <scrubgate/status.h>

#include "base/buf.h"
#include "report/sheet.h"

/* stem names the files beside it: <stem>.json, <stem>-<table>.csv; "" where there are none. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_page_add(struct sg_buf *out,
                                                     const struct sg_sheet *sheet,
                                                     const char *stem);
/* The page's style; its CSP lets no other one in. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_page_style(struct sg_buf *out,
                                                       const struct sg_sheet *sheet);

#endif
