/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record_put.h - the members of a record, one after another; for record_*.c only.
 *
 * Written by hand, one pass, into one buf: a decision is made once per message, so what it calls is
 * inline. The first failure sticks and takes the whole record back.
 */
#ifndef SG_AUDIT_RECORD_PUT_H
#define SG_AUDIT_RECORD_PUT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <scrubgate/status.h>

#include "audit/record.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/json_text.h"

/* OCSF 1.4. */
/* What the other classes share; a finding's are in record_decision.c. */
enum { SG_ACTIVITY_OTHER = 99 };

/* What a record begins with: type_uid is class_uid * 100 + activity. */
struct sg_put_kind {
    uint64_t class_uid, activity, severity;
};

struct sg_put {
    struct sg_buf *out;
    size_t start;
    enum scrubgate_status rc;
};

/* Begins with what every record has; _at: at a moment that something else says too. */
struct sg_put sg_put_begin(struct sg_buf *out, const struct sg_record_source *source,
                           struct sg_put_kind kind);
struct sg_put sg_put_begin_at(struct sg_buf *out, const struct sg_record_source *source,
                              struct sg_put_kind kind, uint64_t mono_ns);
SCRUBGATE_MUST_USE enum scrubgate_status sg_put_end(struct sg_put *put);

/* Text from outside is cut; none, and a digest of 0: not known, the member is left out. */
void sg_put_foreign(struct sg_put *put, struct sg_bytes name, struct sg_bytes text);
/* The same of what somebody typed: left out where it could be more than a name of ours. */
void sg_put_label(struct sg_put *put, struct sg_bytes name, struct sg_bytes text);
void sg_put_digest(struct sg_put *put, struct sg_bytes name, uint64_t digest);
void sg_put_digest_value(struct sg_put *put, uint64_t digest);
/* Bytes as hex, as base64. */
void sg_put_hex(struct sg_put *put, struct sg_bytes name, const uint8_t bytes[SG_SHA256_SIZE]);
void sg_put_base64(struct sg_put *put, struct sg_bytes name, struct sg_bytes bytes);

/* A key as it stands in a record, measured by the compiler: a record has thirty. */
#define SG_KEY(name) SG_BYTES(",\"" name "\":")

static inline void sg_put_raw(struct sg_put *put, struct sg_bytes text)
{
    if (put->rc >= 0)
        put->rc = sg_buf_add_bytes(put->out, text);
}

/* No comma at the start of the record or of an object. */
static inline void sg_put_key(struct sg_put *put, struct sg_bytes name)
{
    if (put->rc >= 0)
        put->rc = sg_buf_reserve(put->out, name.len);
    if (put->rc < 0)
        return;
    uint8_t *to = put->out->data + put->out->len;
    size_t skip = put->out->len == put->start || to[-1] == '{' ? 1 : 0;
    memcpy(to, name.data + skip, name.len - skip);
    put->out->len += name.len - skip;
}

static inline void sg_put_count(struct sg_put *put, uint64_t value)
{
    if (put->rc >= 0)
        put->rc = sg_buf_add_u64(put->out, value);
}

static inline void sg_put_number(struct sg_put *put, struct sg_bytes name, uint64_t value)
{
    sg_put_key(put, name);
    sg_put_count(put, value);
}

/* Our own words are escaped too: that they need none is another module's promise. */
static inline void sg_put_string(struct sg_put *put, struct sg_bytes text)
{
    if (put->rc >= 0)
        put->rc = sg_json_add_string(put->out, text);
}

static inline void sg_put_word(struct sg_put *put, struct sg_bytes name, const char *text)
{
    sg_put_key(put, name);
    sg_put_string(put, sg_bytes_of(text));
}

#endif
