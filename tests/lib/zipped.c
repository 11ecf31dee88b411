/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zipped.c - gzip as clients and origins make and read it: zlib's own, none of ours.
 */
#include "zipped.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <zlib.h>

enum { WITH_GZIP = 15 + 16, PIECE = 65536 };

struct sg_buf sg_gzipped(struct sg_bytes text)
{
    struct sg_buf out = {0};
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, WITH_GZIP, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_true(sg_buf_reserve(&out, deflateBound(&z, text.len)) >= 0);
    z.next_in = (Bytef *)(uintptr_t)text.data;
    z.avail_in = (uInt)text.len;
    z.next_out = out.data;
    z.avail_out = (uInt)out.cap;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    out.len = z.total_out;
    assert_int_equal(deflateEnd(&z), Z_OK);
    return out;
}

struct sg_buf sg_gunzipped(struct sg_bytes text)
{
    struct sg_buf out = {0};
    z_stream z = {0};
    int rc;
    assert_int_equal(inflateInit2(&z, WITH_GZIP), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)text.data;
    z.avail_in = (uInt)text.len;
    do {
        assert_true(sg_buf_reserve(&out, PIECE) >= 0);
        z.next_out = out.data + out.len;
        z.avail_out = PIECE;
        rc = inflate(&z, Z_NO_FLUSH);
        assert_true(rc == Z_OK || rc == Z_STREAM_END);
        out.len += PIECE - z.avail_out;
    } while (rc != Z_STREAM_END);
    assert_int_equal(z.avail_in, 0);
    assert_int_equal(inflateEnd(&z), Z_OK);
    return out;
}
