/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_walk.c - where in a JSON text we stand.
 */
#include "body/json_walk.h"

#include <assert.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/utf8.h"

enum { FIRST_STEPS = 8 };

void sg_json_walk_fini(struct sg_json_walk *walk)
{
    free(walk->steps); /* no body bytes: names point into names */
    sg_buf_fini(&walk->names);
    *walk = (struct sg_json_walk){0};
}

static enum scrubgate_status open_level(struct sg_json_walk *walk, bool object)
{
    if (walk->depth == SG_JSON_DEPTH)
        return SCRUBGATE_ELIMIT;
    if (walk->depth == walk->cap) {
        size_t cap = walk->cap == 0 ? FIRST_STEPS : walk->cap * 2;
        struct sg_step *grown = realloc(walk->steps, cap * sizeof *grown);
        if (grown == NULL)
            return SCRUBGATE_ENOMEM;
        walk->steps = grown;
        walk->cap = cap;
    }
    walk->steps[walk->depth] = (struct sg_step){.index = 0};
    walk->object[walk->depth] = object;
    walk->name_at[walk->depth] = (uint16_t)walk->names.len;
    walk->depth++;
    walk->key_next = object;
    return SCRUBGATE_OK;
}

/* Forgets the names from there on. */
static void cut_names(struct sg_json_walk *walk, size_t len)
{
    if (walk->names.len > len)
        sg_wipe(walk->names.data + len, walk->names.len - len);
    walk->names.len = len;
}

static void close_level(struct sg_json_walk *walk)
{
    if (walk->depth == 0)
        return;
    walk->depth--;
    cut_names(walk, walk->name_at[walk->depth]);
    walk->key_next = false;
}

enum scrubgate_status sg_json_walk_take(struct sg_json_walk *walk, uint8_t c)
{
    switch (c) {
    case '{':
    case '[':
        return open_level(walk, c == '{');
    case '}':
    case ']':
        close_level(walk);
        break;
    case ',':
        if (walk->depth == 0)
            break;
        walk->key_next = walk->object[walk->depth - 1];
        walk->steps[walk->depth - 1].index++;
        break;
    case ':':
        walk->key_next = false;
        break;
    default:
        break;
    }
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_json_walk_begin_key(struct sg_json_walk *walk)
{
    assert(walk->depth > 0);
    size_t top = walk->depth - 1;
    cut_names(walk, walk->name_at[top]);
    walk->steps[top] = (struct sg_step){.index = walk->steps[top].index};
    return sg_buf_reserve(&walk->names, SG_STEP_NAME); /* also an empty name is a name */
}

enum scrubgate_status sg_json_walk_add_key(struct sg_json_walk *walk, struct sg_bytes text)
{
    struct sg_step *step = &walk->steps[walk->depth - 1];
    if (step->cut)
        return SCRUBGATE_OK;
    size_t room = SG_STEP_NAME - step->name.len;
    if (text.len > room) {
        step->cut = true;
        text.len = room;
    }
    enum scrubgate_status rc = sg_buf_add_bytes(&walk->names, text);
    if (rc < 0)
        return rc;
    step->name.len += text.len;
    if (step->cut) {
        size_t start = walk->name_at[walk->depth - 1];
        struct sg_bytes name = {walk->names.data + start, step->name.len};
        step->name.len -= sg_utf8_open_tail(name);
        cut_names(walk, start + step->name.len);
    }
    return SCRUBGATE_OK;
}

struct sg_place sg_json_walk_place(struct sg_json_walk *walk)
{
    /* names may have moved as it grew. It is NULL where a key is due and a number stands: the judge
     * hears of that with the next byte. */
    static const uint8_t nameless;
    const uint8_t *names = walk->names.data == NULL ? &nameless : walk->names.data;
    for (size_t i = 0; i < walk->depth; i++) {
        if (walk->object[i])
            walk->steps[i].name.data = names + walk->name_at[i];
    }
    return (struct sg_place){walk->steps, walk->depth};
}
