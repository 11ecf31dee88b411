/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading_spaced.c - words whose letters are parted: "j o h n @ g m a i l . c o m", "j-o-h-n".
 *
 * What parts the first two characters goes away wherever it stands between two; more than that is
 * the blank between two words.
 */
#include "rule/reading_family.h"

#include "base/digest.h"
#include "rule/reading_sign.h"

enum {
    ITEMS_LEAST = 4,
    LONGEST_NOISE = 6,
    MOST_ITEMS = 256, /* of which an end like "com" is looked for */
    LONGEST_TLD = 5
};

static bool is_letter(uint8_t c)
{
    return sg_is_alnum(c) || c >= 0x80 || c == '@';
}

/* The bytes of the character at `at`. */
static size_t character(struct sg_bytes text, size_t at)
{
    size_t end = at + 1;
    while (text.data[at] >= 0x80 && end < text.len && (text.data[end] & 0xC0) == 0x80)
        end++;
    return end - at;
}

/* What parts the first two characters; len 0: nothing does, or too much. */
static struct sg_bytes find_noise(struct sg_bytes text)
{
    struct sg_bytes noise = {NULL, 0};
    size_t start = 0, end;
    while (start < text.len && !is_letter(text.data[start]))
        start++;
    if (start == text.len)
        return noise;
    start += character(text, start);
    for (end = start; end < text.len && !is_letter(text.data[end]);)
        end++;
    if (end < text.len && end - start <= LONGEST_NOISE)
        noise = (struct sg_bytes){text.data + start, end - start};
    return noise;
}

static bool noise_at(struct sg_bytes text, size_t at, struct sg_bytes noise)
{
    return sg_bytes_start_with((struct sg_bytes){text.data + at, text.len - at}, noise);
}

/* What becomes of the bytes at `at`: a character that stays, or noise of some length. */
struct step {
    size_t len;
    bool stays, wide;
};

static struct step next(struct sg_bytes text, size_t at, struct sg_bytes noise)
{
    struct step step = {.len = character(text, at), .stays = true};
    size_t end = at, n = 0;
    if (is_letter(text.data[at]))
        return step;
    for (; end < text.len && noise_at(text, end, noise); n++)
        end += noise.len;
    if (n == 0 || end == text.len || at == 0)
        return step;
    /* "...": a dot that is parted from its neighbours by dots */
    if (n == 3 && noise.len == 1 && noise.data[0] == '.') {
        step.stays = true;
        step.len = end - at;
        return step;
    }
    step = (struct step){.len = end - at, .wide = n > 1};
    return step;
}

/* Before which of the characters that stay a dot is missing: "jo@examplecom"; SIZE_MAX: none. */
static size_t missing_dot(struct sg_bytes text, struct sg_bytes noise)
{
    uint8_t host[MOST_ITEMS];
    size_t n = 0, kept = 0, first = 0, found = SIZE_MAX;
    bool at_sign = false, dot = false;
    for (size_t at = 0; at < text.len;) {
        struct step step = next(text, at, noise);
        if (step.stays && step.len > 1 && text.data[at] == '.')
            dot = at_sign;
        if (step.stays && at_sign && text.data[at] == '.')
            dot = true;
        if (step.stays && at_sign && n < MOST_ITEMS)
            host[n++] = text.data[at];
        if (step.stays) {
            kept++;
            if (text.data[at] == '@') {
                at_sign = true;
                first = kept;
                n = 0;
            }
        }
        at += step.len;
    }
    for (size_t len = 2; at_sign && !dot && len <= LONGEST_TLD && len + 2 <= n; len++)
        if (sg_sign_tld((struct sg_bytes){host + n - len, len}))
            found = first + n - len;
    sg_wipe(host, sizeof host);
    return found;
}

static enum scrubgate_status read_spaced(struct sg_bytes text, struct sg_reading_text *out,
                                         bool *reads)
{
    struct sg_bytes noise = find_noise(text);
    size_t joined = 0, kept = 0;
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (noise.len == 0)
        return SCRUBGATE_OK;
    size_t dot = missing_dot(text, noise);
    for (size_t at = 0; at < text.len && rc >= 0;) {
        struct step step = next(text, at, noise);
        struct sg_bytes view = {text.data + at, step.len};
        if (!step.stays) {
            view = step.wide ? SG_BYTES(" ") : SG_BYTES("");
            joined++;
        } else if (text.data[at] == '.' && step.len > 1) {
            view.len = 1;
        }
        if (rc >= 0 && step.stays && kept++ == dot && out->n > 0)
            rc = sg_reading_put_byte(out, '.', 0);
        if (rc >= 0)
            rc = sg_reading_put(out, view, step.len);
        at += step.len;
    }
    *reads = joined + 1 >= ITEMS_LEAST;
    return rc;
}

const struct sg_reading sg_reading_spaced_kinds[] = {{"spaced", read_spaced}};
const size_t sg_reading_spaced_count =
    sizeof sg_reading_spaced_kinds / sizeof *sg_reading_spaced_kinds;
