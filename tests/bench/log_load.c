/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_load.c - an audit log that many producers fill at once, as a gateway's workers do.
 */
#include "log_load.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/folder.h"
#include "proxy/log_keys.h"

enum { PRODUCERS_MOST = 16 };
#define SECOND UINT64_C(1000000000)

static const char boot[] = "00112233445566778899aabbccddeeff";

bool log_load_record(struct sg_buf *out, const struct sg_record_source *source, uint64_t number,
                     bool decision)
{
    static const struct sg_record_rule found[] = {
        {.rule = "contact.email", .entity = "EMAIL_ADDRESS", .action = "mask", .count = 1},
        {.rule = "payment.card", .entity = "CREDIT_CARD", .action = "mask", .count = 1}};
    static const struct sg_record_span spans[] = {{0, 50, 14}, {1, 72, 19}};
    char id[17], trace[33];
    (void)snprintf(id, sizeof id, "%016llx", (unsigned long long)number);
    (void)snprintf(trace, sizeof trace, "4bf92f3577b34da6%016llx", (unsigned long long)number);
    const struct sg_decision said = {
        .id = id,
        .trace_id = trace,
        .route = "chat-in",
        .direction = "to-agent",
        .mode = "enforce",
        .rules = "9c5ac0e4b26d49ed1cf2f9f7e0f2a7cbf27fbd0e2a9b1e29f9e2a0c6f0a1d5b3",
        .brand = SG_BYTES("acme"),
        .channel = SG_BYTES("widget"),
        .format = "json",
        .reason = "",
        .level = 2,
        .verdict = SG_VERDICT_MASKED,
        .bytes_in = 93,
        .bytes_out = 89,
        .values = 3,
        .edits = 2,
        .found = found,
        .n_found = 2,
        .spans = spans,
        .n_spans = 2,
        .facets = {.customer = number * UINT64_C(0x9E3779B97F4A7C15) | 1, .conversation = ~number}};
    const struct sg_outcome outcome = {.id = id,
                                       .trace_id = trace,
                                       .route = "chat-in",
                                       .status = 200,
                                       .reason = "",
                                       .latency_ns = 1000000 + number % 1000000};
    return (decision ? sg_record_decision(out, source, &said)
                     : sg_record_outcome(out, source, &outcome)) >= 0;
}

static bool say(const struct scrubgate_fault *fault)
{
    (void)fprintf(stderr, "%s: %s\n", fault->file, fault->what);
    return false;
}

struct sg_log *log_load_open(const struct log_load_setup *setup,
                             const struct sg_record_source *source)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_log_keys keys;
    struct sg_seal_key first;
    struct sg_log *log = NULL;
    unsigned made = 0;
    bool fresh = false;
    const struct sg_log_setup log_setup = {
        .dir = setup->dir, .source = source, .checkpoint_ns = SECOND, .epoch_ns = 10 * SECOND};
    if (sg_folder_make(setup->keys, 0700, &fault) < 0 ||
        sg_log_keys_make(setup->keys, setup->origin, &made, &fresh, &first, &fault) < 0 ||
        sg_log_keys_open(&keys, setup->keys, setup->origin, &fault) < 0 ||
        sg_log_open(&log, &log_setup, &keys, &fault) < 0)
        (void)say(&fault);
    sg_wipe(&first, sizeof first);
    return log;
}

/* --- producers and the one who writes --- */

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t filled, written;
    struct sg_buf waiting; /* records, each ended by LF */
    uint64_t asked;        /* records that were put in */
    uint64_t done;         /* of them those that are durable, or never will be */
    uint64_t end;          /* no record is put in behind this one */
    bool over;
    const struct sg_record_source *source;
    unsigned in_flight;
    bool lean;
};

static void *produce(void *ctx)
{
    struct queue *queue = ctx;
    struct sg_buf records = {0};
    uint64_t number = (uint64_t)(uintptr_t)&records, last = 0;
    for (bool good = true; good;) {
        sg_buf_clear(&records);
        for (unsigned i = 0; i < queue->in_flight && good; i++, number++)
            good =
                log_load_record(&records, queue->source, number, !queue->lean && number % 3 != 0) &&
                sg_buf_add_byte(&records, '\n') >= 0;
        (void)pthread_mutex_lock(&queue->lock);
        good = good && !queue->over && queue->asked < queue->end &&
               sg_buf_add_bytes(&queue->waiting, sg_buf_bytes(&records)) >= 0;
        if (good) {
            queue->asked += queue->in_flight;
            last = queue->asked;
            (void)pthread_cond_signal(&queue->filled);
        }
        while (good && queue->done < last && !queue->over)
            (void)pthread_cond_wait(&queue->written, &queue->lock);
        (void)pthread_mutex_unlock(&queue->lock);
    }
    sg_buf_fini(&records);
    return NULL;
}

/* All that wait, durable; *n of them. */
static bool write_all(struct sg_log *log, struct sg_bytes records, uint64_t *n)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_bytes line;
    uint64_t seq, next;
    for (*n = 0; sg_bytes_take_line(&records, &line); (*n)++) {
        if (sg_log_append(log, line, &seq) < 0)
            return false;
    }
    if (sg_log_commit(log, &fault) < 0 ||
        sg_log_tick(log, sg_clock_mono_ns(), false, &next, &fault) < 0)
        return say(&fault);
    return true;
}

static bool consume(struct queue *queue, struct sg_log *log)
{
    struct sg_buf taken = {0};
    bool good = true;
    while (good) {
        uint64_t n = 0;
        (void)pthread_mutex_lock(&queue->lock);
        while (queue->waiting.len == 0 && queue->done < queue->end)
            (void)pthread_cond_wait(&queue->filled, &queue->lock);
        struct sg_buf spare = taken;
        taken = queue->waiting;
        queue->waiting = spare;
        queue->waiting.len = 0;
        (void)pthread_mutex_unlock(&queue->lock);
        if (taken.len == 0)
            break;
        good = write_all(log, sg_buf_bytes(&taken), &n);
        taken.len = 0;
        (void)pthread_mutex_lock(&queue->lock);
        queue->done += n;
        (void)pthread_cond_broadcast(&queue->written);
        (void)pthread_mutex_unlock(&queue->lock);
    }
    (void)pthread_mutex_lock(&queue->lock);
    queue->over = true;
    (void)pthread_cond_broadcast(&queue->written);
    (void)pthread_mutex_unlock(&queue->lock);
    sg_buf_fini(&taken);
    return good;
}

static bool run(struct queue *queue, struct sg_log *log, unsigned producers)
{
    pthread_t thread[PRODUCERS_MOST];
    unsigned started = 0;
    while (started < producers && started < PRODUCERS_MOST &&
           pthread_create(&thread[started], NULL, produce, queue) == 0)
        started++;
    bool good = started > 0 && consume(queue, log);
    for (unsigned i = 0; i < started; i++)
        (void)pthread_join(thread[i], NULL);
    return good;
}

bool log_load_fill(const struct log_load_setup *setup, uint64_t records, double *seconds)
{
    const struct sg_record_source source = {.instance = setup->origin, .boot = boot};
    struct scrubgate_fault fault = {.what = ""};
    struct queue queue = {.lock = PTHREAD_MUTEX_INITIALIZER,
                          .filled = PTHREAD_COND_INITIALIZER,
                          .written = PTHREAD_COND_INITIALIZER,
                          .source = &source,
                          .in_flight = setup->in_flight,
                          .lean = setup->lean};
    struct sg_log *log = log_load_open(setup, &source);
    if (log == NULL)
        return false;
    uint64_t start = sg_clock_mono_ns(), has = sg_log_signed(log);
    queue.end = records > has ? records - has : 0;
    bool good = queue.end == 0 || run(&queue, log, setup->producers);
    if (seconds != NULL)
        *seconds = (double)(sg_clock_mono_ns() - start) / (double)SECOND;
    if (good && sg_log_finish(log, &fault) < 0)
        good = say(&fault);
    sg_log_close(log);
    sg_buf_fini(&queue.waiting);
    return good;
}
