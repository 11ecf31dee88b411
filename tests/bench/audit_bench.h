/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_bench.h - what the parts of bench_audit share: where, how often, and the rows of the table.
 */
#ifndef SG_BENCH_AUDIT_BENCH_H
#define SG_BENCH_AUDIT_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include "proxy/audit_warden.h"

#include "peers.h"
#include "table.h"

enum { AUDIT_ROWS = 24, PROXY_CPU = 0, OUR_CPU = 1 };
#define AUDIT_ORIGIN "bench.example/scrubgate/1"

/* A row of the table of goals, printed when all is measured. */
struct audit_row {
    char measure[120], why[200];
    double value;
    int decimals;
    const char *unit;
    struct goal goal;
};

struct audit_bench {
    const char *program, *unaudited; /* the gateway, and the same without its audit */
    unsigned rounds;
    double seconds;   /* of a round */
    uint64_t records; /* of the large log */
    struct place place;
    struct sg_audit_warden warden; /* forked before there is any thread */
    struct audit_row rows[AUDIT_ROWS];
    unsigned n_rows;
};

/* Adds a row; why is a format. */
void audit_row(struct audit_bench *bench, const char *measure, double value, int decimals,
               const char *unit, struct goal goal, const char *why, ...)
    __attribute__((format(printf, 7, 8)));
/* Says what went wrong and ends the run: no figure for a log that errs. */
_Noreturn void audit_fail(struct audit_bench *bench, const char *what);

/* Bytes on disk of what is below a folder; of files whose name has that ending, NULL: all but the
 * reserve, which is the same for each log. */
uint64_t audit_storage(const char *dir, const char *ending);

/* --- the parts --- */
void audit_durable(struct audit_bench *bench); /* records/s beside a bare loop of write and sync */
void audit_gateway(struct audit_bench *bench); /* requests/s beside a gateway without audit */
void audit_large(struct audit_bench *bench);   /* verify, proofs, storage, memory */

#endif
