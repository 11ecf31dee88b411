/* SPDX-License-Identifier: Apache-2.0 */
/*
 * story.c - an audit log of some weeks, made up by dice.
 */
#include "story.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "audit/log.h"
#include "audit/record.h"
#include "base/base64.h"
#include "base/diag.h"
#include "proxy/log_keys.h"

#include "../lib/dice.h"

enum { BATCH = 256, HOUR_MS = 3600000, DAY_MS = 86400000, PARTS = 720 };
static const uint64_t the_end = 1795219200000; /* 2026-11-21T00:00:00Z */

/* --- the story's clock --- */

static uint64_t wall_ms, mono_ns;

uint64_t __wrap_sg_clock_wall_ms(void);
uint64_t __wrap_sg_clock_mono_ns(void);
uint64_t __wrap_sg_clock_wall_ms(void)
{
    return wall_ms;
}
uint64_t __wrap_sg_clock_mono_ns(void)
{
    return ++mono_ns;
}

static void move_to(uint64_t ms)
{
    if (ms <= wall_ms)
        return;
    mono_ns += (ms - wall_ms) * 1000000;
    wall_ms = ms;
}

/* --- who and what --- */

struct rule {
    const char *id, *entity, *action;
    unsigned often; /* of a thousand messages */
};
static const struct rule rules[] = {{"contact.email", "EMAIL_ADDRESS", "mask", 90},
                                    {"contact.phone", "PHONE_NUMBER", "mask", 130},
                                    {"payment.card", "CREDIT_CARD", "mask", 24},
                                    {"payment.iban", "IBAN_CODE", "token", 17},
                                    {"web.url", "URL", "mask", 40},
                                    {"person.birth", "DATE_OF_BIRTH", "mask", 9},
                                    {"us.ssn", "US_SSN", "mask", 4},
                                    {"net.ip", "IP_ADDRESS", "mask", 12},
                                    {"uk.nino", "UK_NINO", "mask", 3},
                                    {"payment.cvv", "CVV", "block", 3},
                                    {"crypto.wallet", "CRYPTO", "mask", 2},
                                    {"policy.outside", "URL", "divert", 2},
                                    {"watch.handle", "USERNAME", "tag", 14}};
enum { RULES = sizeof rules / sizeof rules[0] };

static const char *const reasons[] = {"malformed JSON at byte 118", "charset cannot be read",
                                      "rule payment.card could not be matched within its limits",
                                      "body over its limit", "gzip ends in the middle"};
static const char *const turned[] = {"malformed", "deadline", "limit", "peer-limit", "overload"};
static const unsigned turned_status[] = {400, 408, 413, 0, 503};

struct teller {
    const struct sg_story *story;
    struct sg_dice dice;
    struct sg_log *log;
    struct sg_log_setup setup;
    struct sg_record_source source;
    char boot[33], digest[65], config[65], old_digest[65], keys[512], dir[512];
    struct sg_buf record;
    struct scrubgate_fault *fault;
    enum scrubgate_status rc;
    uint64_t id, waiting, start;
    double day; /* since the start */
    bool attack, broken;
};

static void hex(struct sg_dice *dice, char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        text[i] = "0123456789abcdef"[sg_dice_below(dice, 16)];
    text[len] = '\0';
}

/* --- writing --- */

static void tick(struct teller *tell, bool at_once)
{
    uint64_t next;
    if (tell->rc >= 0)
        tell->rc = sg_log_commit(tell->log, tell->fault);
    tell->waiting = 0;
    if (tell->rc >= 0)
        tell->rc = sg_log_tick(tell->log, ++mono_ns, at_once, &next, tell->fault);
}

static void put(struct teller *tell)
{
    uint64_t seq;
    if (tell->rc >= 0)
        tell->rc = sg_log_append(tell->log, sg_buf_bytes(&tell->record), &seq);
    sg_buf_clear(&tell->record);
    if (++tell->waiting == BATCH)
        tick(tell, false);
}

#define PUT(tell, made)                                                                            \
    do {                                                                                           \
        if ((tell)->rc >= 0)                                                                       \
            (tell)->rc = (made);                                                                   \
        put(tell);                                                                                 \
    } while (0)

static void change(struct teller *tell, const char *what, unsigned uid)
{
    const struct sg_change change = {.what = what,
                                     .old_rules = tell->old_digest,
                                     .new_rules = tell->digest,
                                     .old_config = tell->config,
                                     .new_config = tell->config,
                                     .actor = {uid == 0 ? SG_ACTOR_GATEWAY : SG_ACTOR_USER, uid}};
    PUT(tell, sg_record_change(&tell->record, &tell->source, &change));
}

static void open_log(struct teller *tell)
{
    struct sg_log_keys keys;
    if (tell->rc < 0)
        return;
    hex(&tell->dice, tell->boot, 32);
    tell->rc = sg_log_keys_open(&keys, tell->keys, SG_STORY_ORIGIN, tell->fault);
    if (tell->rc >= 0)
        tell->rc = sg_log_open(&tell->log, &tell->setup, &keys, tell->fault);
}

static void close_log(struct teller *tell, bool well)
{
    if (well)
        change(tell, "stop", 0);
    tick(tell, false);
    if (well && tell->rc >= 0)
        tell->rc = sg_log_finish(tell->log, tell->fault);
    sg_log_close(tell->log);
    tell->log = NULL;
}

/* --- traffic --- */

static const char *channel_of(struct teller *tell)
{
    size_t at = sg_dice_below(&tell->dice, 100);
    if (tell->story->label != NULL && at < 7)
        return tell->story->label;
    if (tell->day > 18 && at < 12)
        return "sms";
    return at < 55 ? "widget" : at < 84 ? "whatsapp" : "email";
}

static size_t find_some(struct teller *tell, struct sg_record_rule *found)
{
    size_t n = 0;
    for (size_t i = 0; i < RULES; i++) {
        if (!sg_dice_often(&tell->dice, rules[i].often))
            continue;
        uint64_t count = 1 + (sg_dice_often(&tell->dice, 180) ? sg_dice_below(&tell->dice, 3) : 0);
        found[n++] =
            (struct sg_record_rule){rules[i].id, rules[i].entity, rules[i].action, count, count};
    }
    return n;
}

static enum sg_verdict verdict_of(const struct sg_decision *decision)
{
    enum sg_verdict verdict = SG_VERDICT_CLEAN;
    for (size_t i = 0; i < decision->n_found; i++) {
        const char *action = decision->found[i].action;
        if (strcmp(action, "block") == 0)
            return SG_VERDICT_BLOCKED;
        if (strcmp(action, "divert") == 0)
            verdict = SG_VERDICT_DIVERTED;
        else if (strcmp(action, "tag") != 0 && verdict != SG_VERDICT_DIVERTED)
            verdict = SG_VERDICT_MASKED;
    }
    return verdict;
}

static void fill(struct teller *tell, struct sg_decision *decision, struct sg_record_rule *found,
                 bool back)
{
    struct sg_dice *dice = &tell->dice;
    const bool mail = !back && sg_dice_often(dice, 140);
    const char *channel = mail ? "email" : channel_of(tell);
    *decision = (struct sg_decision){
        .id = decision->id,
        .trace_id = decision->trace_id,
        .route = back   ? "chat-out"
                 : mail ? "mail-in"
                        : "chat-in",
        .direction = back ? "to-customer" : "to-agent",
        .mode = mail && tell->day < 14 ? "shadow" : "enforce",
        .rules = tell->digest,
        .brand = sg_bytes_of(sg_dice_often(dice, 700) ? "acme" : "globex"),
        .channel = sg_bytes_of(channel),
        .event = SG_BYTES("message"),
        .format = mail ? "text" : "json",
        .reason = "",
        .level = 2,
        .bytes_in = 60 + sg_dice_below(dice, 900),
        .values = 2 + sg_dice_below(dice, 9),
        .facets = {.customer = sg_dice_roll(dice), .conversation = sg_dice_roll(dice)}};
    decision->bytes_out = decision->bytes_in - sg_dice_below(dice, 20);
    decision->found = found;
    decision->n_found = find_some(tell, found);
    decision->edits = decision->n_found;
    decision->verdict = verdict_of(decision);
    if (sg_dice_often(dice, tell->broken ? 90 : 2)) {
        decision->verdict = SG_VERDICT_REFUSED;
        decision->n_found = 0;
        decision->reason = tell->broken ? reasons[0] : reasons[sg_dice_below(dice, 5)];
        if (mail && tell->day > 26)
            decision->mode = "pass-and-record";
    }
}

/* A log-normal time around 18 ms, by the sum of some dice; a few wait for a slow upstream. */
static uint64_t latency(struct sg_dice *dice)
{
    double sum = 0;
    for (int i = 0; i < 6; i++)
        sum += (double)sg_dice_below(dice, 1000) / 1000;
    if (sg_dice_often(dice, 6))
        sum += 5;
    return (uint64_t)(18e6 * exp((sum - 3) * 0.9));
}

static void decide(struct teller *tell, struct sg_decision *decision)
{
    if (sg_dice_often(&tell->dice, 20)) {
        decision->part = SG_PART_BEGIN;
        PUT(tell, sg_record_decision(&tell->record, &tell->source, decision));
        decision->part = SG_PART_END;
    }
    PUT(tell, sg_record_decision(&tell->record, &tell->source, decision));
}

static void exchange(struct teller *tell, bool lost)
{
    struct sg_record_rule found[RULES];
    struct sg_decision decision = {.id = NULL};
    char id[17], trace[33];
    (void)snprintf(id, sizeof id, "%016" PRIx64, ++tell->id);
    hex(&tell->dice, trace, 32);
    decision.id = id;
    decision.trace_id = trace;
    fill(tell, &decision, found, sg_dice_often(&tell->dice, 420));
    decide(tell, &decision);
    if (lost)
        return;
    struct sg_outcome outcome = {.id = id,
                                 .trace_id = trace,
                                 .route = decision.route,
                                 .status = 200,
                                 .reason = "",
                                 .latency_ns = latency(&tell->dice)};
    bool enforced = strcmp(decision.mode, "enforce") == 0;
    if (decision.verdict == SG_VERDICT_BLOCKED && enforced) {
        outcome.status = 422;
        outcome.reason = "blocked";
    } else if (decision.verdict == SG_VERDICT_REFUSED && enforced) {
        outcome.status = 400;
        outcome.reason = "malformed";
    } else if (sg_dice_often(&tell->dice, 4)) {
        outcome.status = sg_dice_often(&tell->dice, 500) ? 504 : 0;
        outcome.reason = outcome.status == 0 ? "client-gone" : "upstream-timeout";
    }
    PUT(tell, sg_record_outcome(&tell->record, &tell->source, &outcome));
}

static void turn_away(struct teller *tell)
{
    size_t which =
        tell->attack ? (sg_dice_often(&tell->dice, 800) ? 0 : 3) : sg_dice_below(&tell->dice, 5);
    const struct sg_refused refused = {
        turned[which], turned_status[which], sg_dice_roll(&tell->dice),
        tell->attack ? 80 + sg_dice_below(&tell->dice, 1600) : 1 + sg_dice_below(&tell->dice, 3)};
    PUT(tell, sg_record_refused(&tell->record, &tell->source, &refused));
}

/* --- what happened --- */

static void new_rules(struct teller *tell)
{
    memcpy(tell->old_digest, tell->digest, sizeof tell->digest);
    hex(&tell->dice, tell->digest, 64);
    change(tell, "reload", 1001);
    memcpy(tell->old_digest, tell->digest, sizeof tell->digest);
}

static void fail_reload(struct teller *tell)
{
    change(tell, "reload-failed", 1001);
}

static void act(struct teller *tell, const char *what, const char *why)
{
    const struct sg_act act = {.act = what,
                               .object = "config",
                               .done = true,
                               .why = sg_bytes_of(why),
                               .actor = {SG_ACTOR_PEER, 0x51fe}};
    PUT(tell, sg_record_act(&tell->record, &tell->source, &act));
}

static void set_level(struct teller *tell)
{
    act(tell, "level", "CHG-1187");
}

static void hold(struct teller *tell, bool on, const char *why)
{
    const struct sg_hold hold = {.on = on, .why = sg_bytes_of(why), .actor = {SG_ACTOR_USER, 1002}};
    PUT(tell, sg_record_hold(&tell->record, &tell->source, &hold));
}

static void hold_on(struct teller *tell)
{
    hold(tell, true, "LEGAL-42");
}

static void hold_off(struct teller *tell)
{
    hold(tell, false, "the matter was closed by counsel");
}

static void erase(struct teller *tell)
{
    const struct sg_erasure erasure = {.pseudonym = sg_dice_roll(&tell->dice),
                                       .key = sg_dice_roll(&tell->dice),
                                       .kind = "conversation",
                                       .done = true,
                                       .requester = SG_BYTES("DSR-2026-118"),
                                       .basis = SG_BYTES("gdpr-17-1-b"),
                                       .actor = {SG_ACTOR_USER, 1002}};
    PUT(tell, sg_record_erasure(&tell->record, &tell->source, &erasure));
}

static void order(struct teller *tell)
{
    const struct sg_guard_act given = {.act = "order",
                                       .kind = "block",
                                       .done = true,
                                       .order = 4,
                                       .brand = SG_BYTES("atlantica"),
                                       .expires_ms = wall_ms + 30 * (uint64_t)DAY_MS,
                                       .actor = {SG_ACTOR_USER, 1002}};
    PUT(tell, sg_record_guard(&tell->record, &tell->source, &given));
}

static void roll_master(struct teller *tell)
{
    const struct sg_master master = {sg_dice_roll(&tell->dice), sg_dice_roll(&tell->dice),
                                     1200 + sg_dice_below(&tell->dice, 400),
                                     sg_dice_below(&tell->dice, 40)};
    PUT(tell, sg_record_master(&tell->record, &tell->source, &master));
}

static void read_log(struct teller *tell)
{
    static const char *const words[] = {"verify", "query", "report", "export"};
    const struct sg_audit_read read = {.command = words[sg_dice_below(&tell->dice, 4)],
                                       .object = "log",
                                       .done = true,
                                       .first = UINT64_MAX,
                                       .last = UINT64_MAX,
                                       .from_ms = wall_ms - DAY_MS,
                                       .to_ms = wall_ms,
                                       .actor = {SG_ACTOR_USER, 1003}};
    PUT(tell, sg_record_read(&tell->record, &tell->source, &read));
}

static void space(struct teller *tell, const char *state, uint64_t percent)
{
    const struct sg_space record = {state, percent * 400 << 20, UINT64_C(40000) << 20};
    PUT(tell, sg_record_space(&tell->record, &tell->source, &record));
}

static void fill_disk(struct teller *tell)
{
    space(tell, "warn", 19);
    move_to(wall_ms + 40 * 60000);
    space(tell, "low", 9);
    move_to(wall_ms + 25 * 60000);
    space(tell, "full", 4);
    const struct sg_gap gap = {"disk-full", wall_ms, wall_ms + 187000, 214, 3};
    move_to(wall_ms + 187000);
    PUT(tell, sg_record_gap(&tell->record, &tell->source, &gap));
    space(tell, "ok", 61);
}

static void crash(struct teller *tell)
{
    for (int i = 0; i < 7; i++)
        exchange(tell, true);
    close_log(tell, false);
    move_to(wall_ms + 45000);
    open_log(tell);
    const struct sg_recovery recovery = {"log/000000.ndjson", 311, {0x5a, 0x17}};
    PUT(tell, sg_record_recovery(&tell->record, &tell->source, &recovery));
    change(tell, "start", 0);
}

static void restart(struct teller *tell)
{
    close_log(tell, true);
    move_to(wall_ms + 9000);
    open_log(tell);
    change(tell, "start", 0);
}

static void begin_attack(struct teller *tell)
{
    tell->attack = true;
}

static void end_attack(struct teller *tell)
{
    tell->attack = false;
}

static void begin_broken(struct teller *tell)
{
    tell->broken = true;
}

static void end_broken(struct teller *tell)
{
    tell->broken = false;
}

/* In parts of a thousand of the whole. */
static const struct {
    unsigned when;
    void (*what)(struct teller *tell);
} events[] = {{40, read_log},   {90, roll_master},   {120, erase},      {150, order},
              {210, set_level}, {233, roll_master},  {300, new_rules},  {333, read_log},
              {400, hold_on},   {466, roll_master},  {480, restart},    {500, fail_reload},
              {505, new_rules}, {530, begin_broken}, {545, end_broken}, {600, read_log},
              {640, erase},     {660, begin_attack}, {675, end_attack}, {699, roll_master},
              {720, new_rules}, {765, fill_disk},    {800, read_log},   {835, crash},
              {880, hold_off},  {900, erase},        {930, read_log},   {933, roll_master},
              {985, read_log}};
enum { EVENTS = sizeof events / sizeof events[0] };

/* How busy an hour is, from 0 to 1: nights and weekends are quiet. */
static double busy(uint64_t ms)
{
    double hour = (double)(ms % DAY_MS) / HOUR_MS;
    unsigned weekday = (unsigned)((ms / DAY_MS + 4) % 7); /* 0: Sunday */
    double day = 0.08 + 0.92 * exp(-(hour - 14.5) * (hour - 14.5) / 26);
    return day * (weekday == 0 || weekday == 6 ? 0.45 : 1);
}

static void tell_all(struct teller *tell)
{
    const uint64_t length = (uint64_t)tell->story->days * DAY_MS, part = length / PARTS;
    size_t next = 0;
    double owed = 0;
    change(tell, "start", 0);
    for (uint64_t at = 0; at < PARTS && tell->rc >= 0; at++) {
        move_to(tell->start + at * part);
        tell->day = (double)at * 30 / PARTS;
        for (; next < EVENTS && events[next].when * PARTS / 1000 <= at; next++)
            events[next].what(tell);
        owed += (double)tell->story->exchanges / PARTS * busy(wall_ms) / 0.383;
        for (uint64_t n = (uint64_t)owed, i = 0; i < n; i++, owed -= 1) {
            move_to(wall_ms + part / (n + 1));
            exchange(tell, false);
        }
        for (int i = tell->attack ? 30 : sg_dice_often(&tell->dice, 400); i > 0; i--)
            turn_away(tell);
        tick(tell, false);
    }
}

/* --- before and after --- */

static enum scrubgate_status write_first_key(const struct teller *tell,
                                             const struct sg_seal_key *first)
{
    char path[600];
    struct sg_buf text = {0};
    enum scrubgate_status rc =
        sg_base64_add(&text, (struct sg_bytes){first->key, sizeof first->key});
    (void)snprintf(path, sizeof path, "%s/first.key", tell->story->dir);
    FILE *file = rc < 0 ? NULL : fopen(path, "w");
    if (file == NULL || fwrite(text.data, 1, text.len, file) != text.len)
        rc = SCRUBGATE_EIO;
    if (file != NULL && fclose(file) != 0)
        rc = SCRUBGATE_EIO;
    sg_buf_fini(&text);
    return rc;
}

enum scrubgate_status sg_story_write(const struct sg_story *story, struct scrubgate_fault *fault)
{
    struct teller tell = {.story = story, .dice = {story->seed}, .fault = fault};
    struct sg_seal_key first;
    unsigned made = 0;
    bool fresh = false;
    tell.start = wall_ms = the_end - (uint64_t)story->days * DAY_MS;
    mono_ns = UINT64_C(5000000000);
    (void)snprintf(tell.dir, sizeof tell.dir, "%s/audit", story->dir);
    (void)snprintf(tell.keys, sizeof tell.keys, "%s/keys", story->dir);
    (void)mkdir(story->dir, 0750);
    (void)mkdir(tell.keys, 0700);
    tell.source = (struct sg_record_source){SG_STORY_ORIGIN, tell.boot};
    tell.setup = (struct sg_log_setup){.dir = tell.dir,
                                       .source = &tell.source,
                                       .checkpoint_ns = UINT64_C(1000000000),
                                       .epoch_ns = (uint64_t)story->days * 480 * 1000000000};
    hex(&tell.dice, tell.digest, 64);
    hex(&tell.dice, tell.config, 64);
    tell.rc = sg_log_keys_make(tell.keys, SG_STORY_ORIGIN, &made, &fresh, &first, fault);
    if (tell.rc >= 0)
        tell.rc = write_first_key(&tell, &first);
    open_log(&tell);
    if (tell.rc >= 0)
        tell_all(&tell);
    if (tell.log != NULL)
        close_log(&tell, true);
    sg_buf_fini(&tell.record);
    return tell.rc;
}
