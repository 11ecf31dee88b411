/* SPDX-License-Identifier: Apache-2.0 */
/*
 * action.c - what stands in place of a masked value.
 */
#include "scan/action.h"

#include "base/utf8.h"

static unsigned lesser(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* A short value would be shown whole by what is harmless on a long one: at most two thirds of its
 * letters and digits may show, the end before the beginning. */
static struct sg_reveal spare(struct sg_bytes value, const struct sg_template *with,
                              struct sg_reveal most)
{
    size_t n = 0;
    for (size_t i = 0; i < value.len; i++)
        n += sg_is_alnum(value.data[i]) ? 1 : 0;
    size_t cap = n * 2 / 3;
    most.last = lesser(lesser(most.last, with->last), (unsigned)(cap > 8 ? 8 : cap));
    cap -= most.last;
    most.first = lesser(lesser(most.first, with->first), (unsigned)(cap > 8 ? 8 : cap));
    return most;
}

static enum scrubgate_status add_first(struct sg_buf *out, struct sg_bytes value, unsigned count)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < value.len && count > 0 && rc >= 0; i++) {
        if (!sg_is_alnum(value.data[i]))
            continue;
        rc = sg_buf_add_byte(out, value.data[i]);
        count--;
    }
    return rc;
}

static enum scrubgate_status add_last(struct sg_buf *out, struct sg_bytes value, unsigned count)
{
    size_t from = value.len;
    while (from > 0 && count > 0) {
        from--;
        count -= sg_is_alnum(value.data[from]) ? 1 : 0;
    }
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = from; i < value.len && rc >= 0; i++) {
        if (sg_is_alnum(value.data[i]))
            rc = sg_buf_add_byte(out, value.data[i]);
    }
    return rc;
}

/* ASCII separators stay; everything that may carry meaning becomes one star a code point. */
static enum scrubgate_status add_stars(struct sg_buf *out, struct sg_bytes value)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < value.len && rc >= 0; i++) {
        uint8_t c = value.data[i];
        if ((c & 0xC0) == 0x80)
            continue;
        rc = sg_buf_add_byte(out, c >= 0x80 || sg_is_alnum(c) ? '*' : c);
    }
    return rc;
}

enum scrubgate_status sg_action_render(struct sg_buf *out, const struct sg_rule *rule,
                                       struct sg_bytes value, uint64_t n, struct sg_reveal most)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (rule->with.first + rule->with.last > 0)
        most = spare(value, &rule->with, most);
    for (size_t i = 0; i < rule->with.n && rc >= 0; i++) {
        const struct sg_part *part = &rule->with.parts[i];
        switch (part->kind) {
        case SG_PART_TEXT:
            rc = sg_buf_add_bytes(out, part->text);
            break;
        case SG_PART_LAST:
            rc = add_last(out, value, lesser(part->count, most.last));
            break;
        case SG_PART_FIRST:
            rc = add_first(out, value, lesser(part->count, most.first));
            break;
        case SG_PART_LEN:
            rc = sg_buf_add_u64(out, sg_utf8_count(value));
            break;
        case SG_PART_ENTITY:
            rc = sg_buf_add_text(out, rule->entity);
            break;
        case SG_PART_N:
            rc = sg_buf_add_u64(out, n);
            break;
        case SG_PART_STARS:
            rc = add_stars(out, value);
            break;
        }
    }
    return rc;
}

const char *scrubgate_action_word(enum scrubgate_action action)
{
    switch (action) {
    case SCRUBGATE_TAG:
        return "tag";
    case SCRUBGATE_MASK:
        return "mask";
    case SCRUBGATE_DIVERT:
        return "divert";
    case SCRUBGATE_BLOCK:
        return "block";
    }
    return "unknown";
}
