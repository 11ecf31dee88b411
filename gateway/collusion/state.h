/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state.h - what a sketch remembers, as bytes, and back.
 *
 *     begin (name, version, byte order) -> values and tables, in order -> seal (SHA-256 of it all)
 *
 * Tables are mostly zero: runs of zero words take eight bytes. A state is for machines of the kind
 * that wrote it; on another kind, and when a single bit is wrong, it is told and not used.
 */
#ifndef SG_COLLUSION_STATE_H
#define SG_COLLUSION_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "base/bytes.h"

SCRUBGATE_MUST_USE enum scrubgate_status sg_state_begin(struct sg_buf *out, uint32_t version);
SCRUBGATE_MUST_USE enum scrubgate_status sg_state_put_u64(struct sg_buf *out, uint64_t value);
/* size: a multiple of 8. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_state_put_table(struct sg_buf *out, const void *table,
                                                            size_t size);
/* out holds nothing but the state. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_state_seal(struct sg_buf *out);

/* Reading: once a value was not there, nothing more is, and ended says so. */
struct sg_state {
    struct sg_bytes rest;
    bool bad;
};
/* EMALFORMED: damaged, cut off, of another version or kind of machine. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_state_open(struct sg_state *state, struct sg_bytes text,
                                                       uint32_t version);
uint64_t sg_state_take_u64(struct sg_state *state);
/* The table must be all zero. */
void sg_state_take_table(struct sg_state *state, void *table, size_t size);
/* True: all was there, and nothing else is. */
bool sg_state_ended(const struct sg_state *state);

#endif
