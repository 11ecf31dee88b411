/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_audit_reconcile.c - scrubgate audit reconcile DIR [FILE]…: whether what an upstream or a load
 * balancer saw is what was decided.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/audit_sift.h"
#include "cli/cmd_audit.h"
#include "cli/console.h"
#include "cli/progress.h"
#include "cli/reconcile.h"

enum { LISTED = 10, SHOWN_EACH = 4096 };

/* Which line of all lines is the first of each access log. */
struct access {
    const char *path;
    uint64_t first;
};

struct task {
    const struct sg_command *command;
    struct sg_access_form form;
    struct sg_texts ignore, pass;
    struct sg_reconcile_config config;
    struct sg_reconcile reconcile;
    struct access access[SG_TEXTS_MOST];
    size_t n_access;
    uint64_t ignored;
    unsigned listed;
    bool json, no_memory;
};

/* What of one sort was found, the first of them by name. */
struct list {
    uint64_t n;
    const struct sg_keyset_item **item;
    size_t n_items;
};

/* --- the access logs --- */

static bool is_ignored(const struct task *task, const char *line)
{
    for (size_t i = 0; i < task->ignore.n; i++) {
        if (strstr(line, task->ignore.item[i]) != NULL)
            return true;
    }
    return false;
}

/* False: told. */
static bool read_access(struct task *task, const char *path, struct sg_progress *progress)
{
    static uint8_t room[SG_ACCESS_ROOM];
    FILE *in = sg_open_input(path);
    char *line = NULL;
    size_t cap = 0;
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (in == NULL)
        return false;
    task->access[task->n_access++] = (struct access){path, task->reconcile.lines + 1};
    for (ssize_t len = 0; rc >= 0 && (len = getline(&line, &cap, in)) >= 0;) {
        struct sg_access_name name;
        while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
            line[--len] = '\0';
        if (len == 0 || is_ignored(task, line)) {
            task->ignored++;
            task->reconcile.lines++;
            continue;
        }
        sg_access_line_read(&name, &task->form,
                            (struct sg_bytes){(const uint8_t *)line, (size_t)len}, room);
        rc = sg_reconcile_name(&task->reconcile, &name);
        if (task->reconcile.lines % SHOWN_EACH == 0)
            sg_progress_show(progress, task->reconcile.lines);
    }
    bool good = rc >= 0 && ferror(in) == 0;
    if (!good)
        (void)fprintf(stderr, "%s: cannot be read: %s\n", path,
                      rc < 0 ? "out of memory" : strerror(errno));
    free(line);
    if (in != stdin)
        (void)fclose(in);
    return good;
}

static bool read_all(struct task *task, char **paths, int n)
{
    struct sg_progress progress;
    bool good = true;
    sg_progress_start(&progress, "reconcile", "lines", 0, false);
    for (int i = 0; i < n && good; i++)
        good = read_access(task, paths[i], &progress);
    sg_progress_end(&progress);
    return good;
}

/* The file and line of one of all lines. */
static void find_line(const struct task *task, uint64_t place, const char **path, uint64_t *line)
{
    size_t i = task->n_access;
    while (i > 1 && task->access[i - 1].first > place)
        i--;
    *path = task->access[i - 1].path;
    *line = place - task->access[i - 1].first + 1;
}

/* --- the audit log --- */

static bool take(void *ctx, const struct sg_entry *entry)
{
    struct task *task = ctx;
    bool missing;
    if (sg_reconcile_entry(&task->reconcile, entry, &missing) < 0)
        task->no_memory = true;
    return !task->no_memory;
}

/* --- lists --- */

static int by_place(const void *a, const void *b)
{
    const struct sg_keyset_item *const *x = a, *const *y = b;
    return ((*x)->place > (*y)->place) - ((*x)->place < (*y)->place);
}

/* Which items belong in a list. */
struct sort {
    const struct sg_reconcile *reconcile;
    int fault;      /* below zero: exchanges that are open */
    bool last_boot; /* of those, that of the last one */
};

static bool belongs(const struct sort *sort, const struct sg_keyset_item *item)
{
    if (item->seen == 0)
        return false;
    if (sort->fault < 0)
        return sg_reconcile_is_last_boot(sort->reconcile, item) == sort->last_boot;
    return (int)sg_reconcile_judge(sort->reconcile, item) == sort->fault;
}

/* False: out of memory. */
static bool make_list(struct list *list, const struct sort *sort)
{
    const struct sg_keyset *set =
        sort->fault < 0 ? &sort->reconcile->open : &sort->reconcile->names;
    *list = (struct list){.n = 0};
    for (size_t i = 0; i < set->cap; i++)
        list->n += belongs(sort, &set->item[i]) ? 1 : 0;
    if (list->n == 0)
        return true;
    list->item = malloc((size_t)list->n * sizeof *list->item);
    for (size_t i = 0; i < set->cap && list->item != NULL; i++) {
        if (belongs(sort, &set->item[i]))
            list->item[list->n_items++] = &set->item[i];
    }
    if (list->item != NULL)
        qsort(list->item, list->n_items, sizeof *list->item, by_place);
    return list->item != NULL;
}

/* --- what is told --- */

static const struct {
    const char *word, *sentence;
} faults[SG_RECONCILE_FAULTS] = {
    [SG_RECONCILE_UNKNOWN] = {"unknown", "that no record tells of"},
    [SG_RECONCILE_UNDECIDED] = {"undecided", "with an outcome and without a decision (--pass ROUTE "
                                             "where that is meant)"},
    [SG_RECONCILE_DENIED] = {"denied", "that were denied"},
    [SG_RECONCILE_AGAIN] = {"again", "there more often than they were decided"},
};

static void print_name(const struct sg_keyset_item *item)
{
    switch (sg_reconcile_kind(item)) {
    case SG_ACCESS_AUDIT:
        (void)printf("audit id %" PRIu64, item->key[1]);
        break;
    case SG_ACCESS_TRACE:
        (void)printf("trace %016" PRIx64 "%016" PRIx64, item->key[0], item->key[1]);
        break;
    case SG_ACCESS_ID:
    case SG_ACCESS_NONE:
        (void)printf("exchange %016" PRIx64, item->key[1]);
        break;
    }
}

static void print_fault(const struct task *task, int fault, const struct list *list)
{
    char number[SG_PROGRESS_NUMBER];
    if (list->n == 0)
        return;
    (void)printf("  WRONG        %s name%s %s\n", sg_progress_number(list->n, number),
                 list->n == 1 ? "" : "s", faults[fault].sentence);
    for (size_t i = 0; i < list->n_items && i < task->listed; i++) {
        const char *path;
        uint64_t line;
        find_line(task, list->item[i]->place, &path, &line);
        (void)printf("               %s:%" PRIu64 ": ", path, line);
        print_name(list->item[i]);
        (void)printf("\n");
    }
}

static void print_open(const struct task *task, const char *what, const struct list *list)
{
    char number[SG_PROGRESS_NUMBER];
    if (list->n == 0)
        return;
    (void)printf("  in flight    %s exchange%s %s\n", sg_progress_number(list->n, number),
                 list->n == 1 ? "" : "s", what);
    for (size_t i = 0; i < list->n_items && i < task->listed; i++)
        (void)printf("               record %" PRIu64 ": exchange %016" PRIx64 "\n",
                     list->item[i]->place, list->item[i]->key[1]);
}

static void print_counts(const struct task *task)
{
    const struct sg_reconcile *r = &task->reconcile;
    char a[SG_PROGRESS_NUMBER], b[SG_PROGRESS_NUMBER], c[SG_PROGRESS_NUMBER];
    (void)printf("  audit log    %s exchanges decided by %s records, %s outcomes\n",
                 sg_progress_number(r->exchanges, a), sg_progress_number(r->decisions, b),
                 sg_progress_number(r->outcomes, c));
    if (r->undecided > 0)
        (void)printf("               %s of them without a decision\n",
                     sg_progress_number(r->undecided, a));
    if (task->n_access == 0)
        return;
    (void)printf("  access log   %s lines, %s names, %s lines ignored\n",
                 sg_progress_number(r->lines, a), sg_progress_number(r->names.n, b),
                 sg_progress_number(task->ignored, c));
    (void)printf("  expected     %s messages; %s are not in the access log, of which the outcome "
                 "tells why for %s\n",
                 sg_progress_number(r->expected, a),
                 sg_progress_number(r->missing + r->unreached, b),
                 sg_progress_number(r->unreached, c));
    if (r->missing > 0)
        (void)printf("               the first is record %" PRIu64 "\n", r->first_missing);
}

static void print_text(const struct task *task, const char *dir, bool good,
                       const struct list *wrong, const struct list *open)
{
    const struct sg_reconcile *r = &task->reconcile;
    char number[SG_PROGRESS_NUMBER];
    (void)printf("%s: %s\n", dir, good ? "IN ORDER" : "NOT IN ORDER");
    print_counts(task);
    if (r->nameless > 0) {
        const char *path;
        uint64_t line;
        find_line(task, r->first_nameless, &path, &line);
        (void)printf("  WRONG        %s line%s without a name: they did not come through the "
                     "gateway, or --field, --column, --ignore are wanted\n"
                     "               %s:%" PRIu64 " is the first\n",
                     sg_progress_number(r->nameless, number), r->nameless == 1 ? "" : "s", path,
                     line);
    }
    for (int i = 0; i < SG_RECONCILE_FAULTS; i++)
        print_fault(task, i, &wrong[i]);
    print_open(task, "when the gateway ended: decided, and no outcome", &open[0]);
    print_open(task, "at the end of the log", &open[1]);
}

static void print_json(const struct task *task, bool good, const struct list *wrong,
                       const struct list *open)
{
    const struct sg_reconcile *r = &task->reconcile;
    (void)printf("{\"in_order\":%s,\"exchanges\":%" PRIu64 ",\"decisions\":%" PRIu64
                 ",\"outcomes\":%" PRIu64 ",\"outcomes_undecided\":%" PRIu64
                 ",\"in_flight_at_an_end\":%" PRIu64 ",\"in_flight_now\":%" PRIu64,
                 good ? "true" : "false", r->exchanges, r->decisions, r->outcomes, r->undecided,
                 open[0].n, open[1].n);
    if (task->n_access > 0) {
        (void)printf(",\"lines\":%" PRIu64 ",\"ignored\":%" PRIu64
                     ",\"names\":%zu,\"nameless\":%" PRIu64 ",\"expected\":%" PRIu64
                     ",\"missing\":%" PRIu64 ",\"unreached\":%" PRIu64,
                     r->lines, task->ignored, r->names.n, r->nameless, r->expected, r->missing,
                     r->unreached);
        for (int i = 0; i < SG_RECONCILE_FAULTS; i++)
            (void)printf(",\"%s\":%" PRIu64, faults[i].word, wrong[i].n);
    }
    (void)printf("}\n");
}

/* The exit status. */
static int tell(struct task *task, const char *dir)
{
    struct list wrong[SG_RECONCILE_FAULTS] = {0}, open[2] = {0};
    bool made = true, good = task->reconcile.nameless == 0;
    for (int i = 0; i < SG_RECONCILE_FAULTS && made; i++) {
        made = make_list(&wrong[i], &(struct sort){&task->reconcile, i, false});
        good = good && wrong[i].n == 0;
    }
    for (int i = 0; i < 2 && made; i++)
        made = make_list(&open[i], &(struct sort){&task->reconcile, -1, i == 1});
    if (!made)
        (void)fprintf(stderr, "scrubgate audit reconcile: out of memory\n");
    else if (task->json)
        print_json(task, good, wrong, open);
    else
        print_text(task, dir, good, wrong, open);
    for (int i = 0; i < SG_RECONCILE_FAULTS; i++)
        free(wrong[i].item);
    free(open[0].item);
    free(open[1].item);
    if (!made)
        return SG_EXIT_USAGE;
    return sg_flush_output() && good ? SG_EXIT_FINE : SG_EXIT_WRONG;
}

/* --- the command --- */

static int reconcile(struct task *task, struct sg_audit_sift *sift, char **paths, int n)
{
    int exit_code = SG_EXIT_USAGE;
    task->config.passed = &task->pass;
    if (sg_reconcile_init(&task->reconcile, &task->config) < 0)
        (void)fprintf(stderr, "scrubgate audit reconcile: the system has no random bytes\n");
    else if (read_all(task, paths, n))
        exit_code = sg_audit_sift(sift);
    if (task->no_memory) {
        (void)fprintf(stderr, "scrubgate audit reconcile: out of memory\n");
        exit_code = SG_EXIT_USAGE;
    }
    if (exit_code != SG_EXIT_USAGE) {
        sg_audit_sift_tell(sift);
        int said = tell(task, sift->dir);
        exit_code = exit_code == SG_EXIT_FINE || said == SG_EXIT_USAGE ? said : exit_code;
    }
    sg_reconcile_fini(&task->reconcile);
    return exit_code;
}

static int run(const struct sg_command *command, int argc, char **argv)
{
    static struct sg_audit_filter expected, all = {.to_ms = UINT64_MAX, .last = UINT64_MAX};
    static struct task task;
    struct sg_audit_sift sift = {
        .command = command, .filter = &all, .take = take, .ctx = &task, .thorough = true};
    struct sg_option options[SG_FILTER_OPTIONS + 9] = {
        {"field", 0, SG_OPTION_TEXT, "PATH",
         "of lines of JSON: where the name is, as request.headers.scrubgate", &task.form.field},
        {"column", 0, SG_OPTION_NUMBER, "N",
         "of other lines: the Nth; quotes, brackets and braces keep blanks together",
         &task.form.column},
        {"ignore", 0, SG_OPTION_LIST, "TEXT", "leave out lines with this text: health checks",
         &task.ignore},
        {"pass", 0, SG_OPTION_LIST, "ROUTE", "its requests pass without a decision", &task.pass},
        {"front", 0, SG_OPTION_FLAG, NULL,
         "the access log is of what stands before the gateway: what was denied is in it too",
         &task.config.front},
        {"list", 'n', SG_OPTION_NUMBER, "N", "name so many of each sort (10)", &task.listed},
        {"vkey", 'p', SG_OPTION_TEXT, "FILE", "the log's public key (DIR/../keys/log.vkey)",
         &sift.vkey},
        {"why", 0, SG_OPTION_TEXT, "TEXT", "stands in the log: a ticket's number", &sift.why},
        {"json", 0, SG_OPTION_FLAG, NULL, "as JSON", &task.json},
    };
    int rest = 0;
    size_t n = sg_audit_filter_options(&expected, options, 9);
    task = (struct task){.command = command, .listed = LISTED};
    enum sg_parsed parsed = sg_options_parse(command, options, n, argc, argv, &rest);
    if (parsed != SG_PARSED_OK)
        return sg_options_exit(parsed);
    if (argc - rest < 1 || argc - rest > SG_TEXTS_MOST)
        return sg_say_usage(command, "wants the folder of an audit log, and access logs");
    if (task.form.field != NULL && task.form.column > 0)
        return sg_say_usage(command, "--field is for lines of JSON, --column for others");
    if (!sg_audit_filter_read(&expected, command, sg_clock_wall_ms()))
        return SG_EXIT_USAGE;
    task.config.expected = &expected;
    sift.dir = argv[rest];
    return reconcile(&task, &sift, argv + rest + 1, argc - rest - 1);
}

const struct sg_command sg_cmd_audit_reconcile = {
    .name = "audit reconcile",
    .summary = "compare the log with an upstream's or load balancer's access log",
    .usage = "[--field PATH|--column N] [--ignore TEXT]… [--pass ROUTE]… [--front] DIR [FILE]…",
    .examples = "  scrubgate audit reconcile var/audit /var/log/nginx/upstream.log\n"
                "  scrubgate audit reconcile --field headers.scrubgate --since yesterday var/audit "
                "app.ndjson\n"
                "  scrubgate audit reconcile var/audit      # decisions and outcomes alone\n",
    .run = run,
};
