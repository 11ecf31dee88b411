/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tail_trim.h - a part without the words that people say around it.
 *
 *     "one sec, then 4111 and..." -> "4111"
 */
#ifndef SG_SCAN_TAIL_TRIM_H
#define SG_SCAN_TAIL_TRIM_H

#include "base/bytes.h"

/* What is left of the text, perhaps nothing; words that announce something stay. */
struct sg_bytes sg_tail_trim(struct sg_bytes text);

#endif
