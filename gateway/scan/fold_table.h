/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fold_table.h - what the folded view makes of each code point.
 *
 * After Unicode 15.0: decimal digits, compatibility mappings to one ASCII byte, marks and ignorable
 * characters; and look-alikes of Latin letters after UTS #39.
 */
#ifndef SG_SCAN_FOLD_TABLE_H
#define SG_SCAN_FOLD_TABLE_H

#include <stdint.h>

/* NEAR: only in runs beside ASCII letters, digits and @ (scan/fold_step.h), since native text is
 * full of them. WEAK: no reason to make a view, but part of one that is made. */
enum sg_fold_kind {
    SG_FOLD_KEEP,
    SG_FOLD_MAP,        /* becomes a byte */
    SG_FOLD_WEAK,       /* becomes a byte */
    SG_FOLD_NEAR,       /* becomes a byte */
    SG_FOLD_DROP,       /* goes away */
    SG_FOLD_DROP_NEAR,  /* goes away; also directly behind any ASCII */
    SG_FOLD_DROP_BEHIND /* goes away directly behind ASCII: it shapes the character before it */
};

struct sg_fold_code {
    uint8_t kind;
    uint8_t byte; /* ASCII, for the kinds that become one */
};

/* code_point is above U+007F. */
struct sg_fold_code sg_fold_code(uint32_t code_point);

#endif
