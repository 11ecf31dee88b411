/* SPDX-License-Identifier: Apache-2.0 */
/*
 * body.h - what holds for every body, whatever its format; shared by the targets of body/.
 *
 *     any cutting gives the same output, or the same refusal
 *     nothing edited: not a byte of the decoded body has changed
 *     shadow mode changes nothing
 *     what has left is again a body of its format
 */
#ifndef SG_FUZZ_BODY_H
#define SG_FUZZ_BODY_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "body/format.h"
#include "body/stream.h"
#include "rule/rulefile.h"

static void require(bool holds, const char *what)
{
    if (holds)
        return;
    (void)fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

static const char body_rules[] =
    "pack: toy\n"
    "version: 1\n"
    "owner: fuzz\n"
    "rules:\n"
    "  - {id: fruit, title: t, entity: FRUIT, level: 1, match: 'apple', with: '[FRUIT]',\n"
    "     tests: ['apple']}\n"
    "  - {id: digits, title: t, entity: DIGITS, level: 1, match: '\\d(?:[ -]?\\d){5,9}',\n"
    "     with: '\"{last:2}\"', tests: ['123456']}\n"
    "  - {id: at, title: t, entity: AT, level: 1, match: '[a-z]{1,6}@[a-zü]{1,6}',\n"
    "     with: '<ü>', tests: ['a@b']}\n"
    "  - {id: bomb, title: t, entity: WORD, level: 1, match: 'bomb', action: block,\n"
    "     tests: ['bomb']}\n";

static const struct scrubgate_ruleset *body_ruleset(struct scrubgate_scratch **scratch)
{
    static struct scrubgate_ruleset *set;
    static struct scrubgate_scratch *own;
    if (set == NULL) {
        struct sg_pack_source source = {"toy.yaml", SG_BYTES(body_rules)};
        struct scrubgate_fault fault = {.what = ""};
        if (sg_rulefile_compile(&set, &source, 1, 0, &fault) < 0)
            (void)fprintf(stderr, "%u:%u: %s\n", fault.line, fault.column, fault.what);
        require(set != NULL && scrubgate_scratch_new(&own) >= 0, "the rules load");
    }
    *scratch = own;
    return set;
}

struct body_run {
    enum scrubgate_status rc;
    struct sg_buf out;
    uint64_t findings, edits;
};

static unsigned body_random(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* How to cut depends on the bytes only, so that a finding can be run again. */
static unsigned body_seed(struct sg_bytes text)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ text.data[i]) * 16777619u;
    return hash | 1;
}

/* Pushes through step, in pieces and into room of random sizes, until it ends. */
static enum scrubgate_status body_push(
    enum scrubgate_status (*step)(void *ctx, struct scrubgate_in *in, struct scrubgate_out *out,
                                  bool last),
    void *ctx, struct sg_bytes text, unsigned seed, struct sg_buf *out)
{
    enum { ROOM = 4096 };
    uint8_t room[ROOM];
    unsigned longest = 1 + body_random(&seed) % 40;
    size_t pos = 0;
    enum scrubgate_status rc;
    do {
        size_t n = body_random(&seed) % (longest + 1);
        size_t space = 1 + body_random(&seed) % (2 * longest);
        n = n < text.len - pos ? n : text.len - pos;
        /* Exact copies, so that a sanitizer sees one byte too many. */
        uint8_t *copy = malloc(n + (n == 0));
        require(copy != NULL, "memory");
        if (n > 0)
            memcpy(copy, text.data + pos, n);
        struct scrubgate_in window = {copy, n, 0};
        struct scrubgate_out to = {room, space, 0};
        rc = step(ctx, &window, &to, pos + n == text.len);
        require(rc >= 0 || to.pos == 0, "a refusal moves nothing");
        require(rc != SCRUBGATE_OK || window.pos == n, "OK means the input is used up");
        pos += window.pos;
        require(sg_buf_add(out, room, to.pos) >= 0, "memory");
        free(copy);
    } while (rc == SCRUBGATE_OK || rc == SCRUBGATE_FULL);
    return rc;
}

static enum scrubgate_status body_step_stream(void *ctx, struct scrubgate_in *in,
                                              struct scrubgate_out *out, bool last)
{
    return scrubgate_stream_push(ctx, in, out, last);
}

static enum scrubgate_status body_push_whole(struct scrubgate_stream *stream, struct sg_bytes text,
                                             struct sg_buf *out)
{
    struct scrubgate_in in = {text.data, text.len, 0};
    enum scrubgate_status rc;
    do {
        require(sg_buf_reserve(out, 65536) >= 0, "memory");
        struct scrubgate_out to = {out->data, out->cap, out->len};
        rc = scrubgate_stream_push(stream, &in, &to, true);
        out->len = to.pos;
    } while (rc == SCRUBGATE_FULL);
    return rc;
}

static void body_run(struct body_run *run, const struct scrubgate_stream_config *config,
                     struct sg_bytes text, unsigned seed)
{
    struct scrubgate_stream *stream = NULL;
    struct scrubgate_scratch *scratch = NULL;
    const struct scrubgate_ruleset *rules = body_ruleset(&scratch);
    memset(run, 0, sizeof *run);
    require(scrubgate_stream_open(&stream, rules, scratch, config) >= 0, "the stream opens");
    if (seed == 0)
        run->rc = body_push_whole(stream, text, &run->out);
    else
        run->rc = body_push(body_step_stream, stream, text, seed, &run->out);
    require((scrubgate_stream_reason(stream)[0] != '\0') == (run->rc < 0),
            "a refusal has a reason");
    run->findings = sg_stream_summary(stream)->findings;
    run->edits = sg_stream_summary(stream)->edits;
    scrubgate_stream_close(&stream);
}

static void body_compare(const struct body_run *a, const struct body_run *b)
{
    require(a->rc == b->rc, "any cutting gives the same answer");
    size_t common = a->out.len < b->out.len ? a->out.len : b->out.len;
    require(common == 0 || memcmp(a->out.data, b->out.data, common) == 0,
            "any cutting gives the same bytes");
    if (a->rc < 0)
        return;
    require(a->out.len == b->out.len, "any cutting gives the same length");
    require(a->findings == b->findings && a->edits == b->edits, "any cutting finds the same");
}

static void body_check(const char *type, const char *coding, struct sg_bytes text)
{
    struct scrubgate_stream_config config = {.content_type = type, .content_encoding = coding};
    struct body_run whole, pieces, shadow, again;
    unsigned seed = body_seed(text);
    body_run(&whole, &config, text, 0);
    body_run(&pieces, &config, text, seed);
    body_compare(&whole, &pieces);
    config.shadow = true;
    body_run(&shadow, &config, text, seed);
    config.shadow = false;
    if (whole.rc >= 0) {
        require(shadow.rc == SCRUBGATE_DONE && shadow.edits == 0, "shadow mode passes");
        body_run(&again, &config, sg_buf_bytes(&whole.out), 0);
        require(again.rc != SCRUBGATE_EMALFORMED, "what has left is a body of its format");
        sg_buf_fini(&again.out);
        if (coding == NULL) {
            require(sg_bytes_equal(sg_buf_bytes(&shadow.out), text), "shadow changes nothing");
            require(whole.edits > 0 || sg_bytes_equal(sg_buf_bytes(&whole.out), text),
                    "nothing edited, nothing changed");
        }
    }
    sg_buf_fini(&whole.out);
    sg_buf_fini(&pieces.out);
    sg_buf_fini(&shadow.out);
}

#endif
