/* SPDX-License-Identifier: Apache-2.0 */
/*
 * suspect.h - where may the folded view differ from the text? One answer, in the forms that
 * processors know (scan/kernel.h).
 */
#ifndef SG_SCAN_SUSPECT_H
#define SG_SCAN_SUSPECT_H

#include <stddef.h>
#include <stdint.h>

/*
 * The offset of the first code point, from `from` on, that the folded view may change, alone or
 * with its neighbours (scan/fold.h); len when there is none. Reads text[0 … len) only. Each but the
 * first is there only in builds for its processors, and runs only where its kernel works.
 */
size_t sg_suspect_scalar(const uint8_t *text, size_t from, size_t len);
size_t sg_suspect_avx2(const uint8_t *text, size_t from, size_t len);
size_t sg_suspect_avx512(const uint8_t *text, size_t from, size_t len);
size_t sg_suspect_neon(const uint8_t *text, size_t from, size_t len);

#endif
