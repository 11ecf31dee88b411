/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tail.h - what is left of a sender's last messages, to be read in front of the next one.
 *
 *     message: value -> begin, feed, end        what of its end may be a part of something
 *     next:    value -> before                  "<1F>my card is<1E>4111<1E>" + "1111 1111"
 *
 * Kept are the ends of values that tell something: digits, an @, words that announce a value. Short
 * values that tell nothing ("ok", "then") leave no trace. A plain struct, so that it can be copied
 * and wiped; it holds text of people, so it must be.
 */
#ifndef SG_SCAN_TAIL_H
#define SG_SCAN_TAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "rule/path.h"
#include "rule/rule.h"

enum {
    SG_TAIL_TEXT = 256,   /* bytes of text in all */
    SG_TAIL_VALUE = 96,   /* ... of one value: its last ones */
    SG_TAIL_PLACES = 8,   /* places in a body that are told apart */
    SG_TAIL_CLOSE = 0x1E, /* stands behind what the next value in a talk follows directly */
    SG_TAIL_LOOSE = 0x1F  /* ... behind all else: prose came between, or it is another field */
};

/* Of one place, oldest first: parts, each with SG_TAIL_CLOSE or _LOOSE behind it. */
struct sg_tail_slot {
    uint32_t
        place;    /* hash of its path, every index and every number in a name alike; 0: siblings */
    uint16_t len; /* of its parts in text */
    uint16_t fresh; /* ... of which at the end this message brought */
    uint16_t prose; /* values that told nothing since */
};

/* All-zero is: nothing remembered. */
struct sg_tail {
    struct sg_tail_slot slots[SG_TAIL_PLACES]; /* the longest unused first */
    uint8_t n_slots;
    uint8_t text[SG_TAIL_TEXT]; /* the slots' parts, one behind the other */
    /* The value that goes by. */
    bool open;
    uint8_t kind;
    uint32_t place;
    uint64_t len;
    uint8_t
        end[SG_TAIL_VALUE]; /* its last bytes: a ring, len modulo its size is where it goes on */
};

/* Another message of the sender begins: call it before its first value. */
void sg_tail_message(struct sg_tail *tail);

/* A value goes by, whole or in pieces: what is kept is the same for every cutting. One that does
 * not end leaves nothing. */
void sg_tail_begin(struct sg_tail *tail, enum sg_field field, struct sg_place place);
void sg_tail_feed(struct sg_tail *tail, struct sg_bytes text);
void sg_tail_end(struct sg_tail *tail);

/*
 * Appends to before what is to be read in front of a value at that place, asked before it begins:
 * what the sender's earlier values there have left, or, where they left nothing, this message's
 * values just before it. Mostly nothing; else SG_TAIL_LOOSE, and then at most SG_TAIL_TEXT bytes:
 * parts, each with SG_TAIL_CLOSE or _LOOSE behind it. So every part has a mark on both sides, and
 * may begin in the middle of what was said.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_tail_before(const struct sg_tail *tail,
                                                        enum sg_field field, struct sg_place place,
                                                        struct sg_buf *before);

/* What the next message needs of it, in few bytes, and back. The packed bytes are text of people
 * too. Nothing remembered packs to nothing. */
enum {
    SG_TAIL_HEAD = 7, /* of a packed slot: place, length, prose */
    SG_TAIL_PACKED = SG_TAIL_TEXT + SG_TAIL_PLACES * SG_TAIL_HEAD
};
size_t sg_tail_pack(const struct sg_tail *tail, uint8_t out[SG_TAIL_PACKED]);
void sg_tail_unpack(struct sg_tail *tail, struct sg_bytes packed);

bool sg_tail_empty(const struct sg_tail *tail);
/* Whether the last message has left something, for the next one. */
bool sg_tail_has_news(const struct sg_tail *tail);
/* Adds what the last message brought to `from` behind what `tail` holds: another message of the
 * sender was remembered meanwhile. */
void sg_tail_merge(struct sg_tail *tail, const struct sg_tail *from);
/* No byte of it stays. */
void sg_tail_wipe(struct sg_tail *tail);

#endif
