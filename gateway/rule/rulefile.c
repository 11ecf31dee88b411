/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rulefile.c - packs of rules: from files to one ruleset, all or nothing.
 *
 *     folders -> files -> YAML -> each pack's rules -> exclusions -> digest, sieve, bounds
 *
 * Exclusions come last because a pack may exclude places from another pack's rule.
 */
#include "rule/rulefile.h"

#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/digest.h"
#include "base/file.h"
#include "rule/define.h"
#include "rule/exclude.h"
#include "rule/reader.h"
#include "rule/rule_parse.h"
#include "rule/sieves.h"

enum {
    LARGEST_PACK = 1024 * 1024,
    MOST_PACKS = 1000,
    MOST_RULES = 2000, /* in all packs */
    SLACK = 4          /* a code point at either end, widened or cut */
};

/* --- one pack ----------------------------------------------------------------------------- */

static enum scrubgate_status read_pack_name(struct sg_reader *reader,
                                            const struct sg_yaml_node *root, struct sg_pack *pack)
{
    enum scrubgate_status rc = sg_reader_name(reader, root, "pack", &pack->name);
    if (rc < 0)
        return rc;
    const struct scrubgate_ruleset *set = reader->set;
    for (size_t i = 0; i < set->n_packs; i++) {
        if (strcmp(set->packs[i].name, pack->name) == 0)
            return sg_reader_fault(reader, sg_yaml_get(root, "pack"),
                                   "a pack %s is already loaded from %s: give each file once, and "
                                   "each pack a name of its own",
                                   pack->name, set->packs[i].file);
    }
    return SCRUBGATE_OK;
}

static enum scrubgate_status digest_pack(struct sg_bytes text, char hex[65])
{
    uint8_t digest[SG_SHA256_SIZE];
    enum scrubgate_status rc = sg_sha256(text, digest);
    if (rc >= 0)
        sg_hex((struct sg_bytes){digest, sizeof digest}, hex);
    return rc;
}

static enum scrubgate_status read_head(struct sg_reader *reader, const struct sg_yaml_node *root)
{
    static const char *const keys[] = {"pack", "version", "owner", "define", "rules", "exclude"};
    struct scrubgate_ruleset *set = reader->set;
    struct sg_pack made = {.file = reader->file, .text.len = reader->source.len};
    made.text.data = (const uint8_t *)sg_arena_copy(&set->arena, reader->source);
    if (made.text.data == NULL)
        return SCRUBGATE_ENOMEM;
    enum scrubgate_status rc = sg_yaml_only(reader->tree, root, keys, 6, reader->fault);
    if (rc >= 0)
        rc = read_pack_name(reader, root, &made);
    if (rc >= 0)
        rc = sg_reader_option(reader, root, "version", &made.version);
    if (rc >= 0)
        rc = sg_reader_option(reader, root, "owner", &made.owner);
    if (rc >= 0)
        rc = digest_pack(reader->source, made.digest);
    if (rc < 0)
        return rc;
    struct sg_pack *packs = sg_reader_grow(reader, set->packs, set->n_packs, sizeof *packs);
    if (packs == NULL)
        return SCRUBGATE_ENOMEM;
    set->packs = packs;
    packs[set->n_packs++] = made;
    reader->pack = made.name;
    return SCRUBGATE_OK;
}

static enum scrubgate_status read_rule(struct sg_reader *reader, const struct sg_yaml_node *node)
{
    struct scrubgate_ruleset *set = reader->set;
    struct sg_rule *rule = sg_arena_alloc(&set->arena, sizeof *rule);
    struct sg_rule **rules = sg_reader_grow(reader, set->rules, set->n_rules, sizeof *rules);
    if (rule == NULL || rules == NULL)
        return SCRUBGATE_ENOMEM;
    rule->id = ""; /* in the set from now on, so that freeing it frees the rule's patterns */
    rule->index = (unsigned)set->n_rules;
    set->rules = rules;
    rules[set->n_rules++] = rule;
    set->packs[set->n_packs - 1].n_rules++;
    return sg_rule_parse(reader, node, rule);
}

static enum scrubgate_status read_rules(struct sg_reader *reader, const struct sg_yaml_node *root)
{
    const struct sg_yaml_node *list = sg_yaml_get(root, "rules");
    if (list == NULL)
        return SCRUBGATE_OK; /* a pack of exclusions only */
    if (list->kind != SG_YAML_SEQUENCE)
        return sg_reader_fault(reader, list, "'rules' must be a list of rules");
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (const struct sg_yaml_node *at = list->child; rc >= 0 && at != NULL; at = at->next)
        rc = read_rule(reader, at);
    return rc;
}

/* Parses the pack's YAML and adds its rules to *n_rules, so that too many are told at once. */
static enum scrubgate_status open_pack(struct sg_reader *reader,
                                       const struct sg_pack_source *source, size_t *n_rules)
{
    reader->source = source->text;
    reader->file = sg_arena_copy(&reader->set->arena, sg_bytes_of(source->name));
    if (reader->file == NULL)
        return SCRUBGATE_ENOMEM;
    enum scrubgate_status rc =
        sg_yaml_parse(&reader->tree, source->name, source->text, reader->fault);
    if (rc < 0)
        return rc;
    const struct sg_yaml_node *list = sg_yaml_get(sg_yaml_root(reader->tree), "rules");
    *n_rules += list != NULL && list->kind == SG_YAML_SEQUENCE ? list->count : 0;
    if (*n_rules <= MOST_RULES)
        return SCRUBGATE_OK;
    return sg_reader_fault(reader, list,
                           "with these there are %zu rules, over the %d that can be searched for "
                           "at once: load fewer packs, or write alike rules as one",
                           *n_rules, MOST_RULES);
}

static enum scrubgate_status read_pack(struct sg_reader *reader)
{
    const struct sg_yaml_node *root = sg_yaml_root(reader->tree);
    const struct sg_yaml_node *define = sg_yaml_get(root, "define");
    enum scrubgate_status rc = read_head(reader, root);
    if (rc >= 0 && define != NULL)
        rc = sg_define_read(reader, define);
    if (rc >= 0)
        rc = read_rules(reader, root);
    if (rc >= 0 && sg_yaml_get(root, "rules") == NULL && sg_yaml_get(root, "exclude") == NULL)
        rc = sg_reader_fault(reader, root, "the pack has no rules and no exclusions: add rules");
    return rc;
}

/* --- the whole set ------------------------------------------------------------------------ */

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* How far before a match one context pattern makes the scanner look. */
static size_t looks_behind(const struct sg_pattern *pattern, size_t window)
{
    return pattern == NULL ? 0 : window + sg_pattern_extent(pattern)->behind + 1;
}

/*
 * longest: the match and what is looked at beyond it, by the pattern or by near.
 * behind: what is looked at before it: by the pattern, in the windows of keywords and near (whose
 * words may look a byte further), by unless and what that looks at itself.
 */
static void bound(struct scrubgate_ruleset *set)
{
    for (size_t i = 0; i < set->n_rules; i++) {
        const struct sg_rule *rule = set->rules[i];
        const struct sg_extent *extent = sg_pattern_extent(rule->pattern);
        size_t unless = rule->unless == NULL ? 0 : sg_pattern_extent(rule->unless)->max;
        size_t ahead = larger(extent->ahead, rule->near.words == NULL ? 0 : rule->near.after);
        size_t behind = larger(extent->behind, looks_behind(rule->unless, unless));
        behind = larger(behind, looks_behind(rule->near.words, rule->near.before));
        behind = larger(behind, looks_behind(rule->keywords, SG_KEYWORD_REACH));
        set->longest = larger(set->longest, extent->max + ahead + SLACK);
        set->behind = larger(set->behind, behind + SLACK);
        set->slow_cost += rule->slow ? rule->cost : 0;
    }
}

/* Moves the fold rules into a set of their own. The set keeps what they are made of. */
static enum scrubgate_status part_folds(struct scrubgate_ruleset *set)
{
    size_t n = 0, kept = 0;
    for (size_t i = 0; i < set->n_rules; i++)
        n += set->rules[i]->fold != NULL;
    if (n == 0)
        return SCRUBGATE_OK;
    struct scrubgate_ruleset *folds = calloc(1, sizeof *folds);
    if (folds == NULL)
        return SCRUBGATE_ENOMEM;
    set->folds = folds;
    folds->rules = sg_arena_alloc(&set->arena, n * sizeof(struct sg_rule *));
    if (folds->rules == NULL)
        return SCRUBGATE_ENOMEM;
    for (size_t i = 0; i < set->n_rules; i++) {
        struct sg_rule *rule = set->rules[i];
        struct scrubgate_ruleset *to = rule->fold != NULL ? folds : set;
        rule->index = (unsigned)(rule->fold != NULL ? folds->n_rules++ : kept++);
        to->rules[rule->index] = rule;
    }
    set->n_rules = kept;
    return SCRUBGATE_OK;
}

/* The engine searches at single starts. */
static enum scrubgate_status anchor_all(struct scrubgate_ruleset *set)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < set->n_rules && rc >= 0; i++)
        rc = sg_pattern_anchor(set->rules[i]->pattern);
    return rc;
}

/* SHA-256 over the packs in load order. */
static enum scrubgate_status digest_all(const struct sg_pack_source *sources, size_t n,
                                        char hex[65])
{
    struct sg_sha256 *hash = NULL;
    uint8_t digest[SG_SHA256_SIZE];
    enum scrubgate_status rc = sg_sha256_new(&hash);
    for (size_t i = 0; rc >= 0 && i < n; i++)
        rc = sg_sha256_add_item(hash, sources[i].text);
    if (rc >= 0)
        rc = sg_sha256_done(hash, digest);
    if (rc >= 0)
        sg_hex((struct sg_bytes){digest, sizeof digest}, hex);
    sg_sha256_free(hash);
    return rc;
}

static enum scrubgate_status read_exclusions(struct sg_reader *reader, int64_t today_days)
{
    const struct sg_yaml_node *list = sg_yaml_get(sg_yaml_root(reader->tree), "exclude");
    return list == NULL ? SCRUBGATE_OK : sg_exclude_read(reader, list, today_days);
}

/* What the engine needs of a set whose rules are all read. */
static enum scrubgate_status prepare(struct scrubgate_ruleset *set, struct sg_sample *sample)
{
    enum scrubgate_status rc = sg_sieves_new(set, sample);
    if (rc >= 0)
        bound(set);
    if (rc >= 0)
        rc = anchor_all(set);
    if (rc >= 0)
        rc = sg_random(&set->serial, sizeof set->serial);
    if (rc < 0 || set->folds == NULL)
        return rc;
    rc = prepare(set->folds, sample);
    set->longest = larger(set->longest, set->folds->longest);
    set->behind = larger(set->behind, set->folds->behind);
    return rc;
}

static enum scrubgate_status compile(struct sg_reader *readers, struct scrubgate_ruleset *set,
                                     const struct sg_pack_source *sources, size_t n,
                                     int64_t today_days, struct scrubgate_fault *fault)
{
    struct sg_matcher *matcher = NULL;
    struct sg_sample *sample = NULL;
    size_t n_rules = 0;
    enum scrubgate_status rc = sg_matcher_new(&matcher);
    if (rc >= 0)
        rc = sg_sample_new(&sample);
    for (size_t i = 0; rc >= 0 && i < n; i++) {
        readers[i] =
            (struct sg_reader){.set = set, .matcher = matcher, .sample = sample, .fault = fault};
        rc = open_pack(&readers[i], &sources[i], &n_rules);
    }
    for (size_t i = 0; rc >= 0 && i < n; i++)
        rc = read_pack(&readers[i]);
    for (size_t i = 0; rc >= 0 && i < n; i++)
        rc = read_exclusions(&readers[i], today_days);
    if (rc >= 0)
        rc = digest_all(sources, n, set->digest);
    if (rc >= 0)
        rc = part_folds(set);
    if (rc >= 0)
        rc = prepare(set, sample);
    sg_sample_free(sample);
    sg_matcher_free(matcher);
    return rc;
}

enum scrubgate_status sg_rulefile_compile(struct scrubgate_ruleset **set,
                                          const struct sg_pack_source *sources, size_t n,
                                          int64_t today_days, struct scrubgate_fault *fault)
{
    struct scrubgate_fault told = {.what = ""};
    struct scrubgate_ruleset *made = calloc(1, sizeof *made);
    struct sg_reader *readers = calloc(n == 0 ? 1 : n, sizeof *readers);
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    *set = NULL;
    if (made == NULL || readers == NULL)
        goto out;
    rc = compile(readers, made, sources, n, today_days, &told);
    if (rc < 0)
        goto out;
    *set = made;
    made = NULL; /* the caller's now: the exit frees nothing */
out:
    for (size_t i = 0; readers != NULL && i < n; i++)
        sg_yaml_free(readers[i].tree);
    free(readers);
    scrubgate_ruleset_free(made);
    if (rc == SCRUBGATE_ENOMEM)
        sg_fault_set(&told, NULL, 0, 0, "out of memory");
    else if (rc < 0 && told.what[0] == '\0')
        sg_fault_set(&told, NULL, 0, 0, "the rules could not be loaded: %s",
                     scrubgate_status_word(rc));
    if (rc < 0 && fault != NULL)
        *fault = told;
    return rc;
}

/* --- files -------------------------------------------------------------------------------- */

/* Files read so far. */
struct shelf {
    struct sg_pack_source sources[MOST_PACKS];
    size_t n;
    struct sg_arena names;
    struct scrubgate_fault *fault;
};

static enum scrubgate_status add_file(void *ctx, const char *path)
{
    struct shelf *shelf = ctx;
    struct sg_buf text;
    sg_buf_init(&text, LARGEST_PACK);
    if (shelf->n == MOST_PACKS) {
        sg_fault_set(shelf->fault, path, 0, 0, "over %d packs: load fewer", MOST_PACKS);
        return SCRUBGATE_ELIMIT;
    }
    enum scrubgate_status rc = sg_file_read(path, &text, shelf->fault);
    if (rc >= 0) {
        struct sg_pack_source *source = &shelf->sources[shelf->n];
        source->name = sg_arena_copy(&shelf->names, sg_bytes_of(path));
        source->text.data = (const uint8_t *)sg_arena_copy(&shelf->names, sg_buf_bytes(&text));
        source->text.len = text.len;
        shelf->n++;
        if (source->name == NULL || source->text.data == NULL)
            rc = SCRUBGATE_ENOMEM;
    }
    sg_buf_fini(&text);
    return rc;
}

enum scrubgate_status sg_rulefile_load(struct scrubgate_ruleset **set, const char *const *paths,
                                       size_t n, int64_t today_days, struct scrubgate_fault *fault)
{
    *set = NULL;
    if (n == 0)
        return sg_rulefile_compile(set, sg_builtin_packs, sg_builtin_packs_count, today_days,
                                   fault);
    struct shelf *shelf = calloc(1, sizeof *shelf);
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    if (shelf == NULL)
        goto out;
    shelf->fault = fault;
    rc = SCRUBGATE_OK;
    for (size_t i = 0; rc >= 0 && i < n; i++) {
        size_t before = shelf->n;
        rc = sg_file_each(paths[i], ".yaml", add_file, shelf, fault);
        if (rc >= 0 && shelf->n == before) {
            sg_fault_set(fault, paths[i], 0, 0,
                         "no *.yaml file is in this folder: put packs there or name another");
            rc = SCRUBGATE_EINVAL;
        }
    }
    if (rc >= 0)
        rc = sg_rulefile_compile(set, shelf->sources, shelf->n, today_days, fault);
out:
    if (shelf != NULL)
        sg_arena_fini(&shelf->names);
    free(shelf);
    if (rc == SCRUBGATE_ENOMEM)
        sg_fault_set(fault, NULL, 0, 0, "out of memory");
    return rc;
}
