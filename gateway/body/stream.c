/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream.c - scrub one message body: chooses the stages, counts, and says why when it is refused.
 *
 *     in -> [gunzip] -> json|form|multipart|sse|html|text -> [gzip] -> out
 */
#include "body/stream.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "body/format.h"
#include "body/media.h"
#include "body/pipeline.h"
#include "body/stage.h"
#include "rule/rule.h"

enum { STAGES_MOST = 3, DEFAULT_LEVEL = 2 };

static const size_t default_held = 64 * 1024;
static const uint64_t default_decoded = 16 * 1024 * 1024;

struct scrubgate_stream {
    struct sg_scrub *scrub;
    struct sg_stage *pipeline;
    struct sg_stage *stages[STAGES_MOST]; /* the pipeline's, to ask them */
    size_t n_stages, format;              /* which of them knows the format */
    struct sg_media media;
    uint64_t max_decoded;
    char *channel; /* ours: the caller's need not live on */
    uint8_t key[SG_KEY_SIZE], key_before[SG_KEY_SIZE];
    struct sg_tail tail; /* of a body that stands alone: its own values may continue each other */
    enum scrubgate_status refused;
    bool names; /* nothing is scanned */
    bool done;
    char reason[256];
};

enum scrubgate_status scrubgate_tail_new(struct scrubgate_tail **tail)
{
    *tail = calloc(1, sizeof **tail);
    return *tail == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
}

void scrubgate_tail_free(struct scrubgate_tail *tail)
{
    if (tail == NULL)
        return;
    sg_tail_wipe(&tail->own);
    free(tail);
}

/* --- opening ---------------------------------------------------------------------------------- */

static enum scrubgate_status open_stages(struct scrubgate_stream *stream)
{
    struct sg_stage *stages[STAGES_MOST] = {NULL};
    size_t n = 0;
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (stream->media.gzip)
        rc = sg_gunzip_new(&stages[n++], stream->max_decoded);
    stream->format = n;
    if (rc >= 0)
        rc = sg_format_new(&stages[n++], stream->scrub, &stream->media);
    if (rc >= 0 && stream->media.gzip && !stream->names)
        rc = sg_gzip_new(&stages[n++]);
    if (rc < 0) {
        for (size_t i = 0; i < STAGES_MOST; i++)
            sg_stage_free(stages[i]);
        return rc;
    }
    memcpy(stream->stages, stages, sizeof stages);
    stream->n_stages = n;
    return sg_pipeline_new(&stream->pipeline, stages, n);
}

static enum scrubgate_status open_scrub(struct scrubgate_stream *stream,
                                        const struct scrubgate_ruleset *rules,
                                        struct scrubgate_scratch *scratch,
                                        const struct scrubgate_stream_config *config,
                                        struct sg_capture *captures, size_t n)
{
    enum sg_media_format format = stream->media.format;
    bool one_value = format == SG_MEDIA_TEXT || format == SG_MEDIA_HTML;
    struct sg_tail *tail = one_value ? NULL : &stream->tail;
    if (config->tail != NULL)
        tail = &config->tail->own;
    struct sg_scrub_config own = {
        .scan = {.direction = config->direction,
                 .level = config->level == 0 ? DEFAULT_LEVEL : config->level,
                 .shadow = config->shadow,
                 .reference = config->reference,
                 .max_held = config->max_held == 0 ? default_held : config->max_held,
                 .tail = tail,
                 .recheck = config->recheck,
                 .rechecked = config->on_recheck,
                 .excluded = config->on_excluded,
                 .ctx = config->ctx},
        .captures = captures,
        .n_captures = n,
        .captures_only = stream->names,
        .on_event = config->on_event,
        .ctx = config->ctx,
    };
    if (config->key != NULL) {
        memcpy(stream->key, config->key, sizeof stream->key);
        own.scan.key = stream->key;
    }
    if (config->key != NULL && config->key_before != NULL) {
        memcpy(stream->key_before, config->key_before, sizeof stream->key_before);
        own.scan.key_before = stream->key_before;
    }
    if (config->channel != NULL) {
        size_t size = strlen(config->channel) + 1;
        stream->channel = malloc(size);
        if (stream->channel == NULL)
            return SCRUBGATE_ENOMEM;
        memcpy(stream->channel, config->channel, size);
        own.scan.channel = stream->channel;
    }
    return sg_scrub_new(&stream->scrub, rules, scratch, &own);
}

static enum scrubgate_status open_stream(struct scrubgate_stream **s,
                                         const struct scrubgate_ruleset *rules,
                                         struct scrubgate_scratch *scratch,
                                         const struct scrubgate_stream_config *config,
                                         struct sg_capture *captures, size_t n, bool names)
{
    const char *why;
    *s = NULL;
    if (rules == NULL || scratch == NULL || config == NULL || config->level > SG_LEVELS ||
        (unsigned)config->direction > SCRUBGATE_TO_CUSTOMER)
        return SCRUBGATE_EINVAL;
    struct scrubgate_stream *stream = malloc(sizeof *stream); /* calloc passes its cache by */
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    if (stream == NULL)
        return rc;
    *stream = (struct scrubgate_stream){.names = names};
    stream->max_decoded = config->max_decoded == 0 ? default_decoded : config->max_decoded;
    rc = sg_media_choose(&stream->media, sg_bytes_of(config->content_type),
                         sg_bytes_of(config->content_encoding), &why);
    if (rc >= 0)
        rc = open_scrub(stream, rules, scratch, config, captures, n);
    if (rc >= 0)
        rc = open_stages(stream);
    if (rc < 0)
        goto out;
    *s = stream;
    stream = NULL; /* the caller's now: the exit frees nothing */
out:
    scrubgate_stream_close(&stream);
    return rc < 0 ? rc : SCRUBGATE_OK;
}

enum scrubgate_status sg_stream_open(struct scrubgate_stream **s,
                                     const struct scrubgate_ruleset *rules,
                                     struct scrubgate_scratch *scratch,
                                     const struct scrubgate_stream_config *config,
                                     struct sg_capture *captures, size_t n)
{
    return open_stream(s, rules, scratch, config, captures, n, false);
}

enum scrubgate_status sg_stream_open_names(struct scrubgate_stream **s,
                                           const struct scrubgate_ruleset *rules,
                                           struct scrubgate_scratch *scratch,
                                           const struct scrubgate_stream_config *config,
                                           struct sg_capture *captures, size_t n)
{
    return open_stream(s, rules, scratch, config, captures, n, true);
}

enum scrubgate_status scrubgate_stream_open(struct scrubgate_stream **s,
                                            const struct scrubgate_ruleset *rules,
                                            struct scrubgate_scratch *scratch,
                                            const struct scrubgate_stream_config *config)
{
    return sg_stream_open(s, rules, scratch, config, NULL, 0);
}

/* --- pushing ---------------------------------------------------------------------------------- */

/* Names the stage and what it would not take, or the rule. */
static void explain(struct scrubgate_stream *stream, enum scrubgate_status rc, const char *why)
{
    const char *rule = sg_scrub_reason(stream->scrub);
    if (rule[0] != '\0') {
        (void)snprintf(stream->reason, sizeof stream->reason, "%s", rule);
        return;
    }
    const struct sg_stage *culprit = stream->stages[stream->format];
    for (size_t i = 0; i < stream->n_stages; i++) {
        if (stream->stages[i]->refused < 0)
            culprit = stream->stages[i];
    }
    if (why == NULL)
        why = culprit->why;
    (void)snprintf(stream->reason, sizeof stream->reason, "%s: %s", culprit->ops->name,
                   why == NULL ? scrubgate_status_word(rc) : why);
}

/* Pushes all of in that the limit allows; the byte over it is refused where it stands. */
static enum scrubgate_status push_within(struct scrubgate_stream *stream, struct scrubgate_in *in,
                                         struct scrubgate_out *out, bool last, const char **why)
{
    struct scrubgate_in part = *in;
    uint64_t allowed = stream->max_decoded - stream->stages[0]->taken;
    bool over = !stream->media.gzip && in->len - in->pos > allowed;
    if (over)
        part.len = in->pos + (size_t)allowed;
    enum scrubgate_status rc;
    do {
        rc = sg_stage_push(stream->pipeline, &part, out, last && !over);
    } while (rc == SCRUBGATE_FULL && out->pos < out->cap);
    in->pos = part.pos;
    if (rc == SCRUBGATE_OK && over) {
        *why = "over the size limit";
        return SCRUBGATE_ELIMIT;
    }
    return rc;
}

enum scrubgate_status scrubgate_stream_push(struct scrubgate_stream *s, struct scrubgate_in *in,
                                            struct scrubgate_out *out, bool last)
{
    const char *why = NULL;
    size_t before = out->pos;
    if (s->refused < 0)
        return s->refused;
    if (in->pos > in->len || out->pos > out->cap || (s->done && in->pos < in->len))
        return SCRUBGATE_EINVAL;
    if (s->done)
        return SCRUBGATE_DONE;
    if (s->stages[0]->taken == 0 && in->pos == in->len) {
        /* No byte yet. A body that stays empty is left so, also under gzip. */
        s->done = last;
        return last ? SCRUBGATE_DONE : SCRUBGATE_OK;
    }
    enum scrubgate_status rc = push_within(s, in, out, last, &why);
    if (rc < 0) {
        if (out->pos > before)
            sg_wipe((uint8_t *)out->data + before, out->pos - before);
        out->pos = before;
        s->refused = rc;
        explain(s, rc, why);
    }
    if (rc == SCRUBGATE_OK)
        sg_scrub_rest(s->scrub);
    s->done = rc == SCRUBGATE_DONE;
    return rc;
}

enum scrubgate_status sg_stream_run(struct scrubgate_stream *s, struct sg_bytes body,
                                    struct sg_buf *out)
{
    uint8_t room[4096];
    struct scrubgate_in in = {body.data, body.len, 0};
    enum scrubgate_status rc = SCRUBGATE_FULL;
    while (rc >= 0 && rc != SCRUBGATE_DONE) {
        struct scrubgate_out part = {room, sizeof room, 0};
        rc = scrubgate_stream_push(s, &in, &part, true);
        enum scrubgate_status added =
            rc >= 0 && out != NULL ? sg_buf_add(out, room, part.pos) : SCRUBGATE_OK;
        if (added < 0)
            rc = added;
        sg_wipe(room, part.pos);
    }
    return rc;
}

const char *scrubgate_stream_reason(const struct scrubgate_stream *s)
{
    return s->reason;
}

static struct sg_summary *sum_up(const struct scrubgate_stream *s)
{
    struct sg_summary *summary = sg_scrub_summary(s->scrub);
    summary->bytes_in = s->stages[0]->taken;
    summary->bytes_decoded = s->stages[s->format]->taken;
    summary->bytes_out = s->pipeline->given;
    return summary;
}

const struct sg_summary *sg_stream_summary(const struct scrubgate_stream *s)
{
    return sum_up(s);
}

void sg_stream_close_into(struct scrubgate_stream **s, struct sg_summary *summary)
{
    struct sg_summary *own = sum_up(*s);
    *summary = *own;
    *own = (struct sg_summary){0};
    scrubgate_stream_close(s);
}

void scrubgate_stream_close(struct scrubgate_stream **s)
{
    struct scrubgate_stream *stream = *s;
    if (stream == NULL)
        return;
    *s = NULL;
    sg_stage_free(stream->pipeline);
    sg_scrub_free(stream->scrub);
    free(stream->channel);
    sg_wipe(stream, sizeof *stream);
    free(stream);
}
