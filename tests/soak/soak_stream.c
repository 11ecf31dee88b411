/* SPDX-License-Identifier: Apache-2.0 */
/*
 * soak_stream.c - long bodies that are meant to hurt, through the library.
 *
 *     one digit over and over · random bytes · what makes rules work hardest
 *
 * usage: soak_stream [MIB]      1024 without
 *
 * Each must come to its end, with nothing held that grows with its length; and the beginning of
 * each must leave as it does with the reference engine. Prints a line for each; exits 1 when one
 * fails.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <scrubgate/ruleset.h>
#include <scrubgate/stream.h>

#include "scan/scanner.h"

#include "../lib/chatter.h"

enum {
    PIECE = 16 * 1024,
    WARM = 4 << 20,     /* bytes after which what is allocated once is there */
    COMPARED = 2 << 20, /* bytes that go through the reference engine, too */
    GROWTH = 2 << 20    /* most bytes of resident memory more than then */
};

/* A sanitizer keeps what was freed for a while. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
static const bool sanitized = true;
#else
static const bool sanitized = false;
#endif

static const struct body {
    const char *name, *unit; /* NULL: drawn from letters */
    const char *letters;
    bool short_one; /* a 64th of the length */
} bodies[] = {
    {"one digit", "1", NULL, false},
    {"digits with blanks", "1 ", NULL, true},
    {"at signs", "@", NULL, true},
    {"a@a@", "a@", NULL, true},
    {"1.1.", "1.", NULL, true},
    {"one letter", "a", NULL, true},
    {"colons", "a:", NULL, true},
    {"random digits", NULL, "0123456789", true},
    {"random hex", NULL, "0123456789abcdef", true},
    {"random base64", NULL, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
     true},
    {"nothing but Cyrillic", "\xD0\xB0\xD0\xB1 ", NULL, true},
    {"zero-width characters", "1\xE2\x80\x8B", NULL, true},
};

static void check(bool holds, const char *name, const char *what)
{
    if (holds)
        return;
    (void)printf("FAIL %s: %s\n", name, what);
    exit(1);
}

static size_t resident(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%*u %lu", &pages) != 1)
        pages = 0;
    if (file != NULL)
        (void)fclose(file);
    return (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* The next piece of a body; units are not cut. */
static size_t fill(uint8_t piece[PIECE], const struct body *body, struct sg_dice *dice)
{
    size_t len = 0, unit = body->unit == NULL ? 0 : strlen(body->unit);
    if (unit == 0) {
        size_t letters = strlen(body->letters);
        for (; len < PIECE; len++)
            piece[len] = (uint8_t)body->letters[sg_dice_below(dice, letters)];
    }
    for (; unit > 0 && len + unit <= PIECE; len += unit)
        memcpy(piece + len, body->unit, unit);
    return len;
}

/* What a run came to. */
struct run {
    uint64_t in, out, hash; /* bytes, and a hash of those that left */
    size_t warm, most;      /* resident memory */
};

static void take_out(struct run *run, const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++)
        run->hash = (run->hash ^ data[i]) * UINT64_C(0x100000001B3);
    run->out += len;
}

static void watch_memory(struct run *run)
{
    if (run->in < WARM || run->in % (1 << 20) >= PIECE)
        return;
    size_t now = resident();
    if (run->warm == 0)
        run->warm = now;
    run->most = now > run->most ? now : run->most;
}

static void stream(struct run *run, const struct scrubgate_ruleset *set,
                   struct scrubgate_scratch *scratch, const struct body *body, uint64_t len,
                   bool reference)
{
    static uint8_t piece[PIECE], room[2 * PIECE];
    const struct scrubgate_stream_config config = {
        .content_type = "text/plain; charset=utf-8",
        .level = 4,
        .max_decoded = UINT64_MAX / 2,
        .reference = reference,
    };
    struct scrubgate_stream *open = NULL;
    struct sg_dice dice = {.state = 1};
    enum scrubgate_status rc;
    *run = (struct run){.hash = UINT64_C(0xCBF29CE484222325)};
    check(scrubgate_stream_open(&open, set, scratch, &config) >= 0, body->name, "does not open");
    do {
        struct scrubgate_in in = {piece, fill(piece, body, &dice), 0};
        bool last = run->in + in.len >= len;
        run->in += in.len;
        do {
            struct scrubgate_out out = {room, sizeof room, 0};
            rc = scrubgate_stream_push(open, &in, &out, last);
            take_out(run, room, out.pos);
        } while (rc == SCRUBGATE_FULL);
        watch_memory(run);
    } while (rc == SCRUBGATE_OK);
    check(rc == SCRUBGATE_DONE, body->name, scrubgate_stream_reason(open));
    scrubgate_stream_close(&open);
}

static void soak(const struct scrubgate_ruleset *set, struct scrubgate_scratch *scratch,
                 const struct body *body, uint64_t len)
{
    struct run begin, right, run;
    stream(&begin, set, scratch, body, COMPARED, false);
    stream(&right, set, scratch, body, COMPARED, true);
    check(begin.out == right.out && begin.hash == right.hash, body->name,
          "does not leave as it does with the reference engine");
    stream(&run, set, scratch, body, len, false);
    size_t grown = run.most - run.warm;
    (void)printf("ok   %-24s %6llu MiB in, %6llu out, %zu KiB more memory\n", body->name,
                 (unsigned long long)run.in >> 20, (unsigned long long)run.out >> 20, grown >> 10);
    check(sanitized || grown <= GROWTH, body->name, "memory grows with the length");
    (void)fflush(stdout);
}

/* --- random bytes: no body takes them; the scanner must all the same
 * ------------------------------
 */

static enum scrubgate_status kept(void *ctx, uint64_t start, struct sg_bytes text)
{
    struct run *run = ctx;
    check(start == run->out, "random bytes", "not each byte once, in order");
    run->out = start + text.len;
    return SCRUBGATE_OK;
}

static enum scrubgate_status edited(void *ctx, uint64_t start, uint64_t end, struct sg_bytes text)
{
    struct run *run = ctx;
    (void)text;
    check(start == run->out, "random bytes", "not each byte once, in order");
    run->out = end;
    return SCRUBGATE_OK;
}

static void no_body_takes_them(const struct scrubgate_ruleset *set,
                               struct scrubgate_scratch *scratch)
{
    static uint8_t piece[PIECE], room[2 * PIECE];
    const struct scrubgate_stream_config config = {.level = 4};
    struct scrubgate_stream *open = NULL;
    struct sg_dice dice = {.state = 3};
    for (size_t i = 0; i < PIECE; i++)
        piece[i] = (uint8_t)sg_dice_roll(&dice);
    struct scrubgate_in in = {piece, PIECE, 0};
    struct scrubgate_out out = {room, sizeof room, 0};
    check(scrubgate_stream_open(&open, set, scratch, &config) >= 0, "random bytes", "no stream");
    check(scrubgate_stream_push(open, &in, &out, true) == SCRUBGATE_EMALFORMED, "random bytes",
          "taken for text");
    scrubgate_stream_close(&open);
}

static void scan_random_bytes(const struct scrubgate_ruleset *set,
                              struct scrubgate_scratch *scratch, uint64_t len)
{
    static uint8_t piece[PIECE];
    const struct sg_scan_config config = {.level = 4, .max_held = 64 * 1024};
    struct run run = {.in = 0};
    const struct sg_scan_sink sink = {kept, edited, NULL, &run};
    struct sg_scanner *scanner = NULL;
    struct sg_dice dice = {.state = 2};
    check(sg_scanner_new(&scanner, set, scratch, &config) >= 0 &&
              sg_scanner_begin(scanner, SG_FIELD_TEXT, (struct sg_place){NULL, 0}, &sink) >= 0,
          "random bytes", "no scanner");
    while (run.in < len) {
        size_t n = 1 + sg_dice_below(&dice, PIECE);
        for (size_t i = 0; i < n; i++)
            piece[i] = (uint8_t)sg_dice_roll(&dice);
        run.in += n;
        check(sg_scanner_feed(scanner, (struct sg_bytes){piece, n}, run.in >= len) >= 0,
              "random bytes", "refused");
        watch_memory(&run);
    }
    check(run.out == run.in, "random bytes", "not every byte is handed on");
    size_t grown = run.most - run.warm;
    (void)printf("ok   %-24s %6llu MiB, %zu KiB more memory\n", "random bytes",
                 (unsigned long long)run.in >> 20, grown >> 10);
    check(sanitized || grown <= GROWTH, "random bytes", "memory grows with the length");
    sg_scanner_free(scanner);
}

int main(int argc, char **argv)
{
    uint64_t len = (argc > 1 ? strtoull(argv[1], NULL, 10) : 1024) << 20;
    struct scrubgate_ruleset *set = NULL;
    struct scrubgate_scratch *scratch = NULL;
    struct scrubgate_fault fault = {.what = ""};
    check(scrubgate_ruleset_load(&set, NULL, 0, &fault) >= 0, "the packs", fault.what);
    check(scrubgate_scratch_new(&scratch) >= 0, "the packs", "no memory");
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        soak(set, scratch, &bodies[i], bodies[i].short_one ? len / 64 : len);
    no_body_takes_them(set, scratch);
    scan_random_bytes(set, scratch, len);
    scrubgate_scratch_free(scratch);
    scrubgate_ruleset_free(set);
    return 0;
}
