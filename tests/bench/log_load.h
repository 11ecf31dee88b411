/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_load.h - an audit log that many producers fill at once, as a gateway's workers do.
 *
 *     producer, producer, ... ──> queue ──> [all waiting: append, one commit, tick] ──> go on
 *
 * Straight into audit/log.h, without a gateway: for logs that are larger than a gateway makes in a
 * minute.
 */
#ifndef SG_BENCH_LOG_LOAD_H
#define SG_BENCH_LOG_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/log.h"
#include "base/buf.h"

struct log_load_setup {
    const char *dir;    /* of the log; made when it is missing */
    const char *keys;   /* the folder of its keys; they are made when they are missing */
    const char *origin; /* the log's name */
    unsigned producers;
    unsigned in_flight; /* records of one producer that wait to be durable */
    bool lean;          /* outcomes only: the shortest records that a gateway writes */
};

/* Fills it until it has that many records, seals and signs it. False: it could not, and why was
 * said. *seconds may be NULL. */
bool log_load_fill(const struct log_load_setup *setup, uint64_t records, double *seconds);

/* Appends the record of one message's decision, or of its outcome, as a gateway's worker has it:
 * number tells them apart. */
bool log_load_record(struct sg_buf *out, const struct sg_record_source *source, uint64_t number,
                     bool decision);

/* Opens a log with its keys, which are made when they are missing. NULL: why was said. */
struct sg_log *log_load_open(const struct log_load_setup *setup,
                             const struct sg_record_source *source);

#endif
