/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spotter.c - what is found in a text, without its being changed.
 *
 *     text -> stream, in shadow -> findings -> spots
 */
#include "cli/spotter.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "body/stream.h"
#include "cli/format.h"

static void note(void *ctx, const struct scrubgate_event *event)
{
    struct sg_spots *spots = ctx;
    if (event->action == SCRUBGATE_TAG || spots->failed)
        return;
    if (spots->n == spots->cap) {
        size_t cap = spots->cap == 0 ? 64 : spots->cap * 2;
        struct sg_finding *grown = realloc(spots->list, cap * sizeof *grown);
        if (grown == NULL) {
            spots->failed = true;
            return;
        }
        spots->list = grown;
        spots->cap = cap;
    }
    spots->list[spots->n++] = (struct sg_finding){
        .rule = sg_ruleset_find(spots->set, event->rule),
        .start = event->start,
        .end = event->end,
        .level = event->level,
        .contextual = event->contextual,
    };
}

static void note_excluded(void *ctx, const char *exclusion)
{
    struct sg_spots *spots = ctx;
    if (spots->excluded != NULL)
        spots->excluded[sg_ruleset_exclusion(spots->set, exclusion)] = true;
}

enum scrubgate_status sg_spots_take(struct sg_spots *spots, struct scrubgate_scratch *scratch,
                                    const struct scrubgate_stream_config *base, const char *type,
                                    struct sg_bytes text)
{
    struct scrubgate_stream_config config = *base;
    struct scrubgate_stream *stream = NULL;
    char room[SG_FORMAT_TYPE_ROOM];
    config.content_type = sg_format_of_body(type, text, room);
    config.shadow = true;
    config.on_event = note;
    config.on_excluded = note_excluded;
    config.ctx = spots;
    spots->n = 0;
    enum scrubgate_status rc = scrubgate_stream_open(&stream, spots->set, scratch, &config);
    if (rc >= 0)
        rc = sg_stream_run(stream, text, NULL);
    scrubgate_stream_close(&stream);
    return spots->failed ? SCRUBGATE_ENOMEM : rc;
}

void sg_spots_fini(struct sg_spots *spots)
{
    free(spots->list);
    *spots = (struct sg_spots){.set = NULL};
}

bool sg_spots_next(const struct sg_spots *spots, size_t *at, struct sg_spot *spot)
{
    if (*at == spots->n)
        return false;
    const struct sg_finding *best = &spots->list[(*at)++];
    *spot = (struct sg_spot){best->start, best->end, best};
    for (; *at < spots->n && spots->list[*at].start < spot->end; ++*at) {
        const struct sg_finding *one = &spots->list[*at];
        if (one->end > spot->end)
            spot->end = one->end;
        if (sg_finding_rank(one, spot->best) < 0)
            spot->best = one;
    }
    return true;
}

uint64_t sg_points_before(struct sg_points *points, uint64_t offset)
{
    if (offset < points->at)
        points->at = points->points = 0;
    struct sg_bytes part = {points->text.data + points->at, (size_t)(offset - points->at)};
    points->points += sg_utf8_count(part);
    points->at = offset;
    return points->points;
}
