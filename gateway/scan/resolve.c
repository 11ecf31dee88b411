/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resolve.c - from findings to edits: the union of all matches is masked, the best-ranked names it.
 */
#include "scan/resolve.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "scan/content.h"
#include "scan/fingerprint.h"

enum { DISTINCT_MOST = 1024, PENDING_KEPT = 64 };

/* A value seen in this message, for {n}. */
struct sg_distinct {
    const char *entity;
    uint64_t digest, n;
};

void sg_resolver_reset(struct sg_resolver *resolver, bool shadow, struct sg_content *content)
{
    resolver->shadow = shadow;
    resolver->content = content;
    resolver->n_distinct = 0;
}

void sg_resolver_clear(struct sg_resolver *resolver)
{
    sg_buf_spare(&resolver->cluster.value, SG_SPARE_MOST);
    sg_buf_spare(&resolver->text, SG_SPARE_MOST);
    sg_buf_spare(&resolver->values, SG_SPARE_MOST);
    resolver->n_pending = resolver->n_distinct = 0;
    if (resolver->cap > PENDING_KEPT) {
        free(resolver->pending);
        resolver->pending = NULL;
        resolver->cap = 0;
    }
    free(resolver->distinct); /* few rules ask for numbers */
    resolver->distinct = NULL;
    resolver->cap_distinct = 0;
}

void sg_resolver_fini(struct sg_resolver *resolver)
{
    sg_buf_fini(&resolver->cluster.value);
    sg_buf_fini(&resolver->text);
    sg_buf_fini(&resolver->values);
    free(resolver->pending);
    free(resolver->distinct);
    *resolver = (struct sg_resolver){0};
}

void sg_resolver_begin(struct sg_resolver *resolver, const struct sg_scan_sink *sink)
{
    resolver->n_pending = 0;
    sg_buf_clear(&resolver->values);
    resolver->cluster.open = false;
    sg_buf_clear(&resolver->cluster.value);
    resolver->emitted = resolver->kept = 0;
    resolver->sink = sink;
    if (resolver->content != NULL)
        sg_content_break(resolver->content);
}

enum scrubgate_status sg_resolver_add(struct sg_resolver *resolver,
                                      const struct sg_finding *finding, struct sg_bytes value)
{
    if (resolver->n_pending == resolver->cap) {
        size_t cap = resolver->cap == 0 ? 16 : resolver->cap * 2;
        struct sg_finding *grown = realloc(resolver->pending, cap * sizeof *grown);
        if (grown == NULL)
            return SCRUBGATE_ENOMEM;
        resolver->pending = grown;
        resolver->cap = cap;
    }
    struct sg_finding *own = &resolver->pending[resolver->n_pending++];
    *own = *finding;
    if (!own->folded)
        return SCRUBGATE_OK;
    own->value.start = resolver->values.len;
    own->value.end = own->value.start + value.len;
    return sg_buf_add_bytes(&resolver->values, value);
}

/* By start, then longer first, then rule, the raw text before its view: depends on the value only,
 * not on how it came. */
static int by_place(const void *left, const void *right)
{
    const struct sg_finding *a = left, *b = right;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    if (a->end != b->end)
        return a->end > b->end ? -1 : 1;
    if (a->rule != b->rule)
        return a->rule->index < b->rule->index ? -1 : 1;
    return (int)a->folded - (int)b->folded;
}

/* Found in the text and in its view. */
static bool is_twin(const struct sg_finding *a, const struct sg_finding *b)
{
    return a->rule == b->rule && a->start == b->start && a->end == b->end;
}

static struct sg_bytes part_of(const struct sg_window *window, uint64_t start, uint64_t end)
{
    assert(start >= window->base && end >= start && end <= window->base + window->text.len);
    struct sg_bytes part = {window->text.data + (start - window->base), (size_t)(end - start)};
    return part;
}

/* The bytes up to `to` are clear. */
static enum scrubgate_status give_clear(struct sg_resolver *resolver,
                                        const struct sg_window *window, uint64_t to)
{
    if (to <= resolver->emitted)
        return SCRUBGATE_OK;
    uint64_t start = resolver->emitted;
    struct sg_bytes text = part_of(window, start, to);
    resolver->emitted = to;
    if (resolver->content != NULL)
        sg_content_add(resolver->content, text);
    return resolver->shadow ? SCRUBGATE_OK : resolver->sink->keep(resolver->sink->ctx, start, text);
}

/* The how-manieth distinct value of its entity the cluster's is. Over DISTINCT_MOST values each
 * counts as new. */
static enum scrubgate_status number_of(struct sg_resolver *resolver, uint64_t *n)
{
    const struct sg_cluster *cluster = &resolver->cluster;
    const char *entity = cluster->winner.rule->entity;
    uint8_t digest[SG_SHA256_SIZE];
    struct sg_buf normal = {0};
    uint64_t wanted = 0;
    *n = 1;
    enum scrubgate_status rc =
        sg_fingerprint_normalise(&normal, entity, sg_buf_bytes(&cluster->value));
    if (rc >= 0)
        rc = sg_sha256(sg_buf_bytes(&normal), digest);
    sg_buf_fini(&normal);
    if (rc < 0)
        return rc;
    memcpy(&wanted, digest, sizeof wanted);
    for (size_t i = 0; i < resolver->n_distinct; i++) {
        const struct sg_distinct *one = &resolver->distinct[i];
        if (strcmp(one->entity, entity) != 0)
            continue;
        if (one->digest == wanted) {
            *n = one->n;
            return SCRUBGATE_OK;
        }
        *n = one->n + 1;
    }
    if (resolver->n_distinct == DISTINCT_MOST)
        return SCRUBGATE_OK;
    if (resolver->n_distinct == resolver->cap_distinct) {
        size_t cap = resolver->cap_distinct == 0 ? 16 : resolver->cap_distinct * 2;
        struct sg_distinct *grown = realloc(resolver->distinct, cap * sizeof *grown);
        if (grown == NULL)
            return SCRUBGATE_ENOMEM;
        resolver->distinct = grown;
        resolver->cap_distinct = cap;
    }
    resolver->distinct[resolver->n_distinct++] = (struct sg_distinct){entity, wanted, *n};
    return SCRUBGATE_OK;
}

static bool asks_for_number(const struct sg_rule *rule)
{
    for (size_t i = 0; i < rule->with.n; i++) {
        if (rule->with.parts[i].kind == SG_PART_N)
            return true;
    }
    return false;
}

static enum scrubgate_status close_cluster(struct sg_resolver *resolver)
{
    struct sg_cluster *cluster = &resolver->cluster;
    const struct sg_rule *rule = cluster->winner.rule;
    enum scrubgate_status rc = SCRUBGATE_OK;
    uint64_t n = 1;
    cluster->open = false;
    resolver->emitted = cluster->end;
    if (resolver->content != NULL)
        sg_content_add_entity(resolver->content, rule->entity);
    if (resolver->shadow)
        goto out;
    if (!cluster->one_span)
        cluster->reveal = (struct sg_reveal){0, 0};
    if (asks_for_number(rule))
        rc = number_of(resolver, &n);
    sg_buf_clear(&resolver->text);
    if (rc >= 0)
        rc = sg_action_render(&resolver->text, rule, sg_buf_bytes(&cluster->value), n,
                              cluster->reveal);
    if (rc >= 0)
        rc = resolver->sink->edit(resolver->sink->ctx, cluster->start, cluster->end,
                                  sg_buf_bytes(&resolver->text));
out:
    sg_buf_clear(&cluster->value);
    return rc;
}

static enum scrubgate_status crown(struct sg_resolver *resolver, const struct sg_window *window,
                                   const struct sg_finding *finding)
{
    struct sg_cluster *cluster = &resolver->cluster;
    cluster->winner = *finding;
    sg_buf_clear(&cluster->value);
    if (!finding->folded)
        return sg_buf_add_bytes(&cluster->value, part_of(window, finding->start, finding->end));
    struct sg_bytes value = {resolver->values.data + finding->value.start,
                             finding->value.end - finding->value.start};
    return sg_buf_add_bytes(&cluster->value, value);
}

static enum scrubgate_status take_up(struct sg_resolver *resolver, const struct sg_window *window,
                                     const struct sg_finding *finding)
{
    struct sg_cluster *cluster = &resolver->cluster;
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (resolver->sink->finding != NULL)
        rc = resolver->sink->finding(resolver->sink->ctx, finding);
    /* Block and divert decide about the whole message, tag about nothing: only mask edits. */
    if (rc < 0 || finding->rule->action != SCRUBGATE_MASK)
        return rc;
    struct sg_reveal reveal = {finding->rule->with.first, finding->rule->with.last};
    if (cluster->open && finding->start >= cluster->end)
        rc = close_cluster(resolver);
    if (rc < 0)
        return rc;
    if (!cluster->open) {
        rc = give_clear(resolver, window, finding->start);
        cluster->open = true;
        cluster->start = finding->start;
        cluster->end = finding->end;
        cluster->reveal = reveal;
        cluster->one_span = true;
        return rc < 0 ? rc : crown(resolver, window, finding);
    }
    if (finding->start != cluster->start || finding->end != cluster->end)
        cluster->one_span = false;
    if (finding->end > cluster->end)
        cluster->end = finding->end;
    if (reveal.first < cluster->reveal.first)
        cluster->reveal.first = reveal.first;
    if (reveal.last < cluster->reveal.last)
        cluster->reveal.last = reveal.last;
    return sg_finding_rank(finding, &cluster->winner) < 0 ? crown(resolver, window, finding)
                                                          : SCRUBGATE_OK;
}

/* In shadow mode every byte is handed on as soon as it is decided, whatever was found in it. */
static enum scrubgate_status keep_all(struct sg_resolver *resolver, const struct sg_window *window,
                                      uint64_t frontier)
{
    if (frontier <= resolver->kept)
        return SCRUBGATE_OK;
    uint64_t start = resolver->kept;
    resolver->kept = frontier;
    return resolver->sink->keep(resolver->sink->ctx, start, part_of(window, start, frontier));
}

enum scrubgate_status sg_resolver_settle(struct sg_resolver *resolver,
                                         const struct sg_window *window, uint64_t frontier)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    const struct sg_finding *pending = resolver->pending;
    if (resolver->n_pending > 1)
        qsort(resolver->pending, resolver->n_pending, sizeof *resolver->pending, by_place);
    size_t i = 0;
    for (; i < resolver->n_pending && pending[i].start < frontier && rc >= 0; i++) {
        if (i == 0 || !is_twin(&pending[i], &pending[i - 1]))
            rc = take_up(resolver, window, &pending[i]);
    }
    if (rc < 0)
        return rc;
    resolver->n_pending -= i;
    if (resolver->n_pending == 0)
        sg_buf_clear(&resolver->values);
    if (i > 0 && resolver->n_pending > 0)
        memmove(resolver->pending, resolver->pending + i,
                resolver->n_pending * sizeof *resolver->pending);
    if (resolver->cluster.open && frontier >= resolver->cluster.end)
        rc = close_cluster(resolver);
    if (rc >= 0 && !resolver->cluster.open)
        rc = give_clear(resolver, window, frontier);
    if (rc >= 0 && resolver->shadow)
        rc = keep_all(resolver, window, frontier);
    return rc;
}
