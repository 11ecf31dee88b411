/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_wire_sandbox.c - the running gateway from outside: what the kernel says it has given up, and
 * that no dump of its memory holds what messages held.
 */
#include <dirent.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <openssl/ssl.h>

#include "../lib/dump.h"
#include "../lib/identity.h"
#include "../lib/scene.h"
#include "../lib/suite.h"
#include "../lib/zipped.h"

#define ROUTES                                                                                     \
    "rules: [toy.yaml]\n"                                                                          \
    "conversation: {memory: 0}\n"                                                                  \
    "routes:\n"                                                                                    \
    "  - {name: in, path: /in/, upstream: 'http://127.0.0.1:@/', direction: to-agent}\n"
/* One is masked, one passes. */
#define MASKED "toy604175"
#define PASSED "jaundiced-finch-604175"

static const char pack[] = "pack: toy\nversion: 1\nowner: toys@example.org\nrules:\n"
                           "  - {id: toy, title: Toy, entity: TOY, level: 1, match: 'toy\\d{6}', "
                           "tests: ['«toy123456»']}\n";

static struct sg_scene scene;
static struct sg_tempdir dir;
static struct sg_identity identity;
static char listeners[2048];
static SSL_CTX *context;
static struct sg_wire secure; /* a connection that stays open */

static void ask(const char *fields, struct sg_bytes body)
{
    struct sg_answer answer = {.cut = false};
    struct sg_heard heard;
    sg_wire_ask(scene.gateway.port, "POST", "/in/", fields, body, &answer);
    if (answer.head.status != 200)
        fail_msg("%u for %zu bytes of %s", answer.head.status, body.len, fields);
    sg_answer_fini(&answer);
    sg_recorder_take(&scene.origin, &heard);
    sg_heard_fini(&heard);
}

/* --- what the kernel says --- */

/* The value of a line of /proc/PID/task/TID/status. */
static long status_of(pid_t pid, const char *task, const char *key)
{
    char path[512], line[256];
    long value = -1;
    (void)snprintf(path, sizeof path, "/proc/%ld/task/%.32s/status", (long)pid, task);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (value < 0 && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, key, strlen(key)) == 0 && line[strlen(key)] == ':')
            value = strtol(line + strlen(key) + 1, NULL, 10);
    (void)fclose(file);
    return value;
}

static void name_of(const char *task, char name[32])
{
    char path[512];
    (void)snprintf(path, sizeof path, "/proc/%ld/task/%.32s/comm", (long)scene.gateway.pid, task);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(name, 32, file));
    (void)fclose(file);
    name[strcspn(name, "\n")] = '\0';
}

static void test_threads(void **state)
{
    (void)state;
    char path[64], name[32];
    unsigned workers = 0;
    const struct dirent *entry;
    ask("Content-Type: text/plain\r\n", SG_BYTES("x")); /* all that have to do with it run now */
    (void)snprintf(path, sizeof path, "/proc/%ld/task", (long)scene.gateway.pid);
    DIR *tasks = opendir(path);
    assert_non_null(tasks);
    while ((entry = readdir(tasks)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        name_of(entry->d_name, name);
        bool worker = strcmp(name, "worker") == 0;
        workers += worker;
        assert_string_not_equal(name, "auditor");
        assert_int_equal(status_of(scene.gateway.pid, entry->d_name, "NoNewPrivs"), 1);
#ifndef SG_NO_SANDBOX
        assert_int_equal(status_of(scene.gateway.pid, entry->d_name, "Seccomp"), 2);
        assert_int_equal(status_of(scene.gateway.pid, entry->d_name, "Seccomp_filters"),
                         worker ? 2 : 1);
#endif
    }
    (void)closedir(tasks);
    assert_int_equal(workers, 2); /* one, and what scans for the admin port */
}

/* The audit log's processes: who makes the writer has fewer rights than the gateway, the writer
 * fewer than who makes it. */
static void test_processes(void **state)
{
    (void)state;
    char task[32];
    const pid_t pids[] = {sg_gateway_warden(&scene.gateway), sg_gateway_writer(&scene.gateway)};
    for (int i = 0; i < 2; i++) {
        (void)snprintf(task, sizeof task, "%ld", (long)pids[i]);
        assert_int_equal(status_of(pids[i], task, "NoNewPrivs"), 1);
        assert_int_equal(status_of(pids[i], task, "Threads"), 1);
#ifndef SG_NO_SANDBOX
        assert_int_equal(status_of(pids[i], task, "Seccomp"), 2);
        assert_int_equal(status_of(pids[i], task, "Seccomp_filters"), i + 1);
#endif
    }
}

/* Descriptors of a process that lie below the audit folder, or are a key. */
static unsigned log_files_of(pid_t pid)
{
    char path[64], to[512];
    unsigned n = 0;
    const struct dirent *entry;
    (void)snprintf(path, sizeof path, "/proc/%ld/fd", (long)pid);
    DIR *fds = opendir(path);
    assert_non_null(fds);
    while ((entry = readdir(fds)) != NULL) {
        ssize_t len = readlinkat(dirfd(fds), entry->d_name, to, sizeof to - 1);
        to[len > 0 ? len : 0] = '\0';
        n += strstr(to, "/var/audit") != NULL || strstr(to, ".key") != NULL;
    }
    (void)closedir(fds);
    return n;
}

static void test_log_files(void **state)
{
    (void)state;
    if (log_files_of(sg_gateway_writer(&scene.gateway)) == 0)
        fail_msg("the writer has no log: what is looked for is not found where it must be");
    assert_int_equal(log_files_of(sg_gateway_warden(&scene.gateway)), 0);
    assert_int_equal(log_files_of(scene.gateway.pid), 0);
}

static void test_metrics(void **state)
{
    (void)state;
    assert_int_equal(sg_gateway_metric(&scene.gateway, "scrubgate_sandbox{layer=\"cores\"}"), 1);
    assert_int_equal(sg_gateway_metric(&scene.gateway, "scrubgate_sandbox{layer=\"no-gain\"}"), 1);
#ifndef SG_NO_SANDBOX
    assert_int_equal(sg_gateway_metric(&scene.gateway, "scrubgate_sandbox{layer=\"seccomp\"}"), 1);
#endif
    size_t at = 0;
    sg_gateway_await(&scene.gateway, "\"what\":\"sandbox\",\"layer\":\"seccomp\"", &at);
}

/* --- what a dump holds --- */

enum { HALVES = 8, PARKED = 8, ROUNDS = 4, LOOKS_MOST = 40 };

static void add_canaries(struct sg_buf *body, const char *gap, size_t least)
{
    assert_true(sg_buf_add_text(body, MASKED " ") >= 0);
    while (body->len < least)
        assert_true(sg_buf_add_text(body, PASSED) >= 0 && sg_buf_add_text(body, gap) >= 0);
}

static size_t count(enum sg_dump_what what)
{
    return sg_dump_count(scene.gateway.pid, what, MASKED) +
           sg_dump_count(scene.gateway.pid, what, PASSED);
}

static void say_head(struct sg_wire *wire, const char *fields, size_t len)
{
    sg_wire_say(wire, "POST /in/ HTTP/1.1\r\nHost: test\r\n%sContent-Length: %zu\r\n\r\n", fields,
                len);
}

/* Over TLS, on a connection that stays: OpenSSL has buffers of its own. */
static void ask_secure(size_t size)
{
    struct sg_answer answer = {.cut = false};
    struct sg_heard heard;
    struct sg_buf body = {0};
    if (context == NULL) {
        context = SSL_CTX_new(TLS_client_method());
        assert_non_null(context);
        sg_wire_open(&secure, sg_gateway_port(&scene.gateway, 1));
        assert_true(sg_wire_secure(&secure, context));
    }
    add_canaries(&body, " and so on, then ", size);
    say_head(&secure, "Content-Type: text/plain\r\n", body.len);
    sg_wire_send(&secure, sg_buf_bytes(&body));
    sg_wire_read(&secure, &answer, false);
    assert_int_equal(answer.head.status, 200);
    sg_recorder_take(&scene.origin, &heard);
    sg_heard_fini(&heard);
    sg_answer_fini(&answer);
    sg_buf_fini(&body);
}

/* One message of each format, small and large, both ways: the origin echoes. */
static void ask_all(void)
{
    static const struct {
        const char *fields, *before, *after;
    } rows[] = {
        {"Content-Type: text/plain\r\n", "", ""},
        {"Content-Type: application/json\r\n", "{\"a\":[\"", "\"]}"},
        {"Content-Type: application/x-www-form-urlencoded\r\n", "a=", "&b=c"},
        {"Content-Type: multipart/form-data; boundary=x\r\n",
         "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n", "\r\n--x--\r\n"},
        {"Content-Type: text/event-stream\r\n", "data: ", "\n\n"},
        {"Content-Type: text/html\r\n", "<p>", "</p>"},
        {"Content-Type: text/plain\r\nContent-Encoding: gzip\r\n", "", ""},
    };
    static const size_t sizes[] = {40, 3000, 300000};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool zip = strstr(rows[i].fields, "gzip") != NULL; /* a large one would be a bomb */
        for (size_t j = 0; j < sizeof sizes / sizeof sizes[0] - (zip ? 1 : 0); j++) {
            struct sg_buf body = {0};
            bool sse = strstr(rows[i].fields, "event-stream") != NULL; /* an event has its limit */
            assert_true(sg_buf_add_text(&body, rows[i].before) >= 0);
            add_canaries(&body, sse ? "\n\ndata: " : " and so on, then ", sizes[j]);
            assert_true(sg_buf_add_text(&body, rows[i].after) >= 0);
            if (zip) {
                struct sg_buf zipped = sg_gzipped(sg_buf_bytes(&body));
                sg_buf_move(&body, &zipped);
            }
            ask(rows[i].fields, sg_buf_bytes(&body));
            sg_buf_fini(&body);
        }
    }
    for (size_t j = 0; j < sizeof sizes / sizeof sizes[0]; j++)
        ask_secure(sizes[j]);
}

/* gcore, where it is installed: a real dump. */
static void dump_for_real(void)
{
    char command[1024], path[512], core[600];
    if (system("command -v gcore >/dev/null 2>&1") != 0)
        return;
    sg_tempdir_path(&scene.gateway.dir, "core", path);
    (void)snprintf(command, sizeof command, "gcore -o '%s' %ld >/dev/null 2>&1", path,
                   (long)scene.gateway.pid);
    assert_int_equal(system(command), 0);
    (void)snprintf(core, sizeof core, "%s.%ld", path, (long)scene.gateway.pid);
    assert_int_equal(sg_dump_count_file(core, MASKED), 0);
    assert_int_equal(sg_dump_count_file(core, PASSED), 0);
    assert_int_equal(unlink(core), 0);
}

/* Sanitizers keep what was freed, and map more than can be read. */
static bool may_look(void)
{
#ifdef SG_NO_SANDBOX
    return false;
#else
    /* Not to be allowed is the promise, too: its own user may not look. */
    return sg_dump_may(scene.gateway.pid);
#endif
}

static void test_dump(void **state)
{
    (void)state;
    struct sg_wire half[HALVES], parked[PARKED];
    struct sg_buf body = {0};
    const pid_t pid = scene.gateway.pid;
    if (!may_look())
        skip();
    add_canaries(&body, " and ", 2000);
    for (size_t i = 0; i < PARKED; i++) {
        struct sg_heard heard;
        sg_recorder_say_text(&scene.origin, "", SG_THEN_HOLD);
        sg_wire_open(&parked[i], scene.gateway.port);
        say_head(&parked[i], "Content-Type: text/plain\r\n", body.len);
        sg_wire_send(&parked[i], sg_buf_bytes(&body));
        sg_recorder_take(&scene.origin, &heard);
        sg_heard_fini(&heard);
    }
    for (size_t i = 0; i < HALVES; i++) {
        sg_wire_open(&half[i], scene.gateway.port);
        say_head(&half[i], "Content-Type: text/plain\r\n", 2 * body.len);
        sg_wire_send(&half[i], sg_buf_bytes(&body));
    }
    ask_all();
    /* The halves wait in it: what is found nowhere proves nothing. */
    size_t held = 0;
    for (int ms = 0; held == 0 && ms < SG_PATIENCE_MS; ms++) {
        held = count(SG_DUMP_MEMORY);
        (void)poll(NULL, 0, held == 0 ? 1 : 0);
    }
    assert_true(held > 0);
    assert_int_equal(count(SG_DUMP_CORE), 0);
    dump_for_real();
    /* Without the filter they would have been in it: it is the filter that is tested. */
    sg_dump_set_filter(pid, "0x33");
    assert_true(count(SG_DUMP_CORE) > 0);
    sg_dump_set_filter(pid, "0x10");
    for (size_t i = 0; i < HALVES; i++)
        sg_wire_reset(&half[i]);
    for (size_t i = 0; i < PARKED; i++)
        sg_wire_reset(&parked[i]);
    sg_buf_fini(&body);
}

static void test_wiped(void **state)
{
    (void)state;
    size_t left = 1;
    if (!may_look())
        skip();
    for (size_t i = 0; i < ROUNDS; i++)
        ask_all();
    /* Clients that were reset are found out in their own time, which looking takes. */
    for (int looks = 0; left > 0 && looks < LOOKS_MOST; looks++)
        left = count(SG_DUMP_MEMORY);
    assert_int_equal(left, 0);
}

static void open_scene(void)
{
    sg_tempdir_make(&dir);
    identity = sg_identity_make("one", "IP:127.0.0.1", "serverAuth", SG_IDENTITY_DAY, NULL);
    sg_identity_write(&identity, NULL, &dir, "own");
    (void)snprintf(listeners, sizeof listeners,
                   "\n  - 127.0.0.1:0\n"
                   "  - {address: 127.0.0.1:0, tls: {certificate: %s/own.crt, key: %s/own.key}}",
                   dir.path, dir.path);
    scene.listen = listeners;
    sg_scene_open(&scene, pack, ROUTES);
}

int main(void)
{
    open_scene();
    sg_suite_add("each thread has its filters and no way to gain rights", test_threads, NULL);
    sg_suite_add("the audit log's processes have their filters", test_processes, NULL);
    sg_suite_add("only the writer has files of the log and of its keys", test_log_files, NULL);
    sg_suite_add("the layers are told in the log and in the metrics", test_metrics, NULL);
    sg_suite_add("no dump of a busy gateway holds a body", test_dump, NULL);
    sg_suite_add("when messages have left, nothing of them is in memory", test_wiped, NULL);
    int failed = sg_suite_run("wire: sandbox");
    if (context != NULL)
        sg_wire_close(&secure);
    SSL_CTX_free(context);
    sg_scene_close(&scene);
    sg_identity_drop(&identity);
    sg_tempdir_remove(&dir);
    return failed;
}
