/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_wire_kills.c - a gateway under load is killed, and killed again: whatever had left before
 * stands in the log when the next one starts, which it does, and in the end the log is proven.
 *
 * WIRE_KILLS says how often; make soak asks for more.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../lib/dice.h"
#include "../lib/flood.h"
#include "../lib/scene.h"
#include "../lib/suite.h"

enum { KILLS = 20, TRIES = 1000, SPIN_MOST = 3 * 1000 * 1000 };

static struct sg_scene scene;
static struct sg_dice dice = {1};

static const char pack[] =
    "pack: toy\nversion: 1\nowner: toys@example.org\nrules:\n"
    "  - {id: toy, title: Toy, entity: TOY, level: 1, match: 'toy\\d{3}', with: '[TOY]',\n"
    "     tests: ['«toy123»']}\n";
static const char config[] =
    "rules: [toy.yaml]\n"
    "routes:\n"
    "  - {name: in, path: /in/, upstream: 'http://127.0.0.1:@/up/', direction: to-agent}\n";

static unsigned kills(void)
{
    const char *text = getenv("WIRE_KILLS");
    return text == NULL ? KILLS : (unsigned)strtoul(text, NULL, 10);
}

/* Somewhere in the work that was just asked for. */
static void spin(void)
{
    for (volatile size_t i = sg_dice_below(&dice, SPIN_MOST); i > 0; i--)
        continue;
}

static void begin(struct sg_flood *flood)
{
    sg_scene_open(&scene, pack, config);
    sg_flood_begin(flood, &scene, "/in/x");
}

static void finish(struct sg_flood *flood)
{
    sg_flood_round(flood, SG_FLOOD_AT_ONCE, NULL, NULL);
    sg_gateway_stop(&scene.gateway);
    sg_flood_check(flood);
    print_message("%zu requests: %zu answered, %zu refused, %zu cut off; %zu at the origin\n",
                  flood->n, flood->answered, flood->refused, flood->cut, flood->heard);
    sg_flood_end(flood);
    sg_scene_close(&scene);
}

/* --- the gateway --- */

static void kill_gateway(void *ctx)
{
    (void)ctx;
    spin();
    sg_gateway_kill(&scene.gateway);
}

static void test_gateway_killed(void **state)
{
    struct sg_flood flood;
    (void)state;
    begin(&flood);
    for (unsigned i = 0; i < kills(); i++) {
        sg_flood_round(&flood, 1 + sg_dice_below(&dice, SG_FLOOD_AT_ONCE), NULL, NULL);
        sg_flood_round(&flood, SG_FLOOD_AT_ONCE, kill_gateway, NULL);
        sg_gateway_start(&scene.gateway);
    }
    assert_true(flood.cut > 0 && flood.answered > 0);
    assert_int_equal(flood.refused + flood.turned_away, 0);
    finish(&flood);
}

/* --- the writer of its log, and who makes it anew --- */

static void signal_one(pid_t pid, int number)
{
    spin();
    assert_int_equal(kill(pid, number), 0);
}

static void kill_writer(void *ctx)
{
    (void)ctx;
    signal_one(sg_gateway_writer(&scene.gateway), SIGKILL);
}

/* It hangs as on a disk that answers no more: the gateway has to give it up. */
static void stop_writer(void *ctx)
{
    (void)ctx;
    signal_one(sg_gateway_writer(&scene.gateway), SIGSTOP);
}

/* Whatever it was: service is there again by itself. The pages may not have seen it yet. */
static void serve_again(struct sg_flood *flood)
{
    const size_t before = flood->answered;
    for (unsigned i = 0; i < TRIES && flood->answered == before; i++) {
        sg_gateway_await_ready(&scene.gateway, 200);
        sg_flood_round(flood, SG_FLOOD_AT_ONCE, NULL, NULL);
    }
    assert_true(flood->answered > before);
}

static void test_writer_killed(void **state)
{
    struct sg_flood flood;
    (void)state;
    begin(&flood);
    for (unsigned i = 0; i < kills(); i++) {
        sg_flood_round(&flood, SG_FLOOD_AT_ONCE, kill_writer, NULL);
        serve_again(&flood);
    }
    assert_int_equal(flood.cut + flood.turned_away, 0);
    finish(&flood);
}

static void test_writer_hangs(void **state)
{
    struct sg_flood flood;
    (void)state;
    begin(&flood);
    sg_flood_round(&flood, SG_FLOOD_AT_ONCE, stop_writer, NULL);
    sg_flood_round(&flood, SG_FLOOD_AT_ONCE, NULL, NULL);
    serve_again(&flood);
    assert_int_equal(flood.cut + flood.turned_away, 0);
    assert_true(flood.refused > 0);
    finish(&flood);
}

int main(void)
{
    sg_suite_add("the gateway is killed under load, again and again", test_gateway_killed, NULL);
    sg_suite_add("the writer of its log is killed under load, again and again", test_writer_killed,
                 NULL);
    sg_suite_add("the writer of its log hangs under load", test_writer_hangs, NULL);
    return sg_suite_run("wire/test_wire_kills");
}
