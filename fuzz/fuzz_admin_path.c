/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_admin_path.c - any bytes as a target of the admin port.
 *
 * What is refused is refused with a sentence of ours, whatever was asked. What is understood is
 * within its bounds, means the same when it is written anew with every byte encoded, and is refused
 * with a parameter twice, with one that nobody knows, and with a broken byte behind it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "proxy/admin_path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void add_encoded(struct sg_buf *out, struct sg_bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        must(sg_buf_addf(out, "%%%02x", text.data[i]) >= 0);
}

static void add_parameter(struct sg_buf *out, const char *name, struct sg_bytes value)
{
    if (value.len == 0)
        return;
    must(sg_buf_addf(out, "%c%s=", memchr(out->data, '?', out->len) == NULL ? '?' : '&', name) >=
         0);
    add_encoded(out, value);
}

/* The same question in other letters. */
static void write_anew(struct sg_buf *out, const struct sg_admin_path *path)
{
    const bool asks = path->thing == SG_ADMIN_ELIGIBILITY;
    must(sg_buf_add_text(out, asks ? "/v1/agents/" : "/v1/guard/orders") >= 0);
    if (asks) {
        add_encoded(out, path->agent);
        must(sg_buf_add_text(out, "/eligibility") >= 0);
    } else {
        if (path->order != 0)
            must(sg_buf_addf(out, "/%llu", (unsigned long long)path->order) >= 0);
        if (path->thing == SG_ADMIN_APPEAL)
            must(sg_buf_add_text(out, "/appeal") >= 0);
        add_parameter(out, "agent", path->agent);
    }
    add_parameter(out, "brand", path->brand);
    add_parameter(out, "queue", path->queue);
    if (path->all)
        must(sg_buf_addf(out, "%call=yes", path->agent.len == 0 ? '?' : '&') >= 0);
}

static bool same(const struct sg_admin_path *a, const struct sg_admin_path *b)
{
    return a->thing == b->thing && a->order == b->order && a->all == b->all &&
           sg_bytes_equal(a->agent, b->agent) && sg_bytes_equal(a->brand, b->brand) &&
           sg_bytes_equal(a->queue, b->queue);
}

static void check_refused(const struct sg_buf *target, const char *more)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_admin_path path;
    struct sg_buf longer = {0};
    const bool has_query = memchr(target->data, '?', target->len) != NULL;
    must(sg_buf_add_bytes(&longer, sg_buf_bytes(target)) >= 0);
    must(sg_buf_addf(&longer, "%c%s", has_query ? '&' : '?', more) >= 0);
    must(sg_admin_path_read(&path, sg_buf_bytes(&longer), &fault) == SCRUBGATE_EINVAL);
    must(fault.what[0] != '\0');
    sg_buf_fini(&longer);
}

static void check_understood(const struct sg_admin_path *path)
{
    struct scrubgate_fault fault;
    struct sg_admin_path again;
    struct sg_buf target = {0};
    must(path->agent.len <= SG_AGENT_NAME_MOST && path->order <= INT64_MAX);
    must(path->thing != SG_ADMIN_ELIGIBILITY || (path->agent.len > 0 && path->brand.len > 0));
    must(path->brand.len == 0 || sg_order_is_text(path->brand, SG_ORDER_NAME));
    must(path->queue.len == 0 || sg_order_is_text(path->queue, SG_ORDER_NAME));
    write_anew(&target, path);
    must(sg_admin_path_read(&again, sg_buf_bytes(&target), &fault) == SCRUBGATE_OK);
    must(same(path, &again));
    check_refused(&target, "score=1");
    check_refused(&target, "brand=%4");
    check_refused(&target, "brand=a&brand=b");
    sg_buf_fini(&target);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_admin_path path;
    const enum scrubgate_status rc =
        sg_admin_path_read(&path, (struct sg_bytes){data, size}, &fault);
    must(rc == SCRUBGATE_OK || rc == SCRUBGATE_DONE || rc == SCRUBGATE_EINVAL);
    if (rc == SCRUBGATE_OK)
        check_understood(&path);
    if (rc == SCRUBGATE_EINVAL)
        must(fault.what[0] != '\0');
    return 0;
}
