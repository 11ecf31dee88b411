/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pattern.c - compile a pattern and search with it: the home of PCRE2.
 *
 * Everything PCRE2 may answer but match, no match and partial is EMATCH: a limit or an error is
 * never "nothing found".
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "rule/pattern.h"

#include <assert.h>
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/diag.h"

enum {
    MATCH_LIMIT = 10000, /* 17-28 us at worst */
    HEAP_LIMIT = 8192,   /* KiB; the interpreter's, which also takes no more depth than units */
    STACK_FIRST = 32 * 1024,
    STACK_MOST = 512 * 1024
};

/*
 * Byte-exact, whatever the text says. The printed pattern writes \z for the end, so DOLLAR_ENDONLY
 * and the NEVERs only guard against a printer gone wrong.
 */
static const uint32_t compile_options =
    PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C;

/* One way a pattern is compiled. */
struct code {
    pcre2_code *code;
    bool jit_whole, jit_partial;
};

struct sg_pattern {
    struct sg_syntax syntax;
    struct code floating; /* from a start on, up to an offset limit */
    struct code anchored; /* at a start only; may have no code */
};

struct sg_matcher {
    pcre2_match_context *limits; /* with an offset limit */
    pcre2_match_context *single; /* the same without: for anchored code */
    pcre2_match_data *found;     /* one pair: the span of the match */
    pcre2_jit_stack *stack;      /* NULL without JIT */
    char error[128];
};

/* --- compiling ----------------------------------------------------------------------------------
 */

static enum scrubgate_status compile(struct code *code, const struct sg_syntax *syntax,
                                     uint32_t options, struct scrubgate_fault *fault)
{
    int error = 0;
    PCRE2_SIZE offset = 0;
    enum scrubgate_status rc = SCRUBGATE_OK;
    struct sg_bytes text = sg_buf_bytes(&syntax->text);
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    if (context == NULL)
        return SCRUBGATE_ENOMEM;
    (void)pcre2_set_newline(context, PCRE2_NEWLINE_LF); /* for \Z, whatever the library's build */
    options |= compile_options | (syntax->hollow ? PCRE2_NO_AUTO_POSSESS : 0);
    code->code = pcre2_compile(text.data == NULL ? (PCRE2_SPTR) "" : text.data, text.len, options,
                               &error, &offset, context);
    pcre2_compile_context_free(context);
    if (code->code == NULL && error == PCRE2_ERROR_HEAP_FAILED) {
        rc = SCRUBGATE_ENOMEM;
    } else if (code->code == NULL) {
        PCRE2_UCHAR why[128] = "";
        (void)pcre2_get_error_message(error, why, sizeof why);
        sg_fault_set(fault, NULL, 0, 0, "PCRE2 refuses it: %s: write it more simply",
                     (const char *)why);
        rc = SCRUBGATE_EINVAL;
    } else {
        /* Where JIT does not work, or not for this pattern, the interpreter does. */
        code->jit_whole = pcre2_jit_compile(code->code, PCRE2_JIT_COMPLETE) == 0;
        code->jit_partial = pcre2_jit_compile(code->code, PCRE2_JIT_PARTIAL_HARD) == 0;
    }
    return rc;
}

enum scrubgate_status sg_pattern_new(struct sg_pattern **pattern, struct sg_bytes text,
                                     bool may_be_empty, size_t *at, struct scrubgate_fault *fault)
{
    enum scrubgate_status rc;
    size_t place = 0;
    *pattern = NULL;
    struct sg_pattern *new = calloc(1, sizeof *new);
    if (new == NULL)
        return SCRUBGATE_ENOMEM;
    rc = sg_syntax_parse(&new->syntax, text, may_be_empty, &place, fault);
    if (rc < 0)
        goto out;
    rc = compile(&new->floating, &new->syntax, PCRE2_USE_OFFSET_LIMIT, fault);
    if (rc < 0)
        goto out;
    *pattern = new;
    new = NULL;
out:
    if (rc == SCRUBGATE_EINVAL && at != NULL)
        *at = place;
    sg_pattern_free(new);
    return rc;
}

enum scrubgate_status sg_pattern_anchor(struct sg_pattern *pattern)
{
    if (pattern->anchored.code != NULL)
        return SCRUBGATE_OK;
    return compile(&pattern->anchored, &pattern->syntax, PCRE2_ANCHORED, NULL);
}

void sg_pattern_free(struct sg_pattern *pattern)
{
    if (pattern == NULL)
        return;
    pcre2_code_free(pattern->floating.code);
    pcre2_code_free(pattern->anchored.code);
    sg_syntax_fini(&pattern->syntax);
    free(pattern);
}

const struct sg_extent *sg_pattern_extent(const struct sg_pattern *pattern)
{
    return &pattern->syntax.extent;
}

struct sg_bytes sg_pattern_text(const struct sg_pattern *pattern)
{
    return sg_buf_bytes(&pattern->syntax.text);
}

/* --- searching ----------------------------------------------------------------------------------
 */

static enum scrubgate_status give_up(struct sg_matcher *matcher, int error)
{
    PCRE2_UCHAR why[sizeof matcher->error];
    if (pcre2_get_error_message(error, why, sizeof why) < 0)
        (void)snprintf((char *)why, sizeof why, "error %d", error);
    return sg_matcher_refuse(matcher, (const char *)why);
}

/* What PCRE2's answer means. */
static enum scrubgate_status answer(const struct sg_pattern *pattern, struct sg_matcher *matcher,
                                    int rc, enum sg_match *match, struct sg_span *span)
{
    if (rc == PCRE2_ERROR_NOMATCH) {
        *match = SG_MATCH_NONE;
        return SCRUBGATE_OK;
    }
    if (rc < 0 && rc != PCRE2_ERROR_PARTIAL)
        return give_up(matcher, rc);
    const PCRE2_SIZE *pair = pcre2_get_ovector_pointer(matcher->found);
    span->start = pair[0];
    span->end = pair[1];
    *match = rc == PCRE2_ERROR_PARTIAL ? SG_MATCH_PARTIAL : SG_MATCH_FOUND;
    /* Streaming stands on the proven bound: a longer match would be our own mistake. */
    if (rc >= 0 && span->end - span->start > pattern->syntax.extent.max)
        return give_up(matcher, PCRE2_ERROR_INTERNAL);
    return SCRUBGATE_OK;
}

/* Runs code over the text from a start on. */
static enum scrubgate_status search(const struct sg_pattern *pattern, const struct code *code,
                                    struct sg_matcher *matcher, pcre2_match_context *limits,
                                    struct sg_bytes text, size_t from, bool last,
                                    enum sg_match *match, struct sg_span *span)
{
    assert(from <= text.len);
    PCRE2_SPTR data = text.data == NULL ? (PCRE2_SPTR) "" : text.data;
    uint32_t options = last ? 0 : PCRE2_PARTIAL_HARD;
    int rc;
    if (last ? code->jit_whole : code->jit_partial)
        rc = pcre2_jit_match(code->code, data, text.len, from, options, matcher->found, limits);
    else
        rc = pcre2_match(code->code, data, text.len, from, options, matcher->found, limits);
    if (rc == PCRE2_ERROR_NOMATCH) { /* nearly always */
        *match = SG_MATCH_NONE;
        return SCRUBGATE_OK;
    }
    enum scrubgate_status status = answer(pattern, matcher, rc, match, span);
    /* What starts where the window ends is for the next one: nothing of it was seen yet. */
    if (status >= 0 && !last && span->start == text.len)
        *match = SG_MATCH_NONE;
    return status;
}

/* As sg_pattern_search, for starts up to `to` only. */
static enum scrubgate_status float_to(const struct sg_pattern *pattern, struct sg_matcher *matcher,
                                      struct sg_bytes text, size_t from, size_t to, bool last,
                                      enum sg_match *match, struct sg_span *span)
{
    (void)pcre2_set_offset_limit(matcher->limits, to);
    return search(pattern, &pattern->floating, matcher, matcher->limits, text, from, last, match,
                  span);
}

enum scrubgate_status sg_pattern_search(const struct sg_pattern *pattern,
                                        struct sg_matcher *matcher, struct sg_bytes text,
                                        size_t from, bool last, enum sg_match *match,
                                        struct sg_span *span)
{
    return float_to(pattern, matcher, text, from, PCRE2_UNSET, last, match, span);
}

enum scrubgate_status sg_pattern_search_within(const struct sg_pattern *pattern,
                                               struct sg_matcher *matcher, struct sg_bytes text,
                                               size_t from, size_t to, bool last,
                                               enum sg_match *match, struct sg_span *span)
{
    assert(from <= to && to < text.len);
    /* No match that starts here depends on a byte beyond, nor on the text's end being there. */
    const struct sg_extent *extent = &pattern->syntax.extent;
    size_t reach = extent->max + extent->ahead + 1;
    if (text.len - to > reach) {
        text.len = to + reach;
        last = true;
    }
    if (from == to && pattern->anchored.code != NULL)
        return search(pattern, &pattern->anchored, matcher, matcher->single, text, from, last,
                      match, span);
    return float_to(pattern, matcher, text, from, to, last, match, span);
}

/* --- cost ---------------------------------------------------------------------------------------
 */

enum engine { INTERPRETED, WHOLE, PARTIAL };

/* In partial mode the interpreter tries every start, where it would else know better. */
static enum scrubgate_status run(const struct sg_pattern *pattern, struct sg_matcher *matcher,
                                 struct sg_bytes text, size_t from, enum engine engine,
                                 enum sg_match *match, struct sg_span *span)
{
    if (engine != INTERPRETED)
        return sg_pattern_search(pattern, matcher, text, from, engine == WHOLE, match, span);
    (void)pcre2_set_offset_limit(matcher->limits, PCRE2_UNSET); /* not that of an earlier search */
    int rc = pcre2_match(pattern->floating.code, text.data, text.len, from,
                         PCRE2_NO_JIT | PCRE2_PARTIAL_HARD, matcher->found, matcher->limits);
    return answer(pattern, matcher, rc, match, span);
}

bool sg_pattern_fits(const struct sg_pattern *pattern, struct sg_matcher *matcher,
                     struct sg_bytes text, uint32_t units)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    (void)pcre2_set_match_limit(matcher->limits, units);
    for (enum engine engine = INTERPRETED; engine <= PARTIAL && rc >= 0; engine++) {
        enum sg_match match = SG_MATCH_FOUND;
        size_t from = 0;
        while (rc >= 0 && match != SG_MATCH_NONE && from <= text.len) {
            struct sg_span span = {from, from};
            rc = run(pattern, matcher, text, from, engine, &match, &span);
            from = match == SG_MATCH_FOUND && span.end > from ? span.end : span.start + 1;
        }
    }
    (void)pcre2_set_match_limit(matcher->limits, MATCH_LIMIT);
    return rc >= 0;
}

/* --- a thread's memory --------------------------------------------------------------------------
 */

/* Bounds that every search keeps, and the stack it runs on. */
static pcre2_match_context *new_limits(pcre2_jit_stack *stack)
{
    pcre2_match_context *limits = pcre2_match_context_create(NULL);
    if (limits == NULL)
        return NULL;
    if (stack != NULL)
        pcre2_jit_stack_assign(limits, NULL, stack);
    (void)pcre2_set_match_limit(limits, MATCH_LIMIT);
    (void)pcre2_set_depth_limit(limits, MATCH_LIMIT);
    (void)pcre2_set_heap_limit(limits, HEAP_LIMIT);
    return limits;
}

enum scrubgate_status sg_matcher_new(struct sg_matcher **matcher)
{
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    *matcher = NULL;
    struct sg_matcher *new = calloc(1, sizeof *new);
    if (new == NULL)
        goto out;
    if (sg_pattern_has_jit()) {
        new->stack = pcre2_jit_stack_create(STACK_FIRST, STACK_MOST, NULL);
        if (new->stack == NULL)
            goto out;
    }
    new->limits = new_limits(new->stack);
    new->single = new_limits(new->stack);
    new->found = pcre2_match_data_create(1, NULL);
    if (new->limits == NULL || new->single == NULL || new->found == NULL)
        goto out;
    *matcher = new;
    new = NULL;
    rc = SCRUBGATE_OK;
out:
    sg_matcher_free(new);
    return rc;
}

void sg_matcher_free(struct sg_matcher *matcher)
{
    if (matcher == NULL)
        return;
    pcre2_match_data_free(matcher->found);
    pcre2_match_context_free(matcher->limits);
    pcre2_match_context_free(matcher->single);
    pcre2_jit_stack_free(matcher->stack);
    free(matcher);
}

const char *sg_matcher_error(const struct sg_matcher *matcher)
{
    return matcher->error;
}

enum scrubgate_status sg_matcher_refuse(struct sg_matcher *matcher, const char *why)
{
    (void)snprintf(matcher->error, sizeof matcher->error, "%s", why);
    return SCRUBGATE_EMATCH;
}

/* --- the library --------------------------------------------------------------------------------
 */

#define WORDS(x)                    #x
#define VERSION(major, minor, date) "PCRE2 " WORDS(major) "." WORDS(minor) " " WORDS(date)

const char *sg_pattern_library(void)
{
    return VERSION(PCRE2_MAJOR, PCRE2_MINOR, PCRE2_DATE);
}

bool sg_pattern_has_jit(void)
{
    uint32_t jit = 0;
    return pcre2_config(PCRE2_CONFIG_JIT, &jit) >= 0 && jit == 1;
}
