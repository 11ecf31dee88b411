/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_json.c - orders, and the guard's answers, for programs.
 */
#include "collusion/guard_json.h"

#include "base/clock.h"
#include "base/json_text.h"

/* What was added so far, and whether all of it could be. */
struct writer {
    struct sg_buf *out;
    enum scrubgate_status rc;
};

static void put(struct writer *w, const char *text)
{
    if (w->rc >= 0)
        w->rc = sg_buf_add_text(w->out, text);
}

static void put_number(struct writer *w, const char *before, uint64_t value)
{
    put(w, before);
    if (w->rc >= 0)
        w->rc = sg_buf_add_u64(w->out, value);
}

static void put_digest(struct writer *w, const char *before, uint64_t value)
{
    put(w, before);
    put(w, "\"");
    if (w->rc >= 0)
        w->rc = sg_buf_add_hex64(w->out, value);
    put(w, "\"");
}

/* None is left out. */
static void put_text(struct writer *w, const char *before, struct sg_bytes text)
{
    if (text.len == 0)
        return;
    put(w, before);
    if (w->rc >= 0)
        w->rc = sg_json_add_string(w->out, text);
}

static void put_moment(struct writer *w, const char *before, uint64_t ms)
{
    char text[25];
    put(w, before);
    if (ms == 0 || ms == SG_GUARD_NO_END) {
        put(w, "null");
        return;
    }
    sg_clock_format(ms, text);
    put(w, "\"");
    put(w, text);
    put(w, "\"");
}

const char *sg_order_state(const struct sg_collusion_order *order, uint64_t now_ms)
{
    if (order->lifted_ms != 0)
        return "lifted";
    return order->expires_ms > now_ms ? "in-force" : "expired";
}

enum scrubgate_status sg_order_json(struct sg_buf *out, const struct sg_collusion_order *order,
                                    uint64_t now_ms)
{
    struct writer w = {.out = out};
    put_number(&w, "{\"order\":", order->id);
    put(&w, ",\"kind\":\"");
    put(&w, sg_order_word(order->kind));
    put(&w, "\",\"state\":\"");
    put(&w, sg_order_state(order, now_ms));
    put_digest(&w, "\",\"agent\":", order->agent);
    if (order->other != 0)
        put_digest(&w, ",\"other\":", order->other);
    put_text(&w, ",\"brand\":", order->brand);
    put_text(&w, ",\"queue\":", order->queue);
    put_text(&w, ",\"clearance\":", order->clearance);
    put_text(&w, ",\"actor\":", order->actor);
    put_text(&w, ",\"reason\":", order->reason);
    put_moment(&w, ",\"from\":", order->created_ms);
    put_moment(&w, ",\"until\":", order->expires_ms);
    put_text(&w, ",\"appeal\":", order->appeal);
    if (order->lifted_ms != 0) {
        put_moment(&w, ",\"lifted\":", order->lifted_ms);
        put_text(&w, ",\"lifted_by\":", order->lifted_by);
        put_text(&w, ",\"lifted_why\":", order->lifted_why);
    }
    put(&w, "}");
    return w.rc;
}

static void put_ruling(struct writer *w, const struct sg_ruling *ruling)
{
    put(w, "{\"rule\":\"");
    put(w, sg_guard_rule_word(ruling->rule));
    put(w, "\",\"mode\":\"");
    put(w, sg_signal_mode_word(ruling->mode));
    put_moment(w, "\",\"until\":", ruling->until_ms);
    if (ruling->order != 0)
        put_number(w, ",\"order\":", ruling->order);
    put_text(w, ",\"name\":", sg_bytes_of(ruling->name));
    put_text(w, ",\"brand\":", sg_bytes_of(ruling->brand));
    put(w, "}");
}

enum scrubgate_status sg_eligibility_json(struct sg_buf *out, const struct sg_eligibility *answer)
{
    struct writer w = {.out = out};
    put(&w, answer->allowed ? "{\"allowed\":true" : "{\"allowed\":false");
    put_moment(&w, ",\"until\":", answer->until_ms);
    put(&w, ",\"rules\":[");
    for (size_t i = 0; i < answer->n; i++) {
        put(&w, i == 0 ? "" : ",");
        put_ruling(&w, &answer->ruling[i]);
    }
    put(&w, "]}");
    return w.rc;
}
