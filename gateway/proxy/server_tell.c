/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_tell.c - what the admin port asks, the log's first lines, a curl line to try.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <scrubgate/version.h>

#include "net/tls.h"
#include "proxy/decision.h"
#include "proxy/oplog.h"
#include "proxy/sandbox.h"
#include "proxy/server_parts.h"
#include "rule/ruleset.h"

/* --- what admin asks --- */

static const char *unready(void *ctx)
{
    const struct sg_server *server = ctx;
    if (server->draining)
        return "draining";
    if (sg_auditor_healthy(server->auditor))
        return NULL;
    /* Who asks whether messages may come again must not have to send one first. */
    struct sg_buf record = {0};
    if (sg_server_print(server, "resume", server->generation, server->generation, &record) >= 0)
        sg_auditor_retry(server->auditor, &record);
    sg_buf_fini(&record);
    return "the audit log cannot be written";
}

static enum scrubgate_status print_certificates(const struct sg_server *server, struct sg_buf *out)
{
    static const char name[] = "scrubgate_certificate_expires_timestamp_seconds";
    enum scrubgate_status rc = SCRUBGATE_OK;
    bool described = false;
    for (size_t i = 0; i < server->listeners.n && rc >= 0; i++) {
        struct sg_tls_server *tls = sg_arrivals_at(server->arrivals, i)->tls;
        if (tls == NULL)
            continue;
        if (!described)
            rc = sg_buf_addf(out,
                             "# HELP %s When the certificate of a listener ends.\n"
                             "# TYPE %s gauge\n",
                             name, name);
        described = true;
        if (rc >= 0)
            rc = sg_buf_addf(out, "%s{address=\"%s\"} %lld\n", name, server->listeners.text[i],
                             (long long)sg_tls_server_expires(tls));
    }
    return rc;
}

static enum scrubgate_status print_metrics(void *ctx, struct sg_buf *out)
{
    const struct sg_server *server = ctx;
    struct sg_metrics_process process = {
        .audit_records = sg_auditor_records(server->auditor),
        .audit_failures = sg_auditor_failures(server->auditor),
        .audit_dropped = sg_auditor_dropped(server->auditor),
        .audit_writers = sg_auditor_writers(server->auditor),
        .reloads = server->reloads,
        .reload_failures = server->reload_failures,
        .start_ms = server->start_ms,
        .rules_digest = server->generation->digest,
        .risks = server->risks,
        .by_reference = sg_trust_lost(&server->trust),
        .rules = server->generation->rules,
        .rule_failures = server->generation->rule_failures,
        .exclusion_matches = server->generation->exclusion_matches,
        .upstreams = server->generation->upstreams,
        .config = sg_server_config(server),
    };
    for (size_t i = 0; i < server->n_workers; i++)
        process.connections +=
            atomic_load_explicit(&server->workers[i]->connections, memory_order_relaxed);
    process.remembers = server->memory != NULL;
    if (process.remembers)
        sg_memory_count(server->memory, &process.memory);
    enum scrubgate_status rc = sg_sandbox_print(out);
    if (rc >= 0)
        rc = print_certificates(server, out);
    return rc < 0 ? rc : sg_metrics_print(server->metrics, server->n_workers, &process, out);
}

static struct sg_generation *current(void *ctx)
{
    return ((struct sg_server *)ctx)->generation;
}

static bool by_reference(void *ctx)
{
    return sg_trust_lost(&((struct sg_server *)ctx)->trust);
}

struct sg_admin_host sg_server_admin_host(struct sg_server *server)
{
    return (struct sg_admin_host){.unready = unready,
                                  .metrics = print_metrics,
                                  .generation = current,
                                  .by_reference = by_reference,
                                  .ctx = server,
                                  .guard = {.risks = server->risks,
                                            .auditor = server->auditor,
                                            .source = &server->source,
                                            .key = server->keys.agent,
                                            .peer_key = server->keys.agent}};
}

/* --- the operator's log --- */

void sg_server_log_warnings(const struct sg_generation *generation)
{
    const struct sg_config *config = generation->config;
    for (size_t i = 0; i < generation->rules->n_warnings; i++)
        sg_oplog(SG_OPLOG_WARN, "rules", "warning", generation->rules->warnings[i].text, NULL);
    for (size_t i = 0; i < config->n_routes; i++)
        if (config->routes[i].request == SG_HANDLE_PASS &&
            config->routes[i].party[SG_PARTY_AGENT].kind != SG_SOURCE_NONE)
            sg_oplog(SG_OPLOG_WARN, "requests pass, so nobody is kept from serving by this route",
                     "route", config->routes[i].name, NULL);
}

void sg_server_log_started(const struct sg_server *server)
{
    const struct sg_listeners *listeners = &server->listeners;
    for (size_t i = 0; i < listeners->n; i++) {
        const struct sg_arrival *arrival = sg_arrivals_at(server->arrivals, i);
        sg_oplog(SG_OPLOG_INFO, "listening", "address", listeners->text[i], "tls",
                 arrival->tls != NULL ? "yes" : "no", "proxy", arrival->proxy ? "required" : "no",
                 NULL);
    }
    sg_oplog(SG_OPLOG_INFO, "admin", "address", listeners->admin_text, NULL);
    sg_oplog(SG_OPLOG_INFO, "started", "version", SCRUBGATE_VERSION, "rules",
             server->generation->digest, "config", sg_server_config(server)->digest, NULL);
}

/* --- standard output --- */

/* "http://127.0.0.1:8080", or as curl is told of a unix socket. */
static void print_place(const char *address, bool tls, bool for_curl)
{
    const char *scheme = tls ? "https://" : "http://";
    bool local = strncmp(address, "unix:", 5) == 0;
    if (local && for_curl)
        printf("--unix-socket %s %slocalhost", address + 5, scheme);
    else
        printf("%s%s", local ? "" : scheme, address);
}

/* The route whose example shows most. */
static const struct sg_route *shown_route(const struct sg_config *config)
{
    for (size_t i = 0; i < config->n_routes; i++)
        if (config->routes[i].direction == SCRUBGATE_TO_AGENT)
            return &config->routes[i];
    return &config->routes[0];
}

void sg_server_print_hints(const struct sg_server *server)
{
    const struct sg_config *config = sg_server_config(server);
    const struct sg_listeners *listeners = &server->listeners;
    printf("scrubgate %s, %zu rules, %u workers\n", SCRUBGATE_VERSION,
           scrubgate_ruleset_count(server->generation->rules), config->workers);
    for (size_t i = 0; i < listeners->n; i++) {
        printf("  messages   ");
        print_place(listeners->text[i], config->door[i].tls.certificate != NULL, false);
        printf("\n");
    }
    for (size_t i = 0; i < config->n_routes; i++) {
        const struct sg_route *route = &config->routes[i];
        printf("    %-8.*s %s, to %s\n", (int)route->path.len, (const char *)route->path.data,
               sg_direction_word(route->direction),
               route->upstream_url[0][0] != '\0' ? route->upstream_url[0] : "the embedded echo");
        for (size_t k = 1; k < route->n_upstreams; k++)
            printf("             and %s\n", route->upstream_url[k]);
    }
    printf("  admin      ");
    print_place(listeners->admin_text, false, false);
    printf("/healthz /readyz /metrics\n  audit log  %s/log\ntry:\n  curl -s ", config->audit_dir);
    print_place(listeners->text[0], config->door[0].tls.certificate != NULL, true);
    printf("%.*shello -H 'Content-Type: application/json' -d "
           "'{\"from\":\"c1\",\"conversation\":\"v1\",\"text\":\"mail jo@example.com or pay "
           "4111 1111 1111 1111\"}'\n",
           (int)shown_route(config)->path.len, (const char *)shown_route(config)->path.data);
    (void)fflush(stdout);
}

void sg_server_print_checked(const struct sg_server *server)
{
    const struct sg_config *config = sg_server_config(server);
    for (size_t i = 0; i < server->generation->rules->n_warnings; i++)
        (void)fprintf(stderr, "%s\n", server->generation->rules->warnings[i].text);
    printf("%s: config and rules are fine: %zu routes, %zu rules\n",
           config->file[0] != '\0' ? config->file : "built-in config", config->n_routes,
           scrubgate_ruleset_count(server->generation->rules));
    (void)fflush(stdout);
}
