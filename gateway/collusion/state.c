/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state.c - what a sketch remembers, as bytes, and back.
 */
#include "collusion/state.h"

#include <assert.h>
#include <string.h>

#include "base/digest.h"

static const char name[8] = {'s', 'g', 's', 'k', 'e', 't', 'c', 'h'};
/* Reads as another number where bytes stand the other way round. */
static const uint32_t order = 0x01020304;

struct run {
    uint32_t zeros, words;
};

/* So much is looked at, and so much kept, between two pieces. */
enum { PIECE = 256 * 1024 };

static enum scrubgate_status pass(struct sg_state_sink *sink)
{
    const struct sg_bytes piece = sg_buf_bytes(&sink->waiting);
    enum scrubgate_status rc = sg_sha256_add(sink->hash, piece);
    if (rc >= 0)
        rc = sink->take(sink->ctx, piece);
    sg_buf_clear(&sink->waiting);
    return rc;
}

enum scrubgate_status sg_state_begin(struct sg_state_sink *sink, uint32_t version)
{
    const uint32_t head[2] = {order, version};
    sink->waiting = (struct sg_buf){0};
    enum scrubgate_status rc = sg_sha256_new(&sink->hash);
    if (rc >= 0)
        rc = sg_buf_add(&sink->waiting, name, sizeof name);
    return rc < 0 ? rc : sg_buf_add(&sink->waiting, head, sizeof head);
}

enum scrubgate_status sg_state_put_u64(struct sg_state_sink *sink, uint64_t value)
{
    return sg_buf_add(&sink->waiting, &value, sizeof value);
}

static bool is_zero(const uint8_t *word)
{
    uint64_t value;
    memcpy(&value, word, sizeof value);
    return value == 0;
}

enum scrubgate_status sg_state_put_table(struct sg_state_sink *sink, const void *table, size_t size)
{
    const uint8_t *at = table, *end = at + size;
    enum scrubgate_status rc = SCRUBGATE_OK;
    assert(size % 8 == 0 && size / 8 < UINT32_MAX);
    while (at < end && rc >= 0) {
        struct run run = {0, 0};
        for (; at < end && is_zero(at); at += 8)
            run.zeros++;
        const uint8_t *from = at;
        for (; at < end && !is_zero(at); at += 8)
            run.words++;
        rc = sg_buf_add(&sink->waiting, &run, sizeof run);
        if (rc >= 0)
            rc = sg_buf_add(&sink->waiting, from, (size_t)run.words * 8);
    }
    return rc;
}

enum scrubgate_status sg_state_put_records(struct sg_state_sink *sink, const void *records,
                                           size_t n, size_t size)
{
    const uint8_t *at = records;
    const size_t most = size < PIECE ? PIECE / size : 1;
    enum scrubgate_status rc = SCRUBGATE_OK;
    while (n > 0 && rc >= 0) {
        const size_t some = n < most ? n : most;
        rc = sg_state_put_table(sink, at, some * size);
        if (rc >= 0)
            rc = pass(sink);
        at += some * size;
        n -= some;
    }
    return rc;
}

enum scrubgate_status sg_state_seal(struct sg_state_sink *sink)
{
    uint8_t digest[SG_SHA256_SIZE];
    enum scrubgate_status rc = pass(sink);
    if (rc >= 0)
        rc = sg_sha256_done(sink->hash, digest);
    return rc < 0 ? rc : sink->take(sink->ctx, (struct sg_bytes){digest, sizeof digest});
}

void sg_state_fini(struct sg_state_sink *sink)
{
    sg_sha256_free(sink->hash);
    sink->hash = NULL;
    sg_buf_fini(&sink->waiting);
}

/* --- reading --- */

static void take(struct sg_state *state, void *to, size_t n)
{
    if (state->bad || state->rest.len < n) {
        state->bad = true;
        memset(to, 0, n);
        return;
    }
    if (n > 0)
        memcpy(to, state->rest.data, n);
    state->rest.data += n;
    state->rest.len -= n;
}

enum scrubgate_status sg_state_open(struct sg_state *state, struct sg_bytes text, uint32_t version)
{
    uint8_t digest[SG_SHA256_SIZE];
    char called[sizeof name];
    uint32_t head[2];
    if (text.len < sizeof called + sizeof head + sizeof digest)
        return SCRUBGATE_EMALFORMED;
    *state = (struct sg_state){{text.data, text.len - sizeof digest}, false};
    enum scrubgate_status rc = sg_sha256(state->rest, digest);
    if (rc < 0)
        return rc;
    if (memcmp(digest, text.data + state->rest.len, sizeof digest) != 0)
        return SCRUBGATE_EMALFORMED;
    take(state, called, sizeof called);
    take(state, head, sizeof head);
    const bool ours =
        memcmp(called, name, sizeof called) == 0 && head[0] == order && head[1] == version;
    return ours ? SCRUBGATE_OK : SCRUBGATE_EMALFORMED;
}

uint64_t sg_state_take_u64(struct sg_state *state)
{
    uint64_t value;
    take(state, &value, sizeof value);
    return value;
}

void sg_state_take_table(struct sg_state *state, void *table, size_t size)
{
    uint8_t *at = table;
    for (size_t left = size / 8; left > 0 && !state->bad;) {
        struct run run;
        take(state, &run, sizeof run);
        if (run.zeros > left || run.words > left - run.zeros || run.zeros + run.words == 0) {
            state->bad = true;
            return;
        }
        at += (size_t)run.zeros * 8;
        take(state, at, (size_t)run.words * 8);
        at += (size_t)run.words * 8;
        left -= run.zeros + run.words;
    }
}

bool sg_state_ended(const struct sg_state *state)
{
    return !state->bad && state->rest.len == 0;
}
