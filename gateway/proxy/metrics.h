/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics.h - counters of one worker, added up and printed as OpenMetrics text.
 *
 * A worker's counters are written by its own thread only (relaxed atomics) and read by admin; so
 * are those of a generation's rules, which all workers write.
 */
#ifndef SG_PROXY_METRICS_H
#define SG_PROXY_METRICS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/record.h"
#include "base/buf.h"
#include "collusion/guard.h"
#include "collusion/signal.h"
#include "proxy/memory.h"
#include "proxy/overload.h"
#include "proxy/risk.h"

struct sg_config;
struct sg_rule;
struct sg_upstreams;

enum {
    SG_METRIC_BUCKETS = 20, /* added latency: powers of two from 1 µs */
    SG_METRIC_RISKS = 10    /* tenths */
};

/* The closed list of reasons a message was refused or failed for; a label, never foreign text. */
enum sg_reason {
    SG_REASON_NONE,
    SG_REASON_MALFORMED,
    SG_REASON_UNSUPPORTED,
    SG_REASON_LIMIT,
    SG_REASON_MATCHER,
    SG_REASON_BLOCKED,
    SG_REASON_AUDIT,
    SG_REASON_MEMORY,
    SG_REASON_NO_ROUTE,
    SG_REASON_NOT_ASSIGNED, /* the agent may not serve that brand, and there is nowhere to divert to
                             */
    SG_REASON_NO_DIVERT,    /* a rule diverts, but there is nowhere to divert to */
    SG_REASON_UPSTREAM_DOWN, /* none of the route's works: not asked */
    SG_REASON_UPSTREAM_CONNECT,
    SG_REASON_UPSTREAM_CONNECT_TIMEOUT,
    SG_REASON_UPSTREAM_TLS,
    SG_REASON_UPSTREAM_TIMEOUT, /* no answer began in time */
    SG_REASON_UPSTREAM_IDLE_TIMEOUT,
    SG_REASON_UPSTREAM_TOTAL_TIMEOUT,
    SG_REASON_UPSTREAM_RESET,
    SG_REASON_UPSTREAM_MALFORMED,
    SG_REASON_CLIENT_GONE,
    SG_REASON_OVERLOAD,
    SG_REASONS
};
const char *sg_reason_word(enum sg_reason reason);

/* What the front answers, or cuts off, by itself: its own words, and one for any other. */
enum { SG_TURNED_AWAY_WORDS = 11 };

/* How long something took. */
struct sg_metrics_times {
    atomic_uint_fast64_t ns[SG_METRIC_BUCKETS], sum;
};

/* What was held against messages. */
struct sg_metrics_risk {
    atomic_uint_fast64_t courses[SG_COURSES], risks[SG_METRIC_RISKS];
    atomic_uint_fast64_t signals[SG_SIGNALS]; /* over their thresholds, in whatever mode */
    atomic_uint_fast64_t rulings[SG_GUARD_RULES];
    struct sg_metrics_times judging;
};

struct sg_metrics {
    atomic_uint_fast64_t verdicts[2][SG_VERDICT_REFUSED + 1]; /* [to-agent, to-customer] */
    atomic_uint_fast64_t reasons[SG_REASONS];
    atomic_uint_fast64_t replies[6]; /* by status / 100 */
    atomic_uint_fast64_t findings, edits, bytes_in, bytes_out, exchanges, open_exchanges;
    struct sg_metrics_times scrubbing;
    struct sg_metrics_risk risk;
    atomic_uint_fast64_t shed[SG_SHED_KINDS]; /* requests turned away, by enum sg_shed */
    atomic_uint_fast64_t turned_away[SG_TURNED_AWAY_WORDS];
    atomic_uint_fast64_t delay_ns; /* how long what is ready waits, as last measured */
    atomic_uint_fast64_t unnamed;  /* decisions recorded without pseudonyms: no key was to be had */
    atomic_uint_fast64_t rechecks, recheck_differences; /* values that both engines scanned */
};

void sg_metrics_count(atomic_uint_fast64_t *counter, uint64_t n);
void sg_metrics_turned_away(struct sg_metrics *metrics, const char *word);
void sg_metrics_time(struct sg_metrics_times *times, uint64_t ns);

/* What only the process knows. */
struct sg_metrics_process {
    uint64_t audit_records, audit_failures, audit_dropped, audit_writers, reloads, reload_failures,
        start_ms;
    const char *rules_digest;
    size_t connections;
    bool remembers; /* conversations; then: */
    struct sg_memory_counts memory;
    struct sg_risks *risks; /* NULL: nothing is judged */
    bool by_reference;      /* the reference engine scans, whatever else there is */
    /* The rules in force and how many messages each of them failed on, by number. */
    const struct scrubgate_ruleset *rules;
    const atomic_uint_fast64_t *rule_failures;
    /* From how many values each exclusion kept its rule, by number. */
    const atomic_uint_fast64_t *exclusion_matches;
    /* The routes' upstreams; NULL: none is told of. */
    const struct sg_upstreams *upstreams;
    const struct sg_config *config;
};
/* Appends the exposition of all workers together, ending in "# EOF". */
SCRUBGATE_MUST_USE enum scrubgate_status sg_metrics_print(const struct sg_metrics *const *workers,
                                                          size_t n,
                                                          const struct sg_metrics_process *process,
                                                          struct sg_buf *out);

#endif
