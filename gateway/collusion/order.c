/* SPDX-License-Identifier: Apache-2.0 */
/*
 * order.c - what a person ordered about an agent, and whether it is fit to be kept.
 */
#include "collusion/order.h"

#include <assert.h>

#include "base/diag.h"
#include "base/utf8.h"

static const char *const words[SG_ORDER_KINDS] = {
    [SG_ORDER_BLOCK] = "block", [SG_ORDER_FLAG] = "flag", [SG_ORDER_ATTEST] = "attest",
    [SG_ORDER_WAIVE] = "waive", [SG_ORDER_LINK] = "link",
};

const char *sg_order_word(enum sg_order_kind kind)
{
    assert(kind >= SG_ORDER_BLOCK && kind < SG_ORDER_KINDS);
    return words[kind];
}

enum sg_order_kind sg_order_of_word(struct sg_bytes word)
{
    for (int i = SG_ORDER_BLOCK; i < SG_ORDER_KINDS; i++)
        if (sg_bytes_equal(word, sg_bytes_of(words[i])))
            return (enum sg_order_kind)i;
    return (enum sg_order_kind)0;
}

bool sg_order_is_text(struct sg_bytes text, size_t most)
{
    if (text.len == 0 || text.len > most || !sg_utf8_valid(text))
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] < 0x20 || text.data[i] == 0x7f)
            return false;
    return true;
}

static bool is_text_or_none(struct sg_bytes text, size_t most)
{
    return text.len == 0 || sg_order_is_text(text, most);
}

/* What this kind of order must say of where it holds, or NULL when it does. */
static const char *judge_scope(const struct sg_collusion_order *order)
{
    const bool is_attest = order->kind == SG_ORDER_ATTEST;
    const bool is_link = order->kind == SG_ORDER_LINK;
    const bool is_waive = order->kind == SG_ORDER_WAIVE;
    if (is_attest != (order->clearance.len > 0))
        return "an attestation, and only that, has the name of a clearance";
    if (is_link != (order->other != 0) || order->other == order->agent)
        return "a link, and only that, has another agent";
    if (is_waive && (order->brand.len == 0 || order->queue.len > 0))
        return "a waiver is for one brand and all its queues";
    if ((is_attest || is_link) && (order->brand.len > 0 || order->queue.len > 0))
        return "an attestation or a link holds for all brands";
    if (order->queue.len > 0 && order->brand.len == 0)
        return "a queue is one of a brand: name that too";
    return NULL;
}

static const char *judge(const struct sg_collusion_order *order)
{
    const uint64_t longest =
        order->kind == SG_ORDER_ATTEST ? SG_ATTEST_LONGEST_MS : SG_ORDER_LONGEST_MS;
    if (order->kind < SG_ORDER_BLOCK || order->kind >= SG_ORDER_KINDS)
        return "no such kind of order";
    if (order->agent == 0)
        return "no agent";
    if (!sg_order_is_text(order->actor, SG_ORDER_NAME))
        return "who ordered it is missing, too long or no plain text";
    if (!sg_order_is_text(order->reason, SG_ORDER_TEXT))
        return "the reason is missing, too long or no plain text";
    if (!is_text_or_none(order->appeal, SG_ORDER_TEXT))
        return "the note on an appeal is too long or no plain text";
    if (!is_text_or_none(order->brand, SG_ORDER_NAME) ||
        !is_text_or_none(order->queue, SG_ORDER_NAME) ||
        !is_text_or_none(order->clearance, SG_ORDER_NAME))
        return "a name is too long or no plain text";
    if (order->created_ms > SG_ORDER_TIME_MOST || order->expires_ms <= order->created_ms)
        return "it must end after it begins";
    if (order->expires_ms - order->created_ms > longest)
        return order->kind == SG_ORDER_ATTEST ? "an attestation ends within ten years"
                                              : "it ends within 366 days: renew it then, if it "
                                                "still has a reason";
    return judge_scope(order);
}

enum scrubgate_status sg_order_check(const struct sg_collusion_order *order,
                                     struct scrubgate_fault *fault)
{
    const char *what = judge(order);
    if (what == NULL)
        return SCRUBGATE_OK;
    sg_fault_set(fault, NULL, 0, 0, "%s", what);
    return SCRUBGATE_EINVAL;
}
