/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_reading.c - a byte that names the reading, and any passage: the steps cover the passage and
 * the view, the same comes out of it twice, and what is read as nothing else leaves nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "rule/reading.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = {
    "digits", "address", "spaced",       "entity", "percent", "escape", "qp",       "base64",
    "hex",    "utf7",    "encoded-word", "tag",    "nothing", "join",   "reversed",
};

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check_steps(const struct sg_reading_text *text, size_t raw_len)
{
    size_t view = 0, raw = 0;
    for (size_t i = 0; i < text->n; i++) {
        must(text->steps[i].raw_len > 0);
        view += text->steps[i].view_len;
        raw += text->steps[i].raw_len;
    }
    must(view == text->view.len && raw == raw_len);
}

/* What a reading makes of text is text again: of all, only single bytes are put as they came. */
static void check_text(const char *name, struct sg_bytes passage, struct sg_bytes view)
{
    if (strcmp(name, "base64") == 0 || strcmp(name, "hex") == 0 || sg_utf8_valid(passage))
        must(strcmp(name, "spaced") == 0 || sg_utf8_valid(view));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_reading_text one = {.n = 0}, again = {.n = 0};
    bool reads, reads_again;
    if (size == 0)
        return 0;
    const char *name = names[data[0] % (sizeof names / sizeof *names)];
    const struct sg_reading *reading = sg_reading_find(sg_bytes_of(name));
    must(reading != NULL && strcmp(sg_reading_name(reading), name) == 0);
    uint8_t *copy = malloc(size);
    must(copy != NULL);
    memcpy(copy, data + 1, size - 1);
    struct sg_bytes passage = {copy, size - 1};
    must(sg_reading_read(reading, passage, &one, &reads) == SCRUBGATE_OK);
    must(sg_reading_read(reading, passage, &again, &reads_again) == SCRUBGATE_OK);
    must(reads == reads_again && one.n == again.n);
    must(sg_bytes_equal(sg_buf_bytes(&one.view), sg_buf_bytes(&again.view)));
    must(reads || (one.n == 0 && one.view.len == 0));
    if (reads) {
        check_steps(&one, passage.len);
        check_text(name, passage, sg_buf_bytes(&one.view));
    }
    sg_reading_text_fini(&one);
    sg_reading_text_fini(&again);
    free(copy);
    return 0;
}
