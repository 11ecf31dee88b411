/* SPDX-License-Identifier: Apache-2.0 */
/*
 * payload.h - what is sent to make two parties see different requests: the public classes of
 * request smuggling, one by one, and the few things beside them that must be let through.
 *
 * The same list is read by the guard alone (tests/http) and sent to a running gateway
 * (tests/attack).
 */
#ifndef SG_TESTS_PAYLOAD_H
#define SG_TESTS_PAYLOAD_H

#include <stddef.h>

#include "base/bytes.h"

/* A status of SG_PAYLOAD_*, or what it is refused with: at its very last byte, not before. */
enum { SG_PAYLOAD_GOOD = 0, SG_PAYLOAD_UNFINISHED = 408 };

struct sg_payload {
    const char *name;
    unsigned status;
    unsigned requests; /* complete ones in it: all of it when good, else what is before the fault */
    const char *text;
    size_t len; /* of text, which may hold a NUL */
};

extern const struct sg_payload sg_payloads[];
extern const size_t sg_payloads_n;

static inline struct sg_bytes sg_payload_text(const struct sg_payload *payload)
{
    return (struct sg_bytes){(const uint8_t *)payload->text, payload->len};
}

#endif
