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
#include "base/digest.h"

/* Where it goes, in pieces of at most some hundred KiB. While one is taken what is saved may
 * change: who holds a lock may let others in. Each number and each record of a table is as it was
 * at one moment, the whole is not. */
struct sg_state_sink {
    enum scrubgate_status (*take)(void *ctx, struct sg_bytes piece);
    void *ctx;
    /* Its own: */
    struct sg_buf waiting;
    struct sg_sha256 *hash;
};

/* Begins one whose take and ctx are set; fini in any case. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_state_begin(struct sg_state_sink *sink,
                                                        uint32_t version);
SCRUBGATE_MUST_USE enum scrubgate_status sg_state_put_u64(struct sg_state_sink *sink,
                                                          uint64_t value);
/* All of it as it was at one moment: for what fits together. size: a multiple of 8. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_state_put_table(struct sg_state_sink *sink,
                                                            const void *table, size_t size);
/* n records of that size each, a multiple of 8. Read as one table. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_state_put_records(struct sg_state_sink *sink,
                                                              const void *records, size_t n,
                                                              size_t size);
SCRUBGATE_MUST_USE enum scrubgate_status sg_state_seal(struct sg_state_sink *sink);
void sg_state_fini(struct sg_state_sink *sink);

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
