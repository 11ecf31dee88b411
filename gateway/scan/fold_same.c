/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fold_same.c - how much of a text is its own folded view.
 *
 *     suspect (fast, in doubt a stop) -> step (exact) at what it stopped at
 */
#include "scan/fold.h"

#include "scan/fold_step.h"

/* Where the run begins that ends at `end` and changes with what follows it. */
static size_t find_run(struct sg_bytes text, size_t from, size_t end)
{
    size_t start = end;
    while (start > from && end - start <= SG_FOLD_RUN) {
        struct sg_fold_code code;
        size_t before = sg_fold_read_back(text, from, start, &code);
        if (before == start || !sg_fold_in_run(&code))
            break;
        start = before;
    }
    return start;
}

size_t sg_fold_same(const struct sg_kernel *kernel, struct sg_bytes text, size_t from, bool last,
                    bool *changed)
{
    struct sg_fold_reader reader = {.text = text, .last = last};
    *changed = false;
    while (from < text.len) {
        size_t stop = kernel->suspect(text.data, from, text.len);
        if (stop == text.len && last)
            break;
        size_t open = stop == text.len ? sg_fold_whole(text) : stop;
        from = find_run(text, from, open < from ? from : open);
        reader.before = sg_fold_side_of(SG_FOLD_SIDE_NONE, (struct sg_bytes){text.data, from});
        while (from <= stop && from < text.len) {
            struct sg_fold_step step = sg_fold_step(&reader, from);
            *changed = step.len > 0 && step.code.kind != SG_FOLD_KEEP;
            if (step.len == 0 || *changed)
                return from;
            for (size_t i = 0; i < step.len; i++)
                reader.before = sg_fold_side_after(reader.before, text.data[from + i]);
            from += step.len;
        }
    }
    return text.len;
}
