/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syntax_class.h - the reading place in a pattern, and what is read there as members: escapes
 * and classes.
 */
#ifndef SG_RULE_SYNTAX_CLASS_H
#define SG_RULE_SYNTAX_CLASS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "rule/syntax_tree.h"

struct sg_cursor {
    struct sg_bytes text;
    size_t pos;
    bool quoted; /* between \Q and \E */
    struct sg_arena *arena;
    size_t *at; /* where a fault puts its place */
    struct scrubgate_fault *fault;
};

/* What an escape, or a literal, stands for. */
struct sg_meaning {
    enum { SG_MEANS_ONE, SG_MEANS_MEMBERS } kind;
    uint32_t code; /* ONE: a code point, or a byte when raw */
    bool raw;      /* written \xHH: a byte even at or above 0x80 */
    struct sg_members members;
};

/* Sets the fault and its place, and answers EINVAL. */
enum scrubgate_status sg_cursor_fail(struct sg_cursor *c, size_t at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The byte `ahead` places on, or -1 at the end. */
int sg_cursor_peek(const struct sg_cursor *c, size_t ahead);
/* Takes text when it is what comes next. */
bool sg_cursor_take(struct sg_cursor *c, const char *text);
/* Takes one code point, which is there. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_cursor_literal(struct sg_cursor *c, uint32_t *code);

/* Takes an escape that stands for bytes, from its backslash on. in_class: \b is a backspace. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_class_escape(struct sg_cursor *c, bool in_class,
                                                         struct sg_meaning *meaning);
/* Takes a class, from its [ on. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_class_read(struct sg_cursor *c, bool nocase,
                                                       struct sg_members *members);
/* Adds one meaning to members, in both cases when nocase. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_class_add(struct sg_cursor *c,
                                                      struct sg_members *members, bool nocase,
                                                      const struct sg_meaning *meaning);

#endif
