/* SPDX-License-Identifier: Apache-2.0 */
/*
 * planted.h - thousands of made-up personal values, and whether any of them stands in some bytes.
 *
 * E-mail addresses, telephone numbers of the range kept for drama, test cards that were published,
 * names. Looked for as they are, and as the digest that anybody could make of them.
 */
#ifndef SG_TESTS_PLANTED_H
#define SG_TESTS_PLANTED_H

#include <stddef.h>

#include "base/bytes.h"
#include "tempdir.h"

enum { SG_PLANTED_VALUE = 48, SG_PLANTED_KINDS = 10 };

/* By i % SG_PLANTED_KINDS; from NAME on all are names. */
enum sg_planted_kind {
    SG_PLANTED_EMAIL = 0, /* to 2 */
    SG_PLANTED_PHONE = 3, /* and 4 */
    SG_PLANTED_CARD = 5,
    SG_PLANTED_NAME = 6
};

struct sg_planted;

struct sg_planted *sg_planted_new(size_t n);
void sg_planted_free(struct sg_planted *planted);
const char *sg_planted_value(const struct sg_planted *planted, size_t i);
/* Fails the test when any of them is there, naming the place. */
void sg_planted_none_in(const struct sg_planted *planted, const char *where, struct sg_bytes bytes);
/* The first that is there, as it is looked for; NULL: none. */
const char *sg_planted_find(const struct sg_planted *planted, struct sg_bytes bytes);
/* Looks through all files below dir but those whose names begin with one of except (ended by NULL).
 * How many bytes that were. */
size_t sg_planted_none_below(const struct sg_planted *planted, const struct sg_tempdir *dir,
                             const char *const except[]);

#endif
