/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_explain.c - scrubgate explain: why each span was or was not masked.
 */
#include <stdio.h>
#include <string.h>

#include <scrubgate/stream.h>

#include "base/buf.h"
#include "base/json.h"
#include "body/stream.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "rule/ruleset.h"
#include "scan/explain.h"

/* What is being explained: the text comes from the person at the terminal, who may see it. */
struct telling {
    struct sg_bytes text;
    bool json;
    size_t n_views, shown, n; /* views, those of them that were printed as text, matches */
    bool failed;              /* there was no memory */
};

static void say_reason(const struct sg_explanation *one, char *why, size_t cap)
{
    const struct sg_rule *rule = one->rule;
    switch (one->result.reason) {
    case SG_BECAUSE_ACCEPTED:
        (void)snprintf(why, cap, "accepted%s%s", rule->n_checks > 0 ? ", every check holds" : "",
                       one->contextual ? ", a near word stands beside it" : "");
        break;
    case SG_BECAUSE_CHECK:
        (void)snprintf(why, cap, "dropped: check %s does not hold",
                       sg_check_name(one->result.check));
        break;
    case SG_BECAUSE_KEYWORD:
        (void)snprintf(why, cap, "dropped: no keyword within %d bytes before it or in it",
                       SG_KEYWORD_REACH);
        break;
    case SG_BECAUSE_UNLESS:
        (void)snprintf(why, cap, "dropped: unless matches the text before it");
        break;
    case SG_BECAUSE_NEAR:
        (void)snprintf(why, cap, "dropped: no near word within %zu bytes before or %zu after",
                       rule->near.before, rule->near.after);
        break;
    case SG_BECAUSE_LEVEL:
        (void)snprintf(why, cap, "dropped: its level %u is above the one in use",
                       one->result.level);
        break;
    }
}

/* Prints text as a JSON string behind what names it. */
static void print_quoted(struct telling *telling, const char *name, struct sg_bytes text)
{
    struct sg_buf quoted = {0};
    telling->failed = telling->failed || sg_json_add_string(&quoted, text) < 0;
    (void)printf("%s%.*s", name, (int)quoted.len, (const char *)quoted.data);
    sg_buf_fini(&quoted);
}

static void tell_view(void *ctx, struct sg_bytes view)
{
    struct telling *telling = ctx;
    telling->n_views++;
    if (telling->json)
        print_quoted(telling, telling->n_views == 1 ? "{\"views\":[" : ",", view);
    else if (!sg_bytes_equal(view, telling->text)) /* a passage may read as it stands */
        (void)printf("%s\n%.*s\n\n",
                     telling->shown++ == 0 ? "A reader sees:" : "It reads:", (int)view.len,
                     (const char *)view.data);
}

static void open_matches(const struct telling *telling)
{
    if (telling->json)
        (void)printf("%s\"matches\":[", telling->n_views == 0 ? "{" : "],");
}

static void tell_json(struct telling *telling, const struct sg_explanation *one, const char *why)
{
    if (telling->n == 0)
        open_matches(telling);
    (void)printf("%s{\"start\":%zu,\"end\":%zu,\"rule\":\"%s\",\"entity\":\"%s\","
                 "\"accepted\":%s,\"why\":\"%s\"",
                 telling->n == 0 ? "" : ",", one->span.start, one->span.end, one->rule->id,
                 one->rule->entity, one->result.verdict == SG_CONTEXT_ACCEPT ? "true" : "false",
                 why);
    if (one->view > 0)
        (void)printf(",\"view\":%u", one->view);
    if (one->rule->fold != NULL)
        print_quoted(telling, ",\"reads\":", one->read);
    (void)printf("}");
}

static void tell_text(const struct telling *telling, const struct sg_explanation *one,
                      const char *why)
{
    struct sg_bytes part = {telling->text.data + one->span.start, one->span.end - one->span.start};
    (void)printf("%4zu-%-4zu %-26s %-16s «%.*s»\n", one->span.start, one->span.end, one->rule->id,
                 one->rule->fold != NULL ? "fold" : one->rule->entity, (int)part.len,
                 (const char *)part.data);
    if (one->rule->fold != NULL)
        (void)printf("          %s reads it as «%.*s»\n", sg_reading_name(one->rule->fold),
                     (int)one->read.len, (const char *)one->read.data);
    else if (one->view > 0)
        (void)printf("          read as «%.*s»\n", (int)one->seen.len,
                     (const char *)one->seen.data);
    (void)printf("          %s\n", why);
}

static void tell(void *ctx, const struct sg_explanation *one)
{
    struct telling *telling = ctx;
    char why[160];
    say_reason(one, why, sizeof why);
    if (telling->json)
        tell_json(telling, one, why);
    else
        tell_text(telling, one, why);
    telling->n++;
}

/* The text as it would leave, into out. */
static enum scrubgate_status scrub(const struct scrubgate_ruleset *set,
                                   struct scrubgate_scratch *scratch, unsigned level,
                                   struct sg_bytes text, struct sg_buf *result)
{
    struct scrubgate_stream *stream = NULL;
    struct scrubgate_stream_config config = {.level = level};
    enum scrubgate_status rc = scrubgate_stream_open(&stream, set, scratch, &config);
    if (rc >= 0)
        rc = sg_stream_run(stream, text, result);
    scrubgate_stream_close(&stream);
    return rc;
}

static enum scrubgate_status print_result(struct telling *telling, struct sg_bytes result,
                                          enum scrubgate_status refused)
{
    struct sg_buf quoted = {0};
    enum scrubgate_status rc = sg_json_add_string(&quoted, result);
    if (rc >= 0 && telling->json && refused < 0)
        (void)printf("],\"result\":null}\n");
    else if (rc >= 0 && telling->json)
        (void)printf("],\"result\":%.*s}\n", (int)quoted.len, (const char *)quoted.data);
    else if (rc >= 0 && refused < 0)
        (void)printf("\nthe message would be refused: %s\n", scrubgate_status_word(refused));
    else if (rc >= 0)
        (void)printf("%sUnion of what is accepted, named by the best-ranked:\n%.*s\n",
                     telling->n == 0 ? "No rule's pattern matches.\n" : "\n", (int)result.len,
                     (const char *)result.data);
    sg_buf_fini(&quoted);
    return rc;
}

static int explain(const struct sg_texts *paths, unsigned level, struct telling *telling)
{
    struct scrubgate_ruleset *set = sg_load_rules(paths);
    struct scrubgate_scratch *scratch = NULL;
    const struct sg_rule *culprit = NULL;
    struct sg_buf result = {0};
    const struct sg_explain_to to = {tell_view, tell, telling};
    struct sg_scan_config config = {.level = level};
    if (set == NULL)
        return SG_EXIT_USAGE;
    int exit_code = SG_EXIT_WRONG;
    enum scrubgate_status rc = scrubgate_scratch_new(&scratch);
    if (rc >= 0)
        rc = sg_explain(set, scratch, &config, telling->text, &to, &culprit);
    if (rc >= 0 && telling->n == 0)
        open_matches(telling);
    if (telling->failed)
        rc = SCRUBGATE_ENOMEM;
    if (rc < 0) {
        (void)fprintf(stderr, "scrubgate explain: %s%s%s\n", scrubgate_status_word(rc),
                      culprit == NULL ? "" : " in rule ", culprit == NULL ? "" : culprit->id);
        goto out;
    }
    enum scrubgate_status refused = scrub(set, scratch, level, telling->text, &result);
    rc = print_result(telling, sg_buf_bytes(&result), refused);
    if (rc >= 0 && sg_flush_output())
        exit_code = SG_EXIT_FINE;
out:
    sg_buf_fini(&result);
    scrubgate_scratch_free(scratch);
    scrubgate_ruleset_free(set);
    return exit_code;
}

static int run(const struct sg_command *command, int argc, char **argv)
{
    struct sg_texts paths = {.n = 0};
    unsigned level = 2;
    struct telling telling = {.json = false};
    const struct sg_option options[] = {
        {"rules", 'r', SG_OPTION_LIST, "PATH", "a pack or a folder of packs; built-in ones without",
         &paths},
        {"level", 'l', SG_OPTION_NUMBER, "N", "rules of this level and below run, 1 to 4 (2)",
         &level},
        {"json", 0, SG_OPTION_FLAG, NULL, "as one JSON object", &telling.json},
    };
    int rest = 0;
    enum sg_parsed parsed =
        sg_options_parse(command, options, sizeof options / sizeof options[0], argc, argv, &rest);
    if (parsed != SG_PARSED_OK)
        return sg_options_exit(parsed);
    if (argc - rest != 1)
        return sg_say_usage(command, "wants one text, in quotes");
    if (level < 1 || level > 4)
        return sg_say_usage(command, "--level is 1, 2, 3 or 4");
    telling.text = sg_bytes_of(argv[rest]);
    return explain(&paths, level, &telling);
}

const struct sg_command sg_cmd_explain = {
    .name = "explain",
    .summary = "show why each span of a text was or was not masked",
    .usage = "[-r PATH]… [--level N] [--json] TEXT",
    .examples = "  scrubgate explain 'order 4111111111111112, cvv 123'\n"
                "  scrubgate explain -r rules/contact.yaml 'call 2 8765 2000'\n",
    .run = run,
};
