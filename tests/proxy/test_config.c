/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_config.c - the gateway's configuration: what is accepted, what is refused and how it says
 * so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "proxy/config.h"

#include "../lib/tempdir.h"
#include "../lib/toy_place.h"

static char path[] = "/tmp/scrubgate-config-XXXXXX";

static void write_file(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* One listener, with more keys; they begin in column 33. */
#define LISTEN(keys) "listen: {address: 127.0.0.1:1,  " keys "}\n"

#define ROUTE                                                                                      \
    "routes:\n"                                                                                    \
    "  - name: a\n"                                                                                \
    "    path: /in/\n"                                                                             \
    "    upstream: http://127.0.0.1:9000/\n"                                                       \
    "    direction: to-agent\n"

static void defaults_serve_both_directions_to_the_echo(void **state)
{
    (void)state;
    struct sg_config *config = NULL;
    struct scrubgate_fault fault = {.what = ""};
    assert_int_equal(sg_config_load(&config, NULL, NULL, 0, &fault), SCRUBGATE_OK);
    assert_true(config->embedded_echo);
    assert_int_equal(config->n_rules, 0);
    assert_int_equal(config->limits.body, 16 * 1024 * 1024);
    assert_int_equal(config->limits.requests, 0);
    assert_int_equal(config->limits.per_address, 0);
    assert_int_equal(config->limits.write_ns, UINT64_C(60000000000));
    assert_int_equal(config->limits.memory, 1024 * 1024 * 1024);
    assert_int_equal(config->limits.header_ns, UINT64_C(10000000000));
    assert_int_equal(config->recheck, 5000);
    assert_int_equal(config->audit_epoch_ns, UINT64_C(10000000000));
    assert_int_equal(config->audit_checkpoint_ns, 1000000000);
    assert_int_equal(config->audit_deadline_ns, 2000000000);
    assert_int_equal(config->audit_keep_ms, UINT64_C(400) * 24 * 3600 * 1000);
    assert_int_equal(config->audit_reserve, 64 * 1024 * 1024);
    assert_null(config->sandbox.user);
    assert_int_equal(config->sandbox.seccomp, SG_SECCOMP_ON);
    assert_true(config->sandbox.landlock);
    assert_int_equal(config->memory, 64 * 1024 * 1024);
    assert_int_equal(config->memory_ns, UINT64_C(900000000000));
    const struct sg_route *in = sg_config_route(config, SG_BYTES("/in/hello?x=/out/"));
    const struct sg_route *out = sg_config_route(config, SG_BYTES("/out/"));
    assert_non_null(in);
    assert_int_equal(in->direction, SCRUBGATE_TO_AGENT);
    assert_non_null(out);
    assert_int_equal(out->direction, SCRUBGATE_TO_CUSTOMER);
    assert_null(sg_config_route(config, SG_BYTES("/other")));
    assert_int_equal(strlen(config->digest), 64);
    sg_config_free(config);
}

static void the_longest_path_wins(void **state)
{
    (void)state;
    struct sg_config *config = NULL;
    struct scrubgate_fault fault = {.what = ""};
    write_file("routes:\n"
               "  - {name: a, path: /, upstream: 'http://127.0.0.1:1/', direction: to-agent}\n"
               "  - {name: b, path: /in/vip/, upstream: 'http://127.0.0.1:2/', "
               "direction: to-agent}\n"
               "  - {name: c, path: /in/, upstream: 'http://127.0.0.1:3/', "
               "direction: to-customer}\n");
    assert_int_equal(sg_config_load(&config, path, NULL, 0, &fault), SCRUBGATE_OK);
    assert_string_equal(sg_config_route(config, SG_BYTES("/in/vip/x"))->name, "b");
    assert_string_equal(sg_config_route(config, SG_BYTES("/in/x"))->name, "c");
    assert_string_equal(sg_config_route(config, SG_BYTES("/x"))->name, "a");
    sg_config_free(config);
}

static void overrides_win_over_the_file_and_change_the_digest(void **state)
{
    (void)state;
    struct sg_config *plain = NULL, *changed = NULL;
    struct scrubgate_fault fault = {.what = ""};
    const struct sg_override overrides[] = {
        {"limits.body", "1MiB", "--set"},      {"listen", "127.0.0.1:1, 127.0.0.1:2", "--set"},
        {"workers", "3", "SCRUBGATE_WORKERS"}, {"scan.recheck", "0", "--set"},
        {"conversation.memory", "0", "--set"},
    };
    write_file("limits: {body: 2MiB, held: 32KiB}\nscan: {recheck: 7}\n"
               "conversation: {memory: 1MiB, time: 1m}\n" ROUTE);
    assert_int_equal(sg_config_load(&plain, path, NULL, 0, &fault), SCRUBGATE_OK);
    assert_int_equal(sg_config_load(&changed, path, overrides, 5, &fault), SCRUBGATE_OK);
    assert_int_equal(plain->limits.body, 2 * 1024 * 1024);
    assert_int_equal(changed->limits.body, 1024 * 1024);
    assert_int_equal(changed->limits.held, 32 * 1024);
    assert_int_equal(changed->n_listen, 2);
    assert_string_equal(changed->listen_text[1], "127.0.0.1:2");
    assert_int_equal(changed->workers, 3);
    assert_int_equal(plain->memory, 1024 * 1024);
    assert_int_equal(plain->memory_ns, UINT64_C(60000000000));
    assert_int_equal(changed->memory, 0);
    assert_int_equal(changed->memory_ns, UINT64_C(60000000000));
    assert_int_equal(plain->recheck, 7);
    assert_int_equal(changed->recheck, 0);
    assert_string_not_equal(plain->digest, changed->digest);
    sg_config_free(plain);
    sg_config_free(changed);
}

static void the_audit_log_has_times(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t epoch, checkpoint;
    } ends[] = {
        {"audit: {epoch: 1s, checkpoint: 10ms}\n" ROUTE, 1000000000, 10000000},
        {"audit: {epoch: 1h, checkpoint: 1000ms}\n" ROUTE, UINT64_C(3600000000000), 1000000000}};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        struct sg_config *config = NULL;
        struct scrubgate_fault fault = {.what = ""};
        write_file(ends[i].text);
        assert_int_equal(sg_config_load(&config, path, NULL, 0, &fault), SCRUBGATE_OK);
        assert_int_equal(config->audit_epoch_ns, ends[i].epoch);
        assert_int_equal(config->audit_checkpoint_ns, ends[i].checkpoint);
        sg_config_free(config);
    }
}

/* Beside the config, or where that says. */
static void a_policy_is_found_read_and_part_of_the_digest(void **state)
{
    (void)state;
    static const char good[] = "representative_channels: [council]\n";
    static const char bad[] = "signals:\n  pear: {mode: advise}\n";
    const struct sg_override elsewhere = {"policy", "no-such-policy.yaml", "--set"};
    struct sg_config *config = NULL;
    struct scrubgate_fault fault = {.what = ""};
    struct sg_tempdir dir;
    char digest[65], file[512], policy[512];
    sg_tempdir_make(&dir);
    sg_tempdir_path(&dir, "gateway.yaml", file);
    sg_tempdir_path(&dir, "policy.yaml", policy);
    sg_tempdir_write(&dir, "gateway.yaml", ROUTE, strlen(ROUTE));
    assert_int_equal(sg_config_load(&config, file, NULL, 0, &fault), SCRUBGATE_OK);
    assert_null(config->policy_file);
    assert_false(sg_collusion_policy_is_private(config->policy, SG_BYTES("council")));
    memcpy(digest, config->digest, sizeof digest);
    sg_config_free(config);
    sg_tempdir_write(&dir, "policy.yaml", good, strlen(good));
    assert_int_equal(sg_config_load(&config, file, NULL, 0, &fault), SCRUBGATE_OK);
    assert_string_equal(config->policy_file, policy);
    assert_true(sg_collusion_policy_is_private(config->policy, SG_BYTES("council")));
    assert_string_not_equal(config->digest, digest);
    sg_config_free(config);
    assert_int_equal(sg_config_load(&config, file, &elsewhere, 1, &fault), SCRUBGATE_EINVAL);
    assert_string_equal(fault.file, elsewhere.value);
    sg_tempdir_write(&dir, "policy.yaml", bad, strlen(bad));
    assert_int_equal(sg_config_load(&config, file, NULL, 0, &fault), SCRUBGATE_EINVAL);
    assert_string_equal(fault.file, policy);
    assert_int_equal(fault.line, 2);
    sg_tempdir_remove(&dir);
}

static void upstreams_have_times_health_and_trust(void **state)
{
    (void)state;
    struct sg_config *config = NULL;
    struct scrubgate_fault fault = {.what = ""};
    write_file(
        "limits: {upstream_time: 5s, upstream_idle_time: 2s, upstream_total_time: 1m}\n"
        "resolve: {every: 2m}\n"
        "routes:\n"
        "  - {name: a, path: /a/, upstream: ['https://b.example/', 'https://c.example/x/'],\n"
        "     direction: to-agent, health: {failures: 2, open: 1s},\n"
        "     upstream_tls: {ca: ca.pem, certificate: c.pem, key: k.pem, name: d.example}}\n"
        "  - {name: b, path: /, upstream: 'http://127.0.0.1:1/', direction: to-agent}\n");
    assert_int_equal(sg_config_load(&config, path, NULL, 0, &fault), SCRUBGATE_OK);
    const struct sg_limits *limits = &config->limits;
    const struct sg_route *a = &config->routes[0], *b = &config->routes[1];
    assert_int_equal(limits->upstream_connect_ns, UINT64_C(5000000000));
    assert_int_equal(limits->upstream_first_ns, UINT64_C(5000000000));
    assert_int_equal(limits->upstream_idle_ns, UINT64_C(2000000000));
    assert_int_equal(limits->upstream_total_ns, UINT64_C(60000000000));
    assert_int_equal(config->resolve_ns, UINT64_C(120000000000));
    assert_int_equal(a->n_upstreams, 2);
    assert_string_equal(a->upstream_url[1], "https://c.example/x/");
    assert_int_equal(a->health_failures, 2);
    assert_int_equal(a->health_open_ns, 1000000000);
    assert_string_equal(a->tls.ca, "ca.pem");
    assert_string_equal(a->tls.certificate, "c.pem");
    assert_string_equal(a->tls.key, "k.pem");
    assert_string_equal(a->tls.name, "d.example");
    assert_int_equal(b->n_upstreams, 1);
    assert_int_equal(b->health_failures, 5);
    assert_int_equal(b->health_open_ns, UINT64_C(10000000000));
    assert_null(b->tls.ca);
    sg_config_free(config);
}

static void the_sandbox_has_a_user_and_switches(void **state)
{
    (void)state;
    struct sg_config *config = NULL;
    struct scrubgate_fault fault = {.what = ""};
    const struct sg_override override = {"sandbox.seccomp", "log", "SCRUBGATE_SANDBOX_SECCOMP"};
    write_file("sandbox: {user: scrubgate, seccomp: off, landlock: off}\n" ROUTE);
    assert_int_equal(sg_config_load(&config, path, NULL, 0, &fault), SCRUBGATE_OK);
    assert_string_equal(config->sandbox.user, "scrubgate");
    assert_int_equal(config->sandbox.seccomp, SG_SECCOMP_OFF);
    assert_false(config->sandbox.landlock);
    sg_config_free(config);
    assert_int_equal(sg_config_load(&config, path, &override, 1, &fault), SCRUBGATE_OK);
    assert_int_equal(config->sandbox.seccomp, SG_SECCOMP_LOG);
    assert_false(config->sandbox.landlock);
    sg_config_free(config);
}

static void identity_names_bodies_headers_and_words(void **state)
{
    (void)state;
    struct sg_config *config = NULL;
    struct scrubgate_fault fault = {.what = ""};
    struct sg_step steps[SG_TOY_STEPS];
    write_file(ROUTE "    identity: {customer: '$.a.b[0]', agent: 'header:X-Agent', brand: =acme, "
                     "conversation: 'form:Conversation Id'}\n");
    assert_int_equal(sg_config_load(&config, path, NULL, 0, &fault), SCRUBGATE_OK);
    const struct sg_source *party = config->routes[0].party;
    assert_int_equal(party[SG_PARTY_CUSTOMER].kind, SG_SOURCE_BODY);
    assert_true(sg_path_matches(party[SG_PARTY_CUSTOMER].path, sg_toy_place("a/b/#0", steps)));
    assert_int_equal(party[SG_PARTY_AGENT].kind, SG_SOURCE_HEADER);
    assert_true(sg_bytes_equal(party[SG_PARTY_AGENT].text, SG_BYTES("X-Agent")));
    assert_int_equal(party[SG_PARTY_BRAND].kind, SG_SOURCE_CONST);
    assert_true(sg_bytes_equal(party[SG_PARTY_BRAND].text, SG_BYTES("acme")));
    assert_int_equal(party[SG_PARTY_CONVERSATION].kind, SG_SOURCE_BODY);
    assert_int_equal(party[SG_PARTY_QUEUE].kind, SG_SOURCE_NONE);
    sg_config_free(config);
}

static void listeners_say_how_connections_begin(void **state)
{
    (void)state;
    struct sg_config *config = NULL;
    struct scrubgate_fault fault = {.what = ""};
    struct sg_address inside, outside;
    write_file(
        "listen:\n"
        "  - 127.0.0.1:1\n"
        "  - {address: '[::1]:2', tls: {certificate: a.crt, key: a.key}}\n"
        "  - {address: 127.0.0.1:3, tls: {certificate: b.crt, key: b.key, client_ca: c.crt},\n"
        "     proxy: required, proxy_from: [10.0.0.0/8, '::1']}\n"
        "  - {address: 'unix:/tmp/x', proxy: required}\n" ROUTE);
    assert_int_equal(sg_config_load(&config, path, NULL, 0, &fault), SCRUBGATE_OK);
    assert_int_equal(config->n_listen, 4);
    const struct sg_door *door = config->door;
    assert_true(door[0].tls.certificate == NULL && !door[0].proxy);
    assert_string_equal(config->listen_text[1], "[::1]:2");
    assert_string_equal(door[1].tls.key, "a.key");
    assert_true(door[1].tls.client_ca == NULL && !door[1].proxy);
    assert_string_equal(door[2].tls.client_ca, "c.crt");
    assert_true(door[2].proxy);
    assert_int_equal(sg_address_parse(&inside, "10.1.2.3:4", NULL), SCRUBGATE_OK);
    assert_int_equal(sg_address_parse(&outside, "11.1.2.3:4", NULL), SCRUBGATE_OK);
    assert_true(sg_networks_contain(&door[2].proxy_from, &inside));
    assert_false(sg_networks_contain(&door[2].proxy_from, &outside));
    assert_true(door[3].proxy && door[3].proxy_from.n == 0);
    sg_config_free(config);
}

static void one_listener_may_stand_alone(void **state)
{
    (void)state;
    struct sg_config *config = NULL;
    struct scrubgate_fault fault = {.what = ""};
    write_file("listen: {address: 127.0.0.1:3, proxy: required, proxy_from: 127.0.0.1}\n" ROUTE);
    assert_int_equal(sg_config_load(&config, path, NULL, 0, &fault), SCRUBGATE_OK);
    assert_int_equal(config->n_listen, 1);
    assert_int_equal(config->door[0].proxy_from.n, 1);
    sg_config_free(config);
}

static void an_override_opens_no_guarded_listener(void **state)
{
    (void)state;
    struct sg_config *config = NULL;
    struct scrubgate_fault fault = {.what = ""};
    const struct sg_override override = {"listen", "127.0.0.1:4", "--set"};
    write_file("listen: {address: 127.0.0.1:3, proxy: required, proxy_from: 127.0.0.1}\n" ROUTE);
    assert_int_equal(sg_config_load(&config, path, &override, 1, &fault), SCRUBGATE_EINVAL);
    assert_non_null(strstr(fault.what, "listen has tls or proxy"));
}

static const struct refusal {
    const char *name, *text, *want; /* want: part of "line:column: what" */
} refusals[] = {
    {"a memory too small to be one is refused", "conversation: {memory: 4KiB}\n" ROUTE,
     ":1:24: memory is out of range"},
    {"a memory for no time is refused", "conversation: {time: 10ms}\n" ROUTE,
     ":1:22: time is out of range"},
    {"a conversation has no other keys", "conversation: {disk: 1MiB}\n" ROUTE,
     ":1:16: unknown key"},
    {"an unknown key is named with its place", "listn: 127.0.0.1:1\n" ROUTE, ":1:1: unknown key"},
    {"an unknown key of a route is named", ROUTE "    modus: shadow\n", ":6:5: unknown key"},
    {"a repeated key is refused", "state: a\nstate: b\n" ROUTE, ":2:1: "},
    {"an anchor is refused", "state: &a b\n" ROUTE, ":1:8: "},
    {"no route is no gateway", "state: var\n", "there is no route"},
    {"a route without direction", "routes:\n  - {name: a, path: /, upstream: 'http://x/'}\n",
     ":2:5: this route has no direction"},
    {"a direction that is none",
     "routes:\n  - {name: a, path: /, upstream: 'http://x/', direction: up}\n",
     "direction is to-agent or to-customer"},
    {"a path without slash",
     "routes:\n  - {name: a, path: in, upstream: 'http://x/', direction: to-agent}\n",
     "path begins with /"},
    {"an upstream that is no URL",
     "routes:\n  - {name: a, path: /, upstream: localhost, direction: to-agent}\n",
     "upstream wants a URL"},
    {"an upstream cannot be left to the echo",
     "routes:\n  - {name: a, path: /, upstream: '', direction: to-agent}\n",
     "upstream wants a URL"},
    {"a list of no upstream",
     "routes:\n  - {name: a, path: /, upstream: [], direction: to-agent}\n", "a list of 1 to 16"},
    {"an upstream in a list that is no URL",
     "routes:\n  - {name: a, path: /, upstream: ['http://x/', y], direction: to-agent}\n",
     ":2:48: upstream wants a URL"},
    {"an upstream that is named twice",
     "routes:\n  - {name: a, path: /, upstream: ['http://x/', 'http://x/'], direction: "
     "to-agent}\n",
     ":2:48: this upstream is in the list already"},
    {"a certificate without its key", ROUTE "    upstream_tls: {certificate: c.pem}\n",
     "a certificate and its key go together"},
    {"TLS for an upstream without", ROUTE "    upstream_tls: {name: x}\n",
     "upstream_tls is for https://"},
    {"TLS of no known kind", ROUTE "    upstream_tls: {verify: no}\n", "unknown key"},
    {"health that is never bad enough", ROUTE "    health: {failures: 1001}\n", ":6:24: "},
    {"an upstream left out for ever", ROUTE "    health: {open: 2h}\n", "open is out of range"},
    {"names looked up without a pause", "resolve: {every: 0s}\n" ROUTE, "every is out of range"},
    {"no time to connect", "limits: {upstream_connect_time: 0s}\n" ROUTE, "out of range"},
    {"two routes of one path",
     ROUTE "  - {name: b, path: /in/, upstream: 'http://x/', "
           "direction: to-agent}\n",
     "has the path of the one in line 2"},
    {"a level out of range", ROUTE "    level: 5\n", ":6:12: "},
    {"a size without sense", "limits: {body: many}\n" ROUTE, ":1:16: "},
    {"too many requests at once", "limits: {requests: 1000001}\n" ROUTE,
     ":1:20: 'requests' must be a whole number"},
    {"requests that are no number", "limits: {requests: 1KiB}\n" ROUTE, ":1:20: "},
    {"too many connections of one address", "limits: {per_address: 1000001}\n" ROUTE,
     "per_address"},
    {"no time to read a reply", "limits: {write_time: 0s}\n" ROUTE, "write_time is out of range"},
    {"a size out of range", "limits: {held: 1KiB}\n" ROUTE, "held is out of range"},
    {"a layer of the sandbox that is none", "sandbox: {chroot: on}\n" ROUTE,
     "unknown key 'chroot'"},
    {"a layer that is neither on nor off", "sandbox: {landlock: maybe}\n" ROUTE,
     ":1:21: landlock is on or off"},
    {"landlock that only logs", "sandbox: {landlock: log}\n" ROUTE, "landlock is on or off"},
    {"seccomp under another word", "sandbox: {seccomp: strict}\n" ROUTE,
     ":1:20: seccomp is on, off or log"},
    {"a user without a name", "sandbox: {user: ''}\n" ROUTE, "user is empty"},
    {"a sandbox that is a word", "sandbox: on\n" ROUTE, ":1:"},
    {"seals too close together", "audit: {epoch: 999ms}\n" ROUTE,
     ":1:16: epoch is out of range: 1s to 1h"},
    {"seals too far apart", "audit: {epoch: 61m}\n" ROUTE, ":1:16: epoch is out of range"},
    {"an epoch that is no time", "audit: {epoch: often}\n" ROUTE, ":1:16: "},
    {"checkpoints too close together", "audit: {checkpoint: 9ms}\n" ROUTE,
     ":1:21: checkpoint is out of range: 10ms to 1s"},
    {"checkpoints too far apart", "audit: {checkpoint: 2s}\n" ROUTE,
     ":1:21: checkpoint is out of range"},
    {"a checkpoint that is no time", "audit: {checkpoint: 1}\n" ROUTE, ":1:21: "},
    {"a deadline of the log that none keeps", "audit: {deadline: 499ms}\n" ROUTE,
     ":1:19: deadline is out of range"},
    {"a deadline of the log that is none", "audit: {deadline: 61s}\n" ROUTE,
     ":1:19: deadline is out of range"},
    {"records that are kept no hour", "audit: {retention: 59m}\n" ROUTE,
     ":1:20: retention is out of range"},
    {"a reserve for no record", "audit: {reserve: 64}\n" ROUTE, ":1:18: reserve is out of range"},
    {"a reserve larger than disks", "audit: {reserve: 17GiB}\n" ROUTE,
     ":1:18: reserve is out of range"},
    {"a sample that is no number", "scan: {recheck: often}\n" ROUTE, ":1:17: 'recheck'"},
    {"a sample below none", "scan: {recheck: -1}\n" ROUTE, ":1:17: 'recheck'"},
    {"a sample out of range", "scan: {recheck: 4294967296}\n" ROUTE, ":1:17: 'recheck'"},
    {"a sample under another name", "scan: {rechek: 1}\n" ROUTE, "did you mean 'recheck'?"},
    {"a sample that is no mapping", "scan: 5000\n" ROUTE, ":1:7: "},
    {"a time without unit", "limits: {body_time: 10}\n" ROUTE, ":1:21: "},
    {"an address without port", "listen: localhost\n" ROUTE, ":1:9: "},
    {"a listener without address", "listen: {proxy: required}\n" ROUTE,
     ":1:9: there is no address"},
    {"no listener", "listen: []\n" ROUTE, ":1:9: listen is empty"},
    {"a listener under another key", LISTEN("tsl: {}") ROUTE, ":1:33: unknown key"},
    {"TLS without key", LISTEN("tls: {certificate: a}") ROUTE, ":1:38: there is no key"},
    {"TLS without certificate", LISTEN("tls: {key: a}") ROUTE, ":1:38: there is no certificate"},
    {"TLS with another key", LISTEN("tls: {certificate: a, key: b, ca: c}") ROUTE,
     ":1:63: unknown key"},
    {"TLS that is a word", LISTEN("tls: yes") ROUTE, ":1:38: tls wants {certificate"},
    {"an empty file name", LISTEN("tls: {certificate: '', key: b}") ROUTE,
     ":1:52: certificate is empty"},
    {"a PROXY header from anyone", LISTEN("proxy: required") ROUTE, ":1:40: add proxy_from"},
    {"a PROXY header that may be there", LISTEN("proxy: optional") ROUTE,
     ":1:40: proxy is required"},
    {"who may send no PROXY header", LISTEN("proxy_from: 10.0.0.0/8") ROUTE,
     ":1:45: proxy_from is for"},
    {"a network that is none", LISTEN("proxy: required, proxy_from: [10.0.0.0/8, ten]") ROUTE,
     ":1:75: no network: \"ten\""},
    {"no network", LISTEN("proxy: required, proxy_from: []") ROUTE,
     ":1:62: proxy_from wants 1 to 64"},
    {"networks on a unix socket",
     "listen: {address: 'unix:/x', proxy: required, proxy_from: 10.0.0.0/8}\n" ROUTE,
     ":1:59: a unix socket's clients"},
    {"a TLS print from a body", ROUTE "    identity: {tls: $.ja4}\n",
     ":6:21: tls wants header:Name"},
    {"the admin port is never the data port", "admin: 127.0.0.1:8080\n" ROUTE,
     "never the data port"},
    {"an identity of no known form", ROUTE "    identity: {customer: from}\n",
     "customer wants $.path"},
    {"a party that is none", ROUTE "    identity: {custmer: $.from}\n", "did you mean 'customer'"},
    {"an origin that would end a header field", "audit: {origin: 'a\"b'}\n" ROUTE,
     "origin wants a name"},
    {"a text that is no YAML", "routes: [\n", ":"},
};

static void refuses(void **state)
{
    const struct refusal *row = *state;
    struct sg_config *config = (struct sg_config *)-1;
    struct scrubgate_fault fault = {.what = ""};
    char said[1024];
    write_file(row->text);
    assert_int_equal(sg_config_load(&config, path, NULL, 0, &fault), SCRUBGATE_EINVAL);
    assert_null(config);
    sg_fault_print(&fault, said, sizeof said);
    if (strstr(said, row->want) == NULL)
        fail_msg("wanted %s in: %s", row->want, said);
    assert_non_null(strstr(said, path));
}

static void a_file_that_is_not_there_is_named(void **state)
{
    (void)state;
    struct sg_config *config = NULL;
    struct scrubgate_fault fault = {.what = ""};
    assert_true(sg_config_load(&config, "/nonexistent/gateway.yaml", NULL, 0, &fault) < 0);
    assert_string_equal(fault.file, "/nonexistent/gateway.yaml");
}

static void an_override_of_an_unknown_key_names_its_origin(void **state)
{
    (void)state;
    struct sg_config *config = NULL;
    struct scrubgate_fault fault = {.what = ""};
    const struct sg_override override = {"limits.bdy", "1MiB", "--set"};
    assert_int_equal(sg_config_load(&config, NULL, &override, 1, &fault), SCRUBGATE_EINVAL);
    assert_string_equal(fault.file, "--set");
    assert_non_null(strstr(fault.what, "body"));
}

int main(void)
{
    enum { PLAIN = 11, ROWS = sizeof refusals / sizeof refusals[0] };
    struct CMUnitTest tests[PLAIN + ROWS] = {
        cmocka_unit_test(defaults_serve_both_directions_to_the_echo),
        cmocka_unit_test(the_longest_path_wins),
        cmocka_unit_test(overrides_win_over_the_file_and_change_the_digest),
        cmocka_unit_test(the_audit_log_has_times),
        cmocka_unit_test(a_policy_is_found_read_and_part_of_the_digest),
        cmocka_unit_test(upstreams_have_times_health_and_trust),
        cmocka_unit_test(the_sandbox_has_a_user_and_switches),
        cmocka_unit_test(identity_names_bodies_headers_and_words),
        cmocka_unit_test(listeners_say_how_connections_begin),
        cmocka_unit_test(one_listener_may_stand_alone),
        cmocka_unit_test(an_override_opens_no_guarded_listener),
        cmocka_unit_test(a_file_that_is_not_there_is_named),
        cmocka_unit_test(an_override_of_an_unknown_key_names_its_origin),
    };
    for (size_t i = 0; i < ROWS; i++)
        tests[PLAIN + i] = (struct CMUnitTest){refusals[i].name, refuses, NULL, NULL,
                                               (void *)(uintptr_t)&refusals[i]};
    int fd = mkstemp(path);
    if (fd < 0)
        return 1;
    (void)close(fd);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    (void)unlink(path);
    return failed;
}
