/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_scan.c - throughput of the engines and what they find in labelled chat.
 *
 * usage: bench_scan NDJSON [ROUNDS]
 *
 * Each text is scanned whole, as a small message is. MB/s are of one thread's CPU time, medians of
 * interleaved rounds; the ratio is what counts, machines differ.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>

#include <scrubgate/ruleset.h>

#include "base/json.h"
#include "base/utf8.h"
#include "rule/ruleset.h"
#include "scan/scanner.h"

#include "load.h"

enum { ROUNDS_MOST = 101, FOUND_MOST = 256 };

struct text {
    struct sg_json *json;
    struct sg_bytes bytes;
    const struct sg_json_node *labels;
};

struct found {
    uint64_t start[FOUND_MOST], end[FOUND_MOST];
    size_t n;
};

static void check(enum scrubgate_status rc, const char *what)
{
    if (rc >= 0)
        return;
    (void)fprintf(stderr, "%s: %s\n", what, scrubgate_status_word(rc));
    exit(1);
}

static enum scrubgate_status keep(void *ctx, uint64_t start, struct sg_bytes text)
{
    (void)ctx;
    (void)start;
    (void)text;
    return SCRUBGATE_OK;
}

static enum scrubgate_status edit(void *ctx, uint64_t start, uint64_t end, struct sg_bytes text)
{
    struct found *found = ctx;
    (void)text;
    if (found->n < FOUND_MOST) {
        found->start[found->n] = start;
        found->end[found->n++] = end;
    }
    return SCRUBGATE_OK;
}

static void scan(struct sg_scanner *scanner, struct sg_bytes text, struct found *found)
{
    const struct sg_scan_sink sink = {.keep = keep, .edit = edit, .ctx = found};
    found->n = 0;
    check(sg_scanner_begin(scanner, SG_FIELD_TEXT, (struct sg_place){NULL, 0}, &sink), "scan");
    check(sg_scanner_feed(scanner, text, true), "scan");
}

static double cpu_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t read_texts(const char *path, struct text **texts)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t cap = 0, n = 0, room = 0;
    if (file == NULL) {
        perror(path);
        exit(2);
    }
    for (ssize_t len = getline(&line, &cap, file); len > 0; len = getline(&line, &cap, file)) {
        if (n == room) {
            room = room == 0 ? 4096 : room * 2;
            *texts = realloc(*texts, room * sizeof **texts);
            if (*texts == NULL)
                exit(2);
        }
        struct text *text = &(*texts)[n++];
        struct scrubgate_fault fault = {.what = ""};
        check(
            sg_json_parse(&text->json, (struct sg_bytes){(uint8_t *)line, (size_t)len}, 8, &fault),
            fault.what);
        const struct sg_json_node *root = sg_json_root(text->json);
        text->bytes = sg_json_get(root, "text")->text;
        text->labels = sg_json_get(root, "spans");
    }
    free(line);
    (void)fclose(file);
    return n;
}

static uint64_t number(const struct sg_json_node *node)
{
    uint64_t value = 0;
    (void)sg_bytes_to_u64(node->text, &value);
    return value;
}

/* Labels wholly covered, labels missed, findings that touch no label. */
static void judge(const struct text *text, const struct found *found, size_t counts[3])
{
    size_t touching = 0;
    bool touched[FOUND_MOST] = {false};
    for (const struct sg_json_node *label = text->labels->child; label != NULL;
         label = label->next) {
        uint64_t start = number(label->child), end = number(label->child->next);
        bool covered = false;
        for (size_t i = 0; i < found->n; i++) {
            uint64_t from =
                sg_utf8_count((struct sg_bytes){text->bytes.data, (size_t)found->start[i]});
            uint64_t to = sg_utf8_count((struct sg_bytes){text->bytes.data, (size_t)found->end[i]});
            covered = covered || (from <= start && to >= end);
            touched[i] = touched[i] || (from < end && to > start);
        }
        counts[covered ? 0 : 1]++;
    }
    for (size_t i = 0; i < found->n; i++)
        touching += touched[i] ? 1 : 0;
    counts[2] += found->n - touching;
}

int main(int argc, char **argv)
{
    static const char *const names[2] = {"reference engine (every rule over the text)",
                                         "with prefilter and leads (values that come whole)"};
    static double rate[2][ROUNDS_MOST], ratio[ROUNDS_MOST];
    struct scrubgate_ruleset *set = NULL;
    struct scrubgate_scratch *scratch = NULL;
    struct scrubgate_fault fault = {.what = ""};
    struct sg_scanner *scanners[2];
    struct text *texts = NULL;
    static struct found found;
    size_t counts[3] = {0}, bytes = 0;
    if (argc < 2) {
        (void)fprintf(stderr, "usage: %s NDJSON [ROUNDS]\n", argv[0]);
        return 2;
    }
    size_t n = read_texts(argv[1], &texts);
    size_t rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 11;
    if (n == 0 || rounds < 1 || rounds > ROUNDS_MOST)
        return 2;
    check(scrubgate_ruleset_load(&set, NULL, 0, &fault), fault.what);
    check(scrubgate_scratch_new(&scratch), "scratch");
    for (size_t i = 0; i < 2; i++) {
        const struct sg_scan_config config = {
            .level = 2, .max_held = 64 * 1024, .reference = i == 0};
        check(sg_scanner_new(&scanners[i], set, scratch, &config), "scanner");
    }
    for (size_t i = 0; i < n; i++) {
        scan(scanners[1], texts[i].bytes, &found);
        judge(&texts[i], &found, counts);
        bytes += texts[i].bytes.len;
    }
    for (size_t r = 0; r < rounds; r++) {
        for (size_t i = 0; i < 2; i++) {
            double start = cpu_s();
            for (size_t t = 0; t < n; t++)
                scan(scanners[i], texts[t].bytes, &found);
            rate[i][r] = (double)bytes / 1e6 / (cpu_s() - start);
        }
        ratio[r] = rate[1][r] / rate[0][r];
    }
    (void)printf(
        "%zu texts, %.2f MB, %zu rules\n\n| engine | MB/s | x reference |\n|---|---|---|\n", n,
        (double)bytes / 1e6, scrubgate_ruleset_count(set));
    (void)printf("| %s | %.1f | 1.0 |\n", names[0], median(rate[0], rounds));
    (void)printf("| %s | %.1f | %.1f |\n", names[1], median(rate[1], rounds),
                 median(ratio, rounds));
    (void)printf("\nlabelled phone numbers masked whole: %zu of %zu (%.2f %%); other finds: %zu\n",
                 counts[0], counts[0] + counts[1],
                 100.0 * (double)counts[0] / (double)(counts[0] + counts[1]), counts[2]);
    for (size_t i = 0; i < 2; i++)
        sg_scanner_free(scanners[i]);
    for (size_t i = 0; i < n; i++)
        sg_json_free(texts[i].json);
    free(texts);
    scrubgate_scratch_free(scratch);
    scrubgate_ruleset_free(set);
    return 0;
}
