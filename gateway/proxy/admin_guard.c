/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admin_guard.c - what routers and people ask of the guard through the admin port.
 */
#include "proxy/admin_guard.h"

#include <stddef.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/diag.h"
#include "collusion/guard_json.h"

enum { BODY_MOST = 16 * 1024, DEPTH = 2 };

struct sg_admin_guard {
    struct sg_admin_guard_setup setup;
    struct sg_facets *facets;
    struct sg_hmac *peers;
};

/* --- its life --------------------------------------------------------------------------------- */

enum scrubgate_status sg_admin_guard_open(struct sg_admin_guard **guard,
                                          const struct sg_admin_guard_setup *setup)
{
    struct sg_admin_guard *made = calloc(1, sizeof *made);
    *guard = NULL;
    if (made == NULL)
        return SCRUBGATE_ENOMEM;
    made->setup = *setup;
    made->setup.key = made->setup.peer_key = NULL; /* not kept */
    enum scrubgate_status rc = sg_facets_of_agents(&made->facets, setup->key);
    if (rc >= 0)
        rc = sg_hmac_new(&made->peers, setup->peer_key, "scrubgate admin peer 1");
    if (rc < 0)
        sg_admin_guard_close(made);
    else
        *guard = made;
    return rc;
}

void sg_admin_guard_close(struct sg_admin_guard *guard)
{
    if (guard == NULL)
        return;
    sg_facets_free(guard->facets);
    sg_hmac_free(guard->peers);
    free(guard);
}

void sg_guard_call_fini(struct sg_guard_call *call)
{
    sg_json_free(call->acting.json);
    sg_buf_fini(&call->answer);
}

/* --- answers ---------------------------------------------------------------------------------- */

static const struct {
    unsigned status;
    const char *word, *title;
} problems[SG_GUARD_PROBLEMS] = {
    [SG_GUARD_UNAVAILABLE] = {503, "guard", "The guard cannot do that now"},
    [SG_GUARD_UNTOLD] = {503, "audit", "The audit log cannot be written"},
    [SG_GUARD_MALFORMED] = {400, "malformed", "The question is malformed"},
    [SG_GUARD_BY_PAGE] = {403, "page", "Pages of a browser do not ask this"},
    [SG_GUARD_NO_ORDER] = {404, "no-order", "There is no such order"},
    [SG_GUARD_NO_METHOD] = {405, "method", "That cannot be done here"},
    [SG_GUARD_TOO_LARGE] = {413, "limit", "The order is too large"},
    [SG_GUARD_UNSUPPORTED] = {415, "unsupported", "An order is application/json"},
};

void sg_guard_call_refuse(struct sg_guard_call *call, enum sg_guard_problem problem,
                          const char *detail)
{
    struct sg_buf *out = &call->answer;
    call->status = problems[problem].status;
    sg_buf_clear(out);
    enum scrubgate_status rc =
        sg_buf_addf(out, "{\"type\":\"urn:scrubgate:problem:%s\",\"title\":\"%s\",\"status\":%u",
                    problems[problem].word, problems[problem].title, problems[problem].status);
    if (rc >= 0 && detail[0] != '\0')
        rc = sg_buf_add_text(out, ",\"detail\":");
    if (rc >= 0 && detail[0] != '\0')
        rc = sg_json_add_string(out, sg_bytes_of(detail));
    if (rc >= 0)
        rc = sg_buf_add_text(out, "}\n");
    if (rc < 0) /* the status says it, too */
        sg_buf_clear(out);
}

static enum sg_guard_asked_how refuse(struct sg_guard_call *call, enum sg_guard_problem problem,
                                      const char *detail)
{
    sg_guard_call_refuse(call, problem, detail);
    return SG_GUARD_ANSWERED;
}

/* On the loop's thread; the guard of the admin port may be gone. */
static void finished(struct sg_guard_job *job)
{
    struct sg_guard_call *call =
        (struct sg_guard_call *)(void *)((char *)job - offsetof(struct sg_guard_call, job));
    if (job->status < 0 && call->status < 400)
        sg_guard_call_refuse(call, SG_GUARD_UNAVAILABLE, job->fault.what);
    call->done(call);
}

static enum sg_guard_asked_how submit(
    struct sg_admin_guard *guard, struct sg_guard_call *call,
    enum scrubgate_status (*run)(struct sg_guard_job *job, struct sg_collusion_guard *guard))
{
    struct sg_admin_guard_acting *acting = &call->acting;
    uint64_t peer = 0;
    if (sg_hmac_u64(guard->peers, call->peer, &peer) < 0)
        return refuse(call, SG_GUARD_UNAVAILABLE, "out of memory");
    acting->auditor = guard->setup.auditor;
    acting->source = guard->setup.source;
    acting->actor = (struct sg_actor){SG_ACTOR_PEER, peer};
    acting->now_ms = sg_clock_wall_ms();
    call->job.run = run;
    call->job.done = finished;
    sg_risks_submit(guard->setup.risks, &call->job);
    return SG_GUARD_UNDER_WAY;
}

/* --- what a body says ------------------------------------------------------------------------- */

/* Members by name; NULL: not said. Those that are not asked for are an error. */
struct reading {
    const struct sg_json_node *root;
    size_t known;
    bool wrong;
};

static struct sg_bytes take(struct reading *from, const char *name)
{
    const struct sg_json_node *node = sg_json_get(from->root, name);
    from->known += node != NULL;
    from->wrong = from->wrong || (node != NULL && node->kind != SG_JSON_STRING);
    return node == NULL || from->wrong ? (struct sg_bytes){NULL, 0} : node->text;
}

static bool is_json(struct sg_bytes type)
{
    type.len = sg_bytes_find(type, ';');
    return sg_bytes_equal_nocase(sg_bytes_trim(type), SG_BYTES("application/json"));
}

/* False: it was answered. That the type must be named keeps web pages from giving orders: a browser
 * does not send it elsewhere unasked. */
static bool open_body(struct sg_guard_call *call, struct reading *from)
{
    struct scrubgate_fault fault = {.what = "out of memory"};
    if (!is_json(call->content_type)) {
        (void)refuse(call, SG_GUARD_UNSUPPORTED, "say so: Content-Type: application/json");
        return false;
    }
    if (call->is_cut || call->body.len > BODY_MOST) {
        (void)refuse(call, SG_GUARD_TOO_LARGE, "");
        return false;
    }
    enum scrubgate_status rc = sg_json_parse(&call->acting.json, call->body, DEPTH, &fault);
    if (rc < 0) {
        (void)refuse(call, rc == SCRUBGATE_ENOMEM ? SG_GUARD_UNAVAILABLE : SG_GUARD_MALFORMED,
                     rc == SCRUBGATE_ENOMEM ? "out of memory" : "the body is no JSON object");
        return false;
    }
    *from = (struct reading){.root = sg_json_root(call->acting.json)};
    from->wrong = from->root->kind != SG_JSON_OBJECT;
    if (from->wrong)
        (void)refuse(call, SG_GUARD_MALFORMED, "the body is no JSON object");
    return !from->wrong;
}

static bool close_body(struct sg_guard_call *call, const struct reading *from)
{
    if (!from->wrong && from->known == from->root->count)
        return true;
    (void)refuse(call, SG_GUARD_MALFORMED,
                 "the body has a member that is not known here, or is no string");
    return false;
}

/* "30d", "12h". */
static bool read_span(struct sg_bytes text, uint64_t *ms)
{
    static const struct {
        uint8_t letter;
        uint64_t ms;
    } units[] = {{'d', 86400000}, {'h', 3600000}, {'m', 60000}, {'s', 1000}};
    uint64_t n, unit = 0;
    if (text.len < 2)
        return false;
    text.len--;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (units[i].letter == text.data[text.len])
            unit = units[i].ms;
    /* A longer one is refused for its length, with what is allowed. */
    if (unit == 0 || !sg_bytes_to_u64(text, &n) || n == 0 || n > 2 * SG_ATTEST_LONGEST_MS / unit)
        return false;
    *ms = n * unit;
    return true;
}

static bool read_agent(struct sg_admin_guard *guard, struct sg_guard_call *call,
                       struct sg_bytes name, uint64_t *agent)
{
    struct scrubgate_fault fault = {.what = ""};
    const enum scrubgate_status rc = sg_agent_name_digest(guard->facets, name, agent, &fault);
    if (rc < 0)
        (void)refuse(call, rc == SCRUBGATE_EINVAL ? SG_GUARD_MALFORMED : SG_GUARD_UNAVAILABLE,
                     fault.what);
    return rc >= 0;
}

static bool read_order(struct sg_admin_guard *guard, struct sg_guard_call *call)
{
    struct sg_collusion_order *order = &call->acting.order;
    struct scrubgate_fault fault = {.what = ""};
    struct reading from;
    uint64_t span_ms = 0;
    if (!open_body(call, &from))
        return false;
    const struct sg_bytes kind = take(&from, "kind"), agent = take(&from, "agent"),
                          other = take(&from, "other"), lasts = take(&from, "for");
    *order = (struct sg_collusion_order){.kind = sg_order_of_word(kind),
                                         .brand = take(&from, "brand"),
                                         .queue = take(&from, "queue"),
                                         .clearance = take(&from, "clearance"),
                                         .actor = take(&from, "actor"),
                                         .reason = take(&from, "reason")};
    if (!close_body(call, &from) || !read_agent(guard, call, agent, &order->agent) ||
        (other.len > 0 && !read_agent(guard, call, other, &order->other)))
        return false;
    if (!read_span(lasts, &span_ms)) {
        (void)refuse(call, SG_GUARD_MALFORMED, "for is missing, or no time such as 12h or 30d");
        return false;
    }
    order->created_ms = sg_clock_wall_ms();
    order->expires_ms = order->created_ms + span_ms;
    call->acting.actor_name = order->actor;
    if (sg_order_check(order, &fault) >= 0)
        return true;
    (void)refuse(call, SG_GUARD_MALFORMED, fault.what);
    return false;
}

/* {"actor":…, words:…} */
static bool read_words(struct sg_guard_call *call, const char *words)
{
    struct reading from;
    if (!open_body(call, &from))
        return false;
    call->acting.actor_name = take(&from, "actor");
    call->acting.words = take(&from, words);
    if (!close_body(call, &from))
        return false;
    if (sg_order_is_text(call->acting.actor_name, SG_ORDER_NAME) &&
        sg_order_is_text(call->acting.words, SG_ORDER_TEXT))
        return true;
    (void)refuse(call, SG_GUARD_MALFORMED,
                 "who, or the words, is missing, too long or no plain text");
    return false;
}

/* --- questions -------------------------------------------------------------------------------- */

static enum sg_guard_asked_how ask_eligibility(struct sg_admin_guard *guard,
                                               struct sg_guard_call *call,
                                               const struct sg_admin_path *path)
{
    struct sg_risks_answer answer;
    uint64_t agent;
    if (!read_agent(guard, call, path->agent, &agent))
        return SG_GUARD_ANSWERED;
    sg_risks_eligible(guard->setup.risks, agent, path->brand, path->queue, &answer);
    if (sg_eligibility_json(&call->answer, &answer.eligibility) < 0 ||
        sg_buf_add_byte(&call->answer, '\n') < 0)
        return refuse(call, SG_GUARD_UNAVAILABLE, "out of memory");
    call->status = 200;
    return SG_GUARD_ANSWERED;
}

static enum sg_guard_asked_how ask_list(struct sg_admin_guard *guard, struct sg_guard_call *call,
                                        const struct sg_admin_path *path)
{
    call->acting.all = path->all;
    if (path->agent.len > 0 && !read_agent(guard, call, path->agent, &call->acting.order.agent))
        return SG_GUARD_ANSWERED;
    return submit(guard, call, sg_guard_act_list);
}

static enum sg_guard_asked_how ask_order(struct sg_admin_guard *guard, struct sg_guard_call *call,
                                         const struct sg_admin_path *path)
{
    (void)path;
    return read_order(guard, call) ? submit(guard, call, sg_guard_act_order) : SG_GUARD_ANSWERED;
}

static enum sg_guard_asked_how ask_lift(struct sg_admin_guard *guard, struct sg_guard_call *call,
                                        const struct sg_admin_path *path)
{
    call->acting.order.id = path->order;
    return read_words(call, "reason") ? submit(guard, call, sg_guard_act_lift) : SG_GUARD_ANSWERED;
}

static enum sg_guard_asked_how ask_appeal(struct sg_admin_guard *guard, struct sg_guard_call *call,
                                          const struct sg_admin_path *path)
{
    call->acting.order.id = path->order;
    return read_words(call, "note") ? submit(guard, call, sg_guard_act_appeal) : SG_GUARD_ANSWERED;
}

static const struct {
    enum sg_admin_thing thing;
    const char *method;
    enum sg_guard_asked_how (*ask)(struct sg_admin_guard *guard, struct sg_guard_call *call,
                                   const struct sg_admin_path *path);
} questions[] = {
    {SG_ADMIN_ELIGIBILITY, "GET", ask_eligibility},
    {SG_ADMIN_ELIGIBILITY, "HEAD", ask_eligibility},
    {SG_ADMIN_ORDERS, "GET", ask_list},
    {SG_ADMIN_ORDERS, "HEAD", ask_list},
    {SG_ADMIN_ORDERS, "POST", ask_order},
    {SG_ADMIN_ORDER, "DELETE", ask_lift},
    {SG_ADMIN_APPEAL, "POST", ask_appeal},
};

static const char *const allowed[] = {[SG_ADMIN_ELIGIBILITY] = "GET, HEAD",
                                      [SG_ADMIN_ORDERS] = "GET, HEAD, POST",
                                      [SG_ADMIN_ORDER] = "DELETE",
                                      [SG_ADMIN_APPEAL] = "POST"};

enum sg_guard_asked_how sg_admin_guard_ask(struct sg_admin_guard *guard, struct sg_guard_call *call)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_admin_path path;
    const enum scrubgate_status rc = sg_admin_path_read(&path, call->target, &fault);
    if (rc == SCRUBGATE_DONE)
        return SG_GUARD_NOT_OURS;
    if (rc < 0)
        return refuse(call, SG_GUARD_MALFORMED, fault.what);
    /* A name that leads here makes a foreign page one of our own. */
    if (call->by_page)
        return refuse(call, SG_GUARD_BY_PAGE, "");
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++)
        if (questions[i].thing == path.thing &&
            sg_bytes_equal(call->method, sg_bytes_of(questions[i].method)))
            return questions[i].ask(guard, call, &path);
    call->allow = allowed[path.thing];
    return refuse(call, SG_GUARD_NO_METHOD, "");
}
