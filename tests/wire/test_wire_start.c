/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_wire_start.c - what keeps the gateway from starting: each fault is told with its place and
 * what to do, before anything is served.
 */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "../lib/gateway.h"
#include "../lib/program.h"
#include "../lib/suite.h"

#define ROUTES                                                                                     \
    "routes:\n"                                                                                    \
    "  - {name: in, path: /in/, upstream: 'http://127.0.0.1:9/', direction: to-agent}\n"
#define ROUTE(more)                                                                                \
    "routes:\n  - {name: in, path: /in/, upstream: 'http://127.0.0.1:9/', direction: "             \
    "to-agent, " more "}\n"
#define PACK(rules) "pack: toy\nversion: 1\nowner: toys@example.org\nrules:\n" rules
#define RULE        "  - {id: toy, title: Toy, entity: TOY, level: 1, "

enum { EXIT_FINE = 0, EXIT_WRONG = 1, EXIT_USAGE = 2, EXIT_DAMAGED = 3 };

static const char *const serve[] = {"serve", "-c", "gateway.yaml", NULL};
static const char *const look[] = {"serve", "-t", "-c", "gateway.yaml", NULL};

/* Runs it in the gateway's folder: it must end by itself, with that code and those words. */
static void run(struct sg_gateway *gateway, const char *const args[], int code, const char *what)
{
    struct sg_program_run said;
    sg_program_run(&said, gateway->dir.path, args, SG_BYTES(""));
    if (said.code != code || strstr((const char *)said.err.data, what) == NULL)
        fail_msg("exit %d, and it said:\n%s%s", said.code, (const char *)said.out.data,
                 (const char *)said.err.data);
    sg_program_run_fini(&said);
}

/* --- faults in the config and in packs --- */

struct fault_row {
    const char *name;
    const char *config; /* from line 6 of gateway.yaml on */
    const char *pack;   /* toy.yaml; NULL: none */
    const char *what;   /* on standard error */
};

static const struct fault_row faults[] = {
    {"an unknown key", "colour: red\n" ROUTES, NULL, "gateway.yaml:6:1: unknown key 'colour'"},
    {"less room than a rule must see at once", "rules: [toy.yaml]\nlimits: {held: 4KiB}\n" ROUTES,
     PACK(RULE "match: 'x[a-f]{5000}', tests: [todo: x]}\n"),
     "gateway.yaml: limits.held is too small for these rules: one must see 50"},
    {"a misspelt key of a route", ROUTE("responce: pass"), NULL,
     "gateway.yaml:7:82: unknown key 'responce': did you mean 'response'?"},
    {"a misspelt party", ROUTE("identity: {custommer: $.a}"), NULL,
     "gateway.yaml:7:93: unknown key 'custommer'"},
    {"an unknown limit", "limits: {bodies: 1KiB}\n" ROUTES, NULL,
     "gateway.yaml:6:10: unknown key 'bodies'"},
    {"a repeated key", "workers: 2\n" ROUTES, NULL, "gateway.yaml:6:1: repeated key 'workers'"},
    {"an anchor", "rules: &a []\n" ROUTES, NULL, "gateway.yaml:6:8: anchors"},
    {"a tag", "rules: !!seq []\n" ROUTES, NULL, "gateway.yaml:6:8:"},
    {"YAML that is none", ROUTES "   - x\n", NULL, "gateway.yaml:8:"},
    {"a tab for indentation", "limits:\n\tbody: 1KiB\n" ROUTES, NULL, "gateway.yaml:7:"},
    {"a size without its unit", "limits: {body: 12 parsecs}\n" ROUTES, NULL,
     "gateway.yaml:6:16: 'body' must be a size"},
    {"a time without its unit", "limits: {idle_time: 5}\n" ROUTES, NULL,
     "gateway.yaml:6:21: 'idle_time' must be a time"},
    {"no route", "rules: []\n", NULL, "gateway.yaml: there is no route"},
    {"two routes of one path",
     ROUTES "  - {name: b, path: /in/, upstream: 'http://127.0.0.1:9/',"
            " direction: to-agent}\n",
     NULL, "gateway.yaml:8:"},
    {"a route without a direction",
     "routes:\n  - {name: in, path: /in/, upstream: 'http://127.0.0.1:9/'}\n", NULL,
     "this route has no direction"},
    {"a handling that is none", ROUTE("request: maybe"), NULL, "request is scrub or pass"},
    {"an upstream of another scheme",
     "routes:\n  - {name: in, path: /in/, upstream: 'ftp://127.0.0.1/', direction: to-agent}\n",
     NULL, "gateway.yaml:7:38: upstream wants a URL"},
    {"an upstream with a port that is none",
     "routes:\n  - {name: in, path: /in/, upstream: 'http://127.0.0.1:99999/', direction: "
     "to-agent}\n",
     NULL, "gateway.yaml:7: route in: upstream URL: the port"},
    {"an upstream without a host",
     "routes:\n  - {name: in, path: /in/, upstream: 'http://', direction: to-agent}\n", NULL,
     "gateway.yaml:7: route in: upstream URL: the host"},
    {"a divert that is no URL", ROUTE("divert: nowhere"), NULL, "divert wants a URL"},
    {"rules that are not there", "rules: [nowhere]\n" ROUTES, NULL, "nowhere: cannot open it"},
    {"a folder without packs", "rules: [.]\n" ROUTES, NULL, NULL},
    {"an unknown key of a rule", "rules: [toy.yaml]\n" ROUTES,
     PACK(RULE "match: 'toy', pattern: x, tests: ['«toy»']}\n"),
     "toy.yaml:5:64: unknown key 'pattern'"},
    {"a pattern that does not compile", "rules: [toy.yaml]\n" ROUTES,
     PACK(RULE "match: 'toy(a', tests: ['«toy»']}\n"), "toy.yaml:5:61: the group is not closed"},
    {"a pattern without a bound", "rules: [toy.yaml]\n" ROUTES,
     PACK(RULE "match: 'toy\\d+', tests: ['«toy1»']}\n"), "toy.yaml:5:"},
    {"a pattern that matches nothing at all", "rules: [toy.yaml]\n" ROUTES,
     PACK(RULE "match: '(?:toy)?', tests: ['«toy»']}\n"), "can match nothing at all"},
    {"a rule whose test fails", "rules: [toy.yaml]\n" ROUTES,
     PACK(RULE "match: 'toy\\d{3}', tests: ['«toy123»', {not: 'toy123'}]}\n"), "toy.yaml:5:"},
    {"a rule whose span is another", "rules: [toy.yaml]\n" ROUTES,
     PACK(RULE "match: 'toy\\d{3}', tests: ['«a toy123»']}\n"), "toy.yaml:5:"},
    {"two rules of one id", "rules: [toy.yaml]\n" ROUTES,
     PACK(RULE "match: 'toy', tests: ['«toy»']}\n" RULE "match: 'boy', tests: ['«boy»']}\n"),
     "toy.yaml:6:10: the id toy.toy is that of the rule at toy.yaml:5"},
    {"a check that is none", "rules: [toy.yaml]\n" ROUTES,
     PACK(RULE "match: 'toy', check: [nonsense], tests: ['«toy»']}\n"), "\"nonsense\""},
    {"a pack that is no YAML", "rules: [toy.yaml]\n" ROUTES, "pack: [toy\n", "toy.yaml:2:"},
};

static void test_fault(void **state)
{
    const struct fault_row *row = *state;
    struct sg_gateway gateway;
    sg_gateway_init(&gateway);
    sg_tempdir_mkdir(&gateway.dir, "packs");
    sg_gateway_config(&gateway, "%s", row->config);
    if (row->pack != NULL)
        sg_tempdir_write(&gateway.dir, "toy.yaml", row->pack, strlen(row->pack));
    if (row->what == NULL)
        sg_gateway_config(&gateway, "rules: [packs]\n" ROUTES);
    const char *what = row->what != NULL ? row->what : "packs: no *.yaml file";
    run(&gateway, look, EXIT_USAGE, what);
    run(&gateway, serve, EXIT_USAGE, what);
    assert_false(sg_tempdir_has(&gateway.dir, "var")); /* nothing was begun */
    sg_gateway_fini(&gateway);
}

/* --- other ways in --- */

/* A config without fault; one small pack, so that a start takes no time. */
static void config(struct sg_gateway *gateway)
{
    static const char pack[] = PACK(RULE "match: 'toy', tests: ['«toy»']}\n");
    sg_tempdir_write(&gateway->dir, "toy.yaml", pack, strlen(pack));
    sg_gateway_config(gateway, "rules: [toy.yaml]\n" ROUTES);
}

static void test_no_config(void **state)
{
    (void)state;
    struct sg_gateway gateway;
    sg_gateway_init(&gateway);
    run(&gateway, look, EXIT_USAGE, "gateway.yaml: cannot open it");
    run(&gateway, serve, EXIT_USAGE, "gateway.yaml: cannot open it");
    run(&gateway, (const char *[]){"serve", "gateway.yaml", NULL}, EXIT_USAGE, "takes no operand");
    run(&gateway, (const char *[]){"serve", "-c", NULL}, EXIT_USAGE, "argument");
    sg_gateway_fini(&gateway);
}

static void test_look_only(void **state)
{
    (void)state;
    struct sg_gateway gateway;
    struct sg_program_run said;
    sg_gateway_init(&gateway);
    config(&gateway);
    sg_program_run(&said, gateway.dir.path, look, SG_BYTES(""));
    assert_int_equal(said.code, EXIT_FINE);
    assert_non_null(strstr((const char *)said.out.data, "config and rules are fine"));
    assert_string_equal((const char *)said.err.data, "");
    assert_false(sg_tempdir_has(&gateway.dir, "var"));
    sg_program_run_fini(&said);
    sg_gateway_fini(&gateway);
}

static void test_overrides(void **state)
{
    (void)state;
    struct sg_gateway gateway;
    sg_gateway_init(&gateway);
    config(&gateway);
    run(&gateway,
        (const char *[]){"serve", "-t", "-c", "gateway.yaml", "-s", "limits.body=huge", NULL},
        EXIT_USAGE, "--set:");
    run(&gateway,
        (const char *[]){"serve", "-t", "-c", "gateway.yaml", "--set=limits.body=1KiB", NULL},
        EXIT_FINE, "");
    assert_int_equal(setenv("SCRUBGATE_LIMITS_BODY", "huge", 1), 0);
    run(&gateway, look, EXIT_USAGE, "SCRUBGATE_LIMITS_BODY:");
    assert_int_equal(setenv("SCRUBGATE_LIMITS_BODY", "1MiB", 1), 0);
    run(&gateway, look, EXIT_FINE, "");
    assert_int_equal(unsetenv("SCRUBGATE_LIMITS_BODY"), 0);
    sg_gateway_fini(&gateway);
}

/* --- a port in use --- */

static void test_port_in_use(void **state)
{
    (void)state;
    struct sg_gateway gateway;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    char setting[64], what[64];
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    sg_gateway_init(&gateway);
    config(&gateway);
    (void)snprintf(what, sizeof what, "address already in use: 127.0.0.1:%d",
                   ntohs(address.sin_port));
    static const char *const keys[] = {"listen", "admin"};
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(setting, sizeof setting, "%s=127.0.0.1:%d", keys[i],
                       ntohs(address.sin_port));
        run(&gateway, (const char *[]){"serve", "-c", "gateway.yaml", "-s", setting, NULL},
            EXIT_WRONG, what);
    }
    (void)snprintf(setting, sizeof setting, "listen=127.0.0.1:%d", ntohs(address.sin_port));
    run(&gateway,
        (const char *[]){"serve", "-c", "gateway.yaml", "-s", setting, "-s", "workers=2", NULL},
        EXIT_WRONG, what);
    (void)close(fd);
    sg_gateway_fini(&gateway);
}

/* --- keys, state and audit log --- */

enum place_fault {
    KEY_OPEN,
    KEY_GROUP,
    KEY_BROKEN,
    KEY_FOLDER_OPEN,
    STATE_IS_FILE,
    AUDIT_IS_FILE,
    AUDIT_CHANGED,
    AUDIT_GAP
};

struct place_row {
    const char *name;
    enum place_fault fault;
    int code; /* -1: 1 or 2 */
    const char *what;
};

static const struct place_row places[] = {
    {"a key file that others can read", KEY_OPEN, EXIT_USAGE,
     "var/keys/agent.key: others can read or write this key: chmod 600"},
    {"a key file that the group can read", KEY_GROUP, EXIT_USAGE, "chmod 600"},
    {"a key file that holds no key", KEY_BROKEN, EXIT_USAGE,
     "var/keys/agent.key: a key is 64 hex digits"},
    {"a folder of keys that others can write to", KEY_FOLDER_OPEN, EXIT_USAGE,
     "var/keys: others can write to the keys' folder: chmod 700"},
    {"a state folder that is a file", STATE_IS_FILE, EXIT_WRONG, "var"},
    {"an audit folder that is a file", AUDIT_IS_FILE, EXIT_WRONG, "var/audit"},
    {"an audit log that was changed", AUDIT_CHANGED, EXIT_DAMAGED, "000000.ndjson:2:"},
    {"an audit log of which a part is missing", AUDIT_GAP, EXIT_DAMAGED, "000000.ndjson"},
};

static void set_mode(struct sg_gateway *gateway, const char *name, mode_t mode)
{
    char path[512];
    sg_tempdir_path(&gateway->dir, name, path);
    assert_int_equal(chmod(path, mode), 0);
}

static void rename_to(struct sg_gateway *gateway, const char *from, const char *to)
{
    char old[512], new[512];
    sg_tempdir_path(&gateway->dir, from, old);
    sg_tempdir_path(&gateway->dir, to, new);
    assert_int_equal(rename(old, new), 0);
}

static void spoil(struct sg_gateway *gateway, enum place_fault fault)
{
    static const char key[] = "var/keys/agent.key", log[] = "var/audit/log/000000.ndjson";
    size_t len;
    char *text;
    switch (fault) {
    case KEY_OPEN:
        set_mode(gateway, key, 0644);
        break;
    case KEY_GROUP:
        set_mode(gateway, key, 0640);
        break;
    case KEY_BROKEN:
        sg_tempdir_write(&gateway->dir, key, "secret\n", 7);
        break;
    case KEY_FOLDER_OPEN:
        set_mode(gateway, "var/keys", 0777);
        break;
    case STATE_IS_FILE:
        rename_to(gateway, "var", "old");
        sg_tempdir_write(&gateway->dir, "var", "x", 1);
        break;
    case AUDIT_IS_FILE:
        rename_to(gateway, "var/audit", "old");
        sg_tempdir_write(&gateway->dir, "var/audit", "x", 1);
        break;
    case AUDIT_CHANGED: /* its second line of two, and a third behind it */
        text = sg_tempdir_read(&gateway->dir, log, &len);
        memcpy(strstr(text, "{\"seq\":1"), "{\"seq\":7", 8);
        text[len] = '\n';
        sg_tempdir_write(&gateway->dir, log, text, len + 1);
        free(text);
        break;
    case AUDIT_GAP:
        rename_to(gateway, log, "var/audit/log/000001.ndjson");
        break;
    }
}

static void test_place(void **state)
{
    const struct place_row *row = *state;
    struct sg_gateway gateway;
    sg_gateway_init(&gateway);
    config(&gateway);
    sg_gateway_start(&gateway);
    sg_gateway_stop(&gateway);
    spoil(&gateway, row->fault);
    run(&gateway, serve, row->code, row->what);
    sg_gateway_fini(&gateway);
}

static void test_log_in_use(void **state)
{
    (void)state;
    struct sg_gateway gateway;
    sg_gateway_init(&gateway);
    config(&gateway);
    sg_gateway_start(&gateway);
    run(&gateway, serve, EXIT_WRONG, "in use by another process");
    sg_gateway_fini(&gateway);
}

static void test_starts_again(void **state)
{
    (void)state;
    struct sg_gateway gateway;
    sg_gateway_init(&gateway);
    config(&gateway);
    sg_gateway_start(&gateway);
    sg_gateway_stop(&gateway);
    char *key = sg_tempdir_read(&gateway.dir, "var/keys/agent.key", NULL);
    sg_gateway_start(&gateway);
    sg_gateway_stop(&gateway);
    char *again = sg_tempdir_read(&gateway.dir, "var/keys/agent.key", NULL);
    assert_false(sg_tempdir_has(&gateway.dir, "var/keys/fingerprint.key")); /* an epoch has it */
    assert_string_equal(key, again);
    /* start, stop, each with what became of the sketches, seal, and again, numbered on. */
    assert_int_equal(sg_gateway_records(&gateway), 10);
    const char *const whats[] = {"start", "sketches-restored", "sketches-saved", "stop", "seal"};
    for (int i = 5; i < 10; i++) {
        char seq[16], what[40];
        (void)snprintf(seq, sizeof seq, "{\"seq\":%d,", i);
        (void)snprintf(what, sizeof what, "\"what\":\"%s\"", whats[i - 5]);
        free(sg_gateway_record(&gateway, (size_t)i, (const char *[]){seq, what, NULL}));
    }
    free(key);
    free(again);
    sg_gateway_fini(&gateway);
}

int main(void)
{
    SG_SUITE_ROWS(test_fault, faults);
    sg_suite_add("no config where one is named, or none named", test_no_config, NULL);
    sg_suite_add("-t looks, makes nothing and says that all is fine", test_look_only, NULL);
    sg_suite_add("overrides are checked and their faults name them", test_overrides, NULL);
    sg_suite_add("a port in use", test_port_in_use, NULL);
    SG_SUITE_ROWS(test_place, places);
    sg_suite_add("an audit log that another gateway writes", test_log_in_use, NULL);
    sg_suite_add("the next start goes on where the last one stopped", test_starts_again, NULL);
    return sg_suite_run("wire: start");
}
