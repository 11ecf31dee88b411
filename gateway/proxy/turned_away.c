/* SPDX-License-Identifier: Apache-2.0 */
/*
 * turned_away.c - requests that never became an exchange: counted, and recorded in sums.
 */
#include "proxy/turned_away.h"

#include <string.h>

#include "base/digest.h"

enum { SECOND_NS = 1000000000 };

static void record(struct sg_turned_away *away, const struct sg_turned_away_kind *kind)
{
    struct sg_refused refused = {
        .reason = kind->word, .status = kind->status, .requests = kind->requests};
    enum scrubgate_status rc = sg_facet_network(
        away->facets, (struct sg_bytes){kind->peer, kind->peer_len}, &refused.network);
    if (rc >= 0)
        rc = sg_record_refused(&away->record, away->source, &refused);
    if (rc >= 0)
        sg_audit_note(away->audit, &away->record);
    sg_buf_clear(&away->record);
}

static void flush(struct sg_turned_away *away)
{
    struct sg_turned_away_kind *rest = &away->kind[SG_TURNED_AWAY_MOST];
    for (size_t i = 0; i < away->n; i++)
        record(away, &away->kind[i]);
    if (rest->requests > 0)
        record(away, rest);
    sg_wipe(away->kind, sizeof away->kind);
    away->n = 0;
}

static void due(struct sg_timer *timer)
{
    flush((struct sg_turned_away *)timer); /* its first member */
}

void sg_turned_away_init(struct sg_turned_away *away, struct sg_loop *loop,
                         struct sg_facets *facets, struct sg_audit_port *audit,
                         const struct sg_record_source *source, struct sg_metrics *metrics)
{
    *away = (struct sg_turned_away){.timer = {.due = due},
                                    .loop = loop,
                                    .facets = facets,
                                    .audit = audit,
                                    .source = source,
                                    .metrics = metrics};
}

void sg_turned_away_fini(struct sg_turned_away *away)
{
    if (away->loop == NULL)
        return;
    sg_timer_cancel(away->loop, &away->timer);
    flush(away);
    sg_buf_fini(&away->record);
    away->loop = NULL;
}

static bool is_kind(const struct sg_turned_away_kind *kind, struct sg_bytes peer,
                    const struct sg_refusal *why)
{
    return kind->status == why->status && strcmp(kind->word, why->word) == 0 &&
           sg_bytes_equal((struct sg_bytes){kind->peer, kind->peer_len}, peer);
}

static struct sg_turned_away_kind *find(struct sg_turned_away *away, struct sg_bytes peer,
                                        const struct sg_refusal *why)
{
    struct sg_turned_away_kind *rest = &away->kind[SG_TURNED_AWAY_MOST];
    for (size_t i = 0; i < away->n; i++) {
        if (is_kind(&away->kind[i], peer, why))
            return &away->kind[i];
    }
    if (away->n == SG_TURNED_AWAY_MOST || peer.len > sizeof rest->peer) {
        rest->word = "several";
        return rest;
    }
    struct sg_turned_away_kind *made = &away->kind[away->n++];
    *made = (struct sg_turned_away_kind){
        .word = why->word, .status = why->status, .peer_len = peer.len};
    if (peer.len > 0)
        memcpy(made->peer, peer.data, peer.len);
    return made;
}

void sg_turned_away_add(struct sg_turned_away *away, struct sg_bytes peer,
                        const struct sg_refusal *why)
{
    find(away, peer, why)->requests++;
    sg_metrics_turned_away(away->metrics, why->word);
    /* Without a timer the sum waits for the end. */
    if (away->timer.place == 0)
        (void)!sg_timer_set(away->loop, &away->timer, sg_loop_now(away->loop) + SECOND_NS);
}
