/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_attack_overload.c - three times as many requests as can be served: those that are served are
 * served rightly, the others are told so, nobody is cut, and afterwards all is as before.
 *
 *     closed loop: the peak -> open loop at three times that -> half of that: nobody turned away
 *
 * `make attack` asks for more: OVERLOAD_SECONDS of it, and OVERLOAD_TIMED to see that goodput is at
 * least 90 % of the peak and that all is well after two seconds.
 */
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../bench/load.h"
#include "../bench/origin.h"
#include "../bench/program.h"
#include "../lib/gateway.h"
#include "../lib/suite.h"
#include "beside.h"

/* Connections, in small and at full size: enough to keep three times the rate up. */
enum { PEAK_CLIENTS = 64, RUSH_CLIENTS = 256, PEAK_TIMED = 256, RUSH_TIMED = 2048 };
enum { MEMORY_MIB = 768, TIMES = 3 };

static struct sg_gateway gateway;
static struct origin *origin;
static struct ask asked;

/* Two KiB of chat, with what must be masked in it. A message must cost twenty times what it costs
 * to turn one away, or the ninety percent could not be: at three times the capacity two of three
 * are. */
#define LINE                                                                                       \
    "\"Hello, my name is Toni and I wrote to you yesterday. Please call me, or write to "          \
    "toni.example@example.org. The order is 4471920 and the card 4111 1111 1111 1111. Thank you "  \
    "for your help, it is quite urgent by now.\","
static const char chat[] =
    "{\"from\":\"c-17\",\"text\":[" LINE LINE LINE LINE LINE LINE LINE LINE "\"Toni\"]}";
static const char *const never[] = {"toni.example", "4111 1111", NULL};

static double number(const char *name, double usual)
{
    const char *text = getenv(name);
    return text == NULL ? usual : strtod(text, NULL);
}

static bool timed(void)
{
    return number("OVERLOAD_TIMED", 0) > 0;
}

/* --- who watches ------------------------------------------------------------------------------ */

static struct sg_beside health = {.request = "GET /healthz HTTP/1.1\r\nHost: g\r\n\r\n",
                                  .pace_ms = 20};
static struct sg_beside guest = {.answer = "{\"ok\":1}", .pace_ms = 20};
static char guest_request[4096];

static struct watch {
    pthread_t thread;
    atomic_bool stopping;
    atomic_ullong rss;
} memory;

static void *watch_memory(void *ctx)
{
    (void)ctx;
    while (!atomic_load(&memory.stopping)) {
        uint64_t now = program_rss(gateway.pid);
        if (now > atomic_load(&memory.rss))
            atomic_store(&memory.rss, now);
        (void)poll(NULL, 0, 10);
    }
    return NULL;
}

static void start_watching(void)
{
    atomic_store(&memory.stopping, false);
    assert_int_equal(pthread_create(&memory.thread, NULL, watch_memory, NULL), 0);
    sg_beside_start(&health);
    sg_beside_start(&guest);
}

static void stop_watching(void)
{
    atomic_store(&memory.stopping, true);
    (void)pthread_join(memory.thread, NULL);
    sg_beside_stop(&guest); /* it may have been turned away, in good order */
    assert_int_equal(atomic_load(&guest.wrong), 0);
    sg_beside_stop_unharmed(&health);
    print_message("beside it: %zu answered and %zu turned away, /healthz %zu times, the slowest "
                  "after %zu us; at most %llu MiB resident\n",
                  atomic_load(&guest.right), atomic_load(&guest.turned_away),
                  atomic_load(&health.right), atomic_load(&health.slowest_us),
                  (unsigned long long)atomic_load(&memory.rss) >> 20);
    assert_true(atomic_load(&memory.rss) <= (uint64_t)MEMORY_MIB << 20);
}

/* --- the rush --------------------------------------------------------------------------------- */

/* Answered rightly, or turned away: nothing else. */
static double run(const char *what, struct load *load, double seconds, double rate,
                  struct load_result *result)
{
    const struct load_pace pace = {.seconds = seconds, .rate = rate};
    uint64_t cpu = program_cpu_ns(gateway.pid);
    *result = load_run(load, &pace);
    cpu = program_cpu_ns(gateway.pid) - cpu;
    double goodput = (double)result->answered / seconds;
    /* Else all messages are scanned by the slow engine, and nothing here can be compared. */
    assert_int_equal(sg_gateway_metric(&gateway, "scrubgate_engine_reference"), 0);
    print_message("%s: %.0f/s answered, %.0f/s turned away, %.0f us of CPU time for each answer; "
                  "p50 %.0f us, p99 %.0f us\n",
                  what, goodput, (double)result->shed / seconds,
                  (double)cpu / 1e3 / (double)(result->answered + 1), result->p50, result->p99);
    assert_int_equal(result->wrong, 0);
    assert_int_equal(result->lost, 0);
    assert_int_equal(result->again, 0);
    assert_true(result->answered > 0);
    return goodput;
}

/* What can be served, when each asks again as soon as it has its answer. */
static double find_peak(double seconds)
{
    struct load_result result;
    struct load *load =
        load_open((uint16_t)gateway.port, timed() ? PEAK_TIMED : PEAK_CLIENTS, &asked);
    assert_non_null(load);
    (void)run("warm", load, seconds / 4, 0, &result);
    double peak = run("closed loop", load, seconds, 0, &result);
    load_close(load);
    return peak;
}

static void three_times_the_capacity(void **state)
{
    (void)state;
    struct load_result result;
    double seconds = number("OVERLOAD_SECONDS", 2), peak = find_peak(timed() ? 5 : 0.5);
    struct load *load =
        load_open((uint16_t)gateway.port, timed() ? RUSH_TIMED : RUSH_CLIENTS, &asked);
    assert_non_null(load);
    start_watching();
    double goodput = run("open loop, three times that", load, seconds, TIMES * peak, &result);
    (void)run("half of that, for two seconds", load, timed() ? 2 : 0.5, peak / 2, &result);
    if (timed())
        (void)run("half of that, then", load, 2, peak / 2, &result);
    uint64_t late = result.shed;
    sg_beside_await(&guest, 10);
    stop_watching();
    load_close(load);
    print_message("goodput is %.0f %% of the peak\n", 100 * goodput / peak);
    assert_int_equal(origin_wrong(origin), 0);
    if (timed()) {
        assert_true(goodput >= 0.9 * peak);
        assert_int_equal(late, 0);
    }
}

/* --- the stage -------------------------------------------------------------------------------- */

static void open_stage(void)
{
    uint16_t port = 0;
    const struct origin_service service = {
        .path = "/", .way = ORIGIN_ANSWERS, .never = never, .gives = text_of("{\"ok\":1}")};
    origin = origin_start(&port, &service, 1, -1);
    asked = (struct ask){.method = "POST",
                         .path = "/",
                         .type = "application/json",
                         .body = text_of(chat),
                         .answer = text_of("{\"ok\":1}")};
    sg_gateway_init(&gateway);
    sg_gateway_config(&gateway,
                      "limits: {memory: %dMiB}\n"
                      "routes:\n"
                      "  - {name: all, path: /, upstream: 'http://127.0.0.1:%u/',\n"
                      "     direction: to-agent}\n",
                      MEMORY_MIB, port);
    sg_gateway_start(&gateway);
    (void)snprintf(guest_request, sizeof guest_request,
                   "POST / HTTP/1.1\r\nHost: g\r\nContent-Type: application/json\r\n"
                   "Content-Length: %zu\r\n\r\n%s",
                   strlen(chat), chat);
    guest.request = guest_request;
    guest.port = gateway.port;
    health.port = gateway.admin;
}

int main(void)
{
    open_stage();
    sg_suite_add("three times the capacity is served as well as can be", three_times_the_capacity,
                 NULL);
    int rc = sg_suite_run("attack: overload");
    sg_gateway_fini(&gateway);
    origin_stop(origin);
    return rc;
}
