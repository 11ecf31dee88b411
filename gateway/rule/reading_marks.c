/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading_marks.c - what stands between letters, or turns them round.
 */
#include "rule/reading_family.h"

/* The passage is not there: a comment, a mark of markdown. */
static enum scrubgate_status read_nothing(struct sg_bytes text, struct sg_reading_text *out,
                                          bool *reads)
{
    *reads = text.len > 0;
    return *reads ? sg_reading_put(out, SG_BYTES(""), text.len) : SCRUBGATE_OK;
}

/* The passage parts two words, and no more: tabs. */
static enum scrubgate_status read_blank(struct sg_bytes text, struct sg_reading_text *out,
                                        bool *reads)
{
    *reads = text.len > 0;
    return *reads ? sg_reading_put(out, SG_BYTES(" "), text.len) : SCRUBGATE_OK;
}

/* A tag of HTML is nothing; one blank where it begins another line, a bar where another cell. */
static enum scrubgate_status read_tag(struct sg_bytes text, struct sg_reading_text *out,
                                      bool *reads)
{
    static const struct {
        const char *names[20], *view;
    } kinds[] = {{{"br", "p", "div", "tr", "li", "ul", "ol", "dd", "dt", "hr", "h1", "h2", "h3",
                   "h4", "h5", "h6", "table"},
                  " "},
                 {{"td", "th"}, "|"}};
    const char *view = "";
    size_t start = 1, end;
    if (text.len == 0)
        return SCRUBGATE_OK;
    for (end = start; end < text.len && sg_is_alnum(text.data[end]);)
        end++;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (size_t i = 0; kinds[k].names[i] != NULL; i++)
            if (end <= text.len &&
                sg_bytes_equal_nocase((struct sg_bytes){text.data + start, end - start},
                                      sg_bytes_of(kinds[k].names[i])))
                view = kinds[k].view;
    *reads = true;
    return sg_reading_put(out, sg_bytes_of(view), text.len);
}

/* The characters from the last to the first. The order of steps is the text's, so it is one. */
static enum scrubgate_status read_reversed(struct sg_bytes text, struct sg_reading_text *out,
                                           bool *reads)
{
    enum scrubgate_status rc = sg_buf_reserve(&out->view, text.len);
    for (size_t end = text.len, start; end > 0 && rc >= 0; end = start) {
        start = end - 1;
        while (start > 0 && end - start < 4 && (text.data[start] & 0xC0) == 0x80)
            start--;
        if ((text.data[start] & 0xC0) != 0xC0) /* no character: byte by byte */
            start = end - 1;
        struct sg_bytes character = {text.data + start, end - start};
        rc = end == text.len ? sg_reading_put(out, character, text.len)
                             : sg_reading_put(out, character, 0);
    }
    *reads = text.len > 1;
    return rc;
}

static bool is_between(uint8_t c)
{
    return c == 0x1E || c == 0x1F;
}

/* 0x1E and 0x1F, which stand between a sender's messages, are not there; nor are the marks of
 * spelled digits beside them: what was told in parts is told in one. */
static enum scrubgate_status read_join(struct sg_bytes text, struct sg_reading_text *out,
                                       bool *reads)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < text.len && rc >= 0; i++) {
        uint8_t c = text.data[i], before = i > 0 ? text.data[i - 1] : 0;
        uint8_t behind = i + 1 < text.len ? text.data[i + 1] : 0;
        bool between = is_between(c) || (c == SG_READING_SPELLED && is_between(before)) ||
                       (c == SG_READING_SPELLED_END && is_between(behind));
        rc = sg_reading_put(out, (struct sg_bytes){text.data + i, between ? 0 : 1}, 1);
        *reads = *reads || between;
    }
    return rc;
}

const struct sg_reading sg_reading_marks_kinds[] = {{"nothing", read_nothing},
                                                    {"blank", read_blank},
                                                    {"tag", read_tag},
                                                    {"reversed", read_reversed},
                                                    {"join", read_join}};
const size_t sg_reading_marks_count =
    sizeof sg_reading_marks_kinds / sizeof *sg_reading_marks_kinds;
