/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flood.c - many messages through a running gateway at once, and whether one has left that the
 * audit log does not know.
 */
#include "flood.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "audit/verify_log.h"

/* A trace is this and the request's number from 1 on. */
/* A request's trace is TRACE, its number and MARK: no digits so many in a row that the gateway
 * takes them for somebody's number. */
#define TRACE "5eedabad5eedabad"
#define MARK  "abadcafe"

enum { PREFIX = sizeof TRACE - 1, HEX = 8 };

void sg_flood_begin(struct sg_flood *flood, struct sg_scene *scene, const char *target)
{
    *flood = (struct sg_flood){.scene = scene, .target = target};
}

void sg_flood_end(struct sg_flood *flood)
{
    free(flood->requests);
    flood->requests = NULL;
}

static struct sg_flooded *add_request(struct sg_flood *flood)
{
    if (flood->n == flood->cap) {
        flood->cap = flood->cap == 0 ? 1024 : 2 * flood->cap;
        flood->requests = realloc(flood->requests, flood->cap * sizeof flood->requests[0]);
        assert_non_null(flood->requests);
    }
    flood->requests[flood->n] = (struct sg_flooded){.status = 0};
    return &flood->requests[flood->n++];
}

static void make_short(const struct sg_flood *flood, size_t n, struct sg_flood_ask *ask)
{
    (void)snprintf(ask->target, sizeof ask->target, "%s", flood->target);
    (void)snprintf(ask->fields, sizeof ask->fields, "Content-Type: text/plain\r\n");
    ask->len =
        (size_t)snprintf(ask->body, sizeof ask->body, "message %zu about toy%03zu", n, n % 1000);
}

static void send_one(struct sg_flood *flood, struct sg_wire *wire)
{
    static struct sg_flood_ask ask;
    char head[2048];
    const size_t number = flood->n;
    (void)add_request(flood);
    if (flood->make == NULL)
        make_short(flood, number, &ask);
    else
        flood->make(number, &ask);
    int n = snprintf(head, sizeof head,
                     "POST %s HTTP/1.1\r\nHost: g\r\n"
                     "traceparent: 00-" TRACE "%08zx" MARK "-00f067aa0ba902b7-01\r\n%s"
                     "Content-Length: %zu\r\nConnection: close\r\n\r\n",
                     ask.target, number + 1, ask.fields, ask.len);
    assert_true(n > 0 && (size_t)n < sizeof head);
    sg_wire_open(wire, flood->scene->gateway.port);
    if (sg_wire_try(wire, (struct sg_bytes){(const uint8_t *)head, (size_t)n}))
        (void)sg_wire_try(wire, (struct sg_bytes){(const uint8_t *)ask.body, ask.len});
}

/* The number behind the last slash of a Scrubgate field's audit member. */
static bool read_mark(struct sg_bytes field, uint64_t *seq)
{
    size_t slash = field.len, end;
    for (size_t i = 0; i < field.len; i++)
        if (field.data[i] == '/')
            slash = i;
    for (end = slash + 1; end < field.len && sg_is_digit(field.data[end]); end++)
        continue;
    return slash < field.len &&
           sg_bytes_to_u64((struct sg_bytes){field.data + slash + 1, end - slash - 1}, seq);
}

static void read_one(struct sg_flood *flood, size_t number, struct sg_wire *wire)
{
    struct sg_answer answer = {.cut = false};
    struct sg_flooded *request = &flood->requests[number];
    sg_wire_read(wire, &answer, false);
    request->status = answer.cut ? 0 : answer.head.status;
    if (request->status == 0) {
        flood->cut++;
    } else if (request->status == 200) {
        flood->answered++;
    } else if (request->status == 503) {
        flood->refused++;
    } else {
        flood->turned_away++;
    }
    sg_answer_fini(&answer);
    sg_wire_close(wire);
}

void sg_flood_listen(struct sg_flood *flood)
{
    while (sg_recorder_waiting(&flood->scene->origin) > 0) {
        struct sg_heard heard;
        sg_recorder_take(&flood->scene->origin, &heard);
        struct sg_bytes parent = sg_heard_field(&heard, "traceparent");
        char hex[HEX + 1] = "";
        assert_true(parent.len > 3 + PREFIX + HEX);
        memcpy(hex, parent.data + 3 + PREFIX, HEX);
        const size_t number = (size_t)strtoull(hex, NULL, 16) - 1;
        assert_true(memcmp(parent.data + 3, TRACE, PREFIX) == 0 && number < flood->n);
        struct sg_flooded *request = &flood->requests[number];
        if (request->heard)
            fail_msg("request %zu came to the origin twice", number);
        if (!read_mark(sg_heard_field(&heard, "Scrubgate"), &request->out))
            fail_msg("request %zu left without its record's number", number);
        request->heard = true;
        flood->heard++;
        sg_heard_fini(&heard);
    }
}

void sg_flood_round(struct sg_flood *flood, size_t n, void (*meanwhile)(void *ctx), void *ctx)
{
    struct sg_wire wire[SG_FLOOD_AT_ONCE];
    const size_t first = flood->n;
    assert_true(n <= SG_FLOOD_AT_ONCE);
    for (size_t i = 0; i < n; i++)
        send_one(flood, &wire[i]);
    if (meanwhile != NULL)
        meanwhile(ctx);
    for (size_t i = 0; i < n; i++)
        read_one(flood, first + i, &wire[i]);
    sg_flood_listen(flood);
}

/* --- the log --- */

/* What the log says of a request. */
struct said {
    bool out, back;
    uint64_t out_seq;
};

static void take_line(const struct sg_flood *flood, struct said *said, const char *line)
{
    static const char begins[] = "{\"seq\":";
    const char *trace = strstr(line, "\"trace_id\":\"" TRACE);
    if (trace == NULL || strstr(line, "\"class_uid\":2006") == NULL ||
        strstr(line, "\"verdict\":\"refused\"") != NULL)
        return;
    const uint64_t seq = strtoull(line + sizeof begins - 1, NULL, 10);
    char hex[HEX + 1] = "";
    memcpy(hex, trace + strlen("\"trace_id\":\"" TRACE), HEX);
    const size_t number = (size_t)strtoull(hex, NULL, 16) - 1;
    assert_true(number < flood->n);
    if (strstr(line, "\"direction\":\"to-agent\"") != NULL) {
        if (said[number].out)
            fail_msg("request %zu has two records", number);
        said[number].out = true;
        said[number].out_seq = seq;
    } else {
        said[number].back = true;
    }
}

static void read_log(const struct sg_flood *flood, struct said *said)
{
    char name[64];
    uint64_t lines = 0;
    for (unsigned number = 0;; number++) {
        (void)snprintf(name, sizeof name, "var/audit/log/%06u.ndjson", number);
        if (!sg_tempdir_has(&flood->scene->gateway.dir, name))
            return;
        char *text = sg_tempdir_read(&flood->scene->gateway.dir, name, NULL), *rest = NULL;
        for (char *line = strtok_r(text, "\n", &rest); line != NULL;
             line = strtok_r(NULL, "\n", &rest)) {
            char begins[40];
            (void)snprintf(begins, sizeof begins, "{\"seq\":%llu,", (unsigned long long)lines);
            if (strncmp(line, begins, strlen(begins)) != 0)
                fail_msg("line %llu is %.60s", (unsigned long long)lines, line);
            lines++;
            take_line(flood, said, line);
        }
        free(text);
    }
}

/* By the public key alone. */
static void check_proven(const struct sg_tempdir *dir)
{
    struct sg_note_key key;
    struct sg_verify_report report;
    struct scrubgate_fault fault = {.what = ""};
    char path[512];
    size_t len;
    char *text = sg_tempdir_read(dir, "var/keys/log.vkey", &len);
    while (len > 0 && text[len - 1] == '\n')
        len--;
    assert_int_equal(sg_note_key_read(&key, (struct sg_bytes){(const uint8_t *)text, len}),
                     SCRUBGATE_OK);
    free(text);
    const struct sg_verify_config verify = {.key = &key};
    sg_tempdir_path(dir, "var/audit", path);
    assert_int_equal(sg_verify_log(path, &verify, NULL, NULL, &report, &fault), SCRUBGATE_OK);
    if (report.result.n_troubles > 0)
        fail_msg("%s: %s:%u: %s", sg_verify_word(report.result.trouble[0].what), report.place.file,
                 report.place.line, report.place.what);
}

void sg_flood_check(struct sg_flood *flood)
{
    struct said *said = calloc(flood->n + 1, sizeof *said);
    assert_non_null(said);
    sg_flood_listen(flood);
    read_log(flood, said);
    for (size_t i = 0; i < flood->n; i++) {
        const struct sg_flooded *request = &flood->requests[i];
        if (request->heard && (!said[i].out || said[i].out_seq != request->out))
            fail_msg("request %zu left as record %llu, which the log does not have", i,
                     (unsigned long long)request->out);
        if (request->status == 200 && !said[i].back)
            fail_msg("the answer to request %zu left without a record", i);
        if (request->status == 200 && !request->heard)
            fail_msg("request %zu was answered by nobody", i);
    }
    free(said);
    check_proven(&flood->scene->gateway.dir);
}
