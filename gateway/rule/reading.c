/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading.c - the table of readings, and the steps that they put.
 */
#include "rule/reading.h"

#include <assert.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/word.h"
#include "rule/reading_family.h"

enum { MOST_KINDS = 32, LONGEST_NAME = 40, FIRST_STEPS = 64 };

/* Copies the tables of all families into all, by address; returns how many readings there are. */
static size_t gather(const struct sg_reading *all[MOST_KINDS])
{
    const struct {
        const struct sg_reading *kinds;
        size_t n;
    } families[] = {{sg_reading_digits_kinds, sg_reading_digits_count},
                    {sg_reading_address_kinds, sg_reading_address_count},
                    {sg_reading_spaced_kinds, sg_reading_spaced_count},
                    {sg_reading_escape_kinds, sg_reading_escape_count},
                    {sg_reading_coded_kinds, sg_reading_coded_count},
                    {sg_reading_marks_kinds, sg_reading_marks_count},
                    {sg_reading_part_kinds, sg_reading_part_count}};
    size_t n = 0;
    for (size_t f = 0; f < sizeof families / sizeof *families; f++) {
        for (size_t i = 0; i < families[f].n; i++) {
            assert(n < MOST_KINDS);
            all[n++] = &families[f].kinds[i];
        }
    }
    return n;
}

const struct sg_reading *sg_reading_find(struct sg_bytes name)
{
    const struct sg_reading *all[MOST_KINDS];
    size_t n = gather(all);
    for (size_t i = 0; i < n; i++)
        if (sg_bytes_equal(name, sg_bytes_of(all[i]->name)))
            return all[i];
    return NULL;
}

const char *sg_reading_name(const struct sg_reading *reading)
{
    return reading->name;
}

const char *sg_reading_nearest(struct sg_bytes name)
{
    const struct sg_reading *all[MOST_KINDS];
    const char *names[MOST_KINDS];
    char word[LONGEST_NAME + 1] = "";
    size_t n = gather(all);
    for (size_t i = 0; i < n; i++)
        names[i] = all[i]->name;
    for (size_t i = 0; i < name.len && i < LONGEST_NAME; i++)
        word[i] = (char)name.data[i];
    return sg_nearest_word(word, names, n);
}

enum scrubgate_status sg_reading_read(const struct sg_reading *reading, struct sg_bytes passage,
                                      struct sg_reading_text *out, bool *reads)
{
    sg_buf_clear(&out->view);
    out->n = 0;
    *reads = false;
    bool read = false;
    enum scrubgate_status rc = reading->read(passage, out, &read);
    if (rc < 0 || !read) {
        sg_buf_clear(&out->view);
        out->n = 0;
        return rc;
    }
    *reads = true;
    return SCRUBGATE_OK;
}

static enum scrubgate_status grow(struct sg_reading_text *out)
{
    size_t cap = out->cap == 0 ? FIRST_STEPS : out->cap * 2;
    if (cap > SIZE_MAX / 2 / sizeof *out->steps)
        return SCRUBGATE_ENOMEM;
    struct sg_reading_step *steps = realloc(out->steps, cap * sizeof *steps);
    if (steps == NULL)
        return SCRUBGATE_ENOMEM;
    out->steps = steps;
    out->cap = cap;
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_reading_put(struct sg_reading_text *out, struct sg_bytes view,
                                     size_t raw_len)
{
    assert(raw_len > 0 || out->n > 0);
    if (raw_len > 0 && out->n == out->cap && grow(out) < 0)
        return SCRUBGATE_ENOMEM;
    enum scrubgate_status rc = sg_buf_add_bytes(&out->view, view);
    if (rc < 0)
        return rc;
    if (raw_len > 0)
        out->steps[out->n++] = (struct sg_reading_step){0, (uint32_t)raw_len};
    out->steps[out->n - 1].view_len += (uint32_t)view.len;
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_reading_put_byte(struct sg_reading_text *out, uint8_t view, size_t raw_len)
{
    return sg_reading_put(out, (struct sg_bytes){&view, 1}, raw_len);
}

void sg_reading_text_fini(struct sg_reading_text *text)
{
    sg_buf_fini(&text->view);
    free(text->steps);
    *text = (struct sg_reading_text){.n = 0};
}
