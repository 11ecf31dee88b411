/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sheet.h - what a report says, before it is HTML, JSON or CSV: sections of facts and tables.
 *
 *     audit log:  account, verdict -> chapters -> [sheet] -> page (HTML), data (JSON, CSV)
 *     collusion:  analysis, meetings -> inquiry -> [sheet] -> page
 *
 * All forms are written from this one, so they cannot differ. Text here is UTF-8 that nobody has
 * escaped: each form does that for all of it. The first failure sticks.
 */
#ifndef SG_REPORT_SHEET_H
#define SG_REPORT_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "report/bins.h"

/* How a value is written, and what it is. */
enum sg_cell_kind {
    SG_CELL_NONE,   /* nothing is known: a dash, null */
    SG_CELL_WORD,   /* text */
    SG_CELL_CODE,   /* text that is a digest, a name, a command */
    SG_CELL_FIGURE, /* a number that is no whole one, as text */
    SG_CELL_NUMBER, /* how many */
    SG_CELL_SEQ,    /* a record's number */
    SG_CELL_TIME,   /* ms since 1970 */
    SG_CELL_NS,     /* a duration in ns */
    SG_CELL_MS,     /* one in ms */
    SG_CELL_BYTES   /* an amount of bytes */
};
struct sg_cell {
    enum sg_cell_kind kind;
    uint64_t number;
    const char *text; /* borrowed: static, or of the sheet's arena */
};
static inline struct sg_cell sg_cell_number(uint64_t number)
{
    return (struct sg_cell){SG_CELL_NUMBER, number, ""};
}
static inline struct sg_cell sg_cell_of(enum sg_cell_kind kind, uint64_t number)
{
    return (struct sg_cell){kind, number, ""};
}
static inline struct sg_cell sg_cell_word(const char *text)
{
    return (struct sg_cell){SG_CELL_WORD, 0, text};
}
static inline struct sg_cell sg_cell_code(const char *text)
{
    return (struct sg_cell){SG_CELL_CODE, 0, text};
}
static inline struct sg_cell sg_cell_figure(const char *text)
{
    return (struct sg_cell){SG_CELL_FIGURE, 0, text};
}

/* Colours by their meaning; HTML has a class for each. */
enum sg_tone {
    SG_TONE_NONE,
    SG_TONE_1, /* one row after another … */
    SG_TONE_2,
    SG_TONE_3,
    SG_TONE_4,
    SG_TONE_5,
    SG_TONE_6,
    SG_TONE_OTHERS, /* … and the rest together */
    SG_TONE_CLEAN,
    SG_TONE_GOOD,
    SG_TONE_WARN,
    SG_TONE_BAD
};

enum sg_plot_kind {
    SG_PLOT_STACK, /* series over time, one on the other */
    SG_PLOT_STEPS, /* how many for each of some labels */
    SG_PLOT_SPANS, /* from when to when, a row each */
    /* These have a description of their own instead of series: */
    SG_PLOT_SCORES, /* how many have which score, and by chance (report/plot_scores.h) */
    SG_PLOT_PAIRS,  /* who met whom (report/plot_pairs.h) */
    SG_PLOT_DAYS    /* seen and expected over time, and by whom (report/plot_days.h) */
};
struct sg_plot_scores;
struct sg_plot_pairs;
struct sg_plot_days;
struct sg_series {
    const char *name;
    enum sg_tone tone;
    const uint64_t *value; /* STACK: one for each bin; SPANS: from, to */
};
struct sg_plot {
    enum sg_plot_kind kind;
    const char *title, *text; /* for who cannot see it: what it shows, and what follows */
    const char *unit;         /* of the vertical axis: "findings" */
    const struct sg_bins *bins;
    const struct sg_series *series;
    size_t n_series;
    const char *const *label; /* STEPS */
    const uint64_t *value;
    size_t n;
    bool small; /* it stands beside its table */
    const struct sg_plot_scores *scores;
    const struct sg_plot_pairs *pairs;
    const struct sg_plot_days *days;
};

struct sg_column {
    const char *id, *title; /* "first_seen", "First seen" */
    bool summed;            /* a total below makes sense */
    bool bar;               /* numbers are drawn, too */
    bool wide;              /* text that may be long */
};
struct sg_row {
    struct sg_row *next;
    enum sg_tone tone;
    const struct sg_cell *cell;
};
struct sg_table {
    struct sg_table *next;
    const char *id, *title, *note;
    const char *check;      /* a command that prints the same; "" */
    const char *empty;      /* what it means that there are no rows */
    const char *one, *unit; /* titles of columns that have none: of labels, of their counts */
    const struct sg_column *column;
    size_t n_columns, n_rows;
    size_t shown;      /* rows of it on paper; 0: all */
    uint64_t left_out; /* that there were, but are not here */
    const char *rest;  /* a sentence of these; NULL: they are older ones */
    bool stacked;      /* on paper below its plot, not beside it */
    const char
        *folded;      /* rows are for who asks, under this title, and not on paper; NULL: for all */
    const char *copy; /* all that there is, for copying, and its title; NULL: nothing */
    const char *copy_title;
    const struct sg_plot *plot;
    struct sg_row *row, *last_row;
};
struct sg_fact {
    struct sg_fact *next;
    const char *id, *title, *note, *check;
    struct sg_cell value;
    enum sg_tone tone;
    bool key; /* one of the few on the first page */
};
struct sg_section {
    struct sg_section *next;
    const char *id, *title, *text;
    bool tables_first;        /* its facts are details of them */
    bool part;                /* of the section before it: a card there, its key facts in it */
    const char *const *point; /* sentences, one below the other */
    size_t n_points;
    struct sg_fact *fact, *last_fact;
    struct sg_table *table, *last_table;
};

struct sg_sheet {
    struct sg_arena arena;
    enum scrubgate_status rc;
    const char *kind, *origin; /* "Audit report"; of what */
    const char *verdict, *headline;
    enum sg_tone tone;           /* of the verdict */
    bool proven;                 /* an audit log */
    const char *helpers, *again; /* commands of which all checks are made; what they are */
    const char *look, *nothing;  /* title of the findings; what it means that there are none */
    const char **finding;        /* what somebody must look at, a sentence each */
    size_t n_findings;
    bool alone;    /* no files are beside the page */
    uint64_t made; /* ms; when. 0: whenever, it would be the same */
    const char *range, *by;
    struct sg_section *section, *last_section;
};

/* The functions below return something to write to also when memory is out: it is not part of the
 * sheet then, and rc says so. */
void sg_sheet_init(struct sg_sheet *sheet);
void sg_sheet_fini(struct sg_sheet *sheet);

struct sg_section *sg_sheet_section(struct sg_sheet *sheet, const char *id, const char *title,
                                    const char *text);
struct sg_fact *sg_sheet_fact(struct sg_sheet *sheet, struct sg_section *section,
                              const struct sg_fact *fact);
struct sg_table *sg_sheet_table(struct sg_sheet *sheet, struct sg_section *section,
                                const struct sg_table *table);
/* cell has n_columns of them; they are copied. */
void sg_sheet_row(struct sg_sheet *sheet, struct sg_table *table, enum sg_tone tone,
                  const struct sg_cell *cell);

const char *sg_sheet_textf(struct sg_sheet *sheet, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Foreign text, in UTF-8. Letters that nobody sees, or that turn the direction of what follows,
 * become U+FFFD. */
const char *sg_sheet_shown(struct sg_sheet *sheet, struct sg_bytes text);
/* The same of a string of a record, as it stands there. */
const char *sg_sheet_decode(struct sg_sheet *sheet, struct sg_bytes string);
/* The same of what people or clients wrote: shown only when it is a label, or a ticket's number. */
const char *sg_sheet_label(struct sg_sheet *sheet, struct sg_bytes string);
/* "41,037". */
const char *sg_sheet_number(struct sg_sheet *sheet, uint64_t value);
/* n zeroed elements of size; NULL: out of memory. */
void *sg_sheet_room(struct sg_sheet *sheet, size_t n, size_t size);

#endif
