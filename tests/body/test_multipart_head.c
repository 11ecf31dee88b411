/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_multipart_head.c - the head of a part: what is read of it, and what is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "body/multipart_head.h"

#include "../lib/suite.h"

#define N           "\r\n"
#define DISPOSITION "Content-Disposition: form-data; "

/* texts: kind letter (line, quoted, token, extended, size) label=text, each with a | behind it. */
struct row {
    const char *name, *block, *part_name, *type, *texts;
};

static const struct row rows[] = {
    {"no field", "", NULL, "", ""},
    {"a name and a type", DISPOSITION "name=\"a b\"" N "Content-Type: text/html ; charset=x" N,
     "a b", "text/html ; charset=x", ""},
    {"names of fields in any case", "CONTENT-disposition:x;NAME=a" N "content-type:\ta/b" N, "a",
     "a/b", ""},
    {"a name of no letters", DISPOSITION "name=\"\"" N, "", "", ""},
    {"file names", DISPOSITION "filename=a; filename*=utf-8'de'%20" N, NULL, "",
     "tfilename=a|efilename*=%20|"},
    {"a file name in quotes", DISPOSITION "filename=\"c:\\a\\\\\"; name=x" N, "x", "",
     "qfilename=c:\\a\\\\|"},
    {"other parameters",
     DISPOSITION "size=1; note=\"x\"" N "Content-Type: a/b; name=c; charset=d" N, NULL,
     "a/b; name=c; charset=d", "tsize=1|qnote=x|tname=c|"},
    {"other fields", "X-A:  b c " N "Empty:" N, NULL, "", "lX-A=b c|"},
    {"a length", "Content-Length: 17" N, NULL, "", "sContent-Length=17|"},
};

struct refused {
    const char *name, *block;
    enum scrubgate_status rc;
};

static const struct refused refused[] = {
    {"no colon", "abc" N, SCRUBGATE_EMALFORMED},
    {"no name", ": a" N, SCRUBGATE_EMALFORMED},
    {"a blank before the colon", "A : b" N, SCRUBGATE_EMALFORMED},
    {"a folded field", "A: b" N " c: d" N, SCRUBGATE_EMALFORMED},
    {"a bare LF", "A: b\nC: d" N, SCRUBGATE_EMALFORMED},
    {"a bare CR", "A: b\rC: d" N, SCRUBGATE_EMALFORMED},
    {"no end of line", "A: b", SCRUBGATE_EMALFORMED},
    {"invalid UTF-8", "A: \xFF" N, SCRUBGATE_EMALFORMED},
    {"two dispositions", DISPOSITION "name=a" N DISPOSITION "name=a" N, SCRUBGATE_EMALFORMED},
    {"two types", "Content-Type: a/b" N "content-type: a/b" N, SCRUBGATE_EMALFORMED},
    {"two encodings", "Content-Transfer-Encoding: 7bit" N "Content-Transfer-Encoding: 7bit" N,
     SCRUBGATE_EMALFORMED},
    {"two lengths", "Content-Length: 1" N "Content-Length: 1" N, SCRUBGATE_EMALFORMED},
    {"a length that is no number", "Content-Length: 1a" N, SCRUBGATE_EMALFORMED},
    {"two names", DISPOSITION "name=a; name=a" N, SCRUBGATE_EMALFORMED},
    {"two names, one empty", DISPOSITION "name=\"\"; name=a" N, SCRUBGATE_EMALFORMED},
    {"two file names", DISPOSITION "filename=a; filename=b" N, SCRUBGATE_EMALFORMED},
    {"two extended file names", DISPOSITION "filename*=utf-8''a; filename*=utf-8''b" N,
     SCRUBGATE_EMALFORMED},
    {"a quote behind a backslash in a name", DISPOSITION "name=\"a\\\"; filename=\\\"b\"" N,
     SCRUBGATE_EMALFORMED},
    {"a quote behind a backslash in a file name", DISPOSITION "filename=\"a\\\"b\"" N,
     SCRUBGATE_EMALFORMED},
    {"a file name with a blank and no quotes", DISPOSITION "filename=a b" N, SCRUBGATE_EMALFORMED},
    {"no kind of disposition", "Content-Disposition: ; name=a" N, SCRUBGATE_EMALFORMED},
    {"a type that cannot be read", "Content-Type: a" N, SCRUBGATE_EMALFORMED},
    {"an extended name", DISPOSITION "name*=utf-8''a" N, SCRUBGATE_EUNSUPPORTED},
    {"a file name in several parts", DISPOSITION "filename*0=a; filename*1=b" N,
     SCRUBGATE_EUNSUPPORTED},
    {"an extended file name in another charset", DISPOSITION "filename*=iso-8859-1''a" N,
     SCRUBGATE_EUNSUPPORTED},
    {"an extended file name without its quotes", DISPOSITION "filename*=utf-8'a" N,
     SCRUBGATE_EUNSUPPORTED},
    {"an encoding that is not known", "Content-Transfer-Encoding: gzip" N, SCRUBGATE_EUNSUPPORTED},
    {"a content coding", "Content-Encoding: gzip" N, SCRUBGATE_EUNSUPPORTED},
};

static void is_read(void **state)
{
    static const char kinds[] = "lqtes";
    const struct row *row = *state;
    struct sg_multipart_head head;
    const char *why = NULL;
    char story[256] = "";
    assert_int_equal(sg_multipart_head_read(&head, sg_bytes_of(row->block), &why), SCRUBGATE_OK);
    assert_null(why);
    assert_int_equal(head.name.data != NULL, row->part_name != NULL);
    assert_true(sg_bytes_equal(head.name, sg_bytes_of(row->part_name)));
    assert_true(sg_bytes_equal(head.type, sg_bytes_of(row->type)));
    for (size_t i = 0; i < head.n_texts; i++) {
        const struct sg_head_text *text = &head.texts[i];
        size_t len = strlen(story);
        (void)snprintf(story + len, sizeof story - len, "%c%.*s=%.*s|", kinds[text->kind],
                       (int)text->label.len, (const char *)text->label.data, (int)text->text.len,
                       (const char *)text->text.data);
    }
    assert_string_equal(story, row->texts);
}

static void is_refused(void **state)
{
    const struct refused *row = *state;
    struct sg_multipart_head head;
    const char *why = NULL;
    assert_int_equal(sg_multipart_head_read(&head, sg_bytes_of(row->block), &why), row->rc);
    assert_non_null(why);
}

static void fields_and_texts_have_limits(void **state)
{
    (void)state;
    struct sg_buf block = {0};
    struct sg_multipart_head head;
    const char *why = NULL;
    for (unsigned i = 0; i < SG_HEAD_FIELDS_MOST; i++)
        assert_int_equal(sg_buf_addf(&block, "A: b" N), 0);
    assert_int_equal(sg_multipart_head_read(&head, sg_buf_bytes(&block), &why), SCRUBGATE_OK);
    assert_int_equal(sg_buf_addf(&block, "A:" N), 0);
    assert_int_equal(sg_multipart_head_read(&head, sg_buf_bytes(&block), &why), SCRUBGATE_ELIMIT);
    sg_buf_clear(&block);
    assert_int_equal(sg_buf_addf(&block, "Content-Disposition: x"), 0);
    for (unsigned i = 0; i <= SG_HEAD_TEXTS_MOST; i++)
        assert_int_equal(sg_buf_addf(&block, "; a=b"), 0);
    assert_int_equal(sg_buf_addf(&block, N), 0);
    assert_int_equal(sg_multipart_head_read(&head, sg_buf_bytes(&block), &why), SCRUBGATE_ELIMIT);
    sg_buf_fini(&block);
}

int main(void)
{
    SG_SUITE_ROWS(is_read, rows);
    SG_SUITE_ROWS(is_refused, refused);
    sg_suite_add("fields and texts have limits", fields_and_texts_have_limits, NULL);
    return sg_suite_run("multipart_head");
}
