/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fold_native.h - stretches of scripts that the folded view keeps, skipped without asking for each
 * code point.
 */
#ifndef SG_SCAN_FOLD_NATIVE_H
#define SG_SCAN_FOLD_NATIVE_H

#include <stddef.h>

#include "base/bytes.h"

/* How far the text from `place` on is native: code points that change, if at all, only with an
 * ASCII letter, digit or @ beside their run. place when there is none. */
size_t sg_fold_native_end(struct sg_bytes text, size_t place);

#endif
