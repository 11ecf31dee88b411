/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.h - JSON judged as it arrives, or read into a small tree: the home of yajl.
 *
 * The grammar is yajl's; the depth limit is ours (yajl has none). Strings of hostile size must not
 * come here: yajl buffers a string until it is complete and rescans it with each piece, which is
 * quadratic. body/json.c keeps string bodies to itself and feeds a skeleton.
 */
#ifndef SG_BASE_JSON_H
#define SG_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"
#include "base/json_text.h"

/*
 * Judges JSON text (RFC 8259) that arrives in pieces: the answer is the same however it is cut, the
 * first fault decides. many: any number of values, also none, with white space between (ndjson);
 * else exactly one.
 */
struct sg_json_judge;
SCRUBGATE_MUST_USE enum scrubgate_status sg_json_judge_new(struct sg_json_judge **judge,
                                                           size_t max_depth, bool many);
/* EMALFORMED on a grammar error or invalid UTF-8, ELIMIT over the depth; for good. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_json_judge_push(struct sg_json_judge *judge,
                                                            struct sg_bytes text);
/* EMALFORMED when the text so far is no complete value. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_json_judge_end(struct sg_json_judge *judge);
void sg_json_judge_free(struct sg_json_judge *judge);

/* A small document as a tree: for command lines, config values and tests; not for message bodies.
 */
enum sg_json_kind {
    SG_JSON_NULL,
    SG_JSON_BOOL,
    SG_JSON_NUMBER,
    SG_JSON_STRING,
    SG_JSON_ARRAY,
    SG_JSON_OBJECT
};

struct sg_json_node {
    enum sg_json_kind kind;
    bool truth;           /* BOOL */
    struct sg_bytes key;  /* in an object */
    struct sg_bytes text; /* STRING decoded (NUL-ended beyond len), NUMBER as written */
    size_t count;
    struct sg_json_node *child, *next;
};

struct sg_json;
/* Parses one whole value of at most 16 MiB and max_depth levels; invalid UTF-8, lone surrogates
 * and repeated keys are EMALFORMED with the byte offset in the fault's sentence. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_json_parse(struct sg_json **json, struct sg_bytes text,
                                                       size_t max_depth,
                                                       struct scrubgate_fault *fault);
const struct sg_json_node *sg_json_root(const struct sg_json *json);
const struct sg_json_node *sg_json_get(const struct sg_json_node *object, const char *key);
void sg_json_free(struct sg_json *json);

/* "yajl 2.1.0", static. */
const char *sg_json_library(void);

#endif
