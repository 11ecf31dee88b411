/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fold_same.c - how much of a text is its own folded view.
 *
 *     suspect (fast, in doubt a stop) -> step (exact) at what it stopped at
 */
#include "scan/fold.h"

#include "scan/fold_step.h"

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
        from = sg_fold_run_back(text, from, open < from ? from : open, SG_FOLD_RUN);
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
