/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zipped.h - gzip as clients and origins make and read it: zlib's own, none of ours.
 */
#ifndef SG_TESTS_ZIPPED_H
#define SG_TESTS_ZIPPED_H

#include "base/buf.h"
#include "base/bytes.h"

/* Both fail the test on error; free what they give. */
struct sg_buf sg_gzipped(struct sg_bytes text);
struct sg_buf sg_gunzipped(struct sg_bytes text); /* one member, nothing behind it */

#endif
