/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream.h - scrub one message body while its bytes arrive.
 *
 *     in -> decode -> parse -> scan -> edit -> encode -> out
 *
 * A byte reaches out only when no rule can still match across it, so whatever has left is clean,
 * even if the body is refused later. The output is the same for every way of cutting the input.
 */
#ifndef SCRUBGATE_STREAM_H
#define SCRUBGATE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/event.h>
#include <scrubgate/ruleset.h>
#include <scrubgate/status.h>

struct scrubgate_stream; /* one body on its way through */
struct scrubgate_tail;   /* what a sender's last messages leave for the next one */

/* Windows on the caller's memory: push() moves pos and keeps no pointer. */
struct scrubgate_in {
    const void *data;
    size_t len, pos;
};
struct scrubgate_out {
    void *data;
    size_t cap, pos;
};

enum scrubgate_direction { SCRUBGATE_ANY_DIRECTION, SCRUBGATE_TO_AGENT, SCRUBGATE_TO_CUSTOMER };

struct scrubgate_stream_config {
    const char *content_type;     /* as on the wire, NULL means text/plain */
    const char *content_encoding; /* as on the wire, NULL means identity */
    enum scrubgate_direction direction;
    const char *channel;  /* for rules with where.channel; NULL when unknown */
    unsigned level;       /* 1 … 4, 0 means 2 */
    bool shadow;          /* find and tell, edit nothing */
    bool reference;       /* use the reference engine even where a faster one exists */
    size_t max_held;      /* most bytes held back, 0 means 64 KiB */
    uint64_t max_decoded; /* most bytes after decoding, 0 means 16 MiB */
    const uint8_t *key;   /* 32 bytes for fingerprints, NULL for none; copied */
    const uint8_t
        *key_before; /* the one that key has replaced, while both count; or NULL; copied */
    /* Of the message's sender in its conversation: a value that earlier messages began is found in
     * this one. Borrowed until close, for one stream at a time. NULL: the body stands alone. */
    struct scrubgate_tail *tail;
    unsigned recheck; /* 1 in so many messages of a scratch is scanned by the reference engine, too,
                         whose answer counts; 0: none */
    /* After each value of such a message: whether both engines found the same. Not same is a fault
     * of ours: take the reference engine from then on. May be NULL. */
    void (*on_recheck)(void *ctx, bool same);
    void (*on_event)(void *ctx, const struct scrubgate_event *event);
    /* At each value from which an exclusion, "pack.id", kept its rule: one of which this never
     * tells is not needed. May be NULL. */
    void (*on_excluded)(void *ctx, const char *exclusion);
    void *ctx;
};

/* Nothing remembered. It will hold a little text of the messages that pass: free wipes it. */
SCRUBGATE_MUST_USE enum scrubgate_status scrubgate_tail_new(struct scrubgate_tail **tail);
void scrubgate_tail_free(struct scrubgate_tail *tail);

/*
 * Borrows rules and scratch until close; copies config. *s is NULL on error. EUNSUPPORTED: the
 * type, charset or coding cannot be inspected.
 */
SCRUBGATE_MUST_USE enum scrubgate_status scrubgate_stream_open(
    struct scrubgate_stream **s, const struct scrubgate_ruleset *rules,
    struct scrubgate_scratch *scratch, const struct scrubgate_stream_config *config);

/*
 * Moves what it can from in to out, never blocks. last marks the final bytes.
 *
 *     SCRUBGATE_OK     in is used up: call again with more.
 *     SCRUBGATE_FULL   out is used up: call again with room.
 *     SCRUBGATE_DONE   last was set and everything is out.
 *     below zero       refused: out has not moved, and every later call says so.
 */
SCRUBGATE_MUST_USE enum scrubgate_status scrubgate_stream_push(struct scrubgate_stream *s,
                                                               struct scrubgate_in *in,
                                                               struct scrubgate_out *out,
                                                               bool last);

/* Why it was refused: stage or rule named, no byte of the body. "" while nothing is wrong. */
const char *scrubgate_stream_reason(const struct scrubgate_stream *s);

/* Wipes what is held and sets *s to NULL. Closing NULL is fine. */
void scrubgate_stream_close(struct scrubgate_stream **s);

#endif
