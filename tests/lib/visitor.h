/* SPDX-License-Identifier: Apache-2.0 */
/*
 * visitor.h - a client of the front's test stand, on a real socket.
 *
 * What it waits for comes in SG_STAND_PATIENCE_S seconds, or the test fails.
 */
#ifndef SG_TESTS_VISITOR_H
#define SG_TESTS_VISITOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct sg_visitor_answer {
    int status;         /* 0: none came */
    char head[4096];    /* its lines, each ended by LF */
    struct sg_buf body; /* for its taker to free */
    bool cut;           /* it ended before its end */
};

/* One connection. */
struct sg_visitor {
    int fd;
    struct sg_buf ahead; /* read, not yet used */
};

/* Connects to the stand. */
struct sg_visitor sg_visitor_dial(void);
void sg_visitor_hang_up(struct sg_visitor *line);

/* False when the other end no longer takes it. */
bool sg_visitor_put(struct sg_visitor *line, const void *data, size_t len);
/* Must be taken. */
void sg_visitor_put_text(struct sg_visitor *line, const char *text);

/* Reads more; false at the end or at a reset. Fails when nothing comes for too long. */
bool sg_visitor_pull(struct sg_visitor *line);
/* Nothing is left, and nothing comes any more. */
bool sg_visitor_ends_here(struct sg_visitor *line);
/* Takes one line, without its CRLF; false when the connection ends before it does. */
bool sg_visitor_get_line(struct sg_visitor *line, char *text, size_t cap);
/* Reads one answer. bare: it has no body, as to HEAD. */
struct sg_visitor_answer sg_visitor_get_answer(struct sg_visitor *line, bool bare);

/* The next answer is whole, of this status and this body. */
void sg_visitor_expect_answer(struct sg_visitor *line, int status, const char *text);
/* The next answer is of this status. */
void sg_visitor_expect_status(struct sg_visitor *line, int status);
/* The next answer is 200, of before and then the large text. */
void sg_visitor_expect_large(struct sg_visitor *line, const char *before);

/* SG_TALK_LARGE bytes, as /stream sends them; the caller frees them. */
char *sg_visitor_large_text(void);

#endif
