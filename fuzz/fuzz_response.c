/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_response.c - what an origin sends, read whole, byte by byte and in pieces: each way tells
 * the same heads, the same body and the same end.
 */
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/upstream_response.h"

enum { MAX_HEAD = 512, MOST = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a call would have been told. */
struct told {
    unsigned status;
    struct sg_framing framing;
    uint8_t body[MOST];
    size_t n;
    size_t used; /* bytes of the input that belong to it, once it is done */
    bool keep, done, failed, closed;
    enum sg_call_failure why;
};

static void tell_head(struct told *told, const struct sg_response *response,
                      const struct sg_head *head)
{
    assert(told->status == 0 && told->n == 0); /* one head, before the body */
    assert(head->status >= 200 && head->status <= 599);
    told->status = head->status;
    told->framing = response->framing;
}

/* Offers pieces of `piece` bytes to a handler that takes `most` of a run at once. */
static void read_in(struct told *told, struct sg_bytes text, bool head_request, size_t piece,
                    size_t most)
{
    struct sg_response response;
    struct sg_head head;
    struct sg_bytes run;
    size_t at = 0, end = 0;
    *told = (struct told){.status = 0};
    sg_response_init(&response, head_request, MAX_HEAD);
    while (!told->done && !told->failed && end < text.len) {
        end = text.len - end < piece ? text.len : end + piece;
        for (bool more = false; !more && !told->done && !told->failed;) {
            /* Only what is not used yet, as a call holds it. */
            struct sg_bytes held = {text.data + at, end - at};
            size_t pos = 0;
            switch (sg_response_read(&response, held, &pos, &head, &run, &told->why)) {
            case SG_RESPONSE_MORE:
                more = true;
                break;
            case SG_RESPONSE_HEAD:
                tell_head(told, &response, &head);
                break;
            case SG_RESPONSE_BODY: {
                size_t n = run.len < most ? run.len : most;
                assert(run.len > 0 && run.data >= held.data);
                assert(run.data + run.len <= held.data + held.len);
                memcpy(told->body + told->n, run.data, n);
                told->n += n;
                sg_response_take(&response, &pos, n);
                break;
            }
            case SG_RESPONSE_DONE:
                told->done = true;
                break;
            case SG_RESPONSE_FAILED:
                told->failed = true;
                break;
            }
            assert(pos <= held.len);
            at += pos;
        }
    }
    told->keep = response.keep;
    told->closed = !told->failed && sg_response_closed(&response);
    told->used = told->done ? at : 0;
}

static void check_alone(const struct told *told)
{
    if (told->framing.kind == SG_FRAMING_LENGTH && told->status != 0) {
        assert(told->n <= told->framing.length);
        if (told->done)
            assert(told->n == told->framing.length);
    }
    if (told->framing.kind == SG_FRAMING_NONE || told->status == 0)
        assert(told->n == 0);
    if (told->framing.kind == SG_FRAMING_CLOSE)
        assert(!told->done && !told->keep);
    if (told->failed)
        assert(told->why == SG_CALL_MALFORMED || told->why == SG_CALL_LIMIT);
}

static void check_same(const struct told *a, const struct told *b)
{
    assert(a->status == b->status && a->framing.kind == b->framing.kind);
    assert(a->framing.length == b->framing.length);
    assert(a->n == b->n && memcmp(a->body, b->body, a->n) == 0);
    assert(a->done == b->done && a->failed == b->failed && a->closed == b->closed);
    assert(a->keep == b->keep && a->used == b->used);
    if (a->failed)
        assert(a->why == b->why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct told whole, other;
    if (size < 2 || size > MOST)
        return 0;
    bool head_request = (data[0] & 1) != 0;
    size_t piece = 2 + data[0] / 2;
    struct sg_bytes text = {data + 1, size - 1};
    read_in(&whole, text, head_request, text.len, MOST);
    check_alone(&whole);
    read_in(&other, text, head_request, 1, MOST);
    check_same(&whole, &other);
    read_in(&other, text, head_request, piece, 3);
    check_same(&whole, &other);
    return 0;
}
