/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gateway.c - `scrubgate serve`, the real binary, with a folder, free ports and a log of its own.
 */
#include "gateway.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "program.h"

#define AUDIT_LOG "var/audit/log/000000.ndjson"

enum { CONFIG_MOST = 16 * 1024 };

void sg_gateway_init(struct sg_gateway *gateway)
{
    *gateway = (struct sg_gateway){.err = -1};
    sg_tempdir_make(&gateway->dir);
    assert_int_equal(pthread_mutex_init(&gateway->lock, NULL), 0);
    assert_int_equal(pthread_cond_init(&gateway->news, NULL), 0);
}

void sg_gateway_init_beside(struct sg_gateway *gateway, const struct sg_gateway *other)
{
    *gateway = (struct sg_gateway){.err = -1, .dir = other->dir, .is_guest = true};
    assert_int_equal(pthread_mutex_init(&gateway->lock, NULL), 0);
    assert_int_equal(pthread_cond_init(&gateway->news, NULL), 0);
}

void sg_gateway_config(struct sg_gateway *gateway, const char *format, ...)
{
    static const char ports[] = "admin: 127.0.0.1:0\n"
                                "workers: 1\n"
                                "state: var\n"
                                "audit: {dir: var/audit, origin: " SG_GATEWAY_ORIGIN "}\n";
    char text[CONFIG_MOST];
    va_list list;
    int head = snprintf(text, sizeof text, "listen: %s\n%s",
                        gateway->listen == NULL ? "127.0.0.1:0" : gateway->listen, ports);
    assert_true(head > 0 && (size_t)head < sizeof text);
    size_t room = sizeof text - (size_t)head;
    va_start(list, format);
    int len = vsnprintf(text + head, room, format, list);
    va_end(list);
    assert_true(len >= 0 && (size_t)len < room);
    sg_tempdir_write(&gateway->dir, "gateway.yaml", text, (size_t)head + (size_t)len);
}

/* --- the operator's log --- */

static void *listen_to_log(void *ctx)
{
    struct sg_gateway *gateway = ctx;
    char piece[4096];
    ssize_t n;
    do {
        n = read(gateway->err, piece, sizeof piece);
        (void)pthread_mutex_lock(&gateway->lock);
        if (n > 0 && sg_buf_add(&gateway->log, piece, (size_t)n) < 0)
            abort();
        if (n == 0 || (n < 0 && errno != EINTR))
            gateway->log_ended = true;
        (void)pthread_cond_broadcast(&gateway->news);
        bool ended = gateway->log_ended;
        (void)pthread_mutex_unlock(&gateway->lock);
        if (ended)
            break;
    } while (true);
    return NULL;
}

/* Under the lock: where the text ends, or 0. */
static size_t end_of(const struct sg_gateway *gateway, const char *text, size_t from)
{
    size_t len = strlen(text);
    for (size_t i = from; i + len <= gateway->log.len; i++)
        if (memcmp(gateway->log.data + i, text, len) == 0)
            return i + len;
    return 0;
}

void sg_gateway_await(struct sg_gateway *gateway, const char *text, size_t *at)
{
    struct timespec until;
    size_t end;
    int rc = 0;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += SG_PATIENCE_MS / 1000;
    (void)pthread_mutex_lock(&gateway->lock);
    while ((end = end_of(gateway, text, *at)) == 0 && !gateway->log_ended && rc == 0)
        rc = pthread_cond_timedwait(&gateway->news, &gateway->lock, &until);
    (void)pthread_mutex_unlock(&gateway->lock);
    if (end == 0)
        fail_msg("the gateway did not say %s but:\n%.*s", text, (int)gateway->log.len,
                 (const char *)gateway->log.data);
    *at = end;
}

/* The port behind `"what":"<what>","address":"…:`, which may stand there more than once. */
static unsigned port_of(struct sg_gateway *gateway, const char *what, unsigned nth)
{
    char text[64];
    size_t at = 0, end;
    unsigned port = 0;
    (void)snprintf(text, sizeof text, "\"what\":\"%s\",\"address\":\"127.0.0.1:", what);
    for (unsigned i = 0; i <= nth; i++)
        sg_gateway_await(gateway, text, &at);
    end = at;
    sg_gateway_await(gateway, "\n", &end); /* the line is whole */
    (void)pthread_mutex_lock(&gateway->lock);
    for (; at < end && sg_is_digit(gateway->log.data[at]); at++)
        port = port * 10 + (unsigned)(gateway->log.data[at] - '0');
    (void)pthread_mutex_unlock(&gateway->lock);
    assert_true(port > 0 && port < 65536);
    return port;
}

/* --- its life --- */

static void launch(struct sg_gateway *gateway)
{
    const char *const args[] = {"serve", "-c", "gateway.yaml",
                                gateway->takes_over ? "--takeover" : NULL, NULL};
    int ends[2];
    assert_int_equal(gateway->pid, 0);
    assert_int_equal(pipe(ends), 0);
    (void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    gateway->err = ends[0];
    gateway->log_ended = false;
    sg_buf_clear(&gateway->log);
    gateway->pid = sg_program_start(&(struct sg_program_start){.folder = gateway->dir.path,
                                                               .args = args,
                                                               .err = ends[1],
                                                               .sockets = gateway->sockets,
                                                               .n_sockets = gateway->n_sockets,
                                                               .variables = gateway->variables});
    (void)close(ends[1]);
    assert_int_equal(pthread_create(&gateway->listener, NULL, listen_to_log, gateway), 0);
}

unsigned sg_gateway_port(struct sg_gateway *gateway, unsigned item)
{
    return port_of(gateway, "listening", item);
}

void sg_gateway_await_ready(struct sg_gateway *gateway, unsigned status)
{
    unsigned now = 0;
    for (int ms = 0; now != status && ms < SG_PATIENCE_MS; ms++) {
        struct sg_answer answer = {.cut = false};
        sg_wire_ask(gateway->admin, "GET", "/readyz", "", SG_BYTES(""), &answer);
        now = answer.head.status;
        sg_answer_fini(&answer);
        if (now != status)
            (void)poll(NULL, 0, 1);
    }
    assert_int_equal(now, status);
}

void sg_gateway_start(struct sg_gateway *gateway)
{
    size_t at = 0;
    launch(gateway);
    sg_gateway_await(gateway, "\"what\":\"started\"", &at);
    gateway->port = sg_gateway_port(gateway, 0);
    gateway->admin = port_of(gateway, "admin", 0);
    sg_gateway_await_ready(gateway, 200);
}

static int finish(struct sg_gateway *gateway)
{
    int code = sg_program_wait(gateway->pid);
    gateway->pid = 0;
    (void)pthread_join(gateway->listener, NULL);
    (void)close(gateway->err);
    return code;
}

int sg_gateway_end(struct sg_gateway *gateway)
{
    return finish(gateway);
}

/* The only child of a process; waits until there is one. */
static pid_t child_of(pid_t pid)
{
    char path[64];
    long child = 0;
    (void)snprintf(path, sizeof path, "/proc/%ld/task/%ld/children", (long)pid, (long)pid);
    for (int ms = 0; child == 0 && ms < SG_PATIENCE_MS; ms++) {
        FILE *file = fopen(path, "r");
        if (file == NULL || fscanf(file, "%ld", &child) != 1)
            (void)poll(NULL, 0, 1);
        if (file != NULL)
            (void)fclose(file);
    }
    assert_true(child > 0);
    return (pid_t)child;
}

pid_t sg_gateway_warden(struct sg_gateway *gateway)
{
    return child_of(gateway->pid);
}

pid_t sg_gateway_writer(struct sg_gateway *gateway)
{
    return child_of(sg_gateway_warden(gateway));
}

int sg_gateway_fails(struct sg_gateway *gateway)
{
    launch(gateway);
    return finish(gateway);
}

void sg_gateway_signal(struct sg_gateway *gateway, int number)
{
    assert_true(gateway->pid > 0);
    assert_int_equal(kill(gateway->pid, number), 0);
}

void sg_gateway_join(struct sg_gateway *gateway)
{
    int code = finish(gateway);
    if (code != 0)
        fail_msg("the gateway ended with %d and said:\n%.*s", code, (int)gateway->log.len,
                 (const char *)gateway->log.data);
}

void sg_gateway_stop(struct sg_gateway *gateway)
{
    if (gateway->pid == 0)
        return;
    sg_gateway_signal(gateway, SIGTERM);
    sg_gateway_join(gateway);
}

void sg_gateway_kill(struct sg_gateway *gateway)
{
    sg_gateway_signal(gateway, SIGKILL);
    assert_int_equal(finish(gateway), 128 + SIGKILL);
}

void sg_gateway_fini(struct sg_gateway *gateway)
{
    sg_gateway_stop(gateway);
    (void)pthread_mutex_destroy(&gateway->lock);
    (void)pthread_cond_destroy(&gateway->news);
    sg_buf_fini(&gateway->log);
    if (!gateway->is_guest)
        sg_tempdir_remove(&gateway->dir);
}

/* --- what it keeps --- */

char *sg_gateway_audit(struct sg_gateway *gateway)
{
    size_t len = 0;
    char *text = sg_tempdir_read(&gateway->dir, AUDIT_LOG, &len);
    while (len > 0 && text[len - 1] != '\n')
        len--;
    text[len] = '\0';
    return text;
}

size_t sg_gateway_records(struct sg_gateway *gateway)
{
    size_t n = 0;
    char *text = sg_gateway_audit(gateway);
    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
        n++;
    free(text);
    return n;
}

static bool has_all(const char *line, const char *const texts[])
{
    for (; *texts != NULL; texts++)
        if (strstr(line, *texts) == NULL)
            return false;
    return true;
}

char *sg_gateway_record(struct sg_gateway *gateway, size_t from, const char *const texts[])
{
    for (int ms = 0; ms < SG_PATIENCE_MS; ms++) {
        char *log = sg_gateway_audit(gateway), *found = NULL, *rest = NULL;
        size_t number = 0;
        for (char *line = strtok_r(log, "\n", &rest); line != NULL && found == NULL;
             line = strtok_r(NULL, "\n", &rest), number++)
            if (number >= from && has_all(line, texts))
                found = strdup(line);
        free(log);
        if (found != NULL)
            return found;
        (void)poll(NULL, 0, 1);
    }
    fail_msg("no record with %s came", texts[0]);
    return NULL;
}

uint64_t sg_gateway_metric(struct sg_gateway *gateway, const char *name)
{
    struct sg_answer answer = {.cut = false};
    unsigned long long value = 0;
    char line[160];
    sg_wire_ask(gateway->admin, "GET", "/metrics", "", SG_BYTES(""), &answer);
    assert_int_equal(answer.head.status, 200);
    assert_true(sg_buf_add_byte(&answer.body, '\0') >= 0);
    (void)snprintf(line, sizeof line, "\n%s ", name);
    const char *at = strstr((const char *)answer.body.data, line);
    if (at == NULL)
        fail_msg("no metric %s", name);
    else
        assert_int_equal(sscanf(at + strlen(line), "%llu", &value), 1);
    sg_answer_fini(&answer);
    return value;
}

static void check_quiet(struct sg_bytes where, const char *name, const char *const texts[])
{
    for (; *texts != NULL; texts++)
        if (sg_holds(where, *texts))
            fail_msg("%s holds %s", name, *texts);
}

static void check_folder(struct sg_gateway *gateway, const char *folder, const char *const texts[])
{
    char path[512];
    sg_tempdir_path(&gateway->dir, folder, path);
    DIR *dir = opendir(path);
    if (dir == NULL)
        return;
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        char name[512];
        size_t len = 0;
        if (entry->d_name[0] == '.')
            continue;
        assert_true(snprintf(name, sizeof name, "%s/%.200s", folder, entry->d_name) > 0);
        char *text = sg_tempdir_read(&gateway->dir, name, &len);
        check_quiet((struct sg_bytes){(const uint8_t *)text, len}, name, texts);
        free(text);
    }
    (void)closedir(dir);
}

void sg_gateway_keeps_quiet(struct sg_gateway *gateway, const char *const texts[])
{
    struct sg_answer answer = {.cut = false};
    if (gateway->pid != 0) {
        sg_wire_ask(gateway->admin, "GET", "/metrics", "", SG_BYTES(""), &answer);
        check_quiet(sg_buf_bytes(&answer.body), "the metrics page", texts);
        sg_answer_fini(&answer);
    }
    (void)pthread_mutex_lock(&gateway->lock);
    struct sg_bytes log = sg_buf_bytes(&gateway->log);
    (void)pthread_mutex_unlock(&gateway->lock);
    check_quiet(log, "the operator's log", texts);
    check_folder(gateway, "var/audit/log", texts);
    check_folder(gateway, "var/events", texts);
}
