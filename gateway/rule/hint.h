/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hint.h - how the signatures of a pattern were chosen, so that they need not be looked for again.
 *
 *     pattern -> hash -> line of rules/hints.txt -> numbers: which splits, which cuts
 *
 * The search for the best signatures of all packs takes seconds, and always ends the same. A hint
 * only says where to cut. The signature is made anew, and any cut's is sound: a hint that is wrong
 * or missing costs time, nothing else. `make hints` writes the file.
 */
#ifndef SG_RULE_HINT_H
#define SG_RULE_HINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum { SG_HINT_MOST = 160 /* numbers */ };

struct sg_hint {
    uint32_t numbers[SG_HINT_MOST];
    size_t n, at; /* that there are; that are read */
};

/* Of a pattern as it is printed. */
uint64_t sg_hint_hash(struct sg_bytes pattern);
/* The hint for a pattern, from the file that is built in; false: there is none. */
bool sg_hint_find(struct sg_hint *hint, struct sg_bytes pattern);

/* One number more; false when there is no room. */
static inline bool sg_hint_add(struct sg_hint *hint, uint64_t number)
{
    if (hint->n == SG_HINT_MOST || number > UINT32_MAX)
        return false;
    hint->numbers[hint->n++] = (uint32_t)number;
    return true;
}

/* The next number; false when there is none. */
static inline bool sg_hint_next(struct sg_hint *hint, uint32_t *number)
{
    if (hint->at == hint->n)
        return false;
    *number = hint->numbers[hint->at++];
    return true;
}

/* Lines by hash: 16 hexadecimal digits, and numbers with a blank before each. */
extern const struct sg_bytes sg_builtin_hints;

#endif
