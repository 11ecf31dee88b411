/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inquiry.h - what a report of an analysis of collusion says, written on a sheet: one chapter a
 * file or a few.
 *
 *     analysis, deals -> meetings -> [inquiry] -> sheet -> page
 *
 * It is read by who decides about people. So every number stands beside what routing alone or
 * chance alone would give, every finding beside the honest reasons there could be for it, and
 * nothing is called proven.
 */
#ifndef SG_REPORT_INQUIRY_H
#define SG_REPORT_INQUIRY_H

#include "collusion/analysis.h"
#include "report/meetings.h"
#include "report/sheet.h"

/* What a report is about; all is borrowed. */
struct sg_inquiry {
    const struct sg_analysis *analysis;
    const struct sg_deals *deals;
    const struct sg_all_meetings *meetings;
};

/* The whole of it; see sheet->rc afterwards. sheet->by is the caller's. */
void sg_inquiry_write(struct sg_sheet *sheet, const struct sg_inquiry *of);

/* --- one by one; for inquiry.c --- */
void sg_inquiry_scope(struct sg_sheet *sheet, const struct sg_inquiry *of);
void sg_inquiry_agents(struct sg_sheet *sheet, const struct sg_inquiry *of);
void sg_inquiry_rings(struct sg_sheet *sheet, const struct sg_inquiry *of);
void sg_inquiry_ring(struct sg_sheet *sheet, const struct sg_inquiry *of, size_t number);
/* What could explain a ring honestly, what the events show of that, and what to check. */
void sg_inquiry_explain(struct sg_sheet *sheet, struct sg_section *section,
                        const struct sg_inquiry *of, size_t number);
void sg_inquiry_identities(struct sg_sheet *sheet, const struct sg_inquiry *of);
void sg_inquiry_swaps(struct sg_sheet *sheet, const struct sg_inquiry *of);
void sg_inquiry_thin(struct sg_sheet *sheet, const struct sg_inquiry *of);
void sg_inquiry_persons(struct sg_sheet *sheet);
void sg_inquiry_limits(struct sg_sheet *sheet, const struct sg_inquiry *of);

/* Counts that several chapters tell. */
struct sg_inquiry_sums {
    size_t flagged, in_rings, alone, thin; /* agents; alone: flagged and in no ring */
    size_t customers;                      /* named as a ring's */
    double seen, expected;                 /* of all rings */
    double by_chance;                      /* agents flagged when all are honest */
};
struct sg_inquiry_sums sg_inquiry_sum(const struct sg_inquiry *of);

/* "5 agents", "1 agent". */
const char *sg_inquiry_count(struct sg_sheet *sheet, uint64_t n, const char *noun);
/* "10.4", "1,203": with a digit behind the point where that says something. */
const char *sg_inquiry_amount(struct sg_sheet *sheet, double value);
/* A count that is kept as a sum: "74". */
const char *sg_inquiry_whole(struct sg_sheet *sheet, double value);
/* "0.04 %"; never all of it, where it is not. */
const char *sg_inquiry_share(struct sg_sheet *sheet, double value);
/* "Ring 3", "none". */
const char *sg_inquiry_ring_of(struct sg_sheet *sheet, const struct sg_inquiry *of, uint32_t agent);
/* 16 digits; the first 8 of them, for plots. */
const char *sg_inquiry_id(struct sg_sheet *sheet, const struct sg_numbering *of, uint32_t number);
const char *sg_inquiry_short(struct sg_sheet *sheet, const struct sg_numbering *of,
                             uint32_t number);

#endif
