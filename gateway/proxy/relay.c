/* SPDX-License-Identifier: Apache-2.0 */
/*
 * relay.c - one body in one direction: bytes in, scrubbed, bytes out.
 *
 *     source -> push -> [stream] -> out (64 KiB mark) -> take -> sink
 */
#include "proxy/relay.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "body/media.h"

enum { ROOM = 512, VALUE_LONGEST = 256, LUMP = 4096 };

static const struct sg_summary nothing;

static size_t held(const struct sg_relay *relay)
{
    return relay->out.len - relay->taken;
}

bool sg_relay_full(const struct sg_relay *relay)
{
    return held(relay) >= SG_RELAY_MARK;
}

bool sg_relay_due(const struct sg_relay *relay)
{
    return sg_relay_full(relay) || (relay->live && held(relay) > 0);
}

void sg_relay_refuse(struct sg_relay *relay, enum scrubgate_status status, const char *reason)
{
    assert(status < 0);
    relay->status = status;
    (void)snprintf(relay->reason, sizeof relay->reason, "%s",
                   reason[0] != '\0' ? reason : scrubgate_status_word(status));
}

/* --- opening --- */

static void note_span(void *ctx, const struct scrubgate_event *event)
{
    struct sg_relay *relay = ctx;
    relay->diverts = relay->diverts || event->action == SCRUBGATE_DIVERT;
    if (relay->spans == NULL)
        relay->spans = calloc(SG_RECORD_SPANS, sizeof *relay->spans);
    if (relay->spans == NULL || relay->n_spans == SG_RECORD_SPANS)
        return; /* the list is cut; the tallies still count it */
    relay->spans[relay->n_spans++] =
        (struct sg_relay_span){event->rule, event->start, event->end - event->start};
}

static void note_recheck(void *ctx, bool same)
{
    struct sg_relay *relay = ctx;
    if (relay->on_recheck != NULL)
        relay->on_recheck(relay->owner, same);
}

static void note_excluded(void *ctx, const char *exclusion)
{
    struct sg_relay *relay = ctx;
    if (relay->on_excluded != NULL)
        relay->on_excluded(relay->owner, exclusion);
}

static void begin(struct sg_relay *relay, uint64_t limit)
{
    assert(relay->stream == NULL && relay->out.len == 0);
    relay->limit = limit;
    relay->format = "";
    relay->status = SCRUBGATE_OK;
    relay->live = relay->keeps = relay->gave_in = relay->diverts = relay->done = false;
    relay->bytes_in = relay->bytes_out = relay->bytes_left = relay->busy_ns = 0;
    relay->n_spans = 0;
    relay->reason[0] = '\0';
    relay->failed = NULL;
    relay->on_recheck = NULL;
    relay->on_excluded = NULL;
    relay->owner = NULL;
    relay->gathers = false;
    relay->memory = (struct sg_relay_memory){.recall = NULL};
}

void sg_relay_pass(struct sg_relay *relay, uint64_t limit)
{
    begin(relay, limit);
}

static bool may_give_in(const struct sg_relay *relay)
{
    switch (relay->status) {
    case SCRUBGATE_EUNSUPPORTED:
    case SCRUBGATE_EMALFORMED:
    case SCRUBGATE_ELIMIT:
    case SCRUBGATE_EMATCH:
        return relay->keeps;
    default:
        return false; /* blocked is a decision; what else fails is no property of the message */
    }
}

static void drop_raw(struct sg_relay *relay)
{
    scrubgate_stream_close(&relay->names);
    sg_buf_spare(&relay->raw, SG_SPARE_MOST);
    relay->raw_taken = 0;
    relay->gathers = false;
    sg_tail_wipe(&relay->tail.own);
}

/* Neither a stream nor what it added up to. */
static void drop_stream(struct sg_relay *relay)
{
    scrubgate_stream_close(&relay->stream);
    drop_raw(relay);
    relay->summary = NULL;
    sg_summary_fini(&relay->last);
}

/* The stream could not decide and the route says: pass and record. What came so far leaves as it
 * came, and so will the rest. */
static void give_in(struct sg_relay *relay)
{
    char why[SG_RELAY_REASON];
    (void)snprintf(why, sizeof why, "%s", relay->reason);
    (void)snprintf(relay->reason, sizeof relay->reason, "passed on failure: %.160s", why);
    drop_stream(relay);
    sg_buf_clear(&relay->out);
    relay->taken = 0;
    sg_buf_move(&relay->out, &relay->original);
    relay->bytes_out = relay->out.len;
    relay->status = SCRUBGATE_OK;
    relay->keeps = false;
    relay->gave_in = true;
    relay->n_spans = 0;
}

/* Reads who speaks before what is said, where both stand in the body. */
static enum scrubgate_status open_memory(struct sg_relay *relay,
                                         const struct scrubgate_ruleset *rules,
                                         struct scrubgate_scratch *scratch,
                                         const struct sg_relay_config *config,
                                         const struct scrubgate_stream_config *stream)
{
    relay->memory = config->memory;
    relay->captures = config->captures;
    relay->n_captures = config->n_captures;
    relay->gathers = config->memory.recall != NULL;
    if (!relay->gathers || config->n_captures == 0)
        return SCRUBGATE_OK;
    return sg_stream_open_names(&relay->names, rules, scratch, stream, config->captures,
                                config->n_captures);
}

void sg_relay_open(struct sg_relay *relay, const struct scrubgate_ruleset *rules,
                   struct scrubgate_scratch *scratch, const struct sg_relay_config *config)
{
    char type[VALUE_LONGEST], coding[VALUE_LONGEST];
    struct scrubgate_stream_config stream = config->stream;
    struct sg_media media;
    const char *why = "type not known";
    begin(relay, config->limit);
    relay->keeps = config->pass_on_failure;
    enum scrubgate_status rc = SCRUBGATE_EUNSUPPORTED;
    /* The stream wants C strings. A value too long to be any we know is one we do not know. */
    if (sg_bytes_to_text(config->content_type, type, sizeof type) &&
        sg_bytes_to_text(config->content_encoding, coding, sizeof coding))
        rc = sg_media_choose(&media, config->content_type, config->content_encoding, &why);
    if (rc >= 0) {
        relay->format = sg_media_word(media.format);
        relay->live = media.format == SG_MEDIA_SSE;
        stream.content_type = type;
        stream.content_encoding = config->content_encoding.len > 0 ? coding : NULL;
        relay->on_recheck = stream.on_recheck;
        relay->owner = stream.ctx;
        relay->on_excluded = stream.on_excluded;
        stream.on_recheck = note_recheck;
        stream.on_excluded = note_excluded;
        stream.on_event = note_span;
        stream.ctx = relay;
        stream.tail = config->memory.recall != NULL ? &relay->tail : NULL;
        why = "";
        rc = sg_stream_open(&relay->stream, rules, scratch, &stream, config->captures,
                            config->n_captures);
        if (rc >= 0)
            rc = open_memory(relay, rules, scratch, config, &stream);
    }
    if (rc < 0) {
        sg_relay_refuse(relay, rc, why);
        if (may_give_in(relay))
            give_in(relay);
    }
}

/* --- pushing --- */

/* Makes room for n bytes behind what is held. */
static bool make_room(struct sg_relay *relay, size_t n)
{
    if (relay->taken > 0 && relay->out.cap - relay->out.len < n) {
        sg_buf_drop(&relay->out, relay->taken);
        relay->taken = 0;
    }
    enum scrubgate_status rc = sg_buf_reserve(&relay->out, n);
    if (rc < 0)
        sg_relay_refuse(relay, rc, "");
    return rc >= 0;
}

static size_t push_plain(struct sg_relay *relay, struct sg_bytes piece, bool last)
{
    size_t n = sg_relay_full(relay) ? 0 : SG_RELAY_MARK - held(relay);
    if (n > piece.len)
        n = piece.len;
    if (n > 0) {
        if (!make_room(relay, n))
            return piece.len;
        memcpy(relay->out.data + relay->out.len, piece.data, n);
        relay->out.len += n;
        relay->bytes_out += n;
    }
    relay->done = last && n == piece.len;
    return n;
}

/* One call of the stream into the room there is. FULL only when the mark is reached. */
static enum scrubgate_status push_stream(struct sg_relay *relay, struct scrubgate_in *in, bool last)
{
    enum scrubgate_status rc = SCRUBGATE_FULL;
    size_t room = in->len - in->pos + ROOM;
    while (rc == SCRUBGATE_FULL && !sg_relay_full(relay)) {
        if (room > SG_RELAY_MARK - held(relay))
            room = SG_RELAY_MARK - held(relay);
        if (!make_room(relay, room))
            return relay->status;
        struct scrubgate_out out = {relay->out.data + relay->out.len, room, 0};
        rc = scrubgate_stream_push(relay->stream, in, &out, last);
        relay->out.len += out.pos;
        relay->bytes_out += out.pos;
        room *= 2;
    }
    return rc;
}

/* Keeps a copy of what comes, as long as all of it fits. */
static void keep_original(struct sg_relay *relay, struct sg_bytes piece)
{
    if (!relay->keeps)
        return;
    if (relay->original.len + piece.len <= SG_RELAY_MARK &&
        sg_buf_add_bytes(&relay->original, piece) >= 0)
        return;
    relay->keeps = false;
    sg_buf_fini(&relay->original);
}

/* Into the stream; how much was taken. kept: what is pushed is in the original. */
static size_t push_piece(struct sg_relay *relay, struct sg_bytes piece, bool last, bool kept)
{
    struct scrubgate_in in = {piece.data, piece.len, 0};
    uint64_t begun = sg_clock_mono_ns();
    enum scrubgate_status rc = push_stream(relay, &in, last);
    relay->busy_ns += sg_clock_mono_ns() - begun;
    if (rc >= 0) {
        if (!kept)
            keep_original(relay, (struct sg_bytes){piece.data, in.pos});
        relay->done = rc == SCRUBGATE_DONE;
        if (relay->done && relay->memory.recall != NULL)
            relay->memory.keep(relay->memory.ctx, &relay->tail.own);
        return in.pos;
    }
    if (!kept)
        keep_original(relay, piece);
    relay->failed = sg_stream_summary(relay->stream)->failed;
    if (relay->status >= 0)
        sg_relay_refuse(relay, rc, scrubgate_stream_reason(relay->stream));
    if (may_give_in(relay)) {
        give_in(relay);
        relay->done = last;
    }
    return piece.len;
}

/* Enough has been gathered to know who speaks, as far as it will be known. */
static void recall(struct sg_relay *relay)
{
    uint64_t begun = sg_clock_mono_ns();
    relay->gathers = false;
    if (relay->names != NULL) {
        enum scrubgate_status rc = sg_stream_run(relay->names, sg_buf_bytes(&relay->raw), NULL);
        (void)rc; /* what is wrong with the body, or missing of it, is the scan's to find */
        scrubgate_stream_close(&relay->names);
    }
    relay->memory.recall(relay->memory.ctx, &relay->tail.own);
    sg_tail_message(&relay->tail.own);
    for (size_t i = 0; i < relay->n_captures; i++) { /* the scan fills them again */
        sg_buf_clear(&relay->captures[i].value);
        relay->captures[i].found = false;
    }
    relay->busy_ns += sg_clock_mono_ns() - begun;
}

/* Takes what it can of piece into raw. */
static size_t gather(struct sg_relay *relay, struct sg_bytes piece, bool last)
{
    size_t n = SG_RELAY_MARK - relay->raw.len;
    n = piece.len < n ? piece.len : n;
    enum scrubgate_status rc = sg_buf_add(&relay->raw, piece.data, n);
    if (rc < 0) {
        sg_relay_refuse(relay, rc, "");
        return piece.len;
    }
    keep_original(relay, (struct sg_bytes){piece.data, n});
    if (relay->raw.len == SG_RELAY_MARK || relay->live || (last && n == piece.len))
        recall(relay);
    return n;
}

/* What was gathered goes into the stream first. False: some of it is left. */
static bool push_raw(struct sg_relay *relay, bool last)
{
    struct sg_bytes rest = {relay->raw.data + relay->raw_taken, relay->raw.len - relay->raw_taken};
    size_t taken = push_piece(relay, rest, last, true);
    if (relay->stream == NULL)
        return false;
    relay->raw_taken += taken;
    if (relay->raw_taken < relay->raw.len)
        return false;
    sg_buf_spare(&relay->raw, SG_SPARE_MOST);
    relay->raw_taken = 0;
    return true;
}

/*
 * Each push scans what is undecided of the one before once more: a body in pieces of a byte would
 * cost as much as one a hundred times as long. So small pieces wait for each other, where nobody
 * waits for what comes of them. The first does not: what is refused by it is refused at once.
 */
static bool is_crumb(const struct sg_relay *relay, struct sg_bytes piece, bool last)
{
    return !last && !relay->live && relay->bytes_in > 0 && relay->raw_taken == 0 &&
           relay->raw.len + piece.len <= LUMP;
}

static size_t keep_crumb(struct sg_relay *relay, struct sg_bytes piece)
{
    enum scrubgate_status rc = sg_buf_add_bytes(&relay->raw, piece);
    if (rc < 0)
        sg_relay_refuse(relay, rc, "");
    else
        keep_original(relay, piece);
    return piece.len;
}

static size_t push_scrubbed(struct sg_relay *relay, struct sg_bytes piece, bool last)
{
    if (!relay->gathers && is_crumb(relay, piece, last))
        return keep_crumb(relay, piece);
    size_t n = relay->gathers ? gather(relay, piece, last) : 0;
    if (relay->gathers || relay->status < 0)
        return n;
    struct sg_bytes rest = {piece.len > n ? piece.data + n : NULL, piece.len - n};
    if (relay->raw.len > 0) {
        bool all = push_raw(relay, last && rest.len == 0);
        if (relay->status < 0)
            return piece.len;
        if (relay->stream == NULL) /* gave in */
            return n + (rest.len > 0 ? push_plain(relay, rest, last) : 0);
        if (!all || rest.len == 0)
            return n;
    }
    return n + push_piece(relay, rest, last, false);
}

size_t sg_relay_push(struct sg_relay *relay, struct sg_bytes piece, bool last)
{
    size_t n = piece.len;
    if (relay->status < 0 || relay->done)
        return n;
    if (relay->limit != 0 && piece.len > relay->limit - relay->bytes_in) {
        relay->keeps = false; /* over the limit nothing passes */
        sg_relay_refuse(relay, SCRUBGATE_ELIMIT, "over limits.body");
        return n;
    }
    n = relay->stream != NULL ? push_scrubbed(relay, piece, last) : push_plain(relay, piece, last);
    relay->bytes_in += n;
    return n;
}

bool sg_relay_may_skip(const struct sg_relay *relay, size_t n)
{
    return relay->stream == NULL && !relay->gathers && relay->status >= 0 && !relay->done &&
           held(relay) == 0 && (relay->limit == 0 || n <= relay->limit - relay->bytes_in);
}

void sg_relay_skip(struct sg_relay *relay, size_t n)
{
    relay->bytes_in += n;
    relay->bytes_out += n;
    relay->bytes_left += n;
}

/* --- taking --- */

struct sg_bytes sg_relay_ready(const struct sg_relay *relay)
{
    if (held(relay) == 0)
        return (struct sg_bytes){NULL, 0};
    return (struct sg_bytes){relay->out.data + relay->taken, held(relay)};
}

void sg_relay_take(struct sg_relay *relay, size_t n)
{
    assert(n <= held(relay));
    relay->taken += n;
    relay->bytes_left += n;
    if (relay->taken == relay->out.len) {
        sg_buf_clear(&relay->out);
        relay->taken = 0;
    }
}

void sg_relay_commit(struct sg_relay *relay)
{
    relay->keeps = false;
    sg_buf_fini(&relay->original);
}

void sg_relay_sum_up(struct sg_relay *relay)
{
    if (relay->stream != NULL)
        relay->summary = sg_stream_summary(relay->stream);
}

const struct sg_summary *sg_relay_summary(const struct sg_relay *relay)
{
    return relay->summary != NULL ? relay->summary : &nothing;
}

void sg_relay_end_stream(struct sg_relay *relay)
{
    if (relay->stream == NULL)
        return;
    sg_stream_close_into(&relay->stream, &relay->last);
    relay->summary = &relay->last;
    drop_raw(relay);
}

/* --- the end --- */

void sg_relay_clear(struct sg_relay *relay)
{
    drop_stream(relay);
    sg_buf_spare(&relay->out, SG_SPARE_MOST);
    sg_buf_spare(&relay->original, SG_SPARE_MOST);
    relay->taken = 0;
}

void sg_relay_fini(struct sg_relay *relay)
{
    drop_stream(relay);
    sg_buf_fini(&relay->out);
    sg_buf_fini(&relay->original);
    sg_buf_fini(&relay->raw);
    free(relay->spans);
    sg_wipe(relay, sizeof *relay);
}
