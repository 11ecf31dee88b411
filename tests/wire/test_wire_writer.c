/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_wire_writer.c - the audit log's writer dies, hangs, loses its log: no message leaves without
 * its record, and service comes back by itself.
 */
#define _GNU_SOURCE /* unshare */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <unistd.h>
#include <cmocka.h>

#include "../lib/program.h"
#include "../lib/scene.h"
#include "../lib/suite.h"

#define TEXT "Content-Type: text/plain\r\n"
#define LOG  "var/audit/log/000000.ndjson"

enum { DEADLINE_MS = 2000 /* audit.deadline without a config */ };

static const char pack[] = "pack: toy\nversion: 1\nowner: toys@example.org\nrules:\n"
                           "  - {id: toy, title: Toy, entity: TOY, level: 1, match: 'toy\\d{3}',\n"
                           "     with: '[TOY]', tests: ['«toy123»']}\n";
static const char config[] =
    "rules: [toy.yaml]\n"
    "routes:\n"
    "  - {name: in, path: /in/, upstream: 'http://127.0.0.1:@/up/', direction: to-agent}\n";

static struct sg_scene scene;

/* What the origin heard, all of it with its record. */
static size_t count_heard(void)
{
    size_t n = 0;
    for (; sg_recorder_waiting(&scene.origin) > 0; n++) {
        struct sg_heard heard;
        sg_recorder_take(&scene.origin, &heard);
        assert_true(heard.recorded);
        sg_heard_fini(&heard);
    }
    return n;
}

static unsigned ask(void)
{
    struct sg_answer answer = {.cut = false};
    sg_wire_ask(scene.gateway.port, "POST", "/in/x", TEXT, SG_BYTES("my toy123"), &answer);
    unsigned status = answer.head.status;
    if (status == 503)
        assert_true(sg_holds(sg_buf_bytes(&answer.body), "urn:scrubgate:problem:audit"));
    sg_answer_fini(&answer);
    return status;
}

static void deliver(void)
{
    assert_int_equal(ask(), 200);
    assert_int_equal(count_heard(), 1);
}

static void refuse(void)
{
    assert_int_equal(ask(), 503);
    assert_int_equal(count_heard(), 0);
}

/* The whole log, by the program that an auditor would use. */
static void check_log(void)
{
    struct sg_program_run run;
    sg_program_run(
        &run, scene.gateway.dir.path,
        (const char *[]){"audit", "verify", "--vkey", "var/keys/log.vkey", "var/audit", NULL},
        SG_BYTES(""));
    if (run.code != 0)
        fail_msg("verify says %d:\n%s%s", run.code, (const char *)run.out.data,
                 (const char *)run.err.data);
    sg_program_run_fini(&run);
}

static void end(void)
{
    sg_gateway_stop(&scene.gateway);
    check_log();
    sg_scene_close(&scene);
}

/* A new one, which has the log. */
static void await_writer(pid_t other_than)
{
    for (int ms = 0; sg_gateway_writer(&scene.gateway) == other_than && ms < SG_PATIENCE_MS; ms++)
        (void)poll(NULL, 0, 1);
    sg_gateway_await_ready(&scene.gateway, 200);
}

/* --- it dies --- */

enum { ROUNDS = 12, AT_ONCE = 8 };

static void say_all(struct sg_wire *wires)
{
    for (int i = 0; i < AT_ONCE; i++) {
        sg_wire_open(&wires[i], scene.gateway.port);
        sg_wire_say(&wires[i],
                    "POST /in/x HTTP/1.1\r\nHost: g\r\n" TEXT "Content-Length: 6\r\n\r\ntoy123");
    }
}

/* How many were answered as if nothing had happened. All others were refused, none was cut. */
static size_t read_all(struct sg_wire *wires)
{
    size_t good = 0;
    for (int i = 0; i < AT_ONCE; i++) {
        struct sg_answer answer = {.cut = false};
        sg_wire_read(&wires[i], &answer, false);
        assert_true(answer.head.status == 200 || answer.head.status == 503);
        good += answer.head.status == 200;
        sg_answer_fini(&answer);
        sg_wire_close(&wires[i]);
    }
    return good;
}

static void test_killed(void **state)
{
    (void)state;
    struct sg_wire wires[AT_ONCE];
    sg_scene_open(&scene, pack, config);
    for (int round = 0; round < ROUNDS; round++) {
        const pid_t writer = sg_gateway_writer(&scene.gateway);
        say_all(wires);
        (void)poll(NULL, 0, round % 4); /* at another point of their way each time */
        assert_int_equal(kill(writer, SIGKILL), 0);
        size_t good = read_all(wires);
        assert_true(count_heard() >= good);
        await_writer(writer);
    }
    assert_true(sg_gateway_metric(&scene.gateway, "scrubgate_audit_writers_total") >= ROUNDS);
    deliver();
    end();
}

/* What nobody waits for is not lost: the next one writes it. */
static void test_note_is_kept(void **state)
{
    (void)state;
    struct sg_wire wire;
    struct sg_heard heard;
    sg_scene_open(&scene, pack, config);
    const pid_t writer = sg_gateway_writer(&scene.gateway);
    sg_recorder_say_text(&scene.origin, "", SG_THEN_HOLD);
    sg_wire_open(&wire, scene.gateway.port);
    sg_wire_say(&wire, "POST /in/x HTTP/1.1\r\nHost: g\r\n" TEXT "Content-Length: 6\r\n\r\ntoy123");
    sg_recorder_take(&scene.origin, &heard);
    assert_true(heard.recorded);
    size_t from = sg_gateway_records(&scene.gateway);
    assert_int_equal(kill(writer, SIGSTOP), 0);
    sg_wire_reset(&wire);
    await_writer(writer);
    free(sg_gateway_record(&scene.gateway, from,
                           (const char *[]){"\"class_uid\":6003", "client-gone", NULL}));
    sg_heard_fini(&heard);
    end();
}

/* --- it hangs --- */

static unsigned long long number_of(const char *record, const char *member)
{
    const char *at = strstr(record, member);
    assert_non_null(at);
    return strtoull(at + strlen(member), NULL, 10);
}

/* Of the log's files and folders, those that an auditor may open. */
static void test_locked_by_readers(void **state)
{
    static const char *const readable[] = {"var/audit", "var/audit/log", "var/audit/live",
                                           "var/audit/checkpoint", LOG};
    enum { N = sizeof readable / sizeof readable[0] };
    (void)state;
    int fd[N];
    char path[512];
    sg_scene_open(&scene, pack, config);
    deliver();
    for (size_t i = 0; i < N; i++) {
        sg_tempdir_path(&scene.gateway.dir, readable[i], path);
        fd[i] = open(path, O_RDONLY | O_CLOEXEC);
        assert_true(fd[i] >= 0 && flock(fd[i], LOCK_EX | LOCK_NB) == 0);
    }
    const pid_t writer = sg_gateway_writer(&scene.gateway);
    assert_int_equal(kill(writer, SIGKILL), 0);
    await_writer(writer);
    deliver();
    sg_gateway_stop(&scene.gateway);
    sg_gateway_start(&scene.gateway);
    deliver();
    for (size_t i = 0; i < N; i++)
        (void)close(fd[i]);
    end();
}

static void test_stopped(void **state)
{
    (void)state;
    struct sg_wire wire;
    struct sg_answer answer = {.cut = false};
    size_t at = 0;
    sg_scene_open(&scene, pack, config);
    deliver();
    const pid_t writer = sg_gateway_writer(&scene.gateway);
    assert_int_equal(kill(writer, SIGSTOP), 0);
    sg_gateway_await_ready(&scene.gateway, 200); /* nothing waits yet */
    sg_wire_open(&wire, scene.gateway.port);
    sg_wire_say(&wire, "POST /in/x HTTP/1.1\r\nHost: g\r\n" TEXT "Content-Length: 6\r\n\r\ntoy123");
    sg_gateway_await_ready(&scene.gateway, 503);
    sg_wire_read(&wire, &answer, false);
    assert_int_equal(answer.head.status, 503);
    assert_int_equal(count_heard(), 0);
    sg_gateway_await(&scene.gateway, "it has not written for as long as audit.deadline", &at);
    sg_gateway_await(&scene.gateway, "the audit log has a writer again", &at);
    await_writer(writer);
    assert_int_equal(kill(writer, 0), -1); /* and it is no more */
    deliver();
    char *gap = sg_gateway_record(
        &scene.gateway, 0,
        (const char *[]){"\"what\":\"gap\"", "\"reason\":\"hung\"", "\"refused\":1,", NULL});
    /* It began when the message began to wait, not when the writer was given up. */
    assert_true(number_of(gap, "\"to_ms\":") - number_of(gap, "\"from_ms\":") >= DEADLINE_MS);
    free(gap);
    sg_answer_fini(&answer);
    sg_wire_close(&wire);
    end();
}

/* A gateway that ends while its writer hangs ends all the same. */
static void test_stopped_at_the_end(void **state)
{
    (void)state;
    sg_scene_open(&scene, pack, config);
    deliver();
    assert_int_equal(kill(sg_gateway_writer(&scene.gateway), SIGSTOP), 0);
    end();
}

/* --- who makes it dies --- */

static void test_warden_killed(void **state)
{
    (void)state;
    size_t at = 0;
    sg_scene_open(&scene, pack, config);
    deliver();
    assert_int_equal(kill(sg_gateway_warden(&scene.gateway), SIGKILL), 0);
    sg_gateway_await(&scene.gateway, "the audit log's warden has ended", &at);
    assert_int_equal(sg_gateway_end(&scene.gateway), 1);
    check_log(); /* the writer was told to end, as always */
    sg_gateway_start(&scene.gateway);
    deliver();
    end();
}

static void test_gateway_killed(void **state)
{
    (void)state;
    struct sg_wire wires[AT_ONCE];
    sg_scene_open(&scene, pack, config);
    for (int round = 0; round < ROUNDS / 2; round++) {
        deliver();
        say_all(wires);
        (void)poll(NULL, 0, round % 4);
        sg_gateway_kill(&scene.gateway); /* waits for all that could still say something */
        (void)count_heard();
        for (int i = 0; i < AT_ONCE; i++)
            sg_wire_close(&wires[i]);
        check_log(); /* sealed and signed to its end */
        sg_gateway_start(&scene.gateway);
    }
    end();
}

/* --- its log is taken away --- */

struct lost_row {
    const char *name, *path;
    bool moved; /* away and back; else it is copied back */
};

static const struct lost_row lost[] = {
    {"the log's folder is moved away: refused until it is back", "var/audit/log", true},
    {"the whole log is moved away: refused until it is back", "var/audit", true},
    {"the file being written is removed: refused until it is back", LOG, false},
};

static void test_lost(void **state)
{
    const struct lost_row *row = *state;
    char path[512], away[600];
    size_t len = 0;
    sg_scene_open(&scene, pack, config);
    deliver();
    /* All there is to write of that is written. */
    free(sg_gateway_record(&scene.gateway, 1, (const char *[]){"\"class_uid\":6003", NULL}));
    sg_tempdir_path(&scene.gateway.dir, row->path, path);
    (void)snprintf(away, sizeof away, "%s.away", path);
    char *text = sg_tempdir_read(&scene.gateway.dir, LOG, &len);
    if (row->moved)
        assert_int_equal(rename(path, away), 0);
    else
        assert_int_equal(unlink(path), 0);
    refuse();
    sg_gateway_await_ready(&scene.gateway, 503);
    refuse();
    if (row->moved)
        assert_int_equal(rename(away, path), 0);
    else
        sg_tempdir_write(&scene.gateway.dir, row->path, text, len);
    sg_gateway_await_ready(&scene.gateway, 200);
    deliver();
    free(text);
    end();
}

/* --- its disk is full --- */

/* From now on what is mounted is seen by this process and its children only, and goes with them. */
static bool may_mount(void)
{
    return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static bool mount_small(const char *path)
{
    return mount("audit", path, "tmpfs", 0, "size=32m") == 0;
}

static void fill(const char *name)
{
    char path[512];
    static const char zeros[4096];
    sg_tempdir_path(&scene.gateway.dir, name, path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    while (fwrite(zeros, 1, sizeof zeros, file) == sizeof zeros && fflush(file) == 0) {
    }
    (void)fclose(file);
}

static void test_small_disk(void **state)
{
    (void)state;
    static const char *const variables[] = {"SCRUBGATE_AUDIT_RESERVE=1MiB", NULL};
    char path[512];
    struct sg_gateway *gateway = &scene.gateway;
    if (!may_mount())
        skip();
    sg_scene_open(&scene, pack, config);
    sg_gateway_stop(gateway);
    sg_tempdir_path(&gateway->dir, "var/audit", path);
    char away[600];
    (void)snprintf(away, sizeof away, "%s.before", path);
    assert_int_equal(rename(path, away), 0);
    sg_tempdir_mkdir(&gateway->dir, "var/audit");
    static const char *const keys[] = {"var/keys/seal.key", "var/keys/log.key",
                                       "var/keys/log.vkey"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        char key[512];
        sg_tempdir_path(&gateway->dir, keys[i], key);
        assert_int_equal(unlink(key), 0);
    }
    assert_true(mount_small(path));
    gateway->variables = variables;
    sg_gateway_start(gateway);
    deliver();
    fill("var/audit/filler");
    sg_gateway_await_ready(gateway, 503);
    refuse();
    char filler[600];
    (void)snprintf(filler, sizeof filler, "%s/filler", path);
    assert_int_equal(unlink(filler), 0);
    sg_gateway_await_ready(gateway, 200);
    deliver();
    sg_gateway_stop(gateway);
    check_log();
    assert_int_equal(umount(path), 0);
    sg_scene_close(&scene);
}

int main(void)
{
    sg_suite_add("the writer is killed under load: none leaves without its record", test_killed,
                 NULL);
    sg_suite_add("what nobody waits for is written by the next writer", test_note_is_kept, NULL);
    sg_suite_add("readers lock all they can: another writer takes its place",
                 test_locked_by_readers, NULL);
    sg_suite_add("the writer hangs: red, refused, replaced, green", test_stopped, NULL);
    sg_suite_add("the writer hangs and the gateway is told to end", test_stopped_at_the_end, NULL);
    sg_suite_add("the warden is killed: the gateway ends, its log is whole", test_warden_killed,
                 NULL);
    sg_suite_add("the gateway is killed: its log is sealed to the end", test_gateway_killed, NULL);
    SG_SUITE_ROWS(test_lost, lost);
    sg_suite_add("a small disk that is full: refused, and there again by itself", test_small_disk,
                 NULL);
    return sg_suite_run("wire: writer");
}
