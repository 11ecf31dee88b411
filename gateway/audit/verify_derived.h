/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_derived.h - whether the tiles and indexes beside the records say what the records give.
 *
 * They follow from the records and are believed by nobody, so one that differs proves nothing
 * against a record. But whoever asks for a record or its proof is slowed down or misled by it.
 */
#ifndef SG_AUDIT_VERIFY_DERIVED_H
#define SG_AUDIT_VERIFY_DERIVED_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/reader.h"

enum { SG_DERIVED_NAME = 96 };

struct sg_derived_found {
    uint64_t n;                  /* files that are missing or differ */
    char first[SG_DERIVED_NAME]; /* below the log's folder: "tile/0/x001/002", "log/000003.index" */
    bool missing;                /* the first one; else it differs */
};

struct sg_derived;

/* reader is borrowed. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_derived_new(struct sg_derived **derived,
                                                        const struct sg_reader *reader);
void sg_derived_free(struct sg_derived *derived); /* NULL is fine */
/* An sg_merkle_seen; ctx is the struct sg_derived. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_derived_node(void *ctx, unsigned level, uint64_t index,
                                                         const struct sg_hash *hash);
/* A record, and where it begins in its segment. */
void sg_derived_record(struct sg_derived *derived, uint64_t seq, uint64_t offset);
/* No record follows for now. */
void sg_derived_pause(struct sg_derived *derived);
/* The tree has the size of the checkpoint: its partial tiles, where they are there, are its. */
void sg_derived_partial(struct sg_derived *derived, uint64_t size);
const struct sg_derived_found *sg_derived_found(const struct sg_derived *derived);

#endif
