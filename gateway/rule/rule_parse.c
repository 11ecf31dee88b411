/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rule_parse.c - read the keys of one rule, in the order in which they depend on each other.
 *
 *     [names > match, lint, signatures > check > keywords, near, gate, unless
 *            > where > action, with > tests]
 */
#include "rule/rule_parse.h"

#include <stdio.h>
#include <string.h>
#include <scrubgate/stream.h>

#include "base/diag.h"
#include "rule/define.h"
#include "rule/example.h"
#include "rule/gate.h"
#include "rule/rulelint.h"
#include "rule/sieve.h"
#include "rule/signature.h"
#include "rule/words.h"

enum { LONGEST_ENTITY = 64, DEFAULT_LEVEL = 2, DEFAULT_BEFORE = 48, DEFAULT_AFTER = 16 };

/* The most that a replacement may show of a value, for entities where a standard says so. */
static const struct {
    const char *entity;
    unsigned first, last;
    const char *source;
} reveals[] = {
    {"CREDIT_CARD", 6, 4, "PCI DSS 3.4.1"},
    {"CVV", 0, 0, "PCI DSS 3.3.1"},
};

/* A word of a closed list and what it means. */
struct choice {
    const char *word;
    unsigned value;
};

static enum scrubgate_status choose(struct sg_reader *reader, const struct sg_yaml_node *node,
                                    const struct choice *choices, size_t n, unsigned *value)
{
    struct sg_bytes text;
    enum scrubgate_status rc = sg_reader_text(reader, node, &text);
    if (rc < 0)
        return rc;
    char list[128] = "";
    size_t len = 0;
    for (size_t i = 0; i < n; i++) {
        if (sg_bytes_equal(text, sg_bytes_of(choices[i].word))) {
            *value = choices[i].value;
            return SCRUBGATE_OK;
        }
        int more =
            snprintf(list + len, sizeof list - len, "%s%s", i == 0 ? "" : ", ", choices[i].word);
        len += more > 0 && (size_t)more < sizeof list - len ? (size_t)more : 0;
    }
    return sg_reader_fault(reader, node, "this must be one of: %s", list);
}

/* --- names -------------------------------------------------------------------------------- */

static enum scrubgate_status read_id(struct sg_reader *reader, const struct sg_yaml_node *node,
                                     struct sg_rule *rule)
{
    const char *name;
    char id[160];
    enum scrubgate_status rc = sg_reader_name(reader, node, "id", &name);
    if (rc < 0)
        return rc;
    (void)snprintf(id, sizeof id, "%s.%s", reader->pack, name);
    rule->line = node->line;
    rule->file = reader->file;
    /* The rule itself is in the set, but has no id yet. */
    const struct sg_rule *other = sg_ruleset_find(reader->set, id);
    if (other != NULL)
        return sg_reader_fault(reader, sg_yaml_get(node, "id"),
                               "the id %s is that of the rule at %s:%u: choose another", id,
                               other->file, other->line);
    rule->id = sg_arena_copy(&reader->set->arena, sg_bytes_of(id));
    return rule->id == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
}

static enum scrubgate_status read_entity(struct sg_reader *reader, const struct sg_yaml_node *node,
                                         struct sg_rule *rule)
{
    const struct sg_yaml_node *entity;
    if (rule->fold != NULL) {
        rule->entity = "";
        return SCRUBGATE_OK;
    }
    enum scrubgate_status rc = sg_reader_need(reader, node, "entity", &entity);
    if (rc >= 0)
        rc = sg_reader_copy(reader, entity, &rule->entity);
    if (rc < 0)
        return rc;
    const char *text = rule->entity;
    bool fine = strlen(text) <= LONGEST_ENTITY && text[0] >= 'A' && text[0] <= 'Z';
    for (size_t i = 0; fine && text[i] != '\0'; i++)
        fine = sg_is_digit(text[i]) || (text[i] >= 'A' && text[i] <= 'Z') || text[i] == '_';
    if (fine)
        return SCRUBGATE_OK;
    return sg_reader_fault(reader, entity,
                           "'entity' must be a name in capitals, digits and _, as CREDIT_CARD");
}

/* The keys that say what becomes of a finding: a fold rule's is read, and nothing else. */
static enum scrubgate_status read_fold(struct sg_reader *reader, const struct sg_yaml_node *node,
                                       struct sg_rule *rule)
{
    static const char *const others[] = {"entity", "action", "with", "control", "slow"};
    const struct sg_yaml_node *at = sg_yaml_get(node, "fold");
    struct sg_bytes name;
    if (at == NULL)
        return SCRUBGATE_OK;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        const struct sg_yaml_node *other = sg_yaml_get(node, others[i]);
        if (other != NULL)
            return sg_reader_fault(reader, other,
                                   "a fold rule finds nothing by itself and has no '%s': remove "
                                   "it, or 'fold'",
                                   others[i]);
    }
    enum scrubgate_status rc = sg_reader_text(reader, at, &name);
    if (rc < 0)
        return rc;
    rule->fold = sg_reading_find(name);
    if (rule->fold != NULL)
        return SCRUBGATE_OK;
    const char *nearest = sg_reading_nearest(name);
    return sg_reader_fault(reader, at, "there is no reading %.*s%s%s%s",
                           (int)(name.len < 64 ? name.len : 64), (const char *)name.data,
                           nearest == NULL ? "" : "; did you mean ", nearest == NULL ? "" : nearest,
                           nearest == NULL ? "" : "?");
}

static enum scrubgate_status read_names(struct sg_reader *reader, const struct sg_yaml_node *node,
                                        struct sg_rule *rule)
{
    uint64_t level = DEFAULT_LEVEL;
    enum scrubgate_status rc = read_id(reader, node, rule);
    if (rc >= 0)
        rc = read_fold(reader, node, rule);
    if (rc >= 0)
        rc = read_entity(reader, node, rule);
    if (rc >= 0)
        rc = sg_reader_option(reader, node, "title", &rule->title);
    if (rc >= 0 && rule->title[0] == '\0')
        rule->title = rule->id;
    const struct sg_yaml_node *at = sg_yaml_get(node, "level");
    if (rc >= 0 && at != NULL)
        rc = sg_yaml_u64(reader->tree, at, 1, SG_LEVELS, &level, reader->fault);
    rule->level = (unsigned)level;
    return rc;
}

/* --- what it looks for -------------------------------------------------------------------- */

static enum scrubgate_status read_checks(struct sg_reader *reader, const struct sg_yaml_node *node,
                                         struct sg_rule *rule)
{
    const struct sg_yaml_node *at = sg_yaml_get(node, "check");
    struct sg_items items;
    if (at == NULL)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = sg_reader_items(reader, at, &items);
    if (rc < 0)
        return rc;
    const struct sg_check **checks =
        sg_arena_alloc(&reader->set->arena, (items.n + 1) * sizeof(struct sg_check *));
    if (checks == NULL)
        return SCRUBGATE_ENOMEM;
    rule->checks = checks;
    for (at = items.first; items.n > 0; items.n--) {
        struct sg_bytes text;
        rc = sg_reader_text(reader, at, &text);
        if (rc < 0)
            return rc;
        rc = sg_check_parse(&checks[rule->n_checks], &reader->set->arena, text, reader->fault);
        if (rc == SCRUBGATE_EINVAL)
            return sg_reader_place(reader, at, 0);
        if (rc < 0)
            return rc;
        rule->n_checks++;
        at = at->next;
    }
    return SCRUBGATE_OK;
}

static enum scrubgate_status read_unless(struct sg_reader *reader, const struct sg_yaml_node *node,
                                         struct sg_rule *rule)
{
    const struct sg_yaml_node *at = sg_yaml_get(node, "unless");
    if (at == NULL)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = sg_define_context(reader, at, &rule->unless);
    if (rc < 0)
        return rc;
    size_t max = sg_pattern_extent(rule->unless)->max;
    if (max > SG_CONTEXT_LONGEST)
        return sg_reader_fault(reader, at,
                               "'unless' can take %zu bytes, more than the %d that are looked at: "
                               "shorten it",
                               max, SG_CONTEXT_LONGEST);
    return SCRUBGATE_OK;
}

static enum scrubgate_status read_window(struct sg_reader *reader, const struct sg_yaml_node *near,
                                         const char *key, size_t *bytes)
{
    const struct sg_yaml_node *at = sg_yaml_get(near, key);
    uint64_t value = *bytes;
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (at != NULL)
        rc = sg_yaml_u64(reader->tree, at, 0, SG_CONTEXT_LONGEST, &value, reader->fault);
    *bytes = (size_t)value;
    return rc;
}

static enum scrubgate_status read_near(struct sg_reader *reader, const struct sg_yaml_node *node,
                                       struct sg_rule *rule)
{
    static const char *const keys[] = {"words", "before", "after", "else"};
    static const struct choice elses[] = {{"drop", 0}, {"level+1", 1}};
    const struct sg_yaml_node *at = sg_yaml_get(node, "near"), *words = NULL;
    struct sg_near *near = &rule->near;
    unsigned raise = 0;
    if (at == NULL)
        return SCRUBGATE_OK;
    near->before = DEFAULT_BEFORE;
    near->after = DEFAULT_AFTER;
    enum scrubgate_status rc = sg_yaml_only(reader->tree, at, keys, 4, reader->fault);
    if (rc >= 0)
        rc = sg_reader_need(reader, at, "words", &words);
    if (rc >= 0)
        rc = read_window(reader, at, "before", &near->before);
    if (rc >= 0)
        rc = read_window(reader, at, "after", &near->after);
    if (rc >= 0 && sg_yaml_get(at, "else") != NULL)
        rc = choose(reader, sg_yaml_get(at, "else"), elses, 2, &raise);
    if (rc < 0)
        return rc;
    near->raise_level = raise != 0;
    if (near->raise_level && rule->level == SG_LEVELS)
        return sg_reader_fault(reader, sg_yaml_get(at, "else"),
                               "there is no level above %d: write drop, or give the rule a lower "
                               "level",
                               SG_LEVELS);
    size_t longest = near->before > near->after ? near->before : near->after;
    rc = sg_words_compile(reader, words, SG_WORDS_WHOLE, longest, &near->words);
    if (rc >= 0 && near->words == NULL)
        rc = sg_reader_fault(reader, words, "'words' is empty: add a word, or remove 'near'");
    return rc;
}

static enum scrubgate_status lint(struct sg_reader *reader, const struct sg_yaml_node *match,
                                  struct sg_rule *rule)
{
    enum scrubgate_status rc =
        sg_rulelint_cost(rule->pattern, "match", reader->matcher, &rule->cost, reader->fault);
    return rc == SCRUBGATE_EINVAL ? sg_reader_place(reader, match, 0) : rc;
}

static enum scrubgate_status read_slow(struct sg_reader *reader, const struct sg_yaml_node *node,
                                       struct sg_rule *rule)
{
    static const struct choice answers[] = {{"no", 0}, {"yes", 1}};
    const struct sg_yaml_node *at = sg_yaml_get(node, "slow");
    unsigned value = 0;
    enum scrubgate_status rc = at == NULL ? SCRUBGATE_OK : choose(reader, at, answers, 2, &value);
    rule->slow = value != 0;
    return rc;
}

/* A pattern that may start at many places makes every message dear, not only those it is for; but
 * for one behind a gate there is little to warn of. */
static enum scrubgate_status judge_rate(struct sg_reader *reader, const struct sg_yaml_node *match,
                                        struct sg_rule *rule)
{
    enum { MANY = 5000, TOO_MANY = 50000 }; /* of a million places */
    unsigned whole = rule->per_million / 10000, part = rule->per_million / 100 % 100;
    if (rule->per_million <= MANY)
        return SCRUBGATE_OK;
    if (rule->slow) {
        rule->everywhere = rule->per_million > TOO_MANY;
        return SCRUBGATE_OK;
    }
    if (rule->per_million <= TOO_MANY && rule->gate.n > 0)
        return SCRUBGATE_OK;
    /* A fold rule must be seldom: it is looked for in every view. */
    const char *way_out = rule->fold != NULL ? "" : ", or write slow: yes";
    if (rule->per_million <= TOO_MANY)
        return sg_reader_warn(reader, match,
                              "rule %s may start at %u.%02u %% of the places in usual text, which "
                              "makes every message dearer: ask for something rarer, such as a word "
                              "or a separator%s",
                              rule->id, whole, part, way_out);
    return sg_reader_fault(
        reader, match,
        "this may start at %u.%02u %% of the places in usual text, over the 5 %% "
        "allowed: ask for something rarer, such as a word or a separator%s",
        whole, part, way_out);
}

static enum scrubgate_status sign(struct sg_reader *reader, const struct sg_yaml_node *match,
                                  struct sg_rule *rule)
{
    struct scrubgate_ruleset *set = reader->set;
    struct sg_signatures made;
    enum scrubgate_status rc = sg_signatures_make(&made, rule->pattern, reader->sample);
    if (rc < 0)
        return rc;
    struct sg_signature *list = sg_arena_alloc(&set->arena, made.n * sizeof *list);
    if (list == NULL)
        return SCRUBGATE_ENOMEM;
    memcpy(list, made.list, made.n * sizeof *list);
    rule->signatures = list;
    rule->n_signatures = made.n;
    rule->per_million = made.per_million;
    set->n_signatures += made.n;
    if (set->n_signatures > SG_SIEVE_MOST)
        return sg_reader_fault(reader, match,
                               "with this rule the set needs %zu signatures, over the %d that can "
                               "be searched for at once: load fewer packs, or write alike rules "
                               "as one",
                               set->n_signatures, SG_SIEVE_MOST);
    return rc;
}

static enum scrubgate_status read_matching(struct sg_reader *reader,
                                           const struct sg_yaml_node *node, struct sg_rule *rule)
{
    const struct sg_yaml_node *match = NULL, *keywords = sg_yaml_get(node, "keywords");
    enum scrubgate_status rc = sg_reader_need(reader, node, "match", &match);
    if (rc >= 0)
        rc = sg_define_compile(reader, match, &rule->pattern);
    if (rc >= 0)
        rc = lint(reader, match, rule);
    if (rc >= 0)
        rc = read_slow(reader, node, rule);
    if (rc >= 0)
        rc = sign(reader, match, rule);
    if (rc >= 0)
        rc = read_checks(reader, node, rule);
    if (rc >= 0 && keywords != NULL)
        rc = sg_words_compile(reader, keywords, SG_WORDS_ANYWHERE, SG_KEYWORD_REACH,
                              &rule->keywords);
    if (rc >= 0)
        rc = read_near(reader, node, rule);
    if (rc >= 0)
        rc = sg_gate_make(&rule->gate, reader->set, rule);
    if (rc >= 0)
        rc = judge_rate(reader, match, rule);
    if (rc >= 0)
        rc = read_unless(reader, node, rule);
    return rc;
}

/* --- where it looks ----------------------------------------------------------------------- */

/* Ors the bits of the words under a key. */
static enum scrubgate_status read_bits(struct sg_reader *reader, const struct sg_yaml_node *node,
                                       const struct choice *choices, size_t n, unsigned *bits)
{
    struct sg_items items = {NULL, 0};
    enum scrubgate_status rc = node == NULL ? SCRUBGATE_OK : sg_reader_items(reader, node, &items);
    for (const struct sg_yaml_node *at = items.first; rc >= 0 && items.n > 0; items.n--) {
        unsigned bit = 0;
        rc = choose(reader, at, choices, n, &bit);
        *bits |= bit;
        at = at->next;
    }
    return rc;
}

static enum scrubgate_status read_paths(struct sg_reader *reader, const struct sg_yaml_node *node,
                                        struct sg_where *where)
{
    struct sg_items items = {NULL, 0};
    enum scrubgate_status rc = node == NULL ? SCRUBGATE_OK : sg_reader_items(reader, node, &items);
    if (rc < 0 || items.n == 0)
        return rc;
    const struct sg_path **paths =
        sg_arena_alloc(&reader->set->arena, items.n * sizeof(struct sg_path *));
    if (paths == NULL)
        return SCRUBGATE_ENOMEM;
    where->paths = paths;
    for (const struct sg_yaml_node *at = items.first; rc >= 0 && items.n > 0; items.n--) {
        struct sg_bytes text;
        size_t offset = 0;
        rc = sg_reader_text(reader, at, &text);
        if (rc < 0)
            return rc;
        rc = sg_path_parse(&paths[where->n_paths], &reader->set->arena, text, &offset,
                           reader->fault);
        if (rc == SCRUBGATE_EINVAL)
            return sg_reader_place(reader, at, offset);
        where->n_paths++;
        at = at->next;
    }
    return rc;
}

/* A list of texts, copied into the set. */
static enum scrubgate_status read_texts(struct sg_reader *reader, const struct sg_yaml_node *node,
                                        const char *const **texts, size_t *n)
{
    struct sg_items items = {NULL, 0};
    enum scrubgate_status rc = node == NULL ? SCRUBGATE_OK : sg_reader_items(reader, node, &items);
    if (rc < 0 || items.n == 0)
        return rc;
    const char **list = sg_arena_alloc(&reader->set->arena, items.n * sizeof(char *));
    if (list == NULL)
        return SCRUBGATE_ENOMEM;
    *texts = list;
    for (const struct sg_yaml_node *at = items.first; rc >= 0 && items.n > 0; items.n--) {
        rc = sg_reader_copy(reader, at, &list[*n]);
        if (rc >= 0 && list[*n][0] == '\0')
            rc = sg_reader_fault(reader, at, "an empty text: remove it");
        if (rc >= 0)
            ++*n;
        at = at->next;
    }
    return rc;
}

static enum scrubgate_status read_where(struct sg_reader *reader, const struct sg_yaml_node *node,
                                        struct sg_rule *rule)
{
    static const char *const keys[] = {"direction", "field", "path", "channel"};
    static const struct choice directions[] = {{"to-agent", 1u << SCRUBGATE_TO_AGENT},
                                               {"to-customer", 1u << SCRUBGATE_TO_CUSTOMER}};
    static const struct choice fields[] = {{"text", SG_FIELD_TEXT}, {"number", SG_FIELD_NUMBER}};
    const struct sg_yaml_node *at = sg_yaml_get(node, "where");
    struct sg_where *where = &rule->where;
    if (at == NULL)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = sg_yaml_only(reader->tree, at, keys, 4, reader->fault);
    if (rc >= 0)
        rc = read_bits(reader, sg_yaml_get(at, "direction"), directions, 2, &where->directions);
    if (rc >= 0)
        rc = read_bits(reader, sg_yaml_get(at, "field"), fields, 2, &where->fields);
    if (rc >= 0)
        rc = read_paths(reader, sg_yaml_get(at, "path"), where);
    if (rc >= 0)
        rc = read_texts(reader, sg_yaml_get(at, "channel"), &where->channels, &where->n_channels);
    return rc;
}

/* --- what it does ------------------------------------------------------------------------- */

static enum scrubgate_status read_action_word(struct sg_reader *reader,
                                              const struct sg_yaml_node *node, struct sg_rule *rule)
{
    static const struct choice actions[] = {{"mask", SCRUBGATE_MASK},
                                            {"block", SCRUBGATE_BLOCK},
                                            {"divert", SCRUBGATE_DIVERT},
                                            {"tag", SCRUBGATE_TAG}};
    const struct sg_yaml_node *at = sg_yaml_get(node, "action");
    unsigned value = rule->fold == NULL ? SCRUBGATE_MASK : SCRUBGATE_TAG;
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (at != NULL && at->kind == SG_YAML_SCALAR && strcmp(at->text, "token") == 0)
        return sg_reader_fault(reader, at,
                               "action token needs a vault for the values, which this version "
                               "does not have: use mask");
    if (at != NULL)
        rc = choose(reader, at, actions, 4, &value);
    rule->action = (enum scrubgate_action)value;
    return rc;
}

/* A replacement must not give away what the rule is there to hide. */
static enum scrubgate_status limit_reveal(struct sg_reader *reader, const struct sg_yaml_node *node,
                                          const struct sg_rule *rule)
{
    const struct sg_template *with = &rule->with;
    for (size_t i = 0; i < sizeof reveals / sizeof *reveals; i++) {
        if (strcmp(rule->entity, reveals[i].entity) == 0 &&
            (with->first > reveals[i].first || with->last > reveals[i].last))
            return sg_reader_fault(reader, node,
                                   "shows more of a %s than the first %u and last %u characters "
                                   "(%s): show less",
                                   rule->entity, reveals[i].first, reveals[i].last,
                                   reveals[i].source);
    }
    size_t shortest = sg_pattern_extent(rule->pattern)->min;
    if (with->first + with->last > 0 && with->first + with->last >= shortest)
        return sg_reader_fault(reader, node,
                               "can show the whole of a value, which may have only %zu characters: "
                               "show less",
                               shortest);
    return SCRUBGATE_OK;
}

static enum scrubgate_status read_action(struct sg_reader *reader, const struct sg_yaml_node *node,
                                         struct sg_rule *rule)
{
    const struct sg_yaml_node *at = sg_yaml_get(node, "with");
    struct sg_bytes text = SG_BYTES("[{entity}]");
    size_t offset = 0;
    enum scrubgate_status rc = read_action_word(reader, node, rule);
    if (rc >= 0 && at != NULL)
        rc = sg_reader_text(reader, at, &text);
    if (rc < 0)
        return rc;
    if (at != NULL && rule->action != SCRUBGATE_MASK)
        return sg_reader_fault(reader, at,
                               "only action mask puts something in place of a value: remove "
                               "'with'");
    rc = sg_template_parse(&rule->with, &reader->set->arena, text, &offset, reader->fault);
    if (rc == SCRUBGATE_EINVAL)
        return sg_reader_place(reader, at == NULL ? node : at, offset);
    return rc < 0 || at == NULL ? rc : limit_reveal(reader, at, rule);
}

static enum scrubgate_status read_tests(struct sg_reader *reader, const struct sg_yaml_node *node,
                                        struct sg_rule *rule)
{
    const struct sg_yaml_node *at = sg_yaml_get(node, "tests");
    if (at == NULL)
        return sg_reader_fault(reader, node,
                               "rule %s has no tests: add at least one, as tests: ['pay with "
                               "«4111 1111 1111 1111»']",
                               rule->id);
    return sg_example_read(reader, at, rule);
}

enum scrubgate_status sg_rule_parse(struct sg_reader *reader, const struct sg_yaml_node *node,
                                    struct sg_rule *rule)
{
    static const char *const keys[] = {"id",    "title",    "entity", "level",  "match", "slow",
                                       "check", "keywords", "near",   "unless", "where", "action",
                                       "with",  "control",  "tests",  "fold"};
    enum scrubgate_status rc =
        sg_yaml_only(reader->tree, node, keys, sizeof keys / sizeof *keys, reader->fault);
    if (rc >= 0)
        rc = read_names(reader, node, rule);
    if (rc >= 0)
        rc = read_matching(reader, node, rule);
    if (rc >= 0)
        rc = read_where(reader, node, rule);
    if (rc >= 0)
        rc = read_action(reader, node, rule);
    if (rc >= 0)
        rc = read_texts(reader, sg_yaml_get(node, "control"), &rule->controls, &rule->n_controls);
    if (rc >= 0)
        rc = read_tests(reader, node, rule);
    return rc;
}
