/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_chunked.c - any bytes in the chunked coding: the same body, or the same refusal, for every
 * way of cutting the input; and what is coded again reads back.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http/chunked.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

struct reading {
    enum scrubgate_status rc;
    size_t used; /* up to the end of the coding, or to the byte that was refused */
    struct sg_buf body;
};

/* Reads in pieces whose lengths come from cuts, over and over; no cuts: all at once. */
static void read_all(struct reading *reading, struct sg_bytes text, struct sg_bytes cuts)
{
    struct sg_chunked state = {0};
    size_t end = 0, pos = 0, cut = 0;
    *reading = (struct reading){.rc = SCRUBGATE_OK};
    while (reading->rc == SCRUBGATE_OK && end < text.len) {
        size_t n = cuts.len == 0 ? text.len : 1 + cuts.data[cut++ % cuts.len] % 32u;
        end = n > text.len - end ? text.len : end + n;
        struct sg_bytes run = {NULL, 1};
        while (reading->rc == SCRUBGATE_OK && run.len > 0) {
            const char *why = NULL;
            size_t before = pos;
            reading->rc =
                sg_chunked_read(&state, (struct sg_bytes){text.data, end}, &pos, &run, &why);
            must((reading->rc < 0) == (why != NULL));
            must(pos >= before && pos <= end && run.len <= pos - before);
            must(run.len == 0 || (reading->rc == SCRUBGATE_OK && run.data >= text.data + before &&
                                  run.data + run.len == text.data + pos));
            must(sg_buf_add_bytes(&reading->body, run) >= 0);
        }
        must(reading->rc != SCRUBGATE_OK || pos == end);
    }
    reading->used = pos;
}

static void check_coded_again(struct sg_bytes body, struct sg_bytes cuts)
{
    struct sg_buf out = {0};
    struct reading again;
    size_t at = 0, cut = 0;
    while (at < body.len) {
        /* Empty pieces among them: they must not become the end. */
        size_t n = cut % 2 == 0 ? 0 : 1 + cuts.data[cut % cuts.len] % 32u;
        cut++;
        n = n > body.len - at ? body.len - at : n;
        must(sg_chunked_add(&out, (struct sg_bytes){body.data + at, n}) >= 0);
        at += n;
    }
    must(sg_chunked_add_end(&out) >= 0);
    read_all(&again, sg_buf_bytes(&out), cuts);
    must(again.rc == SCRUBGATE_DONE && again.used == out.len);
    must(sg_bytes_equal(sg_buf_bytes(&again.body), body));
    sg_buf_fini(&again.body);
    sg_buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reading whole, cut;
    if (size < 4)
        return 0;
    struct sg_bytes cuts = {data, 4}, text = {data + 4, size - 4};
    read_all(&whole, text, (struct sg_bytes){NULL, 0});
    read_all(&cut, text, cuts);
    must(whole.rc == cut.rc && whole.used == cut.used);
    must(sg_bytes_equal(sg_buf_bytes(&whole.body), sg_buf_bytes(&cut.body)));
    must(whole.rc == SCRUBGATE_OK || whole.rc == SCRUBGATE_DONE ||
         whole.rc == SCRUBGATE_EMALFORMED);
    check_coded_again(sg_buf_bytes(&whole.body), cuts);
    sg_buf_fini(&whole.body);
    sg_buf_fini(&cut.body);
    return 0;
}
