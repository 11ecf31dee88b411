/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics.c - counters of one worker, added up and printed as OpenMetrics text.
 *
 * Every label value comes from a closed list of our own words: what strangers send can neither
 * break the exposition nor make it grow.
 */
#include "proxy/metrics.h"

#include <assert.h>
#include <string.h>

#include "proxy/upstreams.h"
#include "rule/ruleset.h"

enum { NS_PER_US = 1000 };

static const char *const reason_words[SG_REASONS] = {
    [SG_REASON_NONE] = "",
    [SG_REASON_MALFORMED] = "malformed",
    [SG_REASON_UNSUPPORTED] = "unsupported",
    [SG_REASON_LIMIT] = "limit",
    [SG_REASON_MATCHER] = "matcher",
    [SG_REASON_BLOCKED] = "blocked",
    [SG_REASON_AUDIT] = "audit",
    [SG_REASON_MEMORY] = "memory",
    [SG_REASON_NO_ROUTE] = "no-route",
    [SG_REASON_NOT_ASSIGNED] = "not-assigned",
    [SG_REASON_NO_DIVERT] = "no-divert",
    [SG_REASON_UPSTREAM_DOWN] = "upstream-down",
    [SG_REASON_UPSTREAM_CONNECT] = "upstream-connect",
    [SG_REASON_UPSTREAM_CONNECT_TIMEOUT] = "upstream-connect-timeout",
    [SG_REASON_UPSTREAM_TLS] = "upstream-tls",
    [SG_REASON_UPSTREAM_TIMEOUT] = "upstream-timeout",
    [SG_REASON_UPSTREAM_IDLE_TIMEOUT] = "upstream-idle-timeout",
    [SG_REASON_UPSTREAM_TOTAL_TIMEOUT] = "upstream-total-timeout",
    [SG_REASON_UPSTREAM_RESET] = "upstream-reset",
    [SG_REASON_UPSTREAM_MALFORMED] = "upstream-malformed",
    [SG_REASON_CLIENT_GONE] = "client-gone",
    [SG_REASON_OVERLOAD] = "overload",
};

static const char *const turned_away_words[SG_TURNED_AWAY_WORDS] = {
    "malformed",  "limit", "unsupported", "expectation", "version", "deadline",
    "peer-limit", "proxy", "tls",         "overload",    "other"};

const char *sg_reason_word(enum sg_reason reason)
{
    assert(reason >= 0 && reason < SG_REASONS);
    return reason_words[reason];
}

/* One writer each: a plain load and store is enough and needs no locked instruction. */
void sg_metrics_count(atomic_uint_fast64_t *counter, uint64_t n)
{
    uint64_t now = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, now + n, memory_order_relaxed);
}

void sg_metrics_turned_away(struct sg_metrics *metrics, const char *word)
{
    size_t i = 0;
    while (i < SG_TURNED_AWAY_WORDS - 1 && strcmp(turned_away_words[i], word) != 0)
        i++;
    sg_metrics_count(&metrics->turned_away[i], 1);
}

void sg_metrics_time(struct sg_metrics_times *times, uint64_t ns)
{
    size_t bucket = 0;
    for (uint64_t most = NS_PER_US; ns > most && bucket < SG_METRIC_BUCKETS - 1; most *= 2)
        bucket++;
    sg_metrics_count(&times->ns[bucket], 1);
    sg_metrics_count(&times->sum, ns);
}

/* --- adding up --- */

struct times {
    uint64_t ns[SG_METRIC_BUCKETS], sum;
};

/* The counters of all workers at one moment. */
struct totals {
    uint64_t verdicts[2][SG_VERDICT_REFUSED + 1], reasons[SG_REASONS], replies[6];
    uint64_t findings, edits, bytes_in, bytes_out, exchanges, open_exchanges;
    struct times scrubbing, judging;
    uint64_t courses[SG_COURSES], risks[SG_METRIC_RISKS], signals[SG_SIGNALS],
        rulings[SG_GUARD_RULES];
    uint64_t unnamed, rechecks, recheck_differences;
    uint64_t turned_away[SG_TURNED_AWAY_WORDS];
    uint64_t shed[SG_SHED_KINDS], delay_ns; /* the longest */
};

static uint64_t load(const atomic_uint_fast64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static void add_times(struct times *sum, const struct sg_metrics_times *one)
{
    for (size_t i = 0; i < SG_METRIC_BUCKETS; i++)
        sum->ns[i] += load(&one->ns[i]);
    sum->sum += load(&one->sum);
}

static void add_risk(struct totals *sum, const struct sg_metrics_risk *one)
{
    for (size_t i = 0; i < SG_COURSES; i++)
        sum->courses[i] += load(&one->courses[i]);
    for (size_t i = 0; i < SG_METRIC_RISKS; i++)
        sum->risks[i] += load(&one->risks[i]);
    for (size_t i = 0; i < SG_SIGNALS; i++)
        sum->signals[i] += load(&one->signals[i]);
    for (size_t i = 0; i < SG_GUARD_RULES; i++)
        sum->rulings[i] += load(&one->rulings[i]);
    add_times(&sum->judging, &one->judging);
}

static void add(struct totals *sum, const struct sg_metrics *one)
{
    for (size_t d = 0; d < 2; d++)
        for (size_t v = 0; v <= SG_VERDICT_REFUSED; v++)
            sum->verdicts[d][v] += load(&one->verdicts[d][v]);
    for (size_t i = 0; i < SG_REASONS; i++)
        sum->reasons[i] += load(&one->reasons[i]);
    for (size_t i = 0; i < 6; i++)
        sum->replies[i] += load(&one->replies[i]);
    add_times(&sum->scrubbing, &one->scrubbing);
    add_risk(sum, &one->risk);
    sum->findings += load(&one->findings);
    sum->edits += load(&one->edits);
    sum->bytes_in += load(&one->bytes_in);
    sum->bytes_out += load(&one->bytes_out);
    sum->exchanges += load(&one->exchanges);
    sum->open_exchanges += load(&one->open_exchanges);
    for (size_t i = 0; i < SG_TURNED_AWAY_WORDS; i++)
        sum->turned_away[i] += load(&one->turned_away[i]);
    for (size_t i = 0; i < SG_SHED_KINDS; i++)
        sum->shed[i] += load(&one->shed[i]);
    uint64_t delay_ns = load(&one->delay_ns);
    sum->delay_ns = delay_ns > sum->delay_ns ? delay_ns : sum->delay_ns;
    sum->unnamed += load(&one->unnamed);
    sum->rechecks += load(&one->rechecks);
    sum->recheck_differences += load(&one->recheck_differences);
}

/* --- printing --- */

/* The text with the first error kept, so that a page of lines needs one check. */
struct page {
    struct sg_buf *out;
    enum scrubgate_status rc;
};

#define PRINT(page, ...)                                                                           \
    ((page)->rc = (page)->rc < 0 ? (page)->rc : sg_buf_addf((page)->out, __VA_ARGS__))

static void describe(struct page *page, const char *name, const char *type, const char *help)
{
    PRINT(page, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void counter(struct page *page, const char *name, const char *help, uint64_t value)
{
    describe(page, name, "counter", help);
    PRINT(page, "%s_total %llu\n", name, (unsigned long long)value);
}

static void gauge(struct page *page, const char *name, const char *help, uint64_t value)
{
    describe(page, name, "gauge", help);
    PRINT(page, "%s %llu\n", name, (unsigned long long)value);
}

static void print_messages(struct page *page, const struct totals *sum)
{
    static const char *const directions[2] = {"to-agent", "to-customer"};
    describe(page, "scrubgate_messages", "counter", "Messages decided, by direction and verdict.");
    for (size_t d = 0; d < 2; d++)
        for (size_t v = 0; v <= SG_VERDICT_REFUSED; v++)
            PRINT(page, "scrubgate_messages_total{direction=\"%s\",verdict=\"%s\"} %llu\n",
                  directions[d], sg_verdict_word((enum sg_verdict)v),
                  (unsigned long long)sum->verdicts[d][v]);
    describe(page, "scrubgate_failures", "counter", "Messages that were not delivered, by reason.");
    for (size_t i = 1; i < SG_REASONS; i++)
        PRINT(page, "scrubgate_failures_total{reason=\"%s\"} %llu\n", reason_words[i],
              (unsigned long long)sum->reasons[i]);
    describe(page, "scrubgate_replies", "counter", "Replies to clients, by class of status.");
    for (size_t i = 2; i < 6; i++)
        PRINT(page, "scrubgate_replies_total{code=\"%zuxx\"} %llu\n", i,
              (unsigned long long)sum->replies[i]);
}

static void print_times(struct page *page, const char *name, const char *help,
                        const struct times *times)
{
    uint64_t below = 0, most = NS_PER_US;
    describe(page, name, "histogram", help);
    for (size_t i = 0; i < SG_METRIC_BUCKETS - 1; i++, most *= 2) {
        below += times->ns[i];
        PRINT(page, "%s_bucket{le=\"%.6f\"} %llu\n", name, (double)most / 1e9,
              (unsigned long long)below);
    }
    below += times->ns[SG_METRIC_BUCKETS - 1];
    PRINT(page, "%s_bucket{le=\"+Inf\"} %llu\n", name, (unsigned long long)below);
    PRINT(page, "%s_sum %.9f\n%s_count %llu\n", name, (double)times->sum / 1e9, name,
          (unsigned long long)below);
}

/* Only those that failed: most never do, and there may be thousands. */
static void print_rules(struct page *page, const struct sg_metrics_process *process)
{
    describe(page, "scrubgate_rule_failures", "counter",
             "Messages on which a rule could not be matched, since the rules were loaded.");
    for (size_t i = 0; i < scrubgate_ruleset_count(process->rules); i++) {
        uint64_t failures = load(&process->rule_failures[i]);
        if (failures > 0)
            PRINT(page, "scrubgate_rule_failures_total{rule=\"%s\"} %llu\n",
                  sg_ruleset_at(process->rules, i)->id, (unsigned long long)failures);
    }
}

/* All of them: one that stays at 0 is what is looked for. */
static void print_exclusions(struct page *page, const struct sg_metrics_process *process)
{
    describe(page, "scrubgate_exclusion_matches", "counter",
             "Values from which an exclusion kept its rule, since the rules were loaded.");
    for (size_t i = 0; i < process->rules->n_exclusions; i++)
        PRINT(page, "scrubgate_exclusion_matches_total{exclusion=\"%s\"} %llu\n",
              process->rules->exclusions[i].id,
              (unsigned long long)load(&process->exclusion_matches[i]));
}

/* A label's value: the name is the operator's, and may have any character. */
static void print_label(struct page *page, const char *name, const char *value)
{
    PRINT(page, "%s=\"", name);
    for (; *value != '\0'; value++) {
        if (*value == '\n')
            PRINT(page, "\\n");
        else if (*value == '"' || *value == '\\')
            PRINT(page, "\\%c", *value);
        else
            PRINT(page, "%c", *value);
    }
    PRINT(page, "\"");
}

static void print_upstream(struct page *page, const char *name, const char *route, size_t number,
                           uint64_t value)
{
    PRINT(page, "%s{", name);
    print_label(page, "route", route);
    PRINT(page, ",upstream=\"%zu\"} %llu\n", number, (unsigned long long)value);
}

static void print_upstreams(struct page *page, const struct sg_upstreams *upstreams,
                            const struct sg_config *config)
{
    describe(page, "scrubgate_upstream_healthy", "gauge",
             "1 while no worker leaves the upstream out.");
    for (size_t i = 0; i < config->n_routes; i++)
        for (size_t k = 0; k < sg_upstreams_count(upstreams, i); k++)
            print_upstream(page, "scrubgate_upstream_healthy", config->routes[i].name, k,
                           sg_upstreams_healthy(upstreams, i, k) ? 1 : 0);
    describe(page, "scrubgate_upstream_failures", "counter",
             "Calls that the upstream failed, since the config was loaded.");
    for (size_t i = 0; i < config->n_routes; i++)
        for (size_t k = 0; k < sg_upstreams_count(upstreams, i); k++)
            print_upstream(page, "scrubgate_upstream_failures_total", config->routes[i].name, k,
                           sg_upstreams_failures(upstreams, i, k));
}

static void print_engine(struct page *page, const struct totals *sum, bool by_reference)
{
    counter(page, "scrubgate_recheck", "Values that both engines scanned.", sum->rechecks);
    counter(page, "scrubgate_recheck_differences", "Values in which they did not find the same.",
            sum->recheck_differences);
    gauge(page, "scrubgate_engine_reference", "1 when the reference engine scans all messages.",
          by_reference ? 1 : 0);
}

static void print_turned_away(struct page *page, const struct totals *sum)
{
    describe(page, "scrubgate_turned_away", "counter",
             "Requests and connections that the front answered or cut off by itself.");
    for (size_t i = 0; i < SG_TURNED_AWAY_WORDS; i++)
        PRINT(page, "scrubgate_turned_away_total{reason=\"%s\"} %llu\n", turned_away_words[i],
              (unsigned long long)sum->turned_away[i]);
}

static void print_pressure(struct page *page, const struct totals *sum)
{
    describe(page, "scrubgate_shed", "counter",
             "Requests turned away before anything of them was read, by what was short.");
    for (size_t i = SG_SHED_NONE + 1; i < SG_SHED_KINDS; i++)
        PRINT(page, "scrubgate_shed_total{short=\"%s\"} %llu\n", sg_shed_word((enum sg_shed)i),
              (unsigned long long)sum->shed[i]);
    describe(page, "scrubgate_delay_seconds", "gauge",
             "How long what is ready waited for its turn, on the slowest worker.");
    PRINT(page, "scrubgate_delay_seconds %.6f\n", (double)sum->delay_ns / 1e9);
}

/* What routing does by itself is counted too: without it nobody could tell what a threshold does.
 */
static void print_risk(struct page *page, const struct totals *sum, struct sg_risks *risks)
{
    struct sg_risks_counts counts;
    uint64_t below = 0;
    sg_risks_count(risks, &counts);
    describe(page, "scrubgate_risk_actions", "counter", "Messages judged, by what was asked for.");
    for (size_t i = 0; i < SG_COURSES; i++)
        PRINT(page, "scrubgate_risk_actions_total{action=\"%s\"} %llu\n",
              sg_course_word((enum sg_course)i), (unsigned long long)sum->courses[i]);
    describe(page, "scrubgate_risk_signals", "counter",
             "Messages on which a signal was at its threshold, in whatever mode.");
    for (size_t i = 0; i <= SG_SIGNAL_HANDLE; i++)
        PRINT(page, "scrubgate_risk_signals_total{signal=\"%s\"} %llu\n",
              sg_signal_word((enum sg_signal)i), (unsigned long long)sum->signals[i]);
    describe(page, "scrubgate_guard_rulings", "counter",
             "Messages on which a rule of the guard held, in whatever mode.");
    for (size_t i = 0; i < SG_GUARD_RULES; i++)
        PRINT(page, "scrubgate_guard_rulings_total{rule=\"%s\"} %llu\n",
              sg_guard_rule_word((enum sg_guard_rule)i), (unsigned long long)sum->rulings[i]);
    describe(page, "scrubgate_risk", "histogram", "Risks of messages whose parties are known.");
    for (size_t i = 0; i < SG_METRIC_RISKS; i++) {
        below += sum->risks[i];
        PRINT(page, "scrubgate_risk_bucket{le=\"%.1f\"} %llu\n", (double)(i + 1) / SG_METRIC_RISKS,
              (unsigned long long)below);
    }
    PRINT(page, "scrubgate_risk_bucket{le=\"+Inf\"} %llu\n", (unsigned long long)below);
    print_times(page, "scrubgate_judge_seconds", "Time spent judging one message.", &sum->judging);
    gauge(page, "scrubgate_guard_known", "1 while the guard knows all that its file says.",
          counts.guard_known ? 1 : 0);
    gauge(page, "scrubgate_risk_agents", "Agents that the scorer has seen.", counts.agents);
    counter(page, "scrubgate_guard_write_failures", "Writes of contacts that failed.",
            counts.flush_failures);
    counter(page, "scrubgate_guard_contacts_lost",
            "Contacts that could not be remembered for want of room.", counts.contacts_lost);
    counter(page, "scrubgate_risk_save_failures", "Saves of the scorer's state that failed.",
            counts.save_failures);
}

static void print_memory(struct page *page, const struct sg_memory_counts *counts)
{
    gauge(page, "scrubgate_conversation_memory_senders",
          "Senders of whose last messages something is remembered.", counts->senders);
    gauge(page, "scrubgate_conversation_memory_bytes", "Bytes that takes.", counts->bytes);
    counter(page, "scrubgate_conversation_memory_recalled",
            "Messages that were read behind what their sender said before.", counts->recalled);
    counter(page, "scrubgate_conversation_memory_expired", "Senders forgotten for their time.",
            counts->expired);
    counter(page, "scrubgate_conversation_memory_evicted",
            "Senders forgotten because the memory was full.", counts->evicted);
}

enum scrubgate_status sg_metrics_print(const struct sg_metrics *const *workers, size_t n,
                                       const struct sg_metrics_process *process, struct sg_buf *out)
{
    struct totals sum = {0};
    struct page page = {.out = out};
    for (size_t i = 0; i < n; i++)
        add(&sum, workers[i]);
    print_messages(&page, &sum);
    print_rules(&page, process);
    print_exclusions(&page, process);
    if (process->upstreams != NULL)
        print_upstreams(&page, process->upstreams, process->config);
    print_times(&page, "scrubgate_scrub_seconds", "Time spent scrubbing one message.",
                &sum.scrubbing);
    if (process->risks != NULL)
        print_risk(&page, &sum, process->risks);
    print_engine(&page, &sum, process->by_reference);
    print_turned_away(&page, &sum);
    print_pressure(&page, &sum);
    if (process->remembers)
        print_memory(&page, &process->memory);
    counter(&page, "scrubgate_findings", "Findings of any action.", sum.findings);
    counter(&page, "scrubgate_edits", "Replacements made.", sum.edits);
    counter(&page, "scrubgate_bytes_in", "Bytes of inspected bodies, as they came.", sum.bytes_in);
    counter(&page, "scrubgate_bytes_out", "Bytes of inspected bodies, as they left.",
            sum.bytes_out);
    counter(&page, "scrubgate_exchanges", "Requests begun.", sum.exchanges);
    gauge(&page, "scrubgate_open_exchanges", "Requests under way.", sum.open_exchanges);
    gauge(&page, "scrubgate_connections", "Connections of clients.", process->connections);
    counter(&page, "scrubgate_audit_records", "Audit records made durable.",
            process->audit_records);
    counter(&page, "scrubgate_audit_failures", "Audit commits that failed.",
            process->audit_failures);
    counter(&page, "scrubgate_audit_dropped", "Records of outcomes and changes that were lost.",
            process->audit_dropped);
    counter(&page, "scrubgate_audit_unnamed",
            "Decisions recorded without pseudonyms: no key was to be had.", sum.unnamed);
    counter(&page, "scrubgate_audit_writers", "Processes that took the place of an audit writer.",
            process->audit_writers);
    counter(&page, "scrubgate_reloads", "Reloads that took effect.", process->reloads);
    counter(&page, "scrubgate_reload_failures", "Reloads that were refused.",
            process->reload_failures);
    describe(&page, "scrubgate_start_time_seconds", "gauge",
             "When the process started, Unix time.");
    PRINT(&page, "scrubgate_start_time_seconds %.3f\n", (double)process->start_ms / 1e3);
    describe(&page, "scrubgate_rules", "info", "The rules in force.");
    PRINT(&page, "scrubgate_rules_info{digest=\"%s\"} 1\n# EOF\n", process->rules_digest);
    return page.rc;
}
