/* SPDX-License-Identifier: Apache-2.0 */
/*
 * provenance.h - the rule packs behind the digests that decisions name.
 *
 *     <audit dir>/rules/<64 hex digits>/NNN-name.yaml      as they were loaded, in load order
 *
 * The folder's name is the digest of what lies in it, so that what is shown later is what was in
 * force then, or nothing. Written, durably, before the first record that names it.
 */
#ifndef SG_AUDIT_PROVENANCE_H
#define SG_AUDIT_PROVENANCE_H

#include <stddef.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "base/bytes.h"

enum {
    SG_PROVENANCE_PACKS = 1000,
    SG_PROVENANCE_PACK_SIZE = 1024 * 1024,
    SG_PROVENANCE_NAME = 128
};

struct sg_provenance_pack {
    char name[SG_PROVENANCE_NAME]; /* of its file */
    struct sg_buf text;
};
struct sg_provenance {
    struct sg_provenance_pack *packs;
    size_t n;
};

/* What is to be kept: a pack's own name, letters, digits, - and _ only; borrowed. */
struct sg_provenance_source {
    const char *name;
    struct sg_bytes text;
};

/* Keeps what is not kept yet, and mends what is not as the digest says. EINVAL: the digest is not
 * that of the sources. dir is the log's folder. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_provenance_keep(
    const char *dir, const char *digest, const struct sg_provenance_source *sources, size_t n,
    struct scrubgate_fault *fault);

/* EINVAL: no digest, or none that is kept; EMALFORMED: what lies there is not what it names. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_provenance_load(struct sg_provenance *provenance,
                                                            const char *dir, const char *digest,
                                                            struct scrubgate_fault *fault);
void sg_provenance_free(struct sg_provenance *provenance);

#endif
