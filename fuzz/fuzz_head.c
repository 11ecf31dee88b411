/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_head.c - any bytes as the head of a request (first byte even) or response (odd).
 *
 * Whether a head is taken does not hang on how much of it has come, and what was taken holds
 * nothing that could be read as another head: built anew it reads back the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http/framing.h"
#include "http/head_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX = 2048 };

static void must(bool holds)
{
    if (!holds)
        abort();
}

static enum sg_head_step parse(struct sg_head *head, struct sg_bytes text, size_t *used,
                               bool request)
{
    const char *why = NULL;
    struct sg_head_reader reader;
    sg_head_reader_init(&reader, request ? SG_HEAD_REQUEST : SG_HEAD_RESPONSE, MAX);
    enum sg_head_step step = sg_head_read(&reader, text, head, used, &why);
    must((step >= SG_HEAD_MALFORMED) == (why != NULL));
    return step;
}

static void check_same(const struct sg_head *a, const struct sg_head *b)
{
    must(a->status == b->status && a->headers.n == b->headers.n);
    must(sg_bytes_equal(a->method, b->method) && sg_bytes_equal(a->target, b->target));
    for (size_t i = 0; i < a->headers.n; i++) {
        must(sg_bytes_equal(a->headers.item[i].name, b->headers.item[i].name));
        must(sg_bytes_equal(a->headers.item[i].value, b->headers.item[i].value));
    }
}

static void check_rebuilt(const struct sg_head *head, bool request)
{
    struct sg_buf out = {0};
    struct sg_head again;
    size_t used = 0;
    if (request)
        must(sg_head_add_request_line(&out, head->method, head->target) >= 0);
    else
        must(sg_head_add_status_line(&out, head->status) >= 0);
    for (size_t i = 0; i < head->headers.n; i++) {
        const struct sg_header *item = &head->headers.item[i];
        must(sg_bytes_equal(item->value, sg_bytes_trim(item->value)));
        must(sg_head_add_field(&out, item->name, item->value) >= 0);
    }
    must(sg_head_add_end(&out) >= 0);
    enum sg_head_step step = parse(&again, sg_buf_bytes(&out), &used, request);
    if (step == SG_HEAD_WHOLE) {
        must(used == out.len);
        check_same(head, &again);
    } else {
        must(step == SG_HEAD_LIMIT && out.len > MAX); /* `: ` made it longer */
    }
    sg_buf_fini(&out);
}

static void check_framing(const struct sg_head *head, bool request)
{
    struct sg_framing framing;
    const char *why = NULL;
    size_t codings = 0, lengths = 0;
    (void)sg_headers_find(&head->headers, "transfer-encoding", &codings);
    (void)sg_headers_find(&head->headers, "content-length", &lengths);
    enum scrubgate_status rc =
        request ? sg_framing_request(&framing, &head->headers, head->minor_version, &why)
                : sg_framing_response(&framing, &head->headers, head->minor_version, head->status,
                                      false, &why);
    must((rc < 0) == (why != NULL));
    if (rc < 0)
        return;
    must(codings + lengths <= 1);
    must(framing.kind != SG_FRAMING_CHUNKED || (codings == 1 && head->minor_version == 1));
    must(framing.kind != SG_FRAMING_LENGTH || lengths == 1);
    must(framing.kind != SG_FRAMING_CLOSE || (!request && codings + lengths == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_head head, part;
    size_t used = 0, ignored = 0;
    if (size < 1 || size > MAX + 512)
        return 0;
    bool request = (data[0] & 1) == 0;
    struct sg_bytes text = {data + 1, size - 1};
    enum sg_head_step step = parse(&head, text, &used, request);
    if (step == SG_HEAD_WHOLE) {
        must(used > 0 && used <= text.len && used <= MAX);
        check_rebuilt(&head, request);
        check_framing(&head, request);
    }
    for (size_t len = 0; len < text.len; len += 1 + len / 16) {
        enum sg_head_step early =
            parse(&part, (struct sg_bytes){text.data, len}, &ignored, request);
        if (step == SG_HEAD_WHOLE)
            must(early == (len < used ? SG_HEAD_MORE : SG_HEAD_WHOLE));
        else /* a refusal stands, and a beginning is never better than the whole */
            must(early == SG_HEAD_MORE || early == step);
    }
    return 0;
}
