/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chapters.h - what a report of an audit log says, written on a sheet: one chapter a file or a few.
 *
 * Every number has beside it how to count it again: commands in terms of the small functions that
 * sg_chapter_helpers defines, which need jq and nothing of ours.
 */
#ifndef SG_REPORT_CHAPTERS_H
#define SG_REPORT_CHAPTERS_H

#include <stdbool.h>

#include "audit/verify_log.h"
#include "report/account.h"
#include "report/sheet.h"

/* What a report is about; all is borrowed. */
struct sg_case {
    const char *dir;
    const struct sg_note_key *key;
    const struct sg_verify_config *config;
    const struct sg_verify_report *report;
    const struct sg_account *account;
    bool key_beside; /* taken from beside the log: who replaces the log replaces it too */
};

/* The whole of it; sheet->finding is what a daily review must look at. See sheet->rc afterwards. */
void sg_report_write(struct sg_sheet *sheet, const struct sg_case *of);

/* --- one by one; for chapters.c --- */
void sg_chapter_verdict(struct sg_sheet *sheet, const struct sg_case *of);
void sg_chapter_masked(struct sg_sheet *sheet, const struct sg_case *of);
void sg_chapter_refused(struct sg_sheet *sheet, const struct sg_case *of);
void sg_chapter_complete(struct sg_sheet *sheet, const struct sg_case *of);
void sg_chapter_people(struct sg_sheet *sheet, const struct sg_case *of);
void sg_chapter_latency(struct sg_sheet *sheet, const struct sg_case *of);
void sg_chapter_controls(struct sg_sheet *sheet, const struct sg_case *of);
void sg_chapter_appendix(struct sg_sheet *sheet, const struct sg_case *of);

/* A number that the section says, and how to count it again. */
struct sg_fact *sg_chapter_count(struct sg_sheet *sheet, struct sg_section *section, const char *id,
                                 const char *title, uint64_t value, const char *check);
/* What a notable record says more (report/notables.h), for people. */
const char *sg_chapter_details(struct sg_sheet *sheet, const char *text);
/* SG_TONE_GOOD for none, else the other. */
static inline enum sg_tone sg_tone_unless(uint64_t value, enum sg_tone other)
{
    return value == 0 ? SG_TONE_GOOD : other;
}

/* A table of labels, its rows the words; a plot of their bins over it when there are bins to see.
 */
struct sg_words_table {
    const char *id, *title, *note, *check, *empty;
    const char *unit; /* of the bins: "findings" */
    const char *one;  /* title of the labels' column: "Entity" */
    bool effects;     /* counts are SG_EFFECT_* and messages; else one number */
    bool label;       /* words of people or clients: shown only when they are labels */
    bool plot;
    enum sg_tone (*tone)(const char *text); /* NULL: one colour after another */
};
struct sg_table *sg_chapter_words(struct sg_sheet *sheet, struct sg_section *section,
                                  const struct sg_case *of, const struct sg_words *words,
                                  const struct sg_words_table *how);

#endif
