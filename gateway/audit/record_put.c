/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record_put.c - the members of a record, one after another.
 */
#include "audit/record_put.h"

#include <scrubgate/version.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/digest.h"

static const char metadata[] =
    "{\"version\":\"1.4.0\",\"product\":{\"name\":\"scrubgate\",\"version\":\"" SCRUBGATE_VERSION
    "\"}}";

/* Enough for nearly every record, so that it grows its buf once. */
enum { TYPICAL = 1024 };

struct sg_put sg_put_begin_at(struct sg_buf *out, const struct sg_record_source *source,
                              struct sg_put_kind kind, uint64_t mono_ns)
{
    struct sg_put put = {.out = out, .start = out->len, .rc = sg_buf_reserve(out, TYPICAL)};
    sg_put_number(&put, SG_KEY("time"), sg_clock_wall_ms());
    sg_put_number(&put, SG_KEY("mono_ns"), mono_ns);
    sg_put_word(&put, SG_KEY("boot"), source->boot);
    sg_put_number(&put, SG_KEY("class_uid"), kind.class_uid);
    sg_put_number(&put, SG_KEY("type_uid"), kind.class_uid * 100 + kind.activity);
    sg_put_number(&put, SG_KEY("severity_id"), kind.severity);
    sg_put_key(&put, SG_KEY("metadata"));
    sg_put_raw(&put, SG_BYTES(metadata));
    sg_put_word(&put, SG_KEY("instance"), source->instance);
    return put;
}

struct sg_put sg_put_begin(struct sg_buf *out, const struct sg_record_source *source,
                           struct sg_put_kind kind)
{
    return sg_put_begin_at(out, source, kind, sg_clock_mono_ns());
}

enum scrubgate_status sg_put_end(struct sg_put *put)
{
    if (put->rc >= 0)
        put->rc = sg_buf_add_byte(put->out, '}');
    if (put->rc >= 0 && put->out->len - put->start > SG_RECORD_LONGEST)
        put->rc = SCRUBGATE_ELIMIT;
    if (put->rc < 0)
        put->out->len = put->start;
    return put->rc;
}

/* Cut between code points, so that a cut leaves no half of one. */
static struct sg_bytes cut(struct sg_bytes text)
{
    if (text.len <= SG_RECORD_FOREIGN)
        return text;
    text.len = SG_RECORD_FOREIGN;
    while (text.len > 0 && (text.data[text.len] & 0xc0) == 0x80)
        text.len--;
    return text;
}

void sg_put_foreign(struct sg_put *put, struct sg_bytes name, struct sg_bytes text)
{
    if (text.len == 0)
        return;
    sg_put_key(put, name);
    sg_put_string(put, cut(text));
}

bool sg_record_is_label(struct sg_bytes name)
{
    enum { LONGEST = 32, DIGITS_MOST = 4 };
    size_t digits = 0;
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.data[i];
        digits += sg_is_digit(c) ? 1 : 0;
        if (!sg_is_alnum(c) && c != '-' && c != '_' && c != '.')
            return false;
    }
    return name.len <= LONGEST && digits <= DIGITS_MOST;
}

void sg_put_label(struct sg_put *put, struct sg_bytes name, struct sg_bytes text)
{
    if (sg_record_is_label(text))
        sg_put_foreign(put, name, text);
}

void sg_put_digest_value(struct sg_put *put, uint64_t digest)
{
    sg_put_raw(put, SG_BYTES("\""));
    if (put->rc >= 0)
        put->rc = sg_buf_add_hex64(put->out, digest);
    sg_put_raw(put, SG_BYTES("\""));
}

void sg_put_digest(struct sg_put *put, struct sg_bytes name, uint64_t digest)
{
    if (digest == 0)
        return;
    sg_put_key(put, name);
    sg_put_digest_value(put, digest);
}

void sg_put_hex(struct sg_put *put, struct sg_bytes name, const uint8_t bytes[SG_SHA256_SIZE])
{
    char hex[2 * SG_SHA256_SIZE + 1];
    sg_hex((struct sg_bytes){bytes, SG_SHA256_SIZE}, hex);
    sg_put_word(put, name, hex);
}

void sg_put_base64(struct sg_put *put, struct sg_bytes name, struct sg_bytes bytes)
{
    sg_put_key(put, name);
    sg_put_raw(put, SG_BYTES("\""));
    if (put->rc >= 0)
        put->rc = sg_base64_add(put->out, bytes);
    sg_put_raw(put, SG_BYTES("\""));
}
