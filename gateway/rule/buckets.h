/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buckets.h - which signatures share a bucket of the sieve's coarse stage.
 *
 * A bucket holds at a place when each byte there is in the set of its position, and its sets are
 * the unions of its signatures' sets: so signatures that share one cost places at which the bucket
 * holds and none of them does. Which do best together is measured on the sample.
 */
#ifndef SG_RULE_BUCKETS_H
#define SG_RULE_BUCKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "rule/sample.h"
#include "rule/sieve.h"
#include "rule/signature.h"

/* Zero stands for outside: byte 0 is in the set of a position that may be outside. */
struct sg_bucket {
    struct sg_set at[SG_SIGNATURE_BYTES];
};

struct sg_buckets;

/*
 * None yet; with the next signature more than `most` (at least 1), two buckets become one. Measured
 * by the first SG_SIEVE_STEPS positions; with halves by all of them, but a byte counts as in a set
 * when its low half is that of one byte in it, and its kind (sg_sieve_kind) that of another.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_buckets_new(struct sg_buckets **buckets,
                                                        struct sg_sample *sample, size_t most,
                                                        bool halves);
void sg_buckets_free(struct sg_buckets *buckets);
/* Puts a signature into a bucket of its own. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_buckets_add(struct sg_buckets *buckets,
                                                        const struct sg_signature *signature);
/* Puts buckets together until there are at most `most`, at least 1. */
void sg_buckets_shrink(struct sg_buckets *buckets, size_t most);
/* Bucket i as it is now, NULL when there are no more; valid until the next change. */
const struct sg_bucket *sg_buckets_at(const struct sg_buckets *buckets, size_t i);

/* The sets of the signature's positions from `first` on join the bucket's. */
void sg_bucket_join(struct sg_bucket *bucket, const struct sg_signature *signature, size_t first);

#endif
