/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_attack_bombs.c - messages that are small to send and dear to read: each gets its answer, and
 * none may cost more memory than any other message.
 *
 * `make attack` asks for more: BOMBS_TIMED to see that each costs no more than 50 ms of CPU time,
 * or twice as much for each byte sent as ordinary chat does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <zlib.h>

#include "../bench/origin.h"
#include "../bench/program.h"
#include "../lib/gateway.h"
#include "../lib/suite.h"

#define CHAT "64 KiB of chat, to compare"

enum { MIB = 1024 * 1024, GROWTH_MOST = 16 * MIB, CPU_MOST_MS = 50 };

static struct sg_gateway gateway;
static struct origin *origin;

/* --- making them ------------------------------------------------------------------------------ */

/* In each text @ is the number of the repetition. */
struct bomb {
    const char *name;
    unsigned status;
    const char *fields; /* beside Host and framing */
    const char *start, *unit;
    size_t times;
    const char *end;
    enum { PLAIN, CHUNKED_BY_BYTE, GZIP, GZIP_TWICE, IN_HEAD } way;
    bool is_dear; /* costs more than that, as docs/BENCHMARKS.md tells: told, not asserted */
};

static void add_unit(struct sg_buf *text, const char *unit, size_t number)
{
    const char *at = strchr(unit, '@');
    char digits[32];
    if (at == NULL) {
        assert_true(sg_buf_add_text(text, unit) >= 0);
        return;
    }
    (void)snprintf(digits, sizeof digits, "%zu", number);
    assert_true(sg_buf_add(text, unit, (size_t)(at - unit)) >= 0);
    assert_true(sg_buf_add_text(text, digits) >= 0);
    assert_true(sg_buf_add_text(text, at + 1) >= 0);
}

static void unfold(struct sg_buf *text, const struct bomb *bomb)
{
    assert_true(sg_buf_add_text(text, bomb->start) >= 0);
    for (size_t i = 0; i < bomb->times; i++)
        add_unit(text, bomb->unit, i);
    assert_true(sg_buf_add_text(text, bomb->end) >= 0);
}

/* A member of gzip whose text is the given one, so many times over. Its check is wrong: nobody is
 * to come that far. */
static void zip(struct sg_buf *out, struct sg_bytes text, size_t times)
{
    z_stream z = {.zalloc = Z_NULL};
    static uint8_t room[2 * MIB];
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    for (unsigned pass = 0; pass < 2; pass++) { /* the first has the head before it */
        z.next_in = (uint8_t *)(uintptr_t)text.data;
        z.avail_in = (unsigned)text.len;
        z.next_out = room;
        z.avail_out = sizeof room;
        assert_int_equal(deflate(&z, Z_FULL_FLUSH), Z_OK);
        assert_true(z.avail_in == 0 && z.avail_out > 0);
        for (size_t i = 0; i < (pass == 0 ? 1 : times - 1); i++)
            assert_true(sg_buf_add(out, room, sizeof room - z.avail_out) >= 0);
    }
    z.next_out = room;
    z.avail_out = sizeof room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    assert_true(sg_buf_add(out, room, sizeof room - z.avail_out) >= 0);
    (void)deflateEnd(&z);
}

static void wrap(struct sg_buf *request, const struct bomb *bomb, struct sg_bytes body)
{
    char head[512];
    bool chunked = bomb->way == CHUNKED_BY_BYTE;
    (void)snprintf(head, sizeof head, "POST / HTTP/1.1\r\nHost: g\r\n%s%s%.0zu", bomb->fields,
                   chunked ? "Transfer-Encoding: chunked\r\n\r\n" : "Content-Length: ", (size_t)0);
    assert_true(sg_buf_add_text(request, head) >= 0);
    if (!chunked) {
        (void)snprintf(head, sizeof head, "%zu\r\n\r\n", body.len);
        assert_true(sg_buf_add_text(request, head) >= 0);
        assert_true(sg_buf_add_bytes(request, body) >= 0);
        return;
    }
    for (size_t i = 0; i < body.len; i++) {
        assert_true(sg_buf_add_text(request, "1\r\n") >= 0);
        assert_true(sg_buf_add_byte(request, body.data[i]) >= 0);
        assert_true(sg_buf_add_text(request, "\r\n") >= 0);
    }
    assert_true(sg_buf_add_text(request, "0\r\n\r\n") >= 0);
}

static void build(struct sg_buf *request, const struct bomb *bomb)
{
    struct sg_buf text = {0}, zipped = {0};
    if (bomb->way == IN_HEAD) {
        assert_true(sg_buf_add_text(request, "GET / HTTP/1.1\r\nHost: g\r\n") >= 0);
        unfold(request, bomb);
        return;
    }
    if (bomb->way == GZIP || bomb->way == GZIP_TWICE) {
        static uint8_t same[MIB];
        memset(same, bomb->unit[0], sizeof same);
        zip(&zipped, (struct sg_bytes){same, sizeof same}, bomb->times);
        if (bomb->way == GZIP_TWICE)
            zip(&text, (struct sg_bytes){zipped.data, zipped.len < MIB ? zipped.len : MIB}, 4);
        wrap(request, bomb, sg_buf_bytes(bomb->way == GZIP ? &zipped : &text));
    } else {
        unfold(&text, bomb);
        wrap(request, bomb, sg_buf_bytes(&text));
    }
    sg_buf_fini(&text);
    sg_buf_fini(&zipped);
}

/* --- what they cost --------------------------------------------------------------------------- */

/* In bytes: the most that was resident since forget_peak, where the system lets us forget. */
static uint64_t peak_rss(void)
{
    char path[64], line[256];
    unsigned long long kib = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)gateway.pid);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (kib == 0 && fgets(line, sizeof line, file) != NULL)
        (void)sscanf(line, "VmHWM: %llu kB", &kib);
    (void)fclose(file);
    return kib * 1024;
}

/* Returns what is resident now. */
static uint64_t forget_peak(void)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d/clear_refs", (int)gateway.pid);
    FILE *file = fopen(path, "w");
    bool forgot = file != NULL && fputs("5", file) >= 0;
    if (file != NULL)
        forgot = fclose(file) == 0 && forgot;
    return forgot ? program_rss(gateway.pid) : peak_rss();
}

/* What a byte of ordinary chat costs, in milliseconds: the row of that name tells. */
static double chat_each;

static bool timed(void)
{
    return getenv("BOMBS_TIMED") != NULL;
}

static void goes_off(void **state)
{
    const struct bomb *bomb = *state;
    struct sg_buf request = {0};
    struct sg_wire wire;
    struct sg_answer answer = {.cut = false};
    build(&request, bomb);
    uint64_t rss = forget_peak(), cpu = program_cpu_ns(gateway.pid);
    sg_wire_open(&wire, gateway.port);
    (void)sg_wire_try(&wire, sg_buf_bytes(&request));
    sg_wire_read(&wire, &answer, false);
    sg_wire_close(&wire);
    double ms = (double)(program_cpu_ns(gateway.pid) - cpu) / 1e6;
    uint64_t peak = peak_rss(), growth = peak > rss ? peak - rss : 0;
    if (answer.head.status != bomb->status)
        print_message("%.*s\n", (int)answer.body.len, (const char *)answer.body.data);
    print_message("%9zu bytes: %u, %.1f ms, %.1f MiB: %s\n", request.len, answer.head.status, ms,
                  (double)growth / MIB, bomb->name);
    assert_false(answer.cut);
    assert_int_equal(answer.head.status, bomb->status);
    assert_true(growth < GROWTH_MOST);
    double each = ms / (double)request.len;
    if (strcmp(bomb->name, CHAT) == 0)
        chat_each = each;
    if (timed() && !bomb->is_dear)
        assert_true(ms < CPU_MOST_MS || each < 2 * chat_each);
    sg_answer_fini(&answer);
    sg_buf_fini(&request);
}

#define JSON       "Content-Type: application/json\r\n"
#define TEXT       "Content-Type: text/plain\r\n"
#define HTML       "Content-Type: text/html\r\n"
#define FORM       "Content-Type: application/x-www-form-urlencoded\r\n"
#define MULTIPART  "Content-Type: multipart/form-data; boundary=b\r\n"
#define ZIPPED     "Content-Encoding: gzip\r\n"
#define PART(head) "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n" head "\r\n"
#define SIXTY_FOUR(x)                                                                              \
    x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x  \
        x x x x x x x x x x x x x x x x x

static const struct bomb bombs[] = {
    {"a short message, to compare", 200, JSON, "{\"text\":\"hello\"}", "", 0, "", PLAIN, false},
    {CHAT, 200, JSON, "[",
     "\"hi, my order has not arrived, it was supposed to be here on Tuesday\",", 910, "1]", PLAIN,
     false},
    {"JSON that is 100,000 deep", 413, JSON, "", "[", 100000, "", PLAIN, false},
    {"JSON objects that are 100,000 deep", 413, JSON, "", "{\"a\":", 100000, "", PLAIN, false},
    {"JSON with a million members", 200, JSON, "{", "\"@\":0,", 1000000, "\"a\":0}", PLAIN, false},
    {"JSON with a million empty lists", 200, JSON, "[", "[],", 1000000, "0]", PLAIN, false},
    {"a number of 15 MiB", 413, JSON, "", SIXTY_FOUR("1"), 15 * MIB / 64, "", PLAIN, false},
    {"a string of 15 MiB of escapes", 200, JSON, "\"", SIXTY_FOUR("\\u0020"), 15 * MIB / 384, "\"",
     PLAIN, false},
    {"a string of 64 KiB of dots", 200, JSON, "\"", SIXTY_FOUR("."), 1024, "\"", PLAIN, false},
    {"128 KiB of e-mail addresses", 200, JSON, "[", "\"a@@example.org\",", 7000, "0]", PLAIN, true},
    {"64 KiB of digits", 200, TEXT, "", SIXTY_FOUR("7"), 1024, "", PLAIN, true},
    {"10 GiB of zeros in 10 MiB of gzip", 400, TEXT ZIPPED, "", "", 10240, "", GZIP, false},
    {"10 GiB of spaces in 10 MiB of gzip", 413, TEXT ZIPPED, "", " ", 10240, "", GZIP, false},
    {"gzip in gzip", 400, TEXT ZIPPED, "", "", 1024, "", GZIP_TWICE, false},
    {"two codings", 415, TEXT "Content-Encoding: gzip, gzip\r\n", "", "", 1024, "", GZIP_TWICE,
     false},
    {"100,000 chunks of a byte", 200, TEXT, "", "hello, you ", 9091, "", CHUNKED_BY_BYTE, false},
    {"10,000 fields", 431, "", "", "A: b\r\n", 10000, "\r\n", IN_HEAD, false},
    {"a field of 16 MiB", 431, "", "X: ", SIXTY_FOUR("x"), 16 * MIB / 64, "\r\n\r\n", IN_HEAD,
     false},
    {"100,000 parts", 413, MULTIPART, "", PART("") "x\r\n", 100000, "--b--\r\n", PLAIN, false},
    {"100,000 parts without a byte", 413, MULTIPART, "", "--b\r\n\r\n\r\n", 100000, "--b--\r\n",
     PLAIN, false},
    {"base64 of 12 MiB", 200, MULTIPART, PART("Content-Transfer-Encoding: base64\r\n"),
     SIXTY_FOUR("ICAg") "\r\n", 15 * MIB / 258, "--b--\r\n", PLAIN, false},
    {"base64 with a line for each four", 200, MULTIPART,
     PART("Content-Transfer-Encoding: base64\r\n"), "ICAg\r\n", 100000, "--b--\r\n", PLAIN, false},
    {"quoted-printable, all of it escapes", 200, MULTIPART,
     PART("Content-Transfer-Encoding: quoted-printable\r\n"), "=20=20=20=20=20=20=20=41\r\n",
     100000, "--b--\r\n", PLAIN, false},
    {"quoted-printable, all of it soft breaks", 400, MULTIPART,
     PART("Content-Transfer-Encoding: quoted-printable\r\n"), "=\r\n", 500000, "\r\n--b--\r\n",
     PLAIN, false},
    {"HTML with a million tags", 200, HTML, "", "<b>", 1000000, "", PLAIN, true},
    {"HTML with a million references", 200, HTML, "", "&#32;", 1000000, "", PLAIN, false},
    {"a form with a million fields", 200, FORM, "", "a=&", 1000000, "a=1", PLAIN, false},
};

/* --- all of them ------------------------------------------------------------------------------ */

static void open_stage(void)
{
    uint16_t port = 0;
    const struct origin_service service = {
        .path = "/", .way = ORIGIN_ANSWERS, .gives = text_of("fine")};
    origin = origin_start(&port, &service, 1, -1);
    sg_gateway_init(&gateway);
    sg_gateway_config(&gateway,
                      "routes:\n"
                      "  - {name: all, path: /, upstream: 'http://127.0.0.1:%u/',\n"
                      "     direction: to-agent, request: scrub, response: pass}\n",
                      port);
    sg_gateway_start(&gateway);
}

int main(void)
{
    open_stage();
    SG_SUITE_ROWS(goes_off, bombs);
    int rc = sg_suite_run("attack: bombs");
    sg_gateway_fini(&gateway);
    origin_stop(origin);
    return rc;
}
