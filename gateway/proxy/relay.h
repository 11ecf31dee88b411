/* SPDX-License-Identifier: Apache-2.0 */
/*
 * relay.h - one body in one direction: bytes in, scrubbed, bytes out.
 *
 *     source -> push -> [stream] -> out (64 KiB mark) -> take -> sink
 *
 * It never holds more than the mark, and it never decides whether what it holds may leave: that
 * is its leg's. A relay without a stream hands the bytes on as they are.
 */
#ifndef SG_PROXY_RELAY_H
#define SG_PROXY_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/record.h"
#include "base/buf.h"
#include "body/stream.h"

enum { SG_RELAY_MARK = 64 * 1024, SG_RELAY_REASON = 192 };

/* Where a finding stands in the decoded body. */
struct sg_relay_span {
    const char *rule; /* the ruleset's own string */
    uint64_t start, length;
};

/* How a relay remembers: what a sender's last messages left is read in front of this one. */
struct sg_relay_memory {
    /* The parties that could be found are in the captures: fills tail, which is empty. */
    void (*recall)(void *ctx, struct sg_tail *tail);
    /* The body is scrubbed, to its end. */
    void (*keep)(void *ctx, const struct sg_tail *tail);
    void *ctx;
};

/* All-zero is a closed one. Memory of its buffers is kept from one body to the next. */
struct sg_relay {
    struct scrubgate_stream *stream;  /* NULL: bytes pass as they are */
    const struct sg_summary *summary; /* as last asked for */
    struct sg_summary last;           /* what it stays at when the stream has ended */
    struct sg_buf out;
    size_t taken;      /* of out */
    struct sg_buf raw; /* as it came, not yet scanned: who speaks may stand behind what is said */
    size_t raw_taken;  /* of raw */
    bool gathers;      /* raw is being filled */
    struct scrubgate_stream *names; /* finds the captures in raw; NULL: there is none to find */
    struct sg_capture *captures;
    size_t n_captures;
    struct sg_relay_memory memory; /* recall NULL: nothing is remembered */
    struct scrubgate_tail tail;
    struct sg_buf original;       /* as it came, while it may still have to pass on failure */
    bool keeps;                   /* original is being kept */
    bool gave_in;                 /* could not decide; the original passes */
    bool live;                    /* events: who reads them waits for each, not for the end */
    bool diverts;                 /* a rule diverts what is, or soon will be, in out */
    bool done;                    /* the last byte is in out */
    enum scrubgate_status status; /* below zero: refused, why is in reason */
    uint64_t limit;               /* most bytes in; 0: none */
    uint64_t bytes_in, bytes_out; /* taken, produced */
    uint64_t bytes_left;          /* of bytes_out: handed to the sink */
    uint64_t busy_ns;
    const char *format;          /* "json", "none", "" when unknown */
    struct sg_relay_span *spans; /* SG_RECORD_SPANS of them; NULL: nothing was found yet */
    size_t n_spans;
    char reason[SG_RELAY_REASON]; /* stage, rule or limit; never a byte of the body */
    const struct sg_rule *failed; /* could not be matched: why it is refused, or gave in */
    /* Its owner's. */
    void (*on_recheck)(void *ctx, bool same);
    void (*on_excluded)(void *ctx, const char *exclusion);
    void *owner;
};

/* What to open it with. The stream's on_recheck, on_excluded and ctx are the owner's, its on_event
 * the relay's. */
struct sg_relay_config {
    struct sg_bytes content_type, content_encoding; /* as on the wire; without data: absent */
    struct scrubgate_stream_config stream;
    struct sg_capture *captures;
    size_t n_captures;
    uint64_t limit;
    bool pass_on_failure;          /* keeps the original, up to the mark */
    struct sg_relay_memory memory; /* recall NULL: none. Else up to the mark is gathered first */
};

/* Opens it for scrubbing. A body that cannot be inspected is no error here but the relay's status,
 * or passes when it may. */
void sg_relay_open(struct sg_relay *relay, const struct scrubgate_ruleset *rules,
                   struct scrubgate_scratch *scratch, const struct sg_relay_config *config);
/* Opens it for handing on. */
void sg_relay_pass(struct sg_relay *relay, uint64_t limit);

/*
 * Takes what it can of piece, at most until the mark is reached, and answers how much. last: these
 * are the final bytes; call again (with the rest, or nothing) until done or refused. Once refused
 * it takes, and drops, everything.
 */
size_t sg_relay_push(struct sg_relay *relay, struct sg_bytes piece, bool last);
/* Whether n bytes more may go around it: it hands on, holds nothing, and they are within the limit.
 * skip counts those that did. */
bool sg_relay_may_skip(const struct sg_relay *relay, size_t n);
void sg_relay_skip(struct sg_relay *relay, size_t n);
bool sg_relay_full(const struct sg_relay *relay); /* the mark is reached */
/* What has come so far is to leave, though more may be gathered. */
bool sg_relay_due(const struct sg_relay *relay);

/* What may be handed to the sink, borrowed; take says how much of it was. */
struct sg_bytes sg_relay_ready(const struct sg_relay *relay);
void sg_relay_take(struct sg_relay *relay, size_t n);

/* The first byte leaves: from now on nothing can be taken back. */
void sg_relay_commit(struct sg_relay *relay);
/* Refuses, from outside: an upstream that fails, a client that goes. */
void sg_relay_refuse(struct sg_relay *relay, enum scrubgate_status status, const char *reason);
/* Adds up the body so far, for sg_relay_summary: once before a decision, for it costs a little. */
void sg_relay_sum_up(struct sg_relay *relay);
/* What the body added up to then; zeros when it was not inspected. Never NULL. */
const struct sg_summary *sg_relay_summary(const struct sg_relay *relay);
/* The body has ended: adds it up for the last time and frees its stream, so that what waits for its
 * record, or its answer, holds no more memory than out and the summary. */
void sg_relay_end_stream(struct sg_relay *relay);
/* Wipes everything; small buffers keep their memory. */
void sg_relay_clear(struct sg_relay *relay);
void sg_relay_fini(struct sg_relay *relay);

#endif
