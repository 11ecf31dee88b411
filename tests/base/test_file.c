/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_file.c - reading a file whole, listing a folder by name.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"

static const char *const names[] = {"b.yaml",    "a.yaml", "C.yaml", ".hidden.yaml",
                                    "notes.txt", "yaml",   ".yaml"};
static char folder[] = "/tmp/scrubgate-file-XXXXXX";
static size_t content_len = 10000; /* more than one read */

static const char *path_of(const char *name)
{
    static char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        FILE *file = fopen(path_of(names[i]), "w");
        if (file == NULL)
            return -1;
        for (size_t at = 0; at < content_len; at++)
            (void)fputc((int)(at % 251), file);
        (void)fclose(file);
    }
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        (void)unlink(path_of(names[i]));
    return rmdir(folder);
}

static enum scrubgate_status read_whole(void *ctx)
{
    (void)ctx;
    struct sg_buf out = {0};
    struct scrubgate_fault fault = {.line = 9};
    enum scrubgate_status rc = sg_buf_add_text(&out, "before:");
    if (rc >= 0) {
        rc = sg_file_read(path_of("a.yaml"), &out, &fault);
        assert_int_equal(out.len, rc >= 0 ? content_len + 7 : 7);
        assert_memory_equal(out.data, "before:", 7);
        for (size_t i = 7; i < out.len; i++)
            assert_int_equal(out.data[i], (i - 7) % 251);
        assert_int_equal(fault.line, rc >= 0 ? 9 : 0);
    }
    sg_buf_fini(&out);
    return rc;
}

static void appends_the_whole_file(void **state)
{
    (void)state;
    assert_true(sg_alloc_fail_each(read_whole, NULL) >= 2);
}

static void a_file_over_the_ceiling_adds_nothing(void **state)
{
    (void)state;
    struct scrubgate_fault fault = {.line = 9};
    struct sg_buf out;
    sg_buf_init(&out, content_len);
    assert_int_equal(sg_file_read(path_of("a.yaml"), &out, &fault), SCRUBGATE_OK);
    sg_buf_fini(&out);
    sg_buf_init(&out, content_len - 1);
    assert_int_equal(sg_file_read(path_of("a.yaml"), &out, &fault), SCRUBGATE_ELIMIT);
    assert_int_equal(out.len, 0);
    assert_string_equal(fault.file, path_of("a.yaml"));
    assert_non_null(strstr(fault.what, "9999 bytes"));
    sg_buf_fini(&out);
}

static void what_cannot_be_read_is_named(void **state)
{
    (void)state;
    struct scrubgate_fault fault = {.line = 9};
    struct sg_buf out = {0};
    assert_int_equal(sg_file_read(path_of("none"), &out, &fault), SCRUBGATE_EIO);
    assert_string_equal(fault.file, path_of("none"));
    assert_string_equal(fault.what, "cannot open it: No such file or directory");
    assert_int_equal(sg_file_read(folder, &out, &fault), SCRUBGATE_EIO);
    assert_string_equal(fault.what, "cannot read it: Is a directory");
    assert_int_equal(sg_file_read(path_of("none"), &out, NULL), SCRUBGATE_EIO);
    sg_buf_fini(&out);
}

struct visits {
    char text[256];
    size_t stop_after;
};

static enum scrubgate_status note(void *ctx, const char *path)
{
    struct visits *visits = ctx;
    const char *name = strrchr(path, '/');
    assert_non_null(name);
    assert_memory_equal(path, folder, strlen(folder));
    (void)strncat(visits->text, name, sizeof visits->text - strlen(visits->text) - 1);
    return visits->stop_after-- == 1 ? SCRUBGATE_EBLOCKED : SCRUBGATE_OK;
}

static void visits_by_name_what_has_the_suffix(void **state)
{
    (void)state;
    struct visits visits = {.text = ""};
    assert_int_equal(sg_file_each(folder, ".yaml", note, &visits, NULL), SCRUBGATE_OK);
    assert_string_equal(visits.text, "/C.yaml/a.yaml/b.yaml");
    visits.text[0] = '\0';
    char slashed[64];
    (void)snprintf(slashed, sizeof slashed, "%s/", folder);
    assert_int_equal(sg_file_each(slashed, ".txt", note, &visits, NULL), SCRUBGATE_OK);
    assert_string_equal(visits.text, "/notes.txt");
}

static void stops_at_the_first_failure(void **state)
{
    (void)state;
    struct visits visits = {.text = "", .stop_after = 2};
    assert_int_equal(sg_file_each(folder, ".yaml", note, &visits, NULL), SCRUBGATE_EBLOCKED);
    assert_string_equal(visits.text, "/C.yaml/a.yaml");
}

static void a_file_is_given_as_it_is(void **state)
{
    (void)state;
    struct visits visits = {.text = ""};
    struct scrubgate_fault fault = {.line = 9};
    assert_int_equal(sg_file_each(path_of("notes.txt"), ".yaml", note, &visits, &fault),
                     SCRUBGATE_OK);
    assert_string_equal(visits.text, "/notes.txt");
    assert_int_equal(sg_file_each(path_of("none"), ".yaml", note, &visits, &fault), SCRUBGATE_EIO);
    assert_string_equal(fault.file, path_of("none"));
}

static enum scrubgate_status list_folder(void *ctx)
{
    struct visits visits = {.text = ""};
    struct scrubgate_fault fault = {.what = ""};
    (void)ctx;
    enum scrubgate_status rc = sg_file_each(folder, ".yaml", note, &visits, &fault);
    assert_int_equal(rc < 0, fault.what[0] != '\0');
    return rc;
}

static void lists_nothing_in_silence_when_memory_runs_out(void **state)
{
    (void)state;
    assert_true(sg_alloc_fail_each(list_folder, NULL) >= 3);
}

/* --- in an open folder --- */

static bool holds(const char *name, const char *want)
{
    struct sg_buf text = {0};
    int at = open(folder, O_RDONLY | O_DIRECTORY);
    bool same = sg_file_read_at(at, name, &text) >= 0 &&
                sg_bytes_equal(sg_buf_bytes(&text), sg_bytes_of(want));
    sg_buf_fini(&text);
    (void)close(at);
    return same;
}

static void replaces_a_file_whole_and_leaves_nothing_beside_it(void **state)
{
    (void)state;
    struct stat info;
    int at = open(folder, O_RDONLY | O_DIRECTORY);
    assert_true(at >= 0);
    /* What a crash left of an earlier try. */
    assert_int_equal(symlink("/nowhere", path_of("r.new")), 0);
    assert_int_equal(sg_file_replace_at(at, "r", SG_BYTES("one"), 0600), SCRUBGATE_OK);
    assert_true(holds("r", "one"));
    assert_int_equal(sg_file_replace_at(at, "r", SG_BYTES(""), 0600), SCRUBGATE_OK);
    assert_true(holds("r", ""));
    assert_int_equal(stat(path_of("r"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_not_equal(access(path_of("r.new"), F_OK), 0);
    assert_int_equal(unlink(path_of("r")), 0);
    (void)close(at);
}

static void what_cannot_be_replaced_stays(void **state)
{
    (void)state;
    int at = open(folder, O_RDONLY | O_DIRECTORY);
    assert_int_equal(mkdir(path_of("d"), 0700), 0);
    assert_int_equal(sg_file_replace_at(at, "d", SG_BYTES("one"), 0600), SCRUBGATE_EIO);
    assert_int_equal(access(path_of("d"), F_OK), 0);
    assert_int_not_equal(access(path_of("d.new"), F_OK), 0);
    assert_int_equal(rmdir(path_of("d")), 0);
    (void)close(at);
}

static void reads_no_link_and_waits_for_no_pipe(void **state)
{
    (void)state;
    struct sg_buf text = {0};
    int at = open(folder, O_RDONLY | O_DIRECTORY);
    assert_int_equal(symlink("a.yaml", path_of("l")), 0);
    assert_int_equal(mkfifo(path_of("p"), 0600), 0);
    assert_int_equal(sg_file_read_at(at, "l", &text), SCRUBGATE_EMALFORMED);
    assert_int_equal(sg_file_read_at(at, "p", &text), SCRUBGATE_EMALFORMED);
    assert_int_equal(sg_file_read_at(at, ".", &text), SCRUBGATE_EMALFORMED);
    assert_int_equal(sg_file_read_at(at, "none", &text), SCRUBGATE_EIO);
    assert_int_equal(text.len, 0);
    sg_buf_init(&text, content_len - 1);
    assert_int_equal(sg_file_read_at(at, "a.yaml", &text), SCRUBGATE_ELIMIT);
    assert_int_equal(text.len, 0);
    sg_buf_fini(&text);
    (void)unlink(path_of("l"));
    (void)unlink(path_of("p"));
    (void)close(at);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        {"appends the whole file", appends_the_whole_file, NULL, NULL, NULL},
        {"a file over the ceiling adds nothing", a_file_over_the_ceiling_adds_nothing, NULL, NULL,
         NULL},
        {"what cannot be read is named", what_cannot_be_read_is_named, NULL, NULL, NULL},
        {"visits by name what has the suffix, but no hidden name",
         visits_by_name_what_has_the_suffix, NULL, NULL, NULL},
        {"stops at the first failure", stops_at_the_first_failure, NULL, NULL, NULL},
        {"a file is given as it is, whatever its suffix", a_file_is_given_as_it_is, NULL, NULL,
         NULL},
        {"replaces a file whole and leaves nothing beside it",
         replaces_a_file_whole_and_leaves_nothing_beside_it, NULL, NULL, NULL},
        {"what cannot be replaced stays", what_cannot_be_replaced_stays, NULL, NULL, NULL},
        {"reads no link and waits for no pipe", reads_no_link_and_waits_for_no_pipe, NULL, NULL,
         NULL},
        {"lists nothing in silence when memory runs out",
         lists_nothing_in_silence_when_memory_runs_out, NULL, NULL, NULL},
    };
    return cmocka_run_group_tests_name("file", tests, make_folder, remove_folder);
}
