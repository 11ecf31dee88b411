/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report_files.c - a report on disk: the page, and its numbers for programs beside it.
 */
#include "cli/report_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "report/data.h"
#include "report/page.h"

enum { PATH_MOST = 1024, FILE_MODE = 0640 };

struct writing {
    struct sg_report_files *files;
    const struct sg_sheet *sheet;
    char stem[PATH_MOST]; /* the page's path without .html */
};

static bool write_all(int fd, struct sg_bytes text)
{
    while (text.len > 0) {
        ssize_t put = write(fd, text.data, text.len);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        text = (struct sg_bytes){text.data + put, text.len - (size_t)put};
    }
    return true;
}

static bool complain(const char *path, const char *what)
{
    (void)fprintf(stderr, "%s: cannot be written: %s\n", path, what);
    return false;
}

bool sg_report_file_save(const char *path, enum scrubgate_status rc, struct sg_buf *text)
{
    char beside[PATH_MOST + 8];
    const int len = snprintf(beside, sizeof beside, "%s.new", path);
    bool good = rc >= 0 ? (size_t)len < sizeof beside || complain(path, "its name is too long")
                        : complain(path, scrubgate_status_word(rc));
    if (good) {
        int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
        bool written = fd >= 0 && write_all(fd, sg_buf_bytes(text));
        written = fd >= 0 && close(fd) == 0 && written;
        good = (written && rename(beside, path) == 0) || complain(path, strerror(errno));
        if (!good)
            (void)unlink(beside);
    }
    sg_buf_fini(text);
    return good;
}

bool sg_report_file_page(const char *path, const struct sg_sheet *sheet)
{
    struct sg_buf text = {0};
    return sg_report_file_save(path, sg_page_add(&text, sheet, ""), &text);
}

static bool save(struct writing *to, const char *path, enum scrubgate_status rc,
                 struct sg_buf *text)
{
    const bool good = sg_report_file_save(path, rc, text);
    to->files->n += good;
    return good;
}

static bool name(const struct writing *to, const char *id, const char *suffix, char path[PATH_MOST])
{
    int n = snprintf(path, PATH_MOST, "%s%s%s%s", to->stem, id[0] == '\0' ? "" : "-", id, suffix);
    return (n > 0 && n < PATH_MOST) || complain(to->stem, "its name is too long");
}

static bool save_table(struct writing *to, const struct sg_table *table)
{
    struct sg_buf text = {0};
    char path[PATH_MOST];
    if (!name(to, table->id, ".csv", path) || !save(to, path, sg_data_add_csv(&text, table), &text))
        return false;
    if (table->plot == NULL || table->plot->kind != SG_PLOT_STACK)
        return true;
    return name(to, table->id, "-over-time.csv", path) &&
           save(to, path, sg_data_add_plot_csv(&text, table->plot), &text);
}

static bool save_tables(struct writing *to)
{
    for (const struct sg_section *section = to->sheet->section; section != NULL;
         section = section->next)
        for (const struct sg_table *table = section->table; table != NULL; table = table->next)
            if (!save_table(to, table))
                return false;
    return true;
}

bool sg_report_files_write(struct sg_report_files *files, const struct sg_sheet *sheet,
                           const char *page)
{
    struct writing to = {.files = files, .sheet = sheet};
    struct sg_buf text = {0};
    char path[PATH_MOST];
    size_t len = strlen(page);
    if (len > 5 && strcmp(page + len - 5, ".html") == 0)
        len -= 5;
    if (len >= sizeof to.stem - 64)
        return complain(page, "its name is too long");
    memcpy(to.stem, page, len);
    const char *slash = strrchr(to.stem, '/');
    /* The page last: when it is there, so is all that it links to. */
    return name(&to, "", ".json", path) && save(&to, path, sg_data_add_json(&text, sheet), &text) &&
           name(&to, "facts", ".csv", path) &&
           save(&to, path, sg_data_add_facts_csv(&text, sheet), &text) && save_tables(&to) &&
           save(&to, page, sg_page_add(&text, sheet, slash == NULL ? to.stem : slash + 1), &text);
}
