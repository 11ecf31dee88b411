/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spans.c - scrubgate scrub --spans: what would be masked, as code point offsets, line by line.
 *
 *     line -> [text or messages] -> spotter -> spots -> spans
 */
#include "cli/spans.h"

#include "base/buf.h"
#include "base/json.h"
#include "body/stream.h"
#include "cli/console.h"
#include "cli/lines.h"
#include "cli/spotter.h"

struct spanning {
    struct sg_spots spots;
    struct scrubgate_scratch *scratch;
    const struct scrubgate_stream_config *base;
    bool refused; /* some text was */
};

/* Prints the spots as ",[…]" members. */
static void print_spots(const struct sg_spots *spots, struct sg_bytes text, long message,
                        bool *first)
{
    struct sg_points points = {.text = text};
    struct sg_spot spot;
    for (size_t at = 0; sg_spots_next(spots, &at, &spot);) {
        uint64_t from = sg_points_before(&points, spot.start);
        (void)printf("%s[", *first ? "" : ",");
        if (message >= 0)
            (void)printf("%ld,", message);
        (void)printf("%llu,%llu,\"%s\",\"%s\"]", (unsigned long long)from,
                     (unsigned long long)sg_points_before(&points, spot.end),
                     spot.best->rule->entity, spot.best->rule->id);
        *first = false;
    }
}

static bool print_id(const struct sg_json_node *id)
{
    struct sg_buf text = {0};
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (id == NULL)
        rc = sg_buf_add_text(&text, "null");
    else if (id->kind == SG_JSON_STRING)
        rc = sg_json_add_string(&text, id->text);
    else
        rc = sg_buf_add_bytes(&text, id->kind == SG_JSON_NUMBER ? id->text : SG_BYTES("null"));
    if (rc >= 0)
        (void)printf("{\"id\":%.*s,", (int)text.len, (const char *)text.data);
    sg_buf_fini(&text);
    return rc >= 0;
}

static const char *span(void *ctx, const struct sg_text_line *line)
{
    struct spanning *run = ctx;
    bool first = true;
    if (!print_id(line->id))
        return "out of memory";
    (void)printf("\"spans\":[");
    enum scrubgate_status rc = SCRUBGATE_OK;
    const struct sg_json_node *one = line->first;
    struct scrubgate_stream_config config = *run->base;
    struct scrubgate_tail tail = {.own = {.n_slots = 0}};
    config.tail = line->talk ? &tail : NULL;
    for (long i = 0; one != NULL && rc >= 0; i++) {
        rc = one->kind == SG_JSON_STRING
                 ? sg_spots_take(&run->spots, run->scratch, &config, line->type, one->text)
                 : SCRUBGATE_EMALFORMED;
        if (rc >= 0)
            print_spots(&run->spots, one->text, line->talk ? i : -1, &first);
        one = sg_text_line_next(line, one);
    }
    sg_tail_wipe(&tail.own);
    (void)printf("]");
    if (rc < 0) {
        (void)printf(",\"error\":\"%s\"", scrubgate_status_word(rc));
        run->refused = true;
    }
    (void)printf("}\n");
    return NULL;
}

int sg_spans_run(FILE *in, const char *name, const struct scrubgate_ruleset *set,
                 struct scrubgate_scratch *scratch, const struct scrubgate_stream_config *base)
{
    struct spanning run = {.spots = {.set = set}, .scratch = scratch, .base = base};
    int exit_code = sg_lines_each(in, name, span, &run);
    if (exit_code == SG_EXIT_FINE && run.refused)
        exit_code = SG_EXIT_WRONG;
    sg_spots_fini(&run.spots);
    return sg_flush_output() ? exit_code : SG_EXIT_WRONG;
}
