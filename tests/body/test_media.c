/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_media.c - which bodies can be inspected.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "body/media.h"

#include "../lib/suite.h"

struct row {
    const char *name, *type, *coding;
    enum sg_media_format format;
    bool gzip;
};

static const struct row known[] = {
    {"no type is text", NULL, NULL, SG_MEDIA_TEXT, false},
    {"plain text", "text/plain", NULL, SG_MEDIA_TEXT, false},
    {"plain text in utf-8", "text/plain; charset=utf-8", NULL, SG_MEDIA_TEXT, false},
    {"plain text in ASCII, upper case and quotes", "Text/Plain;charset=\"US-ASCII\"", NULL,
     SG_MEDIA_TEXT, false},
    {"JSON", "application/json", "identity", SG_MEDIA_JSON, false},
    {"JSON with a charset", "application/json; charset=UTF-8", "", SG_MEDIA_JSON, false},
    {"a type built on JSON", "application/problem+json", NULL, SG_MEDIA_JSON, false},
    {"a type of another tree built on JSON", "model/gltf+JSON", NULL, SG_MEDIA_JSON, false},
    {"lines of JSON", "application/x-ndjson", NULL, SG_MEDIA_NDJSON, false},
    {"a form", "application/x-www-form-urlencoded", NULL, SG_MEDIA_FORM, false},
    {"HTML", "text/html; charset=utf-8", NULL, SG_MEDIA_HTML, false},
    {"events", "text/event-stream", NULL, SG_MEDIA_SSE, false},
    {"a form in parts", "multipart/form-data; boundary=----a_b'1", NULL, SG_MEDIA_MULTIPART, false},
    {"parts of any kind", "Multipart/Mixed; boundary=\"a b\"", "gzip", SG_MEDIA_MULTIPART, true},
    {"gzip", "application/json", "gzip", SG_MEDIA_JSON, true},
    {"x-gzip, upper case, blanks", "application/json", " X-GZip ", SG_MEDIA_JSON, true},
};

static const struct row unknown[] = {
    {"HTML in another charset", "text/html; charset=utf-16", NULL, 0, false},
    {"parts without a boundary", "multipart/form-data", NULL, 0, false},
    {"a boundary that ends with a blank", "multipart/mixed; boundary=\"a \"", NULL, 0, false},
    {"a boundary of other letters", "multipart/mixed; boundary=\"a;b\"", NULL, 0, false},
    {"a boundary too long",
     "multipart/mixed; "
     "boundary=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     NULL, 0, false},
    {"parts of another kind", "multipart/related; boundary=a", NULL, 0, false},
    {"an image", "image/png", NULL, 0, false},
    {"a type that only begins like JSON", "application/jsonx", NULL, 0, false},
    {"a subtype that only ends like JSON", "application/xjson", NULL, 0, false},
    {"JSON of another kind of text", "text/json", NULL, 0, false},
    {"no type before the slash", "/json", NULL, 0, false},
    {"no slash", "json", NULL, 0, false},
    {"another charset", "text/plain; charset=iso-8859-1", NULL, 0, false},
    {"JSON in UTF-16", "application/json; charset=utf-16", NULL, 0, false},
    {"two charsets", "text/plain; charset=utf-8; charset=utf-16", NULL, 0, false},
    {"brotli", "text/plain", "br", 0, false},
    {"deflate", "text/plain", "deflate", 0, false},
    {"gzip twice", "text/plain", "gzip, gzip", 0, false},
    {"identity and gzip", "text/plain", "identity, gzip", 0, false},
};

static void is_chosen(void **state)
{
    const struct row *row = *state;
    struct sg_media media;
    const char *why = NULL;
    assert_int_equal(
        sg_media_choose(&media, sg_bytes_of(row->type), sg_bytes_of(row->coding), &why),
        SCRUBGATE_OK);
    assert_int_equal(media.format, row->format);
    assert_int_equal(media.gzip, row->gzip);
}

static void cannot_be_inspected(void **state)
{
    const struct row *row = *state;
    struct sg_media media = {.format = SG_MEDIA_NDJSON};
    const char *why = NULL;
    assert_int_equal(
        sg_media_choose(&media, sg_bytes_of(row->type), sg_bytes_of(row->coding), &why),
        SCRUBGATE_EUNSUPPORTED);
    assert_non_null(why);
    assert_true(strlen(why) > 0);
    assert_int_equal(media.format, SG_MEDIA_NDJSON); /* untouched */
}

static void every_format_has_a_word(void **state)
{
    (void)state;
    static const char *const words[] = {"text", "json", "ndjson",   "form",
                                        "html", "sse",  "multipart"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        assert_string_equal(sg_media_word((enum sg_media_format)i), words[i]);
}

int main(void)
{
    SG_SUITE_ROWS(is_chosen, known);
    SG_SUITE_ROWS(cannot_be_inspected, unknown);
    sg_suite_add("every format has a word", every_format_has_a_word, NULL);
    return sg_suite_run("media");
}
