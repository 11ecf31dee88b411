/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger.h - where an auditor's records become durable: in the journal of this process, or, once
 * that has been lent, with the process that has it.
 *
 *     auditor: append, append, commit ──> journal
 *                                    └──> link ──> guest ──> auditor of another process
 *
 * One thread owns a ledger. When who has the journal is gone, the ledger opens it again and writes
 * what was not answered: a record may then stand twice, none is lost.
 */
#ifndef SG_PROXY_LEDGER_H
#define SG_PROXY_LEDGER_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/log.h"
#include "base/bytes.h"

struct sg_ledger;

struct sg_ledger_setup {
    const char *dir;
    const char *keys, *origin;             /* keys NULL: a log that signs nothing (tests) */
    const struct sg_record_source *source; /* borrowed for good; the rest is copied */
    uint64_t checkpoint_ns, epoch_ns;
    uint64_t keep_ms, reserve; /* as in struct sg_log_setup */
};

SCRUBGATE_MUST_USE enum scrubgate_status sg_ledger_open(struct sg_ledger **ledger,
                                                        const struct sg_ledger_setup *setup,
                                                        struct scrubgate_fault *fault);
/* With a journal that another process lent; place->lock is the ledger's, also on error. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_ledger_adopt(struct sg_ledger **ledger,
                                                         const struct sg_ledger_setup *setup,
                                                         const struct sg_journal_place *place,
                                                         struct scrubgate_fault *fault);
void sg_ledger_close(struct sg_ledger *ledger); /* NULL is fine */

/* Keeps a record for the next commit, which writes its number to *seq: a commit that fails leaves
 * it in doubt, and of a decision that the log refuses (sg_log_append), here or there, it leaves
 * *seq as it is. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_ledger_append(struct sg_ledger *ledger,
                                                          struct sg_bytes record, uint64_t *seq);
/* All or nothing for the caller, as sg_journal_commit. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_ledger_commit(struct sg_ledger *ledger,
                                                          struct scrubgate_fault *fault);

/* As sg_log_tell_gap; of a log that is lent, or signs nothing, it is lost. */
void sg_ledger_tell_gap(struct sg_ledger *ledger, const struct sg_gap *gap);

/* What time asks for, as sg_log_tick and sg_log_finish; nothing while the log is lent. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_ledger_tick(struct sg_ledger *ledger, bool at_once,
                                                        uint64_t *next,
                                                        struct scrubgate_fault *fault);
SCRUBGATE_MUST_USE enum scrubgate_status sg_ledger_finish(struct sg_ledger *ledger,
                                                          struct scrubgate_fault *fault);
/* As sg_log_space; NULL while the log is lent. */
const struct sg_log_space *sg_ledger_space(const struct sg_ledger *ledger);

/* As sg_log_doubts_clock; not of a log that is lent. */
bool sg_ledger_doubts_clock(const struct sg_ledger *ledger);

/*
 * Between two commits: lends the journal to the process at the other end of a packet socket. It
 * gets one packet, SG_LEDGER_LENT with three numbers, and two descriptors: its lock and a link on
 * which this ledger sends its records from now on. On an error the journal stays.
 */
#define SG_LEDGER_LENT     "log %" PRIu64 " %" PRIu64 " %" PRIu64 "\n" /* durable, offset, files */
#define SG_LEDGER_NOT_LENT "refused " /* and why: what is said in its place when it cannot be */
SCRUBGATE_MUST_USE enum scrubgate_status sg_ledger_lend(struct sg_ledger *ledger, int socket,
                                                        struct scrubgate_fault *fault);
/* Whether the journal is this ledger's now: neither lent nor, when it came back, not yet open. */
bool sg_ledger_is_ours(const struct sg_ledger *ledger);
/* Who has the journal is gone: takes it back now, not at the next commit. */
void sg_ledger_recall(struct sg_ledger *ledger);

/*
 * On a link: a packet holds records, each ended by LF. Its answer holds a uint64_t for each of
 * them, as this host writes it: its number in the log, or this:
 */
#define SG_LEDGER_REFUSED UINT64_MAX
enum { SG_LEDGER_PACKET = 2048 /* records in one */ };

#endif
