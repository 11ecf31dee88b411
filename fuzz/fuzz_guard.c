/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_guard.c - any bytes as what a client sends, whole and cut: the first two bytes say how.
 *
 * Each way tells the same heads, bodies, ends and the same refusal. What was let through cannot be
 * read in two ways: each request written anew by our own serializer is one request, the same one.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "http/guard.h"

enum { MAX_HEAD = 512, MOST = 8192 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* What a front would have been told. */
struct told {
    struct sg_buf text;    /* all of it, one thing after the other */
    struct sg_buf request; /* the last one, written anew */
    struct sg_buf body;
    bool chunked, rewrite;
    size_t used;
    unsigned status, ends;
};

static void fini(struct told *told)
{
    sg_buf_fini(&told->text);
    sg_buf_fini(&told->request);
    sg_buf_fini(&told->body);
}

static void keep(struct sg_buf *buf, struct sg_bytes text)
{
    must(sg_buf_add_bytes(buf, text) >= 0 && sg_buf_add_text(buf, "\n") >= 0);
}

/* What the guard's header promises of every head. */
static void check_head(const struct sg_head *head, const struct sg_framing *framing)
{
    size_t hosts = 0, lengths = 0, codings = 0;
    (void)sg_headers_find(&head->headers, "host", &hosts);
    (void)sg_headers_find(&head->headers, "content-length", &lengths);
    (void)sg_headers_find(&head->headers, "transfer-encoding", &codings);
    must(hosts == 1 || (hosts == 0 && head->minor_version == 0));
    must(lengths + codings <= 1 && head->headers.n <= SG_HEADERS_MOST);
    must((framing->kind == SG_FRAMING_LENGTH) == (lengths == 1));
    must((framing->kind == SG_FRAMING_CHUNKED) == (codings == 1));
    must(framing->kind != SG_FRAMING_CHUNKED || head->minor_version == 1);
    must(framing->kind != SG_FRAMING_CLOSE);
    must(sg_header_name_valid(head->method) && head->target.len > 0 && head->target.data[0] == '/');
    for (size_t i = 0; i < head->headers.n; i++) {
        const struct sg_header *item = &head->headers.item[i];
        must(sg_header_name_valid(item->name) && sg_header_value_valid(item->value));
        must(sg_bytes_equal(item->value, sg_bytes_trim(item->value)));
    }
}

static void tell_head(struct told *told, const struct sg_head *head,
                      const struct sg_framing *framing)
{
    struct sg_buf *anew = &told->request;
    check_head(head, framing);
    keep(&told->text, head->method);
    keep(&told->text, head->target);
    sg_buf_clear(anew);
    sg_buf_clear(&told->body);
    told->chunked = framing->kind == SG_FRAMING_CHUNKED;
    must(sg_head_add_request_line(anew, head->method, head->target) >= 0);
    for (size_t i = 0; i < head->headers.n; i++) {
        const struct sg_header *item = &head->headers.item[i];
        keep(&told->text, item->name);
        keep(&told->text, item->value);
        must(sg_head_add_field(anew, item->name, item->value) >= 0);
    }
    if (head->minor_version == 0) /* it is written as HTTP/1.1 */
        sg_buf_clear(anew);
    else
        must(sg_head_add_end(anew) >= 0);
}

static void read_whole(struct told *told, struct sg_bytes text, bool rewrite);

/* The same request, and nothing else, comes out of what we would send. */
static void check_rewritten(const struct told *told)
{
    struct told again;
    struct sg_buf wire = {0};
    must(sg_buf_add_bytes(&wire, sg_buf_bytes(&told->request)) >= 0);
    if (told->chunked)
        must(sg_chunked_add(&wire, sg_buf_bytes(&told->body)) >= 0 &&
             sg_chunked_add_end(&wire) >= 0);
    else
        must(sg_buf_add_bytes(&wire, sg_buf_bytes(&told->body)) >= 0);
    read_whole(&again, sg_buf_bytes(&wire), false);
    if (again.status == 431) { /* `: ` made it longer */
        must(told->request.len > MAX_HEAD);
    } else {
        must(again.status == 0 && again.ends == 1 && again.used == wire.len);
        must(sg_bytes_equal(sg_buf_bytes(&again.request), sg_buf_bytes(&told->request)));
        must(sg_bytes_equal(sg_buf_bytes(&again.body), sg_buf_bytes(&told->body)));
    }
    fini(&again);
    sg_buf_fini(&wire);
}

static void tell_end(struct told *told)
{
    told->ends++;
    keep(&told->text, sg_buf_bytes(&told->body));
    if (told->rewrite && told->request.len > 0)
        check_rewritten(told);
}

static void tell_refusal(struct told *told, const struct sg_refusal *why)
{
    must(why->status == 400 || why->status == 417 || why->status == 431 || why->status == 501 ||
         why->status == 505);
    told->status = why->status;
    keep(&told->text, sg_buf_bytes(&told->body));
    keep(&told->text, sg_bytes_of(why->detail));
}

static enum sg_guard_step step(struct told *told, struct sg_guard *guard, struct sg_bytes text,
                               size_t *pos, size_t take)
{
    struct sg_head head;
    struct sg_framing framing;
    struct sg_bytes run = {NULL, 0};
    const struct sg_refusal *why = NULL;
    size_t before = *pos;
    enum sg_guard_step is = sg_guard_read(guard, text, pos, &head, &framing, &run, &why);
    must(*pos >= before && *pos <= text.len && (is == SG_GUARD_REJECT) == (why != NULL));
    if (is == SG_GUARD_HEAD)
        tell_head(told, &head, &framing);
    if (is == SG_GUARD_END)
        tell_end(told);
    if (is == SG_GUARD_REJECT)
        tell_refusal(told, why);
    if (is == SG_GUARD_BODY) {
        must(run.len > 0 && run.data == text.data + *pos && run.len <= text.len - *pos);
        run.len = run.len < take ? run.len : take;
        must(sg_buf_add_bytes(&told->body, run) >= 0);
        sg_guard_take(guard, pos, run.len);
    }
    return is;
}

/* Up to end, from an exact copy of what is not used up. */
static bool offer(struct told *told, struct sg_guard *guard, struct sg_bytes text, size_t end,
                  size_t take)
{
    struct sg_buf copy = {0};
    enum sg_guard_step is;
    size_t pos = 0;
    must(sg_buf_add(&copy, text.data + told->used, end - told->used) >= 0);
    do
        is = step(told, guard, sg_buf_bytes(&copy), &pos, take);
    while (is != SG_GUARD_MORE && is != SG_GUARD_REJECT);
    told->used += pos;
    sg_buf_fini(&copy);
    return is == SG_GUARD_MORE;
}

/* In pieces of 1 to most bytes, by dice. */
static void read_cut(struct told *told, struct sg_bytes text, size_t most, unsigned dice,
                     bool rewrite)
{
    struct sg_guard guard;
    bool more = true;
    *told = (struct told){.rewrite = rewrite};
    sg_guard_init(&guard, MAX_HEAD);
    for (size_t end = 0; more && end < text.len;) {
        dice = dice * 1103515245u + 12345u;
        size_t piece = 1 + (dice >> 16) % most;
        end += piece < text.len - end ? piece : text.len - end;
        more = offer(told, &guard, text, end, piece);
    }
    if (more) /* what has come of a body that is not at its end */
        keep(&told->text, sg_buf_bytes(&told->body));
}

static void read_whole(struct told *told, struct sg_bytes text, bool rewrite)
{
    struct sg_guard guard;
    *told = (struct told){.rewrite = rewrite};
    sg_guard_init(&guard, MAX_HEAD);
    if (offer(told, &guard, text, text.len, text.len))
        keep(&told->text, sg_buf_bytes(&told->body));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct told whole;
    if (size < 2 || size > MOST)
        return 0;
    struct sg_bytes text = {data + 2, size - 2};
    read_whole(&whole, text, true);
    for (size_t most = 1; most <= 64; most += most + data[0] % 4) {
        struct told cut;
        read_cut(&cut, text, most, data[1], false);
        must(cut.status == whole.status && cut.ends == whole.ends);
        must(whole.status != 0 || cut.used == whole.used);
        must(sg_bytes_equal(sg_buf_bytes(&cut.text), sg_buf_bytes(&whole.text)));
        fini(&cut);
    }
    fini(&whole);
    return 0;
}
