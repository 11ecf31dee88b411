/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.c - JSON judged as it arrives, or read into a small tree.
 *
 * yajl 2.1 has the grammar; what it leaves open is closed here: depth, strict UTF-8, vertical tabs
 * and form feeds as white space, a string cut off behind a whole value, values with nothing between
 * them, lone surrogates, repeated keys, and memory that runs out (it uses NULL as if it were
 * memory).
 */
#include "base/json.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include <yajl/yajl_parse.h>
#include <yajl/yajl_version.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/digest.h"
#include "base/utf8.h"

enum { MAX_TREE_SIZE = 16 * 1024 * 1024 };

/* --- yajl's memory ---------------------------------------------------------------------------- */

/*
 * All blocks yajl holds. It never looks whether an allocation failed, so a failed one jumps back to
 * our call into it; the blocks are freed from this list, since yajl's own state is then lost. The
 * first few are cut from the pool itself: they are all that yajl needs for a body in one piece.
 */
enum { POOL_NEAR = 560 };
struct pool {
    struct block *first;
    jmp_buf failed;
    size_t used; /* of near; what is freed there is wiped, not used again */
    alignas(max_align_t) uint8_t near[POOL_NEAR];
};

struct block {
    struct block *next, *prev;
    size_t size;
    bool near;
    alignas(max_align_t) uint8_t data[];
};

static struct block *new_block(struct pool *pool, size_t size)
{
    size_t need = sizeof(struct block) + size;
    size_t room = (need + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
    bool near = room <= POOL_NEAR - pool->used;
    struct block *block = near ? (struct block *)(pool->near + pool->used) : malloc(need);
    if (block == NULL)
        return NULL;
    pool->used += near ? room : 0;
    block->near = near;
    return block;
}

static void *pool_alloc(void *ctx, size_t size)
{
    struct pool *pool = ctx;
    struct block *block = size > SIZE_MAX / 2 ? NULL : new_block(pool, size);
    if (block == NULL)
        longjmp(pool->failed, 1);
    block->size = size;
    block->prev = NULL;
    block->next = pool->first;
    if (pool->first != NULL)
        pool->first->prev = block;
    pool->first = block;
    return block->data;
}

static void pool_free(void *ctx, void *data)
{
    struct pool *pool = ctx;
    if (data == NULL)
        return;
    struct block *block = (struct block *)((uint8_t *)data - offsetof(struct block, data));
    if (block->prev == NULL)
        pool->first = block->next;
    else
        block->prev->next = block->next;
    if (block->next != NULL)
        block->next->prev = block->prev;
    bool near = block->near;
    sg_wipe(block->data, block->size); /* it held text */
    if (!near)
        free(block);
}

static void *pool_realloc(void *ctx, void *data, size_t size)
{
    void *moved = pool_alloc(ctx, size);
    if (data != NULL) {
        const struct block *old = (struct block *)((uint8_t *)data - offsetof(struct block, data));
        memcpy(moved, data, old->size < size ? old->size : size);
        pool_free(ctx, data);
    }
    return moved;
}

static void pool_fini(struct pool *pool)
{
    while (pool->first != NULL)
        pool_free(pool, pool->first->data);
}

/* --- the judge -------------------------------------------------------------------------------- */

struct sg_json_judge {
    struct pool pool;
    yajl_handle yajl;
    struct sg_utf8 utf8;
    size_t depth, max_depth;
    bool many;
    struct sg_bytes text; /* of the push that runs */
    uint64_t before;      /* bytes of the pushes before it */
    uint64_t ink;         /* end of the last byte that is no white space */
    uint64_t value_end;   /* end of the last whole value */
    enum scrubgate_status rc;
};

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Offset of the first control that no JSON text holds, or text.len. */
static size_t control_at(struct sg_bytes text)
{
    size_t i = 0;
    while (i < text.len && (text.data[i] >= 0x20 || is_space(text.data[i])))
        i++;
    return i;
}

/* Bytes before the first that is no text or a control. */
static size_t clean_length(struct sg_json_judge *judge, struct sg_bytes text)
{
    struct sg_bytes clean = {text.data, control_at(text)};
    struct sg_utf8 before = judge->utf8;
    if (sg_utf8_push(&judge->utf8, clean))
        return clean.len;
    size_t i = 0;
    while (sg_utf8_push(&before, (struct sg_bytes){text.data + i, 1}))
        i++;
    return i;
}

/* For callbacks: 0 stops yajl, rc says why. */
static int stop(struct sg_json_judge *judge, enum scrubgate_status rc)
{
    judge->rc = rc;
    return 0;
}

static int judge_open(struct sg_json_judge *judge)
{
    if (judge->depth == judge->max_depth)
        return stop(judge, SCRUBGATE_ELIMIT);
    judge->depth++;
    return 1;
}

/* A value is whole. Behind the outermost, yajl would take the next with nothing between. */
static int judge_value(struct sg_json_judge *judge)
{
    if (judge->depth > 0)
        return 1;
    size_t at = yajl_get_bytes_consumed(judge->yajl);
    judge->value_end = judge->before + at;
    if (at < judge->text.len && !is_space(judge->text.data[at]))
        return stop(judge, SCRUBGATE_EMALFORMED);
    return 1;
}

static int judge_close(struct sg_json_judge *judge)
{
    judge->depth--;
    return judge_value(judge);
}

static int on_null(void *ctx)
{
    return judge_value(ctx);
}

static int on_boolean(void *ctx, int truth)
{
    (void)truth;
    return judge_value(ctx);
}

static int on_number(void *ctx, const char *text, size_t len)
{
    (void)text;
    (void)len;
    return judge_value(ctx);
}

static int on_string(void *ctx, const unsigned char *text, size_t len)
{
    (void)text;
    (void)len;
    return judge_value(ctx);
}

static int on_open(void *ctx)
{
    return judge_open(ctx);
}

static int on_close(void *ctx)
{
    return judge_close(ctx);
}

static const yajl_callbacks judge_callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_boolean,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_start_map = on_open,
    .yajl_end_map = on_close,
    .yajl_start_array = on_open,
    .yajl_end_array = on_close,
};

/* Callbacks get the judge, or what begins with one. */
static enum scrubgate_status judge_init(struct sg_json_judge *judge,
                                        const yajl_callbacks *callbacks, size_t max_depth,
                                        bool many)
{
    yajl_alloc_funcs memory = {pool_alloc, pool_realloc, pool_free, &judge->pool};
    judge->max_depth = max_depth;
    judge->many = many;
    if (setjmp(judge->pool.failed) != 0)
        return SCRUBGATE_ENOMEM;
    judge->yajl = yajl_alloc(callbacks, &memory, judge);
    (void)yajl_config(judge->yajl, yajl_allow_multiple_values, many ? 1 : 0);
    /* Its check is laxer than ours, which has run before. */
    (void)yajl_config(judge->yajl, yajl_dont_validate_strings, 1);
    return SCRUBGATE_OK;
}

static void judge_fini(struct sg_json_judge *judge)
{
    pool_fini(&judge->pool);
    judge->yajl = NULL;
}

/* Runs yajl over text, or over its end of input when whole. */
static enum scrubgate_status run(struct sg_json_judge *judge, struct sg_bytes text, bool whole)
{
    if (setjmp(judge->pool.failed) != 0)
        return SCRUBGATE_ENOMEM;
    judge->text = text;
    yajl_status status =
        whole ? yajl_complete_parse(judge->yajl) : yajl_parse(judge->yajl, text.data, text.len);
    if (status == yajl_status_ok)
        return SCRUBGATE_OK;
    return status == yajl_status_client_canceled ? judge->rc : SCRUBGATE_EMALFORMED;
}

enum scrubgate_status sg_json_judge_new(struct sg_json_judge **judge, size_t max_depth, bool many)
{
    struct sg_json_judge *made = malloc(sizeof *made); /* calloc passes malloc's cache by */
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    *judge = NULL;
    if (made == NULL)
        goto out;
    *made = (struct sg_json_judge){0};
    rc = judge_init(made, &judge_callbacks, max_depth, many);
    if (rc < 0)
        goto out;
    *judge = made;
    made = NULL; /* the caller's now: the exit frees nothing */
out:
    sg_json_judge_free(made);
    return rc;
}

enum scrubgate_status sg_json_judge_push(struct sg_json_judge *judge, struct sg_bytes text)
{
    if (judge->rc < 0 || text.len == 0)
        return judge->rc;
    if (judge->before > 0 && judge->value_end == judge->before && !is_space(text.data[0])) {
        judge->rc = SCRUBGATE_EMALFORMED;
        return judge->rc;
    }
    size_t ink = text.len;
    while (ink > 0 && is_space(text.data[ink - 1]))
        ink--;
    if (ink > 0)
        judge->ink = judge->before + ink;
    /* yajl sees what is before a bad byte: the first thing wrong decides, however text is cut. */
    size_t clean = clean_length(judge, text);
    judge->rc = run(judge, (struct sg_bytes){text.data, clean}, false);
    if (judge->rc >= 0 && clean < text.len)
        judge->rc = SCRUBGATE_EMALFORMED;
    judge->before += text.len;
    return judge->rc;
}

enum scrubgate_status sg_json_judge_end(struct sg_json_judge *judge)
{
    if (judge->rc < 0)
        return judge->rc;
    if (judge->many && judge->ink == 0)
        return SCRUBGATE_OK;
    /* yajl ends its input with a space of its own, so that a number ends. */
    judge->rc = run(judge, SG_BYTES(" "), true);
    if (judge->rc >= 0 && (judge->ink > judge->value_end || !sg_utf8_complete(&judge->utf8)))
        judge->rc = SCRUBGATE_EMALFORMED;
    return judge->rc;
}

void sg_json_judge_free(struct sg_json_judge *judge)
{
    if (judge == NULL)
        return;
    judge_fini(judge);
    free(judge);
}

/* --- the tree --------------------------------------------------------------------------------- */

struct sg_json {
    struct sg_arena arena;
    struct sg_json_node *root;
};

/* A node and what only its making needs. */
struct twig {
    struct sg_json_node node;
    struct twig *parent;
    struct sg_json_node **tail; /* where the next child goes */
    size_t key_end;             /* offset behind its key */
};

struct grower {
    struct sg_json_judge judge; /* first: callbacks see it as one */
    struct sg_json *json;
    struct twig *open;    /* the innermost array or object */
    struct twig *waiting; /* has its key, not yet its value */
    size_t repeated;      /* offset behind a repeated key, 0 when none */
};

/* The node of the value that begins, hung into its place; NULL when out of memory. */
static struct twig *grow(struct grower *g, enum sg_json_kind kind)
{
    struct twig *twig = g->waiting;
    if (twig == NULL)
        twig = sg_arena_alloc(&g->json->arena, sizeof *twig);
    if (twig == NULL)
        return NULL;
    g->waiting = NULL;
    twig->node.kind = kind;
    twig->parent = g->open;
    twig->tail = &twig->node.child;
    if (g->open == NULL) {
        g->json->root = &twig->node;
    } else {
        *g->open->tail = &twig->node;
        g->open->tail = &twig->node.next;
        g->open->node.count++;
    }
    return twig;
}

static int grow_text(struct grower *g, enum sg_json_kind kind, const void *text, size_t len)
{
    struct twig *twig = grow(g, kind);
    char *copy = sg_arena_copy(&g->json->arena, (struct sg_bytes){text, len});
    if (twig == NULL || copy == NULL)
        return stop(&g->judge, SCRUBGATE_ENOMEM);
    twig->node.text = (struct sg_bytes){(const uint8_t *)copy, len};
    return judge_value(&g->judge);
}

static int grow_null(void *ctx)
{
    struct grower *g = ctx;
    return grow(g, SG_JSON_NULL) == NULL ? stop(&g->judge, SCRUBGATE_ENOMEM)
                                         : judge_value(&g->judge);
}

static int grow_boolean(void *ctx, int truth)
{
    struct grower *g = ctx;
    struct twig *twig = grow(g, SG_JSON_BOOL);
    if (twig == NULL)
        return stop(&g->judge, SCRUBGATE_ENOMEM);
    twig->node.truth = truth != 0;
    return judge_value(&g->judge);
}

static int grow_number(void *ctx, const char *text, size_t len)
{
    return grow_text(ctx, SG_JSON_NUMBER, text, len);
}

static int grow_string(void *ctx, const unsigned char *text, size_t len)
{
    return grow_text(ctx, SG_JSON_STRING, text, len);
}

static int grow_key(void *ctx, const unsigned char *text, size_t len)
{
    struct grower *g = ctx;
    struct twig *twig = sg_arena_alloc(&g->json->arena, sizeof *twig);
    char *copy = sg_arena_copy(&g->json->arena, (struct sg_bytes){text, len});
    if (twig == NULL || copy == NULL)
        return stop(&g->judge, SCRUBGATE_ENOMEM);
    twig->node.key = (struct sg_bytes){(const uint8_t *)copy, len};
    twig->key_end = yajl_get_bytes_consumed(g->judge.yajl);
    g->waiting = twig;
    return 1;
}

static int open_branch(struct grower *g, enum sg_json_kind kind)
{
    if (judge_open(&g->judge) == 0)
        return 0;
    struct twig *twig = grow(g, kind);
    if (twig == NULL)
        return stop(&g->judge, SCRUBGATE_ENOMEM);
    g->open = twig;
    return 1;
}

static int grow_map(void *ctx)
{
    return open_branch(ctx, SG_JSON_OBJECT);
}

static int grow_array(void *ctx)
{
    return open_branch(ctx, SG_JSON_ARRAY);
}

static int compare_keys(const void *left, const void *right)
{
    const struct twig *a = *(const struct twig *const *)left;
    const struct twig *b = *(const struct twig *const *)right;
    size_t len = a->node.key.len;
    if (len != b->node.key.len)
        return len < b->node.key.len ? -1 : 1;
    int order = memcmp(a->node.key.data, b->node.key.data, len);
    if (order == 0)
        order = a->key_end < b->key_end ? -1 : a->key_end > b->key_end;
    return order;
}

/* Sorted, not compared in pairs: an object of keys only must not take minutes. */
static enum scrubgate_status refuse_repeated_keys(struct grower *g, const struct twig *object)
{
    size_t n = 0;
    if (object->node.count < 2)
        return SCRUBGATE_OK;
    const struct twig **list =
        sg_arena_alloc(&g->json->arena, object->node.count * sizeof(struct twig *));
    if (list == NULL)
        return SCRUBGATE_ENOMEM;
    for (const struct sg_json_node *at = object->node.child; at != NULL; at = at->next)
        list[n++] = (const struct twig *)at;
    qsort(list, n, sizeof list[0], compare_keys);
    for (size_t i = 1; i < n; i++) {
        if (sg_bytes_equal(list[i - 1]->node.key, list[i]->node.key)) {
            g->repeated = list[i]->key_end;
            return SCRUBGATE_EMALFORMED;
        }
    }
    return SCRUBGATE_OK;
}

static int end_map(void *ctx)
{
    struct grower *g = ctx;
    enum scrubgate_status rc = refuse_repeated_keys(g, g->open);
    if (rc < 0)
        return stop(&g->judge, rc);
    g->open = g->open->parent;
    return judge_close(&g->judge);
}

static int end_array(void *ctx)
{
    struct grower *g = ctx;
    g->open = g->open->parent;
    return judge_close(&g->judge);
}

static const yajl_callbacks grower_callbacks = {
    .yajl_null = grow_null,
    .yajl_boolean = grow_boolean,
    .yajl_number = grow_number,
    .yajl_string = grow_string,
    .yajl_start_map = grow_map,
    .yajl_map_key = grow_key,
    .yajl_end_map = end_map,
    .yajl_start_array = grow_array,
    .yajl_end_array = end_array,
};

/* The number behind "\u" at text[at], or -1. */
static int32_t escape_at(struct sg_bytes text, size_t at)
{
    int32_t value = 0;
    if (at + 6 > text.len || text.data[at] != '\\' || text.data[at + 1] != 'u')
        return -1;
    for (size_t i = at + 2; i < at + 6; i++) {
        int digit = sg_hex_value(text.data[i]);
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* Offset of the first half of a surrogate pair that stands alone, or text.len. */
static size_t lone_surrogate_at(struct sg_bytes text)
{
    size_t i = 0;
    while (i < text.len) {
        i += sg_bytes_find((struct sg_bytes){text.data + i, text.len - i}, '\\');
        if (i == text.len)
            break;
        int32_t first = escape_at(text, i);
        if (first < 0xD800 || first > 0xDFFF) {
            i += first < 0 ? 2 : 6;
            continue;
        }
        int32_t second = escape_at(text, i + 6);
        if (first > 0xDBFF || second < 0xDC00 || second > 0xDFFF)
            return i;
        i += 12;
    }
    return text.len;
}

/* What can be said of the text before it is parsed. */
static enum scrubgate_status inspect(struct sg_bytes text, struct scrubgate_fault *fault)
{
    if (text.len > MAX_TREE_SIZE) {
        sg_fault_set(fault, NULL, 0, 0, "JSON over 16 MiB: split it");
        return SCRUBGATE_ELIMIT;
    }
    if (!sg_utf8_valid(text)) {
        sg_fault_set(fault, NULL, 0, 0, "invalid UTF-8 at byte %zu", sg_utf8_valid_len(text));
        return SCRUBGATE_EMALFORMED;
    }
    if (control_at(text) < text.len) {
        sg_fault_set(fault, NULL, 0, 0, "a control character at byte %zu: write it as an escape",
                     control_at(text));
        return SCRUBGATE_EMALFORMED;
    }
    if (lone_surrogate_at(text) < text.len) {
        sg_fault_set(fault, NULL, 0, 0, "half a surrogate pair at byte %zu: write both halves",
                     lone_surrogate_at(text));
        return SCRUBGATE_EMALFORMED;
    }
    return SCRUBGATE_OK;
}

static void explain(const struct grower *g, enum scrubgate_status rc, bool at_end, size_t len,
                    struct scrubgate_fault *fault)
{
    size_t at = g->judge.yajl == NULL ? 0 : yajl_get_bytes_consumed(g->judge.yajl);
    if (rc == SCRUBGATE_ENOMEM)
        sg_fault_set(fault, NULL, 0, 0, "out of memory");
    else if (rc == SCRUBGATE_ELIMIT)
        sg_fault_set(fault, NULL, 0, 0, "JSON nested over %zu levels at byte %zu: make it flatter",
                     g->judge.max_depth, at);
    else if (g->repeated > 0)
        sg_fault_set(fault, NULL, 0, 0, "a repeated key before byte %zu: remove one of them",
                     g->repeated);
    else if (at_end && g->judge.value_end > 0)
        sg_fault_set(fault, NULL, 0, 0, "more than one JSON value: remove what is behind byte %zu",
                     (size_t)g->judge.value_end);
    else if (at_end)
        sg_fault_set(fault, NULL, 0, 0, "JSON cut off at byte %zu: close what is open", len);
    else
        sg_fault_set(fault, NULL, 0, 0, "no valid JSON at byte %zu: check the quotes and commas",
                     at);
}

enum scrubgate_status sg_json_parse(struct sg_json **json, struct sg_bytes text, size_t max_depth,
                                    struct scrubgate_fault *fault)
{
    struct grower g = {.repeated = 0};
    bool at_end = false;
    *json = NULL;
    enum scrubgate_status rc = inspect(text, fault);
    if (rc < 0)
        return rc;
    g.json = calloc(1, sizeof *g.json);
    rc = g.json == NULL ? SCRUBGATE_ENOMEM
                        : judge_init(&g.judge, &grower_callbacks, max_depth, false);
    if (rc >= 0)
        rc = sg_json_judge_push(&g.judge, text);
    if (rc >= 0) {
        at_end = true;
        rc = sg_json_judge_end(&g.judge);
    }
    if (rc < 0) {
        explain(&g, rc, at_end, text.len, fault);
        goto out;
    }
    *json = g.json;
    g.json = NULL; /* the caller's now: the exit frees nothing */
out:
    judge_fini(&g.judge);
    sg_json_free(g.json);
    return rc;
}

const struct sg_json_node *sg_json_root(const struct sg_json *json)
{
    return json->root;
}

const struct sg_json_node *sg_json_get(const struct sg_json_node *object, const char *key)
{
    if (object->kind != SG_JSON_OBJECT)
        return NULL;
    for (const struct sg_json_node *at = object->child; at != NULL; at = at->next) {
        if (sg_bytes_equal(at->key, sg_bytes_of(key)))
            return at;
    }
    return NULL;
}

void sg_json_free(struct sg_json *json)
{
    if (json == NULL)
        return;
    sg_arena_fini(&json->arena);
    free(json);
}

#define WORD(number)    WORD_OF(number)
#define WORD_OF(number) #number

const char *sg_json_library(void)
{
    return "yajl " WORD(YAJL_MAJOR) "." WORD(YAJL_MINOR) "." WORD(YAJL_MICRO);
}
