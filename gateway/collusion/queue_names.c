/* SPDX-License-Identifier: Apache-2.0 */
/*
 * queue_names.c - what queues are called, for people: brand and queue, as events say them.
 */
#include "collusion/queue_names.h"

#include <stdlib.h>
#include <string.h>

static const char between[] = " / ";
enum { BETWEEN = sizeof between - 1, HALF = (SG_QUEUE_NAME - BETWEEN - 1) / 2 };

/* So much of it as there is room, and no half letter. */
static size_t put(char *to, struct sg_bytes text)
{
    size_t n = text.len < HALF ? text.len : HALF;
    while (n > 0 && n < text.len && (text.data[n] & 0xc0) == 0x80)
        n--;
    for (size_t i = 0; i < n; i++)
        to[i] = text.data[i] == '\0' ? '?' : (char)text.data[i];
    return n;
}

enum scrubgate_status sg_queue_names_add(struct sg_queue_names *names, struct sg_bytes brand,
                                         struct sg_bytes queue)
{
    if (names->n == names->cap) {
        const size_t cap = names->cap * 2 + 16;
        char(*more)[SG_QUEUE_NAME] = realloc(names->list, cap * sizeof *more);
        if (more == NULL)
            return SCRUBGATE_ENOMEM;
        names->list = more;
        names->cap = cap;
    }
    char *to = names->list[names->n++];
    size_t n = put(to, brand);
    if (brand.len > 0 && queue.len > 0) {
        memcpy(to + n, between, BETWEEN);
        n += BETWEEN;
    }
    to[n + put(to + n, queue)] = '\0';
    return SCRUBGATE_OK;
}

void sg_queue_names_fini(struct sg_queue_names *names)
{
    free(names->list);
    *names = (struct sg_queue_names){.list = NULL};
}
