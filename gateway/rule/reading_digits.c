/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading_digits.c - numbers that are spelled, or whose digits are parted.
 *
 *     "oh seven seven double zero, 900"  -> "07700 900"
 *     "4 1 1 1  1 1 1 1", "4/1/1/1"      -> "4111 1111", "4111"
 *     "4O12 (space) l111"                -> "4012 1111"
 *
 * The passage is only where numbers may be: each run of numbers in it is read when it looks like
 * one that is told digit by digit, all else stays as it is.
 */
#include "rule/reading_family.h"

#include <assert.h>

#include "rule/reading_spoken.h"
#include "rule/reading_word.h"

enum {
    FEW_DIGITS = 3,   /* said ones: fewer are no number that is told */
    SINGLES = 5,      /* written one by one: fewer are a list */
    NUMBER_LEAST = 7, /* digits of a number that is worth hiding */
    SAID_LEAST = 4,   /* words: with written groups between them they hide a number */
    CARD_LEAST = 12,
    FOURS = 4 /* groups of a card, whatever stands between them */
};

/* What a run is made of. */
struct sum {
    size_t digits, spelled, looks, bars; /* digits */
    size_t groups, singles, said;        /* groups of digits */
    size_t fours;                        /* of these, of four digits */
    bool same, even;                     /* between all groups; and it is nothing usual */
};

/* What is between groups i and i + 1. */
static struct sg_bytes gap_behind(const struct sg_spoken *run, struct sg_bytes text, size_t i)
{
    size_t from = run->groups[i].end;
    return (struct sg_bytes){text.data + from, run->groups[i + 1].start - from};
}

static size_t size_of(const struct sg_spoken_group *group)
{
    if (group->plus)
        return 0;
    return group->n > 0 ? group->n : group->end - group->start;
}

/* Dates have two slashes or colons. */
static bool is_usual(struct sg_bytes gap, size_t groups)
{
    uint8_t c = gap.len > 0 ? gap.data[0] : ' ';
    return gap.len < 2 && (memchr(" -.", c, 3) != NULL || (groups < FOURS && memchr("/:", c, 2)));
}

static struct sum add_up(const struct sg_spoken *run, struct sg_bytes text)
{
    struct sum sum = {.same = run->n > 1, .even = run->n > 1};
    for (size_t i = 0; i < run->n; i++) {
        const struct sg_spoken_group *group = &run->groups[i];
        size_t n = size_of(group);
        sum.digits += n;
        sum.groups += n > 0;
        sum.fours += n == 4;
        sum.singles += n == 1 && !group->spelled;
        sum.said += group->spelled;
        sum.spelled += group->spelled ? n : 0;
        sum.looks += group->looks;
        sum.bars += group->bars;
        if (i + 1 < run->n) {
            struct sg_bytes gap = gap_behind(run, text, i), first = gap_behind(run, text, 0);
            sum.same = sum.same && sg_bytes_equal(gap, first);
            sum.even = sum.same && !is_usual(gap, run->n);
        }
    }
    return sum;
}

/* Is the run more than a few numbers in a sentence? */
static bool is_told(const struct sg_spoken *run, const struct sum *sum)
{
    bool few = sum->groups + (sum->spelled > sum->said) < FEW_DIGITS || sum->digits < FEW_DIGITS;
    if (sum->said > 0 && !few && (sum->said * 3 >= sum->groups || sum->digits >= CARD_LEAST))
        return true;
    if (sum->digits < NUMBER_LEAST)
        return false;
    if (sum->looks > 0)
        return sum->looks * 2 <= sum->digits ||
               (sum->bars == sum->looks && sum->looks < sum->digits && sum->digits >= CARD_LEAST);
    return (sum->singles >= SINGLES && sum->singles * 4 >= sum->groups * 3) || run->gap_words ||
           (sum->even && sum->groups > 2) ||
           (sum->fours == FOURS && sum->groups == FOURS && !sum->same);
}

/* --- putting it --------------------------------------------------------------------------------
 */

struct writer {
    struct sg_reading_text *out;
    bool mark; /* 0x0E stands before what is put next */
};

static enum scrubgate_status put(struct writer *writer, struct sg_bytes view, size_t raw_len)
{
    uint8_t marked[1 + SG_SPOKEN_DIGITS] = {SG_READING_SPELLED};
    if (!writer->mark)
        return sg_reading_put(writer->out, view, raw_len);
    assert(view.len < sizeof marked);
    writer->mark = false;
    memcpy(marked + 1, view.data, view.len);
    enum scrubgate_status rc =
        sg_reading_put(writer->out, (struct sg_bytes){marked, view.len + 1}, raw_len);
    sg_wipe(marked, sizeof marked);
    return rc;
}

/* The digit that a byte of a written group is. */
static uint8_t digit_of(uint8_t c)
{
    int digit = sg_spoken_look(c);
    return digit < 0 ? c : (uint8_t)('0' + digit);
}

static enum scrubgate_status put_group(struct writer *writer, struct sg_bytes text,
                                       const struct sg_spoken_group *group)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (group->plus)
        return put(writer, SG_BYTES("+"), group->end - group->start);
    if (group->n > 0)
        return put(writer, (struct sg_bytes){group->digits, group->n}, group->end - group->start);
    for (size_t k = group->start; k < group->end && rc >= 0; k++) {
        uint8_t digit = digit_of(text.data[k]);
        rc = put(writer, (struct sg_bytes){&digit, 1}, 1);
    }
    return rc;
}

/* Digits that were told one by one belong together: those of group i when nothing stands directly
 * beside it. */
static bool is_loose(const struct sg_spoken *run, size_t i)
{
    const struct sg_spoken_group *group = &run->groups[i];
    if (group->spelled || group->plus)
        return true;
    return size_of(group) == 1 && (i == 0 || group[-1].end < group->start) &&
           (i + 1 == run->n || group[1].start > group->end);
}

/* What is between groups i and i + 1 is nothing, or one blank. */
static enum scrubgate_status put_gap(struct writer *writer, const struct sg_spoken *run,
                                     struct sg_bytes text, size_t i, struct sg_bytes *usual)
{
    struct sg_bytes gap = gap_behind(run, text, i);
    const struct sg_spoken_group *before = &run->groups[i], *behind = &run->groups[i + 1];
    bool loose = (is_loose(run, i) && is_loose(run, i + 1)) || before->spelled || behind->spelled;
    if (gap.len == 0)
        return SCRUBGATE_OK;
    if (loose && usual->len == 0)
        *usual = gap;
    bool gone = before->plus || (loose && sg_bytes_equal(gap, *usual));
    return put(writer, gone ? SG_BYTES("") : SG_BYTES(" "), gap.len);
}

static enum scrubgate_status put_same(struct sg_reading_text *out, struct sg_bytes text,
                                      size_t from, size_t end)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (; from < end && rc >= 0; from++)
        rc = sg_reading_put_byte(out, text.data[from], 1);
    return rc;
}

static enum scrubgate_status put_groups(struct writer *writer, const struct sg_spoken *run,
                                        struct sg_bytes text)
{
    struct sg_bytes usual = {NULL, 0};
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < run->n && rc >= 0; i++) {
        rc = put_group(writer, text, &run->groups[i]);
        if (rc >= 0 && i + 1 < run->n)
            rc = put_gap(writer, run, text, i, &usual);
    }
    return rc;
}

/* A digit that the number perhaps begins with, between marks of its own. */
static enum scrubgate_status put_head(struct writer *writer, const struct sg_spoken *run,
                                      struct sg_bytes text)
{
    size_t gap = run->groups[0].start - run->head.end;
    enum scrubgate_status rc = put_group(writer, text, &run->head);
    writer->mark = true;
    return rc < 0 || gap == 0 ? rc : sg_reading_put(writer->out, SG_BYTES(""), gap);
}

/* The same for one that it perhaps ends with. */
static enum scrubgate_status put_tail(struct writer *writer, const struct sg_spoken *run,
                                      struct sg_bytes text)
{
    size_t gap = run->tail.start - run->groups[run->n - 1].end;
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (gap > 0)
        rc = sg_reading_put(writer->out, SG_BYTES(""), gap);
    if (rc >= 0)
        rc = put_group(writer, text, &run->tail);
    return rc < 0 ? rc : sg_reading_put_byte(writer->out, SG_READING_SPELLED_END, 0);
}

/* Puts text[from …) up to the run as it is, and the run as it is told. */
static enum scrubgate_status put_run(struct sg_reading_text *out, const struct sg_spoken *run,
                                     struct sg_bytes text, size_t from, const struct sum *sum,
                                     size_t *end)
{
    bool marked = sum->spelled * 2 >= sum->digits ||
                  (sum->said >= SAID_LEAST && sum->said * 2 >= sum->groups);
    bool edges = marked && sum->digits >= NUMBER_LEAST;
    bool head = edges && run->head.n > 0 && run->head.start >= from;
    struct writer writer = {.out = out, .mark = marked};
    size_t start = head ? run->head.start : run->groups[0].start;
    bool plus = marked && !head && start > from && text.data[start - 1] == '+';
    enum scrubgate_status rc = put_same(out, text, from, plus ? start - 1 : start);
    if (rc >= 0 && plus)
        rc = put(&writer, SG_BYTES("+"), 1);
    if (rc >= 0 && head)
        rc = put_head(&writer, run, text);
    if (rc >= 0)
        rc = put_groups(&writer, run, text);
    if (rc >= 0 && marked)
        rc = sg_reading_put_byte(out, SG_READING_SPELLED_END, 0);
    *end = run->groups[run->n - 1].end;
    if (rc < 0 || !edges || run->tail.n == 0)
        return rc;
    *end = run->tail.end;
    return put_tail(&writer, run, text);
}

/* The next place where a number may begin: a letter or digit that none stands before. */
static size_t next_start(struct sg_bytes text, size_t at)
{
    while (at < text.len && !sg_is_digit(text.data[at]) && !sg_word_letter(text, at))
        at += text.data[at] < 0x80 ? 1 : sg_word_sign(text, at);
    return at < text.len ? at : text.len;
}

static enum scrubgate_status read_digits(struct sg_bytes text, struct sg_reading_text *out,
                                         bool *reads)
{
    struct sg_spoken run;
    size_t same = 0; /* what is put ends here */
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t at = 0; (at = next_start(text, at)) < text.len && rc >= 0;) {
        sg_spoken_read(&run, text, at);
        if (run.n == 0) {
            at = run.end;
            continue;
        }
        struct sum sum = add_up(&run, text);
        if (is_told(&run, &sum)) {
            rc = put_run(out, &run, text, same, &sum, &same);
            *reads = true;
        }
        at = run.end;
        sg_spoken_wipe(&run);
    }
    return rc < 0 ? rc : put_same(out, text, same, text.len);
}

const struct sg_reading sg_reading_digits_kinds[] = {{"digits", read_digits}};
const size_t sg_reading_digits_count =
    sizeof sg_reading_digits_kinds / sizeof *sg_reading_digits_kinds;
