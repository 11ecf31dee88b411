/* SPDX-License-Identifier: Apache-2.0 */
/*
 * upstreams.c - where the messages of each route go: its origins, and whose turn it is.
 */
#include "proxy/upstreams.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/diag.h"
#include "net/tls.h"
#include "proxy/oplog.h"

struct places {
    struct sg_origin *origin[SG_BALANCE_MOST];
    size_t n;
    struct sg_origin *divert; /* NULL: none */
    struct sg_tls *tls;       /* what its https origins use; NULL: there is none */
};

struct sg_upstreams {
    const struct sg_config *config;
    struct places *route;
    struct sg_tls *usual;       /* without an upstream_tls; NULL: nobody wants it */
    struct sg_balance **worker; /* each a block of its own, so that no two share a cache line */
};

/* --- trust --- */

static enum scrubgate_status read_tls(struct sg_tls **tls, const struct sg_config *config,
                                      const struct sg_route *route, struct scrubgate_fault *fault)
{
    const struct sg_route_tls *said = &route->tls;
    const struct sg_tls_config files = {said->ca != NULL ? said->ca : config->ca_file,
                                        said->certificate, said->key};
    struct scrubgate_fault inner = {.what = ""};
    enum scrubgate_status rc = sg_tls_new(tls, &files, &inner);
    if (rc != SCRUBGATE_EIO)
        return rc;
    sg_fault_set(fault, config->file[0] != '\0' ? config->file : NULL, route->line, 0,
                 "route %s: TLS towards the upstream: %s: %s", route->name, inner.file, inner.what);
    return SCRUBGATE_EINVAL;
}

static bool is_usual(const struct sg_route_tls *said)
{
    return said->ca == NULL && said->certificate == NULL;
}

/* One that an earlier route has of the same files, or NULL. */
static struct sg_tls *shared_tls(const struct sg_upstreams *made, size_t route)
{
    const struct sg_route_tls *said = &made->config->routes[route].tls;
    for (size_t i = 0; i < route; i++) {
        const struct sg_route_tls *other = &made->config->routes[i].tls;
        if (made->route[i].tls != NULL && sg_text_same(said->ca, other->ca) &&
            sg_text_same(said->certificate, other->certificate) &&
            sg_text_same(said->key, other->key))
            return made->route[i].tls;
    }
    return NULL;
}

/* A system's certificates are many: routes that want the same share them. */
static enum scrubgate_status find_tls(struct sg_upstreams *made, size_t route, bool usual,
                                      struct sg_tls **tls, struct scrubgate_fault *fault)
{
    struct sg_route said = made->config->routes[route];
    struct sg_tls **own = &made->route[route].tls;
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (usual)
        said.tls = (struct sg_route_tls){.ca = NULL};
    if (is_usual(&said.tls))
        own = &made->usual;
    else if (*own == NULL)
        *own = sg_tls_hold(shared_tls(made, route));
    if (*own == NULL)
        rc = read_tls(own, made->config, &said, fault);
    *tls = *own;
    return rc;
}

/* --- origins --- */

/* usual: without what the route says of its upstreams' TLS. A fault points at the route. */
static enum scrubgate_status make_origin(struct sg_upstreams *made, struct sg_origin **origin,
                                         const char *url, size_t route, bool usual,
                                         struct scrubgate_fault *fault)
{
    const struct sg_config *config = made->config;
    const struct sg_route *said = &config->routes[route];
    struct scrubgate_fault inner = {.what = ""};
    struct sg_tls *tls = NULL;
    enum scrubgate_status rc = sg_origin_new(origin, url, &inner);
    if (rc < 0)
        sg_fault_set(fault, config->file[0] != '\0' ? config->file : NULL, said->line, 0,
                     "route %s: %s", said->name, inner.what);
    if (rc < 0 || !sg_origin_secure(*origin))
        return rc;
    rc = find_tls(made, route, usual, &tls, fault);
    return rc < 0 ? rc : sg_origin_trust(*origin, tls, usual ? NULL : said->tls.name);
}

static enum scrubgate_status make_route(struct sg_upstreams *made, size_t i, const char *echo_url,
                                        struct scrubgate_fault *fault)
{
    const struct sg_route *route = &made->config->routes[i];
    struct places *places = &made->route[i];
    enum scrubgate_status rc = SCRUBGATE_OK;
    assert(route->n_upstreams <= SG_BALANCE_MOST);
    for (size_t k = 0; k < route->n_upstreams && rc >= 0; k++) {
        const char *url = route->upstream_url[k][0] != '\0' ? route->upstream_url[k] : echo_url;
        assert(url != NULL);
        rc = make_origin(made, &places->origin[k], url, i, false, fault);
        places->n += rc >= 0 ? 1 : 0;
    }
    if (rc >= 0 && route->divert_url != NULL)
        rc = make_origin(made, &places->divert, route->divert_url, i, true, fault);
    return rc;
}

/* One block: a balance for each route, and behind them their peers. */
static struct sg_balance *make_balances(const struct sg_upstreams *made)
{
    size_t n = made->config->n_routes, peers = 0;
    for (size_t i = 0; i < n; i++)
        peers += made->route[i].n;
    struct sg_balance *list = calloc(1, n * sizeof *list + peers * sizeof(struct sg_balance_peer));
    if (list == NULL)
        return NULL;
    struct sg_balance_peer *peer = (struct sg_balance_peer *)(void *)(list + n);
    for (size_t i = 0; i < n; i++) {
        const struct sg_route *route = &made->config->routes[i];
        list[i] = (struct sg_balance){.peer = peer,
                                      .n = made->route[i].n,
                                      .limit = route->health_failures,
                                      .open_ns = route->health_open_ns};
        peer += made->route[i].n;
    }
    return list;
}

enum scrubgate_status sg_upstreams_new(struct sg_upstreams **upstreams,
                                       const struct sg_config *config, const char *echo_url,
                                       struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    struct sg_upstreams *made = calloc(1, sizeof *made);
    *upstreams = NULL;
    if (made == NULL)
        goto out;
    made->config = config;
    made->route = calloc(config->n_routes + 1, sizeof *made->route);
    made->worker = calloc(config->workers + 1, sizeof(struct sg_balance *));
    if (made->route == NULL || made->worker == NULL)
        goto out;
    rc = SCRUBGATE_OK;
    for (size_t i = 0; i < config->n_routes && rc >= 0; i++)
        rc = make_route(made, i, echo_url, fault);
    for (size_t i = 0; i < config->workers && rc >= 0; i++) {
        made->worker[i] = make_balances(made);
        rc = made->worker[i] == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
    }
    if (rc < 0)
        goto out;
    *upstreams = made;
    made = NULL; /* the caller's now */
out:
    sg_upstreams_free(made);
    return rc;
}

void sg_upstreams_free(struct sg_upstreams *upstreams)
{
    if (upstreams == NULL)
        return;
    for (size_t i = 0; upstreams->route != NULL && i < upstreams->config->n_routes; i++) {
        struct places *places = &upstreams->route[i];
        for (size_t k = 0; k < SG_BALANCE_MOST; k++)
            sg_origin_free(places->origin[k]);
        sg_origin_free(places->divert);
        sg_tls_free(places->tls);
    }
    for (size_t i = 0; upstreams->worker != NULL && i < upstreams->config->workers; i++)
        free(upstreams->worker[i]);
    sg_tls_free(upstreams->usual);
    free(upstreams->route);
    free(upstreams->worker);
    free(upstreams);
}

enum scrubgate_status sg_upstreams_watch(const struct sg_upstreams *upstreams,
                                         struct sg_resolver *resolver)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < upstreams->config->n_routes && rc >= 0; i++) {
        const struct places *places = &upstreams->route[i];
        for (size_t k = 0; k < places->n && rc >= 0; k++)
            rc = sg_resolver_watch(resolver, places->origin[k]);
        if (rc >= 0 && places->divert != NULL)
            rc = sg_resolver_watch(resolver, places->divert);
    }
    return rc;
}

/* --- choosing --- */

void sg_choice_begin(struct sg_choice *choice, const struct sg_upstreams *upstreams,
                     unsigned worker, size_t route)
{
    *choice = (struct sg_choice){.upstreams = upstreams,
                                 .balance = &upstreams->worker[worker][route],
                                 .route = route,
                                 .turn = {.peer = SG_BALANCE_NONE}};
}

bool sg_choice_any(const struct sg_choice *choice, uint64_t now_ns, uint64_t *wait_ns)
{
    return sg_balance_any(choice->balance, now_ns, wait_ns);
}

bool sg_choice_take(struct sg_choice *choice, uint64_t now_ns, uint64_t *wait_ns)
{
    assert(choice->turn.peer == SG_BALANCE_NONE);
    choice->origin = NULL;
    choice->turn = sg_balance_take(choice->balance, now_ns, choice->tried, wait_ns);
    if (choice->turn.peer == SG_BALANCE_NONE)
        return false;
    choice->tried |= 1u << choice->turn.peer;
    choice->origin = choice->upstreams->route[choice->route].origin[choice->turn.peer];
    return true;
}

void sg_choice_divert(struct sg_choice *choice)
{
    choice->origin = choice->upstreams->route[choice->route].divert;
    assert(choice->origin != NULL);
}

static void log_change(const struct sg_choice *choice, int peer)
{
    char number[8];
    bool healthy = sg_balance_healthy(&choice->balance->peer[peer]);
    (void)snprintf(number, sizeof number, "%d", peer);
    sg_oplog(healthy ? SG_OPLOG_INFO : SG_OPLOG_WARN,
             healthy ? "upstream works again" : "upstream is down, it is left out for a while",
             "route", choice->upstreams->config->routes[choice->route].name, "upstream", number,
             NULL);
}

void sg_choice_tell(struct sg_choice *choice, enum sg_turn_end how, uint64_t now_ns)
{
    int peer = choice->turn.peer;
    if (sg_balance_tell(choice->balance, &choice->turn, how, now_ns))
        log_change(choice, peer);
}

/* --- for metrics --- */

size_t sg_upstreams_count(const struct sg_upstreams *upstreams, size_t route)
{
    return upstreams->route[route].n;
}

bool sg_upstreams_healthy(const struct sg_upstreams *upstreams, size_t route, size_t number)
{
    for (size_t i = 0; i < upstreams->config->workers; i++)
        if (!sg_balance_healthy(&upstreams->worker[i][route].peer[number]))
            return false;
    return true;
}

uint64_t sg_upstreams_failures(const struct sg_upstreams *upstreams, size_t route, size_t number)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < upstreams->config->workers; i++)
        sum += sg_balance_failures(&upstreams->worker[i][route].peer[number]);
    return sum;
}
