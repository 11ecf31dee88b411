/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_peer.c - Hyperscan with our patterns, where Debian's libhyperscan-dev is installed.
 */
#include "scan_peer.h"

#ifdef HAVE_HS

#include <hs.h>
#include <stdio.h>
#include <stdlib.h>

#include "rule/ruleset.h"
#include "scan_plain.h"

struct peer {
    hs_database_t *database;
    hs_scratch_t *scratch;
    unsigned long long matches; /* so that nobody thinks the callback away */
};

const char *peer_version(void)
{
    return hs_version();
}

static void die(const char *what)
{
    (void)fprintf(stderr, "Hyperscan: %s\n", what);
    exit(2);
}

/* Whether it takes the pattern alone. */
static bool takes(const char *pattern, unsigned flags)
{
    hs_database_t *database = NULL;
    hs_compile_error_t *error = NULL;
    bool taken = hs_compile(pattern, flags, HS_MODE_BLOCK, NULL, &database, &error) == HS_SUCCESS;
    if (!taken)
        (void)hs_free_compile_error(error);
    (void)hs_free_database(database);
    return taken;
}

/* The pattern with as few repeats opened as it takes; NULL: it takes none. */
static char *plain_for(struct sg_bytes text, unsigned flags, bool *changed)
{
    static const unsigned open_from[] = {60, 16, 2};
    for (size_t i = 0; i < sizeof open_from / sizeof *open_from; i++) {
        char *plain = plain_pattern(text, open_from[i], changed);
        if (plain == NULL)
            die("out of memory");
        if (takes(plain, flags))
            return plain;
        free(plain);
    }
    return NULL;
}

/* The patterns it takes, as it takes them. */
struct list {
    char **texts;
    unsigned *flags, *ids;
    unsigned n;
};

static void list_fini(struct list *list)
{
    for (unsigned i = 0; i < list->n; i++)
        free(list->texts[i]);
    free(list->texts);
    free(list->flags);
    free(list->ids);
}

static void list_init(struct list *list, const struct scrubgate_ruleset *set, unsigned flags,
                      struct peer_patterns *patterns)
{
    *list = (struct list){.texts = calloc(set->n_rules, sizeof *list->texts),
                          .flags = calloc(set->n_rules, sizeof *list->flags),
                          .ids = calloc(set->n_rules, sizeof *list->ids)};
    *patterns = (struct peer_patterns){0};
    if (list->texts == NULL || list->flags == NULL || list->ids == NULL)
        die("out of memory");
    for (size_t i = 0; i < set->n_rules; i++) {
        struct sg_bytes text = sg_pattern_text(set->rules[i]->pattern);
        bool changed = false;
        char *plain = plain_for(text, flags, &changed);
        if (plain == NULL) {
            patterns->refused++;
            continue;
        }
        patterns->changed += changed ? 1 : 0;
        list->texts[list->n] = plain;
        list->flags[list->n] = flags;
        list->ids[list->n++] = (unsigned)i;
    }
    patterns->taken = list->n;
}

static struct peer *peer_new(const struct scrubgate_ruleset *set, unsigned flags,
                             struct peer_patterns *patterns)
{
    struct peer *peer = calloc(1, sizeof *peer);
    hs_compile_error_t *error = NULL;
    struct list list;
    if (peer == NULL)
        die("out of memory");
    list_init(&list, set, flags, patterns);
    if (hs_compile_multi((const char *const *)list.texts, list.flags, list.ids, list.n,
                         HS_MODE_BLOCK, NULL, &peer->database, &error) != HS_SUCCESS)
        die(error->message);
    if (hs_alloc_scratch(peer->database, &peer->scratch) != HS_SUCCESS)
        die("no scratch");
    list_fini(&list);
    return peer;
}

void peers_new(struct peers *peers, const struct scrubgate_ruleset *set, bool starts)
{
    *peers = (struct peers){.ends = NULL};
    peers->ends = peer_new(set, 0, &peers->with_ends);
    if (starts)
        peers->starts = peer_new(set, HS_FLAG_SOM_LEFTMOST, &peers->with_starts);
}

static void peer_free(struct peer *peer)
{
    if (peer == NULL)
        return;
    (void)hs_free_scratch(peer->scratch);
    (void)hs_free_database(peer->database);
    free(peer);
}

void peers_free(struct peers *peers)
{
    peer_free(peers->ends);
    peer_free(peers->starts);
}

static int note(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                void *ctx)
{
    struct peer *peer = ctx;
    (void)id;
    (void)from;
    (void)to;
    (void)flags;
    peer->matches++;
    return 0;
}

static void pass(void *ctx, const struct corpus *corpus)
{
    struct peer *peer = ctx;
    for (size_t i = 0; i < corpus->n; i++) {
        struct sg_bytes text = corpus_text(corpus, i);
        if (hs_scan(peer->database, (const char *)text.data, (unsigned)text.len, 0, peer->scratch,
                    note, peer) != HS_SUCCESS)
            die("a scan failed");
    }
}

struct runner peer_runner(const char *name, struct peer *peer)
{
    return (struct runner){name, pass, peer};
}

#else

const char *peer_version(void)
{
    return NULL;
}

void peers_new(struct peers *peers, const struct scrubgate_ruleset *set, bool starts)
{
    (void)set;
    (void)starts;
    *peers = (struct peers){.ends = NULL};
}

void peers_free(struct peers *peers)
{
    (void)peers;
}

struct runner peer_runner(const char *name, struct peer *peer)
{
    return (struct runner){name, NULL, peer};
}

#endif
