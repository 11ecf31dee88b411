/* SPDX-License-Identifier: Apache-2.0 */
/*
 * path.c - patterns of places: read, match against a place, print a place.
 */
#include "rule/path.h"

#include "base/diag.h"

enum want_kind { WANT_NAME, WANT_INDEX, WANT_ANY, WANT_DEEP };

struct want {
    enum want_kind kind;
    struct sg_bytes name;
    uint64_t index;
};

struct sg_path {
    const struct want *wants;
    size_t n;
};

/* Characters that end a bare name or could be mistaken for a pattern's own. */
static bool is_bare(uint8_t c)
{
    switch (c) {
    case '.':
    case '[':
    case ']':
    case '\'':
    case '"':
    case '*':
    case '\\':
        return false;
    default:
        return c > ' ' && c != 0x7F;
    }
}

static enum scrubgate_status refuse(struct scrubgate_fault *fault, const char *what)
{
    sg_fault_set(fault, NULL, 0, 0, "%s", what);
    return SCRUBGATE_EINVAL;
}

/* After "['": up to "']"; \' and \\ stand for themselves. The name is written over scratch. */
static enum scrubgate_status read_quoted(struct want *want, struct sg_bytes text, size_t *at,
                                         uint8_t *scratch, struct scrubgate_fault *fault)
{
    size_t len = 0, i = *at + 2;
    while (i < text.len && text.data[i] != '\'') {
        if (text.data[i] == '\\') {
            if (i + 1 == text.len || (text.data[i + 1] != '\\' && text.data[i + 1] != '\''))
                return refuse(fault, "in ['…'] a \\ is written \\\\ and a ' is written \\'");
            i++;
        }
        scratch[len++] = text.data[i++];
    }
    if (i + 1 >= text.len || text.data[i + 1] != ']')
        return refuse(fault, "[' is not closed by ']");
    *want = (struct want){.kind = WANT_NAME, .name = {scratch, len}};
    *at = i + 2;
    return SCRUBGATE_OK;
}

static enum scrubgate_status read_bracket(struct want *want, struct sg_bytes text, size_t *at,
                                          uint8_t *scratch, struct scrubgate_fault *fault)
{
    struct sg_bytes rest = {text.data + *at, text.len - *at};
    if (rest.len > 1 && rest.data[1] == '\'')
        return read_quoted(want, text, at, scratch, fault);
    size_t close = sg_bytes_find(rest, ']');
    if (close == rest.len)
        return refuse(fault, "[ is not closed by ]");
    struct sg_bytes inside = {rest.data + 1, close - 1};
    uint64_t index = 0;
    bool any = sg_bytes_equal(inside, SG_BYTES("*"));
    if (!any && !sg_bytes_to_u64(inside, &index))
        return refuse(fault, "in [ ] goes a number, * or a 'name' in single quotes");
    *want = (struct want){.kind = any ? WANT_ANY : WANT_INDEX, .index = index};
    *at += close + 1;
    return SCRUBGATE_OK;
}

/* A bare name or * at *at. */
static enum scrubgate_status read_bare(struct want *want, struct sg_bytes text, size_t *at,
                                       struct scrubgate_fault *fault)
{
    size_t from = *at;
    if (from < text.len && text.data[from] == '*') {
        *want = (struct want){.kind = WANT_ANY};
        *at += 1;
        return SCRUBGATE_OK;
    }
    while (*at < text.len && is_bare(text.data[*at]))
        *at += 1;
    if (*at == from)
        return refuse(fault, "after . comes a name or *; names with other characters are written "
                             "['…']");
    *want = (struct want){.kind = WANT_NAME, .name = {text.data + from, *at - from}};
    return SCRUBGATE_OK;
}

/* Reads the step at *at; ".." gives two wants: the depth and what follows it. */
static enum scrubgate_status read_step(struct want *wants, size_t *n, struct sg_bytes text,
                                       size_t *at, uint8_t *scratch, struct scrubgate_fault *fault)
{
    if (text.data[*at] == '[')
        return read_bracket(&wants[(*n)++], text, at, scratch, fault);
    if (text.data[*at] != '.')
        return refuse(fault, "a step begins with . or [");
    *at += 1;
    if (*at == text.len || text.data[*at] != '.')
        return read_bare(&wants[(*n)++], text, at, fault);
    *at += 1;
    wants[(*n)++] = (struct want){.kind = WANT_DEEP};
    if (*at < text.len && text.data[*at] == '[')
        return read_bracket(&wants[(*n)++], text, at, scratch, fault);
    return read_bare(&wants[(*n)++], text, at, fault);
}

enum scrubgate_status sg_path_parse(const struct sg_path **path, struct sg_arena *arena,
                                    struct sg_bytes text, size_t *at, struct scrubgate_fault *fault)
{
    struct sg_path *made = sg_arena_alloc(arena, sizeof *made);
    const char *copy = sg_arena_copy(arena, text);
    /* Every want takes a byte of the text at least, and an unescaped name is no longer than it. */
    struct want *wants = sg_arena_alloc(arena, (text.len + 1) * sizeof *wants);
    uint8_t *names = sg_arena_alloc(arena, text.len + 1);
    *path = NULL;
    *at = 0;
    if (made == NULL || copy == NULL || wants == NULL || names == NULL)
        return SCRUBGATE_ENOMEM;
    text.data = (const uint8_t *)copy;
    if (text.len == 0 || text.data[0] != '$')
        return refuse(fault, "a path begins with $, as $.message.text; a form field f is $.f");
    size_t n = 0;
    *at = 1;
    while (*at < text.len) {
        size_t from = *at;
        enum scrubgate_status rc = read_step(wants, &n, text, at, names + from, fault);
        if (rc < 0)
            return rc;
    }
    *made = (struct sg_path){wants, n};
    *path = made;
    return SCRUBGATE_OK;
}

static bool step_fits(const struct want *want, const struct sg_step *step)
{
    switch (want->kind) {
    case WANT_NAME:
        return step->name.data != NULL && !step->cut && sg_bytes_equal(want->name, step->name);
    case WANT_INDEX:
        return step->name.data == NULL && step->index == want->index;
    case WANT_ANY:
        return true;
    case WANT_DEEP:
        break;
    }
    return false;
}

bool sg_path_matches(const struct sg_path *path, struct sg_place place)
{
    /* On a dead end only the last .. can usefully take one step more, so one memory is enough. */
    size_t want = 0, step = 0, deep_want = SIZE_MAX, deep_step = 0;
    while (step < place.n || want < path->n) {
        if (want < path->n && path->wants[want].kind == WANT_DEEP) {
            deep_want = want++;
            deep_step = step;
        } else if (want < path->n && step < place.n &&
                   step_fits(&path->wants[want], &place.steps[step])) {
            want++;
            step++;
        } else if (deep_want != SIZE_MAX && deep_step < place.n) {
            want = deep_want + 1;
            step = ++deep_step;
        } else {
            return false;
        }
    }
    return true;
}

/* --- two patterns ------------------------------------------------------------------------- */

static bool same_want(const struct want *a, const struct want *b)
{
    return a->kind == b->kind && (a->kind != WANT_NAME || sg_bytes_equal(a->name, b->name)) &&
           (a->kind != WANT_INDEX || a->index == b->index);
}

/* As sg_path_matches, with the wants of the narrow one for steps: any number of steps is covered
 * by any number of them only. */
bool sg_path_covers(const struct sg_path *wide, const struct sg_path *narrow)
{
    size_t want = 0, step = 0, deep_want = SIZE_MAX, deep_step = 0;
    while (step < narrow->n || want < wide->n) {
        const struct want *a = want < wide->n ? &wide->wants[want] : NULL;
        const struct want *b = step < narrow->n ? &narrow->wants[step] : NULL;
        if (a != NULL && a->kind == WANT_DEEP) {
            deep_want = want++;
            deep_step = step;
        } else if (a != NULL && b != NULL && b->kind != WANT_DEEP &&
                   (a->kind == WANT_ANY || same_want(a, b))) {
            want++;
            step++;
        } else if (deep_want != SIZE_MAX && deep_step < narrow->n) {
            want = deep_want + 1;
            step = ++deep_step;
        } else {
            return false;
        }
    }
    return true;
}

/* Whether two wants can be of one step. */
static bool may_agree(const struct want *a, const struct want *b)
{
    return a->kind == WANT_ANY || b->kind == WANT_ANY || same_want(a, b);
}

static size_t steps_before_deep(const struct sg_path *path)
{
    size_t n = 0;
    while (n < path->n && path->wants[n].kind != WANT_DEEP)
        n++;
    return n;
}

static size_t steps_behind_deep(const struct sg_path *path)
{
    size_t n = 0;
    while (n < path->n && path->wants[path->n - 1 - n].kind != WANT_DEEP)
        n++;
    return n;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

bool sg_path_parts(const struct sg_path *a, const struct sg_path *b)
{
    const size_t heads = smaller(steps_before_deep(a), steps_before_deep(b));
    const size_t ends = smaller(steps_behind_deep(a), steps_behind_deep(b));
    if (steps_before_deep(a) == a->n && steps_before_deep(b) == b->n && a->n != b->n)
        return true; /* neither has a .. to make up for the difference */
    for (size_t i = 0; i < heads; i++)
        if (!may_agree(&a->wants[i], &b->wants[i]))
            return true;
    for (size_t i = 0; i < ends; i++)
        if (!may_agree(&a->wants[a->n - 1 - i], &b->wants[b->n - 1 - i]))
            return true;
    return false;
}

/* --- print -------------------------------------------------------------------------------- */

static enum scrubgate_status print_name(const struct sg_step *step, struct sg_buf *out)
{
    bool bare = step->name.len > 0 && !step->cut;
    for (size_t i = 0; i < step->name.len; i++)
        bare = bare && is_bare(step->name.data[i]);
    enum scrubgate_status rc = sg_buf_add_text(out, bare ? "." : "['");
    for (size_t i = 0; rc >= 0 && i < step->name.len; i++) {
        uint8_t c = step->name.data[i];
        if (c == '\\' || c == '\'') {
            rc = sg_buf_add_byte(out, '\\');
            if (rc < 0)
                break;
        }
        rc = sg_buf_add_byte(out, c);
    }
    if (rc >= 0 && step->cut)
        rc = sg_buf_add_text(out, "…");
    if (rc >= 0 && !bare)
        rc = sg_buf_add_text(out, "']");
    return rc;
}

enum scrubgate_status sg_place_print(struct sg_place place, struct sg_buf *out)
{
    enum scrubgate_status rc = sg_buf_add_text(out, "$");
    for (size_t i = 0; rc >= 0 && i < place.n; i++) {
        if (place.steps[i].name.data != NULL) {
            rc = print_name(&place.steps[i], out);
            continue;
        }
        rc = sg_buf_add_text(out, "[");
        if (rc >= 0)
            rc = sg_buf_add_u64(out, place.steps[i].index);
        if (rc >= 0)
            rc = sg_buf_add_text(out, "]");
    }
    return rc;
}
