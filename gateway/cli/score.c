/* SPDX-License-Identifier: Apache-2.0 */
/*
 * score.c - scrubgate rules score: how well rules do on texts whose values are labelled.
 *
 *     line -> [spotter at level 4] -> findings -+-> tallies by rule, at every level
 *          -> labels --------------------------+-> tallies by entity and language, at the level
 * asked
 *
 * A label is hit when every character of it is found, by whatever rules. A finding is right when it
 * touches a label: what it is called does not matter for the person. No text is ever printed.
 */
#include "cli/score.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "cli/console.h"
#include "cli/lines.h"
#include "cli/spotter.h"
#include "cli/tally.h"

enum { LABELS_MOST = 256, ALL_LEVELS = 4 };

/* A labelled span of the text at hand, in code points. */
struct label {
    uint64_t start, end;
    struct sg_bytes entity;
};

/* A miss or a false find, to be listed. */
struct note {
    char *text;
    struct note *next;
};
struct notes {
    struct note *first, **end;
    uint64_t n;
};

struct scoring {
    const struct sg_score_options *options;
    struct sg_spots spots;
    struct scrubgate_scratch *scratch;
    struct scrubgate_stream_config config;
    struct sg_score_rows rules, entities, languages;
    struct sg_score_row all;
    struct notes misses, false_finds;
    uint64_t messages, refused;
    bool placed;                      /* some text was a body whose values have places */
    struct label labels[LABELS_MOST]; /* of the text at hand */
    size_t n_labels;
    struct sg_bytes id, language;
    long message; /* of a talk; -1: not one */
};

/* --- what is listed ------------------------------------------------------------------------ */

/* id:start-end WHAT, by which the place is found again in the corpus. */
static bool list(struct scoring *run, struct notes *notes, uint64_t start, uint64_t end,
                 struct sg_bytes what)
{
    struct sg_buf text = {0};
    if (notes->n++ >= run->options->most)
        return true;
    struct note *note = calloc(1, sizeof *note);
    enum scrubgate_status rc = note == NULL ? SCRUBGATE_ENOMEM : sg_buf_add_bytes(&text, run->id);
    if (rc >= 0 && run->message >= 0)
        rc = sg_buf_addf(&text, "[%ld]", run->message);
    if (rc >= 0)
        rc = sg_buf_addf(&text, ":%llu-%llu ", (unsigned long long)start, (unsigned long long)end);
    if (rc >= 0)
        rc = sg_buf_add_bytes(&text, what);
    if (rc >= 0)
        rc = sg_buf_add_byte(&text, '\0');
    if (rc < 0) {
        sg_buf_fini(&text);
        free(note);
        return false;
    }
    note->text = (char *)text.data;
    *notes->end = note;
    notes->end = &note->next;
    return true;
}

static void free_notes(struct notes *notes)
{
    for (struct note *at = notes->first, *next; at != NULL; at = next) {
        next = at->next;
        free(at->text);
        free(at);
    }
}

/* --- labels -------------------------------------------------------------------------------- */

static bool read_number(const struct sg_json_node *node, uint64_t *number)
{
    return node != NULL && node->kind == SG_JSON_NUMBER && sg_bytes_to_u64(node->text, number);
}

/* The labels of one text: [start, end, "ENTITY", …], of a talk [message, start, end, "ENTITY", …].
 */
static const char *read_labels(struct scoring *run, const struct sg_text_line *line)
{
    static const char wrong[] = "\"spans\" wants [start, end, \"ENTITY\"], with \"messages\" "
                                "[message, start, end, \"ENTITY\"]";
    const struct sg_json_node *spans = sg_json_get(line->root, "spans");
    run->n_labels = 0;
    if (spans == NULL || spans->kind != SG_JSON_ARRAY)
        return "a line of a corpus needs \"spans\"; no values: []";
    for (const struct sg_json_node *at = spans->child; at != NULL; at = at->next) {
        const struct sg_json_node *part = at->kind == SG_JSON_ARRAY ? at->child : NULL;
        struct label label;
        uint64_t message = 0;
        if (line->talk && !read_number(part, &message))
            return wrong;
        if (line->talk)
            part = part->next;
        if (!read_number(part, &label.start) || !read_number(part->next, &label.end) ||
            label.end <= label.start || part->next->next == NULL ||
            part->next->next->kind != SG_JSON_STRING)
            return wrong;
        label.entity = part->next->next->text;
        if (line->talk && message != (uint64_t)run->message)
            continue;
        if (run->n_labels == LABELS_MOST)
            return "over 256 labels in a text: cut it";
        run->labels[run->n_labels++] = label;
    }
    return NULL;
}

static bool touches(const struct scoring *run, uint64_t start, uint64_t end)
{
    for (size_t i = 0; i < run->n_labels; i++)
        if (run->labels[i].start < end && start < run->labels[i].end)
            return true;
    return false;
}

/* --- one text ------------------------------------------------------------------------------ */

/* Byte offsets become code points, once for all findings. */
static void count_points(struct sg_spots *spots, struct sg_bytes text)
{
    struct sg_points points = {.text = text};
    for (size_t i = 0; i < spots->n; i++) {
        struct sg_finding *one = &spots->list[i];
        one->start = sg_points_before(&points, one->start);
        one->end = sg_points_before(&points, one->end);
    }
}

/* Whether the finding alone covers a label of its rule's entity. */
static bool covers(const struct scoring *run, const struct sg_finding *one)
{
    for (size_t i = 0; i < run->n_labels; i++) {
        const struct label *label = &run->labels[i];
        if (one->start <= label->start && one->end >= label->end &&
            sg_bytes_equal(label->entity, sg_bytes_of(one->rule->entity)))
            return true;
    }
    return false;
}

/* Each finding counts for its rule at its level. */
static bool tally_rules(struct scoring *run)
{
    for (size_t i = 0; i < run->spots.n; i++) {
        const struct sg_finding *one = &run->spots.list[i];
        struct sg_score_row *rule =
            sg_score_rows_at(&run->rules, sg_bytes_of(one->rule->id), one->level);
        if (rule == NULL)
            return false;
        rule->found++;
        rule->right += touches(run, one->start, one->end);
        rule->hit += covers(run, one);
    }
    return true;
}

/* Drops findings above the level that is measured. */
static void keep_level(struct scoring *run)
{
    size_t n = 0;
    for (size_t i = 0; i < run->spots.n; i++) {
        if (run->spots.list[i].level <= run->options->level)
            run->spots.list[n++] = run->spots.list[i];
    }
    run->spots.n = n;
}

static bool is_hit(const struct scoring *run, const struct label *label)
{
    struct sg_spot spot;
    uint64_t to = label->start;
    for (size_t at = 0; sg_spots_next(&run->spots, &at, &spot);) {
        if (spot.start <= to && spot.end > to)
            to = spot.end;
    }
    return to >= label->end;
}

static bool tally_labels(struct scoring *run, struct sg_score_row *language)
{
    for (size_t i = 0; i < run->n_labels; i++) {
        const struct label *label = &run->labels[i];
        struct sg_score_row *entity = sg_score_rows_at(&run->entities, label->entity, 0);
        bool hit = is_hit(run, label);
        if (entity == NULL)
            return false;
        entity->labelled++;
        language->labelled++;
        run->all.labelled++;
        entity->hit += hit;
        language->hit += hit;
        run->all.hit += hit;
        if (!hit && !list(run, &run->misses, label->start, label->end, label->entity))
            return false;
    }
    return true;
}

static bool tally_spots(struct scoring *run, struct sg_score_row *language)
{
    struct sg_spot spot;
    for (size_t at = 0; sg_spots_next(&run->spots, &at, &spot);) {
        const struct sg_rule *rule = spot.best->rule;
        struct sg_score_row *entity =
            sg_score_rows_at(&run->entities, sg_bytes_of(rule->entity), 0);
        bool right = touches(run, spot.start, spot.end);
        if (entity == NULL)
            return false;
        entity->found++;
        language->found++;
        run->all.found++;
        entity->right += right;
        language->right += right;
        run->all.right += right;
        if (!right && !list(run, &run->false_finds, spot.start, spot.end, sg_bytes_of(rule->id)))
            return false;
    }
    return true;
}

static const char *score_text(struct scoring *run, const struct sg_text_line *line,
                              struct sg_bytes text)
{
    static const char memory[] = "out of memory";
    const char *why = read_labels(run, line);
    if (why != NULL)
        return why;
    run->messages++;
    run->placed = run->placed || line->placed;
    enum scrubgate_status rc =
        sg_spots_take(&run->spots, run->scratch, &run->config, line->type, text);
    if (rc == SCRUBGATE_ENOMEM)
        return memory;
    if (rc < 0) {
        run->refused++;
        return NULL;
    }
    count_points(&run->spots, text);
    if (!tally_rules(run))
        return memory;
    keep_level(run);
    struct sg_score_row *language = sg_score_rows_at(&run->languages, run->language, 0);
    if (language == NULL || !tally_labels(run, language) || !tally_spots(run, language))
        return memory;
    return NULL;
}

static struct sg_bytes text_of(const struct sg_json_node *node, const char *other)
{
    bool is = node != NULL && (node->kind == SG_JSON_STRING || node->kind == SG_JSON_NUMBER);
    return is ? node->text : sg_bytes_of(other);
}

static const char *score_line(void *ctx, const struct sg_text_line *line)
{
    struct scoring *run = ctx;
    const char *why = NULL;
    run->id = text_of(line->id, "?");
    run->language = text_of(sg_json_get(line->root, "lang"), "?");
    run->message = line->talk ? 0 : -1;
    const struct sg_json_node *one = line->first;
    run->config.tail = NULL;
    if (line->talk && scrubgate_tail_new(&run->config.tail) < 0)
        return "out of memory";
    while (one != NULL && why == NULL) {
        why = one->kind == SG_JSON_STRING ? score_text(run, line, one->text)
                                          : "\"messages\" wants strings";
        run->message += line->talk;
        one = sg_text_line_next(line, one);
    }
    scrubgate_tail_free(run->config.tail);
    return why;
}

/* --- what is printed ----------------------------------------------------------------------- */

static void print_share(uint64_t part, uint64_t whole)
{
    struct sg_share share = sg_share_of(part, whole);
    if (whole == 0)
        (void)printf("  %22s", "-");
    else
        (void)printf("  %6.2f (%6.2f-%6.2f)", 100 * share.value, 100 * share.low, 100 * share.high);
}

static void print_measures(const struct sg_score_row *row)
{
    struct sg_share recall = sg_share_of(row->hit, row->labelled);
    struct sg_share precision = sg_share_of(row->right, row->found);
    (void)printf(" %8llu", (unsigned long long)row->labelled);
    print_share(row->hit, row->labelled);
    (void)printf(" %8llu", (unsigned long long)row->found);
    print_share(row->right, row->found);
    if (row->labelled > 0)
        (void)printf("  %.4f", sg_f2(precision.value, recall.value));
    else
        (void)printf("  %6s", "-");
}

static void print_row(const struct sg_score_row *row)
{
    (void)printf("%-28s", row->name);
    print_measures(row);
    (void)printf("\n");
}

static void print_rows(const char *title, struct sg_score_rows *rows)
{
    sg_score_rows_sort(rows);
    (void)printf("\n%-28s %8s  %22s %8s  %22s  %6s\n", title, "labels", "recall %", "found",
                 "precision %", "F2");
    for (size_t i = 0; i < rows->n; i++)
        print_row(&rows->list[i]);
}

static void print_rules(struct sg_score_rows *rows)
{
    (void)printf("\n%-28s level %8s  %22s %8s  %22s  %6s  %s\n", "rule", "labels", "recall %",
                 "found", "precision %", "F2", "earns");
    for (size_t i = 0; i < rows->n; i++) {
        const struct sg_score_row *row = &rows->list[i];
        unsigned earned = sg_level_earned(row->right, row->found);
        (void)printf("%-28s %5u", row->name, row->level);
        print_measures(row);
        if (earned == 0)
            (void)printf("  too few\n");
        else
            (void)printf("  level %u\n", earned);
    }
}

static void print_notes(const char *title, const struct notes *notes)
{
    if (notes->n == 0)
        return;
    (void)printf("\n%s (%llu):\n", title, (unsigned long long)notes->n);
    for (const struct note *at = notes->first; at != NULL; at = at->next)
        (void)printf("  %s\n", at->text);
}

/* A rule is asked for the labels of its entity, whatever other rules find of them. */
static void ask_rules(struct scoring *run)
{
    sg_score_rows_sort(&run->rules);
    for (size_t i = 0; i < run->rules.n; i++) {
        struct sg_score_row *row = &run->rules.list[i];
        const struct sg_rule *rule = sg_ruleset_find(run->spots.set, row->name);
        for (size_t k = 0; k < run->entities.n; k++) {
            if (strcmp(run->entities.list[k].name, rule->entity) == 0)
                row->labelled = run->entities.list[k].labelled;
        }
    }
}

/* A pack that claims more than its findings prove. */
static void warn(const struct scoring *run)
{
    for (size_t i = 0; i < run->rules.n; i++) {
        const struct sg_score_row *row = &run->rules.list[i];
        const struct sg_rule *rule = sg_ruleset_find(run->spots.set, row->name);
        if (!sg_level_broken(row->level, row->right, row->found))
            continue;
        (void)fprintf(stderr,
                      "%s:%u: warning: %s claims level %u here, but only %llu of its %llu findings "
                      "were right: level %u is what they earn\n",
                      rule->file, rule->line, row->name, row->level, (unsigned long long)row->right,
                      (unsigned long long)row->found, sg_level_earned(row->right, row->found));
    }
}

/* Whether the corpus could have shown that the exclusion is of use, and did not. */
static bool is_unused(const struct scoring *run, size_t exclusion)
{
    return run->placed && !run->spots.excluded[exclusion];
}

/* An exclusion that nothing needs any more still lets pass what comes to stand there. */
static void warn_unused(const struct scoring *run)
{
    const struct scrubgate_ruleset *set = run->spots.set;
    for (size_t i = 0; i < set->n_exclusions; i++) {
        const struct sg_exclusion *one = &set->exclusions[i];
        if (is_unused(run, i))
            (void)fprintf(stderr,
                          "%s:%u:%u: warning: exclusion %s of rule %s matched no value of the "
                          "corpus: remove it, or add a body that needs it\n",
                          one->file, one->line, one->column, one->id, one->rule->id);
    }
}

static void print_text(struct scoring *run, const char *name, double seconds)
{
    (void)printf("%s: %llu messages in %.1f s, %llu refused; level %u\n", name,
                 (unsigned long long)run->messages, seconds, (unsigned long long)run->refused,
                 run->options->level);
    print_rows("entity", &run->entities);
    if (run->languages.n > 1)
        print_rows("language", &run->languages);
    (void)printf("\n");
    print_row(&run->all);
    print_rules(&run->rules);
    print_notes("misses", &run->misses);
    print_notes("false finds", &run->false_finds);
}

static bool print_json_text(const char *name, const char *text)
{
    struct sg_buf quoted = {0};
    enum scrubgate_status rc = sg_json_add_string(&quoted, sg_bytes_of(text));
    (void)printf("%s%.*s", name, (int)quoted.len, (const char *)quoted.data);
    sg_buf_fini(&quoted);
    return rc >= 0;
}

static bool print_json_rows(const char *name, struct sg_score_rows *rows)
{
    bool fine = true;
    sg_score_rows_sort(rows);
    (void)printf(",\"%s\":[", name);
    for (size_t i = 0; i < rows->n; i++) {
        const struct sg_score_row *row = &rows->list[i];
        struct sg_share recall = sg_share_of(row->hit, row->labelled);
        struct sg_share precision = sg_share_of(row->right, row->found);
        fine = print_json_text(i == 0 ? "{\"name\":" : ",{\"name\":", row->name) && fine;
        (void)printf(",\"found\":%llu,\"right\":%llu,\"precision\":[%.6f,%.6f,%.6f]",
                     (unsigned long long)row->found, (unsigned long long)row->right,
                     precision.value, precision.low, precision.high);
        (void)printf(",\"labelled\":%llu,\"hit\":%llu,\"recall\":[%.6f,%.6f,%.6f],\"f2\":%.6f",
                     (unsigned long long)row->labelled, (unsigned long long)row->hit, recall.value,
                     recall.low, recall.high, sg_f2(precision.value, recall.value));
        if (row->level > 0)
            (void)printf(",\"level\":%u,\"earns\":%u", row->level,
                         sg_level_earned(row->right, row->found));
        (void)printf("}");
    }
    (void)printf("]");
    return fine;
}

static bool print_json_notes(const char *name, const struct notes *notes)
{
    bool fine = true;
    (void)printf(",\"%s\":[", name);
    for (const struct note *at = notes->first; at != NULL; at = at->next)
        fine = print_json_text(at == notes->first ? "" : ",", at->text) && fine;
    (void)printf("]");
    return fine;
}

static bool print_json_unused(const struct scoring *run)
{
    const struct scrubgate_ruleset *set = run->spots.set;
    bool fine = true, first = true;
    (void)printf(",\"unused_exclusions\":[");
    for (size_t i = 0; i < set->n_exclusions; i++) {
        if (!is_unused(run, i))
            continue;
        fine = print_json_text(first ? "" : ",", set->exclusions[i].id) && fine;
        first = false;
    }
    (void)printf("]");
    return fine;
}

static bool print_json(struct scoring *run, double seconds)
{
    struct sg_score_rows all = {&run->all, 1, 1};
    (void)printf("{\"messages\":%llu,\"refused\":%llu,\"seconds\":%.3f,\"level\":%u",
                 (unsigned long long)run->messages, (unsigned long long)run->refused, seconds,
                 run->options->level);
    bool fine = print_json_rows("all", &all);
    fine = print_json_rows("entities", &run->entities) && fine;
    fine = print_json_rows("languages", &run->languages) && fine;
    fine = print_json_rows("rules", &run->rules) && fine;
    fine = print_json_notes("misses", &run->misses) && fine;
    fine = print_json_notes("false_finds", &run->false_finds) && fine;
    fine = print_json_unused(run) && fine;
    (void)printf("}\n");
    return fine;
}

int sg_score_run(FILE *in, const char *name, const struct scrubgate_ruleset *set,
                 const struct sg_score_options *options)
{
    char all[] = "all";
    struct scoring run = {.options = options,
                          .spots = {.set = set},
                          .config = {.level = ALL_LEVELS},
                          .all = {.name = all}};
    run.misses.end = &run.misses.first;
    run.false_finds.end = &run.false_finds.first;
    int exit_code = SG_EXIT_WRONG;
    uint64_t begun = sg_clock_mono_ns();
    run.spots.excluded = calloc(set->n_exclusions + 1, sizeof *run.spots.excluded);
    if (run.spots.excluded == NULL || scrubgate_scratch_new(&run.scratch) < 0) {
        (void)fprintf(stderr, "scrubgate rules: out of memory\n");
        goto out;
    }
    exit_code = sg_lines_each(in, name, score_line, &run);
    if (exit_code != SG_EXIT_FINE)
        goto out;
    ask_rules(&run);
    double seconds = (double)(sg_clock_mono_ns() - begun) / 1e9;
    if (!options->json)
        print_text(&run, name, seconds);
    else if (!print_json(&run, seconds))
        exit_code = SG_EXIT_WRONG;
    warn(&run);
    warn_unused(&run);
    if (!sg_flush_output())
        exit_code = SG_EXIT_WRONG;
out:
    free_notes(&run.misses);
    free_notes(&run.false_finds);
    sg_score_rows_fini(&run.rules);
    sg_score_rows_fini(&run.entities);
    sg_score_rows_fini(&run.languages);
    free(run.spots.excluded);
    sg_spots_fini(&run.spots);
    scrubgate_scratch_free(run.scratch);
    return exit_code;
}
