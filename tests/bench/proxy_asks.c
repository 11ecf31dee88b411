/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy_asks.c - the messages of bench_proxy, and what the origin must see of them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy_bench.h"

enum { BLOCK = 256 * 1024, LONG_BODY = 10 * 1024 * 1024 };

/* What a customer writes, with two things to mask, and what the other side answers, with none. */
#define BEGIN                                                                                      \
    "{\"from\":\"c-1029\",\"conversation\":\"v-7731\",\"text\":\"Hello, my order did "             \
    "not arrive. You can write to "
#define MIDDLE " any time. I paid with the card "
#define END                                                                                        \
    " last week, the amount was 49.90 and the box was blue. Please tell me what to do.\","         \
    "\"lang\":\"en\",\"attempt\":2,\"unread\":false}"
static const char email[] = "jo.doe@example.com", card[] = "4111 1111 1111 1111";
static const char message[] = BEGIN "jo.doe@example.com" MIDDLE "4111 1111 1111 1111" END;
static const char message_masked[] = BEGIN "[EMAIL]" MIDDLE "[CARD]" END;
static const char reply[] =
    "{\"status\":\"queued\",\"conversation\":\"v-7731\",\"position\":3,\"text\":\"Thank you for "
    "your message. One of our people will look into it and answer here within 15 minutes. You do "
    "not have to wait: we will tell you as soon as there is an answer.\",\"lang\":\"en\","
    "\"agents\":12,\"open\":true,\"hours\":\"8 to 20\"}";
static const char event[] = "data: {\"text\":\"One moment please\"}\n\n";
static const char word[] = "{\"ok\":true}";
static const char prose[] = "the box was blue and it came on a monday with 12 other things in it. ";
static const char *const values[] = {email, card, "4111", "jo.doe", NULL};

static char block[BLOCK];

static struct text long_text(void)
{
    if (block[0] == '\0') {
        for (size_t i = 0; i < sizeof block; i++)
            block[i] = prose[i % (sizeof prose - 1)];
    }
    return (struct text){block, sizeof block, LONG_BODY};
}

struct origin *asks_origin(struct place *place, int cpu)
{
    const struct text none = {NULL, 0, 0}, small = text_of(message), answer = text_of(reply);
    const struct origin_service services[] = {
        {"/pass", ORIGIN_ANSWERS, small, NULL, answer},
        {"/packs", ORIGIN_ANSWERS, none, values, answer},
        {"/eight", ORIGIN_ANSWERS, text_of(message_masked), NULL, answer},
        {"/values", ORIGIN_ANSWERS, none, NULL, small},
        {"/up", ORIGIN_ANSWERS, long_text(), NULL, text_of(word)},
        {"/down", ORIGIN_ANSWERS, none, NULL, long_text()},
        {"/both", ORIGIN_ANSWERS, long_text(), NULL, long_text()},
        {"/hold", ORIGIN_HOLDS, none, NULL, answer},
        {"/stream", ORIGIN_STREAMS, none, NULL, text_of(event)},
    };
    return origin_start(&place->origin, services, sizeof services / sizeof services[0], cpu);
}

static const char *small_path(enum contestant who)
{
    if (who == LUA || who == EIGHT)
        return "/eight";
    return who == PACKS || who == OTHER_PACKS ? "/packs" : "/pass";
}

struct ask ask_of(enum contestant who, enum asked what)
{
    struct ask ask = {"POST", small_path(who), "application/json", text_of(message),
                      text_of(reply)};
    if (what == ASK_HOLD)
        ask.path = "/hold";
    if (what == ASK_STREAM) {
        ask.path = "/stream";
        ask.answer = text_of(event);
    }
    if (what == ASK_UP)
        ask = (struct ask){"POST", "/up", "text/plain", long_text(), text_of(word)};
    if (what == ASK_DOWN)
        ask = (struct ask){"GET", "/down", NULL, {NULL, 0, 0}, long_text()};
    if (what == ASK_BOTH)
        ask = (struct ask){"POST", "/both", "text/plain", long_text(), long_text()};
    return ask;
}

bool ask_masks(const struct peer *peer)
{
    char got[2048] = "";
    struct ask ask = ask_of(PASS, ASK_SMALL);
    ask.path = "/values";
    ask.answer.block = NULL;
    size_t n = load_fetch(peer->port, &ask, got, sizeof got - 1);
    got[n] = '\0';
    for (const char *const *value = values; *value != NULL; value++) {
        if (strstr(got, *value) != NULL)
            return false;
    }
    return n > 0 && strstr(got, "order did not arrive") != NULL;
}
