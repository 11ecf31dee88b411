/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_corpus.c - the texts that bench_scan scans: what holds them, the document, and those made to
 * hurt an engine. The chats are made in scan_chat.c.
 */
#include "scan_corpus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scan_chat.h"

/* As much of a body as one turn of the event loop scans at once. */
enum { HOSTILE_TEXT = 64 * 1024 };

uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

size_t random_below(uint64_t *state, size_t n)
{
    return (size_t)(random_next(state) % n);
}

static void *grown(void *memory, size_t bytes)
{
    void *more = realloc(memory, bytes);
    if (more == NULL) {
        perror("memory for the texts");
        exit(2);
    }
    return more;
}

struct corpus *corpus_new(const char *name, const char *about)
{
    struct corpus *corpus = grown(NULL, sizeof *corpus);
    *corpus = (struct corpus){.name = name, .about = about};
    return corpus;
}

void corpus_free(struct corpus *corpus)
{
    if (corpus == NULL)
        return;
    free(corpus->data);
    free(corpus->texts);
    free(corpus);
}

struct sg_bytes corpus_text(const struct corpus *corpus, size_t i)
{
    struct sg_span span = corpus->texts[i];
    return (struct sg_bytes){corpus->data + span.start, span.end - span.start};
}

double corpus_mean(const struct corpus *corpus)
{
    return (double)corpus->len / (double)corpus->n;
}

double corpus_digits(const struct corpus *corpus)
{
    size_t digits = 0;
    for (size_t i = 0; i < corpus->len; i++)
        digits += sg_is_digit(corpus->data[i]) ? 1 : 0;
    return 100.0 * (double)digits / (double)corpus->len;
}

void corpus_begin(struct corpus *corpus)
{
    if (corpus->n == corpus->texts_cap) {
        corpus->texts_cap = corpus->texts_cap == 0 ? 1024 : corpus->texts_cap * 2;
        corpus->texts = grown(corpus->texts, corpus->texts_cap * sizeof *corpus->texts);
    }
    corpus->texts[corpus->n++] = (struct sg_span){corpus->len, corpus->len};
}

void corpus_add(struct corpus *corpus, const void *data, size_t len)
{
    if (corpus->cap - corpus->len < len) {
        corpus->cap = (corpus->cap + len) * 2;
        corpus->data = grown(corpus->data, corpus->cap);
    }
    if (len > 0)
        memcpy(corpus->data + corpus->len, data, len);
    corpus->len += len;
    corpus->texts[corpus->n - 1].end = corpus->len;
}

void corpus_say(struct corpus *corpus, const char *text)
{
    corpus_add(corpus, text, strlen(text));
}

size_t corpus_so_far(const struct corpus *corpus)
{
    struct sg_span span = corpus->texts[corpus->n - 1];
    return span.end - span.start;
}

/* --- a long document ------------------------------------------------------------------------- */

static const char *const words[] = {
    "the",       "of",       "and",        "to",         "in",        "a",           "is",
    "that",      "for",      "it",         "as",         "was",       "with",        "be",
    "by",        "on",       "not",        "he",         "this",      "are",         "or",
    "his",       "from",     "at",         "which",      "but",       "have",        "an",
    "had",       "they",     "you",        "were",       "there",     "one",         "all",
    "we",        "can",      "her",        "has",        "been",      "if",          "more",
    "when",      "will",     "would",      "who",        "so",        "no",          "contract",
    "customer",  "supplier", "delivery",   "warranty",   "agreement", "procedure",   "department",
    "invoice",   "payment",  "quarter",    "schedule",   "review",    "maintenance", "equipment",
    "committee", "project",  "accounting", "liability",  "insurance", "temperature", "measurement",
    "according", "between",  "because",    "following",  "important", "information", "different",
    "system",    "process",  "quality",    "standard",   "operation", "management",  "development",
    "increase",  "decrease", "analysis",   "appendix",   "chapter",   "section",     "figure",
    "version",   "network",  "interface",  "connection", "register",  "parameter",   "function",
    "memory",    "protocol", "document",   "reference",  "address",   "number",      "value",
    "example",   "record",   "service",    "station",    "building",  "machine",     "material",
    "water",     "energy",   "pressure",   "voltage",    "frequency", "distance",    "velocity"};

static void write_sentence(struct corpus *corpus, uint64_t *seed)
{
    char token[64];
    size_t n = 6 + random_below(seed, 14);
    for (size_t i = 0; i < n; i++) {
        /* The square makes the first words of the list the common ones, as in a language. */
        size_t a = random_below(seed, sizeof words / sizeof *words);
        size_t pick = a * (1 + random_below(seed, sizeof words / sizeof *words)) /
                      (sizeof words / sizeof *words);
        const char *word = words[pick];
        if (random_below(seed, 40) == 0)
            (void)snprintf(token, sizeof token, "%u.%u", (unsigned)random_below(seed, 400),
                           (unsigned)random_below(seed, 100));
        else if (random_below(seed, 60) == 0)
            (void)snprintf(token, sizeof token, "(%s %u)", word, (unsigned)random_below(seed, 90));
        else
            (void)snprintf(token, sizeof token, "%s", word);
        if (i == 0 && token[0] >= 'a' && token[0] <= 'z')
            token[0] = (char)(token[0] - 'a' + 'A');
        corpus_say(corpus, token);
        corpus_say(corpus, i + 1 == n ? ". " : random_below(seed, 12) == 0 ? ", " : " ");
    }
}

/* One text: prose in paragraphs, a value of a person in one sentence of fifty. */
static struct corpus *make_document(size_t bytes)
{
    struct corpus *corpus = corpus_new("document", "one document, prose with some personal data");
    uint64_t seed = 10;
    corpus_begin(corpus);
    while (corpus->len < bytes) {
        for (size_t i = 3 + random_below(&seed, 6); i > 0; i--) {
            if (random_below(&seed, 50) == 0)
                chat_add_personal(corpus, &seed);
            else
                write_sentence(corpus, &seed);
        }
        corpus_say(corpus, "\n\n");
    }
    return corpus;
}

/* --- made to hurt ---------------------------------------------------------------------------- */

static void add_digits(struct corpus *corpus, uint64_t *seed)
{
    uint8_t digit = (uint8_t)('0' + random_below(seed, 10));
    corpus_add(corpus, &digit, 1);
}

static void add_spaced(struct corpus *corpus, uint64_t *seed)
{
    uint8_t pair[2] = {(uint8_t)('0' + random_below(seed, 10)), ' '};
    corpus_add(corpus, pair, 2);
}

static void add_hex(struct corpus *corpus, uint64_t *seed)
{
    static const char digits[] = "0123456789abcdef";
    corpus_add(corpus, digits + random_below(seed, 16), 1);
}

static void add_base64(struct corpus *corpus, uint64_t *seed)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    corpus_add(corpus, letters + random_below(seed, 64), 1);
}

static void add_at(struct corpus *corpus, uint64_t *seed)
{
    (void)seed;
    corpus_say(corpus, "@");
}

static void add_a_at(struct corpus *corpus, uint64_t *seed)
{
    (void)seed;
    corpus_say(corpus, "a@");
}

static void add_one_dot(struct corpus *corpus, uint64_t *seed)
{
    (void)seed;
    corpus_say(corpus, "1.");
}

static const struct {
    const char *name, *about;
    void (*add)(struct corpus *corpus, uint64_t *seed); /* the next byte or two */
} hurting[] = {{"personal", "personal data only", chat_add_personal},
               {"digits", "one run of digits", add_digits},
               {"spaced", "digits with blanks between", add_spaced},
               {"hex", "hex digits", add_hex},
               {"base64", "base64", add_base64},
               {"at", "`@@@`", add_at},
               {"a-at", "`a@a@`", add_a_at},
               {"one-dot", "`1.1.`", add_one_dot}};

const char *const corpus_hostile[] = {"personal", "digits", "spaced",  "hex", "base64",
                                      "at",       "a-at",   "one-dot", NULL};
const char *const corpus_names[] = {"chat",   "mixed",   "cyrillic", "document", "personal",
                                    "digits", "spaced",  "hex",      "base64",   "at",
                                    "a-at",   "one-dot", NULL};

static struct corpus *make_hostile(const char *name, size_t bytes)
{
    size_t kind = 0, kinds = sizeof hurting / sizeof *hurting;
    uint64_t seed = 20;
    while (kind < kinds && strcmp(hurting[kind].name, name) != 0)
        kind++;
    if (kind == kinds)
        return NULL;
    struct corpus *corpus = corpus_new(hurting[kind].name, hurting[kind].about);
    while (corpus->len < bytes) {
        corpus_begin(corpus);
        while (corpus_so_far(corpus) < HOSTILE_TEXT)
            hurting[kind].add(corpus, &seed);
    }
    return corpus;
}

struct corpus *corpus_make(const char *name, size_t bytes)
{
    if (strcmp(name, "document") == 0)
        return make_document(bytes);
    struct corpus *corpus = chat_make(name, bytes);
    return corpus != NULL ? corpus : make_hostile(name, bytes);
}
