/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_proxy.c - CPU time per request against nginx, and memory while it runs.
 *
 * usage: bench_proxy SCRUBGATE [ROUNDS [REQUESTS]]
 *
 * nginx (1 worker, keep-alive both ways) and scrubgate (1 worker; all its threads counted, the
 * audit's too) stand between the same load generator and the same origin, round by round in turn,
 * on CPU 0; load and origin on CPU 1. A ratio is the median of the rounds' ratios.
 */
#define _GNU_SOURCE /* asprintf, memmem */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "load.h"

enum { CONNECTIONS = 64, ROUNDS_MOST = 101, VARIANTS = 4 };

/* What a customer writes, with two things to mask, and what the other side answers, with none. */
static const char body[] =
    "{\"from\":\"c-1029\",\"conversation\":\"v-7731\",\"text\":\"Hello, my order did not arrive. "
    "You can write to jo.doe@example.com any time. I paid with the card 4111 1111 1111 1111 last "
    "week, the amount was 49.90 and the box was blue. Please tell me what to do.\","
    "\"lang\":\"en\",\"attempt\":2,\"unread\":false}";
static const char answer[] =
    "{\"status\":\"queued\",\"conversation\":\"v-7731\",\"position\":3,\"text\":\"Thank you for "
    "your "
    "message. One of our people will look into it and answer here within 15 minutes. You do not "
    "have to wait: we will tell you as soon as there is an answer.\",\"lang\":\"en\","
    "\"agents\":12,\"open\":true,\"hours\":\"8 to 20\"}";

struct variant {
    const char *name;
    pid_t pid;
    uint16_t port;
    double us[ROUNDS_MOST], ratio[ROUNDS_MOST];
};

static void write_file(const char *path, const char *format, unsigned a, unsigned b, unsigned c)
{
    FILE *file = fopen(path, "w");
    if (file == NULL || fprintf(file, format, a, b, c) < 0 || fclose(file) != 0) {
        perror(path);
        exit(2);
    }
}

static const char nginx_conf[] =
    "worker_processes 1; daemon off; master_process off; pid nginx.pid; error_log /dev/null;\n"
    "events { worker_connections 4096; }\n"
    "http { access_log off; keepalive_requests 100000000; client_body_temp_path b;\n"
    "  proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;\n"
    "  upstream o { server 127.0.0.1:%u; keepalive 128; keepalive_requests 100000000; }\n"
    "  server { listen 127.0.0.1:%u backlog=1024; location / { proxy_pass http://o;\n"
    "    proxy_http_version 1.1; proxy_set_header Connection \"\"; proxy_buffering off; } } }\n";

static const char gateway_conf[] =
    "listen: 127.0.0.1:%u\n"
    "admin: 127.0.0.1:%u\n"
    "workers: 1\n"
    "routes:\n"
    "  - {name: in, path: /, upstream: 'http://127.0.0.1:%u/', direction: to-agent";

static pid_t start_nginx(const char *dir, uint16_t origin, uint16_t port)
{
    char path[300];
    (void)snprintf(path, sizeof path, "%s/nginx.conf", dir);
    write_file(path, nginx_conf, origin, port, 0);
    char prefix[] = "-p", conf[] = "-c", program[] = "nginx";
    char *argv[] = {program, prefix, (char *)(size_t)dir, conf, path, NULL};
    return program_start(argv, 0);
}

static pid_t start_gateway(const char *scrubgate, const char *dir, const char *name,
                           const char *handling, uint16_t origin, uint16_t port)
{
    char conf[300], state[300], audit[300], text[1024];
    (void)snprintf(conf, sizeof conf, "%s/%s.yaml", dir, name);
    (void)snprintf(state, sizeof state, "state=%s/%s", dir, name);
    (void)snprintf(audit, sizeof audit, "audit.dir=%s/%s/audit", dir, name);
    (void)snprintf(text, sizeof text, "%s%s}\n", gateway_conf, handling);
    write_file(conf, text, port, free_port(), origin);
    char serve[] = "serve", c[] = "-c", s[] = "-s";
    char *argv[] = {(char *)(size_t)scrubgate, serve, c, conf, s, state, s, audit, NULL};
    return program_start(argv, 0);
}

static double measure(const struct variant *variant, const char *request, uint64_t requests)
{
    uint64_t before = program_cpu_ns(variant->pid);
    struct load_result result =
        load_run(variant->port, request, strlen(request), CONNECTIONS, requests, NULL);
    uint64_t used = program_cpu_ns(variant->pid) - before;
    if (result.errors > 0 || result.requests < requests) {
        (void)fprintf(stderr, "%s: %llu errors in %llu requests\n", variant->name,
                      (unsigned long long)result.errors, (unsigned long long)result.requests);
        exit(1);
    }
    return (double)used / (double)result.requests / 1000;
}

static void print_ratios(struct variant *variants, size_t n, size_t rounds)
{
    (void)printf(
        "| small JSON, %zu B, %d connections | CPU us/request | / nginx |\n|---|---|---|\n",
        sizeof body - 1, CONNECTIONS);
    for (size_t v = 0; v < n; v++)
        (void)printf("| %s | %.1f | %.2f |\n", variants[v].name, median(variants[v].us, rounds),
                     median(variants[v].ratio, rounds));
}

static void memory(struct variant *variant, const char *request)
{
    struct load_watch early = {.pid = variant->pid, .at = 1000};
    (void)load_run(variant->port, request, strlen(request), CONNECTIONS, 10000, &early);
    uint64_t late = program_rss(variant->pid);
    (void)printf(
        "\nRSS, scrubbing: %.2f MiB after 1,000 requests, %.2f MiB after 10,000: %+.2f %%\n",
        (double)early.rss / 1048576, (double)late / 1048576,
        ((double)late / (double)early.rss - 1) * 100);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        (void)fprintf(stderr, "usage: %s SCRUBGATE [ROUNDS [REQUESTS]]\n", argv[0]);
        return 2;
    }
    size_t rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 11;
    uint64_t requests = argc > 3 ? strtoul(argv[3], NULL, 10) : 20000;
    if (rounds < 1 || rounds > ROUNDS_MOST)
        return 2;
    char dir[] = "/tmp/scrubgate-bench-XXXXXX";
    uint16_t origin_port = 0;
    struct variant variants[VARIANTS] = {{.name = "nginx, pass"},
                                         {.name = "scrubgate, pass both ways"},
                                         {.name = "scrubgate, 40 rules on the request, audited"},
                                         {.name = "scrubgate, 40 rules both ways, audited"}};
    char *request = NULL;
    if (mkdtemp(dir) == NULL || asprintf(&request,
                                         "POST /in/x HTTP/1.1\r\nHost: localhost\r\n"
                                         "User-Agent: bench/1.0\r\nAccept: */*\r\n"
                                         "Content-Type: application/json\r\n"
                                         "Content-Length: %zu\r\n\r\n%s",
                                         sizeof body - 1, body) < 0)
        return 2;
    struct origin *origin = origin_start(&origin_port, answer, 1);
    pin_here(1);
    for (size_t v = 0; v < VARIANTS; v++)
        variants[v].port = free_port();
    variants[0].pid = start_nginx(dir, origin_port, variants[0].port);
    variants[1].pid = start_gateway(argv[1], dir, "pass", ", request: pass, response: pass",
                                    origin_port, variants[1].port);
    variants[2].pid =
        start_gateway(argv[1], dir, "request", ", response: pass", origin_port, variants[2].port);
    variants[3].pid = start_gateway(argv[1], dir, "both", "", origin_port, variants[3].port);
    for (size_t v = 0; v < VARIANTS; v++) {
        if (!program_listens(variants[v].port)) {
            (void)fprintf(stderr, "%s does not listen\n", variants[v].name);
            return 1;
        }
    }
    memory(&variants[3], request);
    for (size_t v = 0; v < VARIANTS; v++)
        (void)measure(&variants[v], request, requests / 4);
    for (size_t r = 0; r < rounds; r++) {
        for (size_t v = 0; v < VARIANTS; v++) {
            variants[v].us[r] = measure(&variants[v], request, requests);
            variants[v].ratio[r] = variants[v].us[r] / variants[0].us[r];
        }
    }
    print_ratios(variants, VARIANTS, rounds);
    for (size_t v = 0; v < VARIANTS; v++)
        program_stop(variants[v].pid);
    origin_stop(origin);
    free(request);
    return 0;
}
