/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fold_step.c - what the folded view does with the code point at one place of a text.
 */
#include "scan/fold_step.h"

#include "scan/fold.h"

/* What follows a run of look-alikes and characters that go away. */
enum next {
    NEXT_OTHER, /* the run is native */
    NEXT_WORD,  /* a letter, digit or @ of the view: the run is one with it */
    NEXT_WEAK,  /* such, if weak letters are mapped */
    NEXT_OPEN   /* not here yet */
};

static bool is_rest(uint8_t c)
{
    return (c & 0xC0) == 0x80;
}

/* The length that a lead byte announces and the bounds of the byte behind it; 0 for no lead. */
static size_t read_lead(uint8_t lead, uint8_t *low, uint8_t *high)
{
    *low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    *high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (lead < 0xC2 || lead > 0xF4)
        return 0;
    return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

size_t sg_fold_read(struct sg_bytes text, size_t place, struct sg_fold_code *code)
{
    uint8_t low, high;
    const uint8_t *at = text.data + place;
    size_t there = text.len - place, len = read_lead(at[0], &low, &high);
    *code = (struct sg_fold_code){.kind = SG_FOLD_KEEP};
    if (len == 0)
        return 1;
    if (there > 1 && (at[1] < low || at[1] > high))
        return 1;
    uint32_t code_point = at[0] & (0xFFu >> (len + 1));
    for (size_t i = 1; i < len; i++) {
        if (i == there)
            return 0;
        if (!is_rest(at[i]))
            return 1;
        code_point = code_point << 6 | (at[i] & 0x3Fu);
    }
    *code = sg_fold_code(code_point);
    return len;
}

size_t sg_fold_read_back(struct sg_bytes text, size_t from, size_t end, struct sg_fold_code *code)
{
    size_t start = end;
    *code = (struct sg_fold_code){.kind = SG_FOLD_KEEP};
    while (start > from && end - start < 4) {
        start--;
        if (!is_rest(text.data[start]))
            break;
    }
    if (start < end && text.data[start] >= 0x80 &&
        sg_fold_read((struct sg_bytes){text.data, end}, start, code) == end - start)
        return start;
    return end;
}

size_t sg_fold_whole(struct sg_bytes text)
{
    struct sg_fold_code code;
    for (size_t n = 1; n < 4 && n <= text.len; n++)
        if (sg_fold_read(text, text.len - n, &code) == 0)
            return text.len - n;
    return text.len;
}

enum sg_fold_side sg_fold_side_of(enum sg_fold_side before, struct sg_bytes text)
{
    if (text.len > 1)
        before = sg_fold_side_after(SG_FOLD_SIDE_NONE, text.data[text.len - 2]);
    return text.len == 0 ? before : sg_fold_side_after(before, text.data[text.len - 1]);
}

size_t sg_fold_run_back(struct sg_bytes text, size_t from, size_t end, size_t most)
{
    size_t start = end;
    while (start > from && end - start <= most) {
        struct sg_fold_code code;
        size_t before = sg_fold_read_back(text, from, start, &code);
        if (before == start || !sg_fold_in_run(&code))
            break;
        start = before;
    }
    return start;
}

static enum next next_of(const struct sg_fold_code *code)
{
    bool word = sg_fold_word(code->byte);
    if (code->kind == SG_FOLD_MAP && word)
        return NEXT_WORD;
    return code->kind == SG_FOLD_WEAK && word ? NEXT_WEAK : NEXT_OTHER;
}

/* Finds the end of the run at place, once for all its code points: long runs must not cost their
 * square. */
static void look_ahead(struct sg_fold_reader *reader, size_t place)
{
    struct sg_bytes text = reader->text;
    enum next next = reader->last ? NEXT_OTHER : NEXT_OPEN;
    while (place < text.len) {
        struct sg_fold_code code;
        if (text.data[place] < 0x80) {
            next = sg_fold_word(text.data[place]) ? NEXT_WORD : NEXT_OTHER;
            break;
        }
        size_t len = sg_fold_read(text, place, &code);
        if (len == 0)
            break;
        if (!sg_fold_in_run(&code)) {
            next = next_of(&code);
            break;
        }
        place += len;
    }
    reader->run_end = place;
    reader->run_next = (uint8_t)next;
}

/* What becomes of a code point that changes only when a word follows its run. */
static struct sg_fold_step step_in_run(struct sg_fold_reader *reader, size_t place,
                                       struct sg_fold_step step)
{
    if (place >= reader->run_end)
        look_ahead(reader, place);
    bool near = reader->run_end - place <= SG_FOLD_RUN;
    enum next next = reader->run_next;
    if (near && next == NEXT_OPEN)
        step.len = 0;
    else if (!near || !(next == NEXT_WORD || (next == NEXT_WEAK && reader->changed)))
        step.code.kind = SG_FOLD_KEEP;
    return step;
}

struct sg_fold_step sg_fold_step(struct sg_fold_reader *reader, size_t place)
{
    struct sg_fold_step step;
    step.len = sg_fold_read(reader->text, place, &step.code);
    if (step.len == 0 && reader->last)
        step.len = 1;
    switch (step.code.kind) {
    case SG_FOLD_WEAK:
        step.code.kind = reader->changed ? SG_FOLD_MAP : SG_FOLD_KEEP;
        break;
    case SG_FOLD_NEAR:
        if (reader->before < SG_FOLD_SIDE_DOT)
            step = step_in_run(reader, place, step);
        if (step.code.kind == SG_FOLD_NEAR)
            step.code.kind = SG_FOLD_MAP;
        break;
    case SG_FOLD_DROP_NEAR:
        if (reader->before == SG_FOLD_SIDE_NONE)
            step = step_in_run(reader, place, step);
        if (step.code.kind == SG_FOLD_DROP_NEAR)
            step.code.kind = SG_FOLD_DROP;
        break;
    case SG_FOLD_DROP_BEHIND:
        step.code.kind = reader->before == SG_FOLD_SIDE_NONE ? SG_FOLD_KEEP : SG_FOLD_DROP;
        break;
    default:
        break;
    }
    return step;
}
