/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify.h - whether a log is what was written: fed record by record, answers with a verdict.
 *
 *     checkpoint, keys -> open -> take, take, take ... -> end -> result
 *
 * A log is proven when every line is a record with its number, the records' tree has the root that
 * the log's key signed, seals follow each other without a gap and each fits what stands before it,
 * and nothing stands behind the last one. What a file, tile or index says is not believed.
 *
 * A check may begin behind records that are not read, from the tree over them; and it may go on
 * while the log is written: advance, take, take, pause, advance ...
 */
#ifndef SG_AUDIT_VERIFY_H
#define SG_AUDIT_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/merkle.h"
#include "audit/note.h"
#include "audit/policy.h"
#include "audit/seal.h"
#include "base/bytes.h"

enum { SG_VERIFY_TROUBLES = 8, SG_VERIFY_EPOCH_MS = 10000 };

enum sg_verify_what {
    SG_VERIFY_NO_CHECKPOINT, /* there is none */
    SG_VERIFY_SIGNATURE,     /* the checkpoint is not signed by the log's key, or is none */
    SG_VERIFY_ROLLED_BACK,   /* it has fewer records than one that was seen before */
    SG_VERIFY_FORKED,        /* it has another root than one of its size that was seen before */
    SG_VERIFY_WITNESSES,     /* those who were asked for have not cosigned */
    SG_VERIFY_WITNESS_OLD,   /* they have, longer ago than was asked for */
    SG_VERIFY_SILENT,        /* who writes it has neither sealed nor signed for long */
    SG_VERIFY_SEAL_STATE,    /* the gateway's own seal key is not the one behind the last seal */
    SG_VERIFY_KEPT_GONE,     /* a checkpoint was kept of records that were removed since */
    /* Those behind have a place: the record seq. */
    SG_VERIFY_NO_RECORD,    /* a line that is not the record that belongs there */
    SG_VERIFY_ROOT,         /* records up to seq are not those that were signed */
    SG_VERIFY_KNOWN,        /* nor those of a checkpoint that was kept elsewhere */
    SG_VERIFY_WITNESSED,    /* nor those that the witnesses saw */
    SG_VERIFY_SEAL_FORM,    /* a seal that lacks what a seal has */
    SG_VERIFY_SEAL_MISSING, /* the one before it is not there */
    SG_VERIFY_SEAL_TWICE,   /* its epoch was sealed before */
    SG_VERIFY_SEAL_ROOT,    /* records before it are not those that it sealed */
    SG_VERIFY_SEAL_KEY,     /* not made with the key of its epoch */
    SG_VERIFY_TIME,         /* sealed before a record that stands before it was made */
    SG_VERIFY_SHORT,        /* fewer records than were signed, or than were known of */
    SG_VERIFY_REMOVED,      /* old records are gone, and no record says that they were removed */
    SG_VERIFY_EARLY,        /* a record says so, but they were not as old as they had to be */
    SG_VERIFY_UNSIGNED,     /* records behind the checkpoint */
    SG_VERIFY_UNSEALED      /* records behind the last seal */
};
/* "seal-missing". */
const char *sg_verify_word(enum sg_verify_what what);
/* A sentence for people, without the place. */
const char *sg_verify_sentence(enum sg_verify_what what);
/* Whether it is of a record, and not of the log as a whole. */
bool sg_verify_has_place(enum sg_verify_what what);

/* A checkpoint that was kept apart from the log, and verified by whoever kept it. */
struct sg_verify_known {
    uint64_t size;
    struct sg_hash root;
};

struct sg_verify_config {
    const struct sg_note_key *key; /* the log's; its name is the log's origin */
    struct sg_bytes checkpoint;    /* the signed note; empty: there is none */
    const uint8_t *first_key;      /* K(0), SG_KEY_SIZE bytes; NULL: seals' keys are not checked */
    const struct sg_verify_known *known;
    size_t n_known;
    bool live;         /* it is being written: its end may be two epochs behind */
    uint64_t epoch_ms; /* 0: SG_VERIFY_EPOCH_MS */

    const struct sg_policy *policy;     /* whose cosignatures are asked for; NULL: nobody's */
    struct sg_bytes witnessed;          /* the note that has them, if not the checkpoint itself */
    uint64_t witness_age_ms;            /* they may be so much older than the last record; 0: any */
    const struct sg_seal_key *seal_key; /* the gateway's, read before the log; NULL: not known */

    const struct sg_merkle_range *start; /* the tree of what is not read; NULL: all is */
    uint64_t removed;                    /* so many records are gone: start has them at least */
    uint64_t retention_ms;               /* and should have been so old; 0: any age will do */
    sg_merkle_seen *seen;                /* told of each node of the tree; may be NULL */
    void *seen_ctx;
};

struct sg_verify_trouble {
    enum sg_verify_what what;
    uint64_t from, seq; /* it shows at seq; what was changed is not before from */
};

struct sg_verify_result {
    struct sg_verify_trouble trouble[SG_VERIFY_TROUBLES];
    size_t n_troubles; /* 0: the log is proven */
    uint64_t start;    /* the first record that was read */
    uint64_t removed;  /* records that are gone, because they were old */
    bool removal_told; /* and which record says that they were removed: */
    uint64_t removal;
    uint64_t records;               /* where reading ended */
    uint64_t first_time, last_time; /* ms since 1970; 0: not known */
    uint64_t proven;                /* so many records, from 0 on, are proven */
    uint64_t proven_time;           /* of the last of them */
    bool has_signed;                /* the checkpoint's signature is good: */
    uint64_t signed_size;
    bool signed_root; /* and the records up to there are those that were signed */
    uint64_t seals;   /* the epoch behind the last good one: so many there are, from epoch 0 on */
    uint64_t first_epoch; /* of the first one that was read */
    uint64_t sealed;      /* records up to the last good one, with it */
    uint64_t steps;       /* that the wall clock made against the monotonic one between seals */
    size_t known;         /* checkpoints kept elsewhere that were compared */
    size_t witnesses;     /* whose cosignature is good */
    bool has_witnessed;   /* those who were asked for have cosigned: */
    uint64_t witnessed, witnessed_time; /* so many records, at that time (ms since 1970) */
};

struct sg_verify;

/* Borrows what config names until close. ENOMEM; what is wrong with the checkpoint is a trouble. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_verify_open(struct sg_verify **verify,
                                                        const struct sg_verify_config *config);
/* The record behind the one before, without LF. DONE: a trouble was found that ends the check.
 * ENOMEM, EIO: it could not be made. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_verify_take(struct sg_verify *verify,
                                                        struct sg_bytes record);
/* Where the next record should be, something else stands. */
void sg_verify_take_no_record(struct sg_verify *verify);
/* No record follows, or take was DONE. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_verify_end(struct sg_verify *verify);
/* No record follows for now: the result is as at the end, and the check goes on unless it has a
 * trouble. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_verify_pause(struct sg_verify *verify);
/* Goes on with a later checkpoint; the bytes are not kept. DONE: with it the log has a trouble. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_verify_advance(struct sg_verify *verify,
                                                           struct sg_bytes checkpoint);
/* Whether the log is written may change between two pauses. */
void sg_verify_set_live(struct sg_verify *verify, bool live);
/* A later note of the witnesses'. *fresh: they have seen more than before, namely *seen; whoever
 * has read that by now must compare it. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_verify_see_witnesses(struct sg_verify *verify,
                                                                 struct sg_bytes witnessed,
                                                                 struct sg_verify_known *seen,
                                                                 bool *fresh);
/* What who watches has found: nothing new comes. DONE. */
enum scrubgate_status sg_verify_find_silent(struct sg_verify *verify);
/* What the witnesses saw, or who kept a checkpoint, of fewer records than were read when it came is
 * held against the signed tree by who runs the check: it is not its beginning (DONE; KNOWN or
 * WITNESSED), or it is. */
enum scrubgate_status sg_verify_find_unlike(struct sg_verify *verify, enum sg_verify_what what,
                                            uint64_t size);
/* What was kept ends among records that are gone, where nothing is left to compare it with. */
void sg_verify_find_gone(struct sg_verify *verify);
void sg_verify_find_like(struct sg_verify *verify, enum sg_verify_what what);
/* What enough witnesses saw; size 0: nothing. */
struct sg_verify_known sg_verify_seen(const struct sg_verify *verify);
const struct sg_verify_result *sg_verify_result(const struct sg_verify *verify);
/* What was signed; NULL when has_signed is false. */
const struct sg_hash *sg_verify_signed_root(const struct sg_verify *verify);
void sg_verify_close(struct sg_verify *verify); /* wipes; NULL is fine */

/*
 * Where the first record stands that is not what was signed, found by nodes that lead to the signed
 * root: get tells them (tiles), next the records from start's end on (OK, DONE, or below zero: no
 * record); start is the tree of those that are not read, NULL when all are.
 * *same is the number of records from 0 on that are proven to be those of the signed tree, and
 * *other whether record *same is proven not to be. OK; EMALFORMED: the nodes prove nothing.
 */
typedef enum scrubgate_status sg_verify_next(void *ctx, struct sg_bytes *record);
SCRUBGATE_MUST_USE enum scrubgate_status sg_verify_locate(const struct sg_merkle_range *start,
                                                          uint64_t size, const struct sg_hash *root,
                                                          sg_merkle_get *get, sg_verify_next *next,
                                                          void *ctx, uint64_t *same, bool *other);
/* That the records in range are the beginning of that tree: OK, or EMALFORMED. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_verify_begins(const struct sg_merkle_range *range,
                                                          uint64_t size, const struct sg_hash *root,
                                                          struct sg_sha256 *sha, sg_merkle_get *get,
                                                          void *ctx);
/* The same of a size and root. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_verify_grew(const struct sg_verify_known *from,
                                                        uint64_t size, const struct sg_hash *root,
                                                        sg_merkle_get *get, void *ctx);

#endif
