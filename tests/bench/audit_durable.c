/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_durable.c - durable records a second, beside a bare loop of write and fdatasync.
 *
 *     bare      write(records in flight), fdatasync, again
 *     log       append each, commit, tick: tree, tiles, index, checkpoints and seals with it
 *     auditor   a worker's port with that many tickets in flight, its ring, and the writer's
 * process: as a gateway has it
 *
 * The records are those of masked messages; they are made before and copied.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit_bench.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/folder.h"
#include "log_load.h"
#include "proxy/auditor.h"
#include "proxy/ledger.h"
#include "proxy/log_keys.h"
#include "rounds.h"

enum { IN_FLIGHT_MOST = 1024 };
#define SECOND UINT64_C(1000000000)

static const struct sg_record_source source = {.instance = AUDIT_ORIGIN,
                                               .boot = "00112233445566778899aabbccddeeff"};

static uint64_t end_of(const struct audit_bench *bench)
{
    return sg_clock_mono_ns() + (uint64_t)(bench->seconds * (double)SECOND);
}

/* --- bare --- */

static double bare(struct audit_bench *bench, const struct sg_buf *record, unsigned n)
{
    char path[300];
    struct sg_buf batch = {0};
    uint64_t done = 0, start = sg_clock_mono_ns(), end = end_of(bench);
    (void)snprintf(path, sizeof path, "%s/bare", bench->place.dir);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    for (unsigned i = 0; i < n; i++) {
        if (sg_buf_addf(&batch, "{\"seq\":%07u,", i) < 0 ||
            sg_buf_add_bytes(&batch, sg_buf_bytes(record)) < 0 || sg_buf_add_byte(&batch, '\n') < 0)
            audit_fail(bench, "out of memory");
    }
    while (sg_clock_mono_ns() < end) {
        if (write(fd, batch.data, batch.len) != (ssize_t)batch.len || fdatasync(fd) != 0)
            audit_fail(bench, "the bare loop cannot write");
        done += n;
    }
    double per_second = (double)done * (double)SECOND / (double)(sg_clock_mono_ns() - start);
    (void)close(fd);
    (void)unlink(path);
    sg_buf_fini(&batch);
    return per_second;
}

/* --- the log alone --- */

static double log_alone(struct audit_bench *bench, struct sg_log *log, const struct sg_buf *record,
                        unsigned n)
{
    uint64_t done = 0, seq, next, start = sg_clock_mono_ns(), end = end_of(bench);
    while (sg_clock_mono_ns() < end) {
        bool good = true;
        for (unsigned i = 0; i < n && good; i++)
            good = sg_log_append(log, sg_buf_bytes(record), &seq) >= 0;
        if (!good || sg_log_commit(log, NULL) < 0 ||
            sg_log_tick(log, sg_clock_mono_ns(), false, &next, NULL) < 0)
            audit_fail(bench, "the log cannot write");
        done += n;
    }
    return (double)done * (double)SECOND / (double)(sg_clock_mono_ns() - start);
}

/* --- as a gateway has it --- */

struct worker {
    struct sg_loop *loop;
    struct sg_audit_port *port;
    const struct sg_buf *record;
    uint64_t end, done;
    unsigned under_way;
    bool failed;
    struct sg_audit_ticket ticket[IN_FLIGHT_MOST];
};

static struct worker worker; /* of the ticket that is done */

static void submit(struct sg_audit_ticket *ticket)
{
    if (sg_buf_add_bytes(&ticket->record, sg_buf_bytes(worker.record)) < 0) {
        worker.failed = true;
        return;
    }
    worker.under_way++;
    sg_audit_submit(worker.port, ticket);
}

static void on_done(struct sg_audit_ticket *ticket)
{
    worker.under_way--;
    worker.failed = worker.failed || ticket->status < 0;
    worker.done++;
    if (!worker.failed && sg_clock_mono_ns() < worker.end)
        submit(ticket);
    if (worker.under_way == 0)
        sg_loop_stop(worker.loop);
}

static double through_auditor(struct audit_bench *bench, unsigned n)
{
    uint64_t start = sg_clock_mono_ns();
    worker.end = end_of(bench);
    worker.done = 0;
    for (unsigned i = 0; i < n; i++) {
        worker.ticket[i] = (struct sg_audit_ticket){.done = on_done};
        submit(&worker.ticket[i]);
    }
    if (sg_loop_run(worker.loop) < 0 || worker.failed)
        audit_fail(bench, "the auditor refused a record");
    for (unsigned i = 0; i < n; i++)
        sg_buf_fini(&worker.ticket[i].record);
    return (double)worker.done * (double)SECOND / (double)(sg_clock_mono_ns() - start);
}

static struct sg_auditor *start_auditor(struct audit_bench *bench, const char *dir,
                                        const char *keys)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_auditor *auditor = NULL;
    struct sg_seal_key first;
    unsigned made;
    bool fresh;
    const struct sg_ledger_setup setup = {.dir = dir,
                                          .keys = keys,
                                          .origin = AUDIT_ORIGIN,
                                          .source = &source,
                                          .checkpoint_ns = SECOND,
                                          .epoch_ns = 10 * SECOND};
    const struct sg_auditor_keeping keeping = {.warden = bench->warden.socket,
                                               .deadline_ns = 60 * SECOND};
    if (sg_folder_make(keys, 0700, &fault) < 0 ||
        sg_log_keys_make(keys, AUDIT_ORIGIN, &made, &fresh, &first, &fault) < 0 ||
        sg_auditor_start_log(&auditor, &setup, &keeping, NULL, &fault) < 0) {
        (void)fprintf(stderr, "%s: %s\n", fault.file, fault.what);
        audit_fail(bench, "no auditor");
    }
    sg_wipe(&first, sizeof first);
    return auditor;
}

/* --- the rows --- */

static void measure(struct audit_bench *bench, struct sg_log *log, const struct sg_buf *record,
                    unsigned n)
{
    double by_bare[ROUNDS_MOST], by_log[ROUNDS_MOST], by_auditor[ROUNDS_MOST];
    char measure[120];
    for (unsigned i = 0; i < bench->rounds; i++) {
        by_bare[i] = bare(bench, record, n);
        by_auditor[i] = through_auditor(bench, n);
        by_log[i] = log_alone(bench, log, record, n);
    }
    struct spread ratio = spread_of_ratios(by_auditor, by_bare, bench->rounds);
    struct spread alone = spread_of_ratios(by_log, by_bare, bench->rounds);
    (void)snprintf(measure, sizeof measure,
                   "durable records/s, %u in flight ÷ bare loop of write and fdatasync", n);
    audit_row(bench, measure, ratio.middle, 2, "", (struct goal){0.5, 0.8, false},
              "%.2f–%.2f; %.0f k ÷ %.0f k records/s", ratio.low, ratio.high,
              median(by_auditor, bench->rounds) / 1000, median(by_bare, bench->rounds) / 1000);
    (void)snprintf(measure, sizeof measure,
                   "the same by the log alone, without a worker's port, %u", n);
    audit_row(bench, measure, alone.middle, 2, "", (struct goal){0, 0, false},
              "%.2f–%.2f; %.0f k records/s", alone.low, alone.high,
              median(by_log, bench->rounds) / 1000);
}

void audit_durable(struct audit_bench *bench)
{
    char dir[300], keys[300], dir_alone[300], keys_alone[300];
    struct sg_buf record = {0};
    struct sg_log *log;
    (void)snprintf(dir, sizeof dir, "%s/audit", bench->place.dir);
    (void)snprintf(keys, sizeof keys, "%s/keys", bench->place.dir);
    (void)snprintf(dir_alone, sizeof dir_alone, "%s/audit.alone", bench->place.dir);
    (void)snprintf(keys_alone, sizeof keys_alone, "%s/keys.alone", bench->place.dir);
    const struct log_load_setup alone = {
        .dir = dir_alone, .keys = keys_alone, .origin = AUDIT_ORIGIN};
    struct sg_auditor *auditor = start_auditor(bench, dir, keys);
    worker.record = &record;
    if (!log_load_record(&record, &source, 1, true) || sg_loop_new(&worker.loop) < 0 ||
        sg_audit_port_open(&worker.port, auditor, worker.loop) < 0 ||
        (log = log_load_open(&alone, &source)) == NULL)
        audit_fail(bench, "no worker");
    measure(bench, log, &record, 32);
    measure(bench, log, &record, 1024);
    sg_audit_port_close(worker.port);
    sg_auditor_stop(auditor);
    sg_loop_free(worker.loop);
    sg_log_close(log);
    sg_buf_fini(&record);
}
