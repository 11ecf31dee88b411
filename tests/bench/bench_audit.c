/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_audit.c - what the audit log costs: each row beside a baseline of the same run.
 *
 * usage: bench_audit SCRUBGATE UNAUDITED [ROUNDS [SECONDS [RECORDS [PART]...]]]
 * parts: durable large gateway
 *
 * UNAUDITED is the gateway linked with unaudited.c. Files lie below TMPDIR, /var/tmp without: give
 * it a disk. A log of 10,000,000 records takes 6 GB there.
 */
#define _GNU_SOURCE /* nftw */
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "audit_bench.h"
#include "program.h"
#include "rounds.h"

static const struct part {
    const char *name;
    void (*run)(struct audit_bench *bench);
} parts[] = {{"durable", audit_durable}, {"large", audit_large}, {"gateway", audit_gateway}};

void audit_row(struct audit_bench *bench, const char *measure, double value, int decimals,
               const char *unit, struct goal goal, const char *why, ...)
{
    struct audit_row *row = &bench->rows[bench->n_rows];
    va_list rest;
    if (bench->n_rows == AUDIT_ROWS)
        audit_fail(bench, "too many rows");
    *row = (struct audit_row){.value = value, .decimals = decimals, .unit = unit, .goal = goal};
    (void)snprintf(row->measure, sizeof row->measure, "%s", measure);
    va_start(rest, why);
    (void)vsnprintf(row->why, sizeof row->why, why, rest);
    va_end(rest);
    bench->n_rows++;
    (void)fprintf(stderr, "bench_audit: %s: %.*f%s (%s)\n", measure, decimals, value, unit,
                  row->why);
}

_Noreturn void audit_fail(struct audit_bench *bench, const char *what)
{
    (void)fflush(stdout);
    (void)fprintf(stderr, "bench_audit: %s. No figures for what errs.\n", what);
    place_fini(&bench->place);
    exit(1);
}

/* --- storage --- */

static uint64_t stored;
static const char *ending_wanted;

static int add_file(const char *path, const struct stat *about, int type, struct FTW *where)
{
    size_t len = strlen(path), n = ending_wanted == NULL ? 0 : strlen(ending_wanted);
    if (type == FTW_F && strcmp(path + where->base, "reserve") != 0 && len >= n &&
        (n == 0 || strcmp(path + len - n, ending_wanted) == 0))
        stored += (uint64_t)about->st_blocks * 512;
    return 0;
}

uint64_t audit_storage(const char *dir, const char *ending)
{
    stored = 0;
    ending_wanted = ending;
    (void)nftw(dir, add_file, 16, FTW_PHYS);
    return stored;
}

/* --- all of it --- */

static void print_rows(const struct audit_bench *bench)
{
    table_head();
    for (unsigned i = 0; i < bench->n_rows; i++) {
        const struct audit_row *row = &bench->rows[i];
        table_row(row->measure, row->value, row->decimals, row->unit, row->goal, row->why);
    }
}

static bool chosen(const char *name, int argc, char **argv)
{
    for (int i = 6; i < argc; i++) {
        if (strcmp(argv[i], name) == 0)
            return true;
    }
    return argc <= 6;
}

int main(int argc, char **argv)
{
    struct scrubgate_fault fault = {.what = ""};
    struct audit_bench bench = {.rounds = 7, .seconds = 1, .records = 10000000};
    if (argc < 3) {
        (void)fprintf(stderr, "usage: bench_audit SCRUBGATE UNAUDITED [ROUNDS [SECONDS [RECORDS "
                              "[PART]...]]]\n");
        return 2;
    }
    bench.program = argv[1];
    bench.unaudited = argv[2];
    if (argc > 3)
        bench.rounds = (unsigned)strtoul(argv[3], NULL, 10);
    if (argc > 4)
        bench.seconds = strtod(argv[4], NULL);
    if (argc > 5)
        bench.records = strtoull(argv[5], NULL, 10);
    if (sg_audit_warden_start(&bench.warden, &fault) < 0) {
        (void)fprintf(stderr, "bench_audit: %s\n", fault.what);
        return 2;
    }
    if (bench.rounds == 0 || bench.rounds > ROUNDS_MOST || !place_init(&bench.place, PROXY_CPU))
        return 2;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (chosen(parts[i].name, argc, argv))
            parts[i].run(&bench);
    }
    print_rows(&bench);
    sg_audit_warden_stop(&bench.warden);
    place_fini(&bench.place);
    return 0;
}
