/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page_table.h - facts and tables of a page: their cells, sums, plots, and how to count them again.
 */
#ifndef SG_REPORT_PAGE_TABLE_H
#define SG_REPORT_PAGE_TABLE_H

#include "report/markup.h"
#include "report/sheet.h"

/* A page being written. */
struct sg_page {
    struct sg_markup to;
    const struct sg_sheet *sheet;
    const char *stem; /* of the files beside it */
};

void sg_page_add_value(struct sg_page *page, const struct sg_cell *cell);
/* A section's key facts as items of a list in large figures. */
void sg_page_add_key_facts(struct sg_page *page, const struct sg_section *section);
/* As a table; on a page that stands alone without those that are key. */
void sg_page_add_facts(struct sg_page *page, const struct sg_section *section);
void sg_page_add_table(struct sg_page *page, const struct sg_section *section,
                       const struct sg_table *table);

#endif
