/* SPDX-License-Identifier: Apache-2.0 */
/*
 * live_log.h - an audit log that is written as the gateway's is, by audit/log.h, with keys of its
 * own and a clock that a test turns; and what an outsider says of it.
 *
 *     <dir>/audit/...      the log
 *     <dir>/seal.key       the key that its seals are made with now
 */
#ifndef SG_TESTS_LIVE_LOG_H
#define SG_TESTS_LIVE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/log.h"
#include "audit/note.h"
#include "audit/verify_log.h"

#define SG_LIVE_ORIGIN "gateway.example/scrubgate/1"

struct sg_live_log {
    const char *dir;  /* borrowed; of audit/ and seal.key, which need not be there */
    uint64_t epoch_s; /* between two seals; 0: 10 */
    uint64_t reserve; /* bytes of disk */
    uint64_t keep_ms; /* 0: for ever */
    struct sg_log *log;
    uint64_t now;     /* what tick is told, ns */
    uint64_t records; /* that the last put has made durable, with all before them */
    struct scrubgate_fault fault;
};

/* The public half of its key, and K(0). The same for every live log. */
void sg_live_key(struct sg_note_key *key);
void sg_live_first_key(uint8_t key[SG_KEY_SIZE]);
/* The private half, for those who steal it. */
struct sg_signer *sg_live_signer(void);

/* Opens it, with the key in seal.key, or K(0) in a new one. Below zero: log is NULL, fault tells;
 * EMALFORMED also when seal.key is there and holds no key. */
enum scrubgate_status sg_live_open(struct sg_live_log *live);
/* The same for one that another has left. */
enum scrubgate_status sg_live_adopt(struct sg_live_log *live, const struct sg_journal_place *place);
/* Makes n records of about size bytes, 0: as short as they can be, and commits them. */
enum scrubgate_status sg_live_put(struct sg_live_log *live, unsigned n, size_t size);
/* So many seconds later. */
enum scrubgate_status sg_live_tick(struct sg_live_log *live, unsigned seconds, bool at_once);
void sg_live_close(struct sg_live_log *live); /* without a last seal: sg_log_finish */

/* The verdict of who has the public key and the first key, on <dir>/audit. known may be NULL. */
enum scrubgate_status sg_live_verify(const char *dir, const struct sg_verify_known *known,
                                     size_t n_known, struct sg_verify_report *report,
                                     struct scrubgate_fault *fault);

#endif
