/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_journal.c - open an audit log whose bytes are hostile.
 *
 * Either it is refused and not a byte of it changes, or: the log is a whole number of the lines
 * that were there, what was cut off lies in the .torn file, it was one line at most that was no
 * whole valid record, or begins with a line that has a hole of zeros, and the next append reads
 * back. Zeros at the end are nothing.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/journal.h"
#include "audit/record.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Durability is not what is asked here, and the disk would be most of the time. */
int fsync(int fd)
{
    (void)fd;
    return 0;
}

int fdatasync(int fd)
{
    (void)fd;
    return 0;
}

static void must(int ok)
{
    if (!ok)
        abort();
}

static char folder[256], file[300], torn[300];

static void remove_folder(void)
{
    char log[300];
    (void)snprintf(log, sizeof log, "%s/log", folder);
    (void)unlink(file);
    (void)unlink(torn);
    (void)rmdir(log);
    (void)rmdir(folder);
}

/* One folder for the run; the first open makes what belongs in it. */
static void make_folder(void)
{
    const char *base = getenv("TMPDIR");
    struct sg_journal *journal;
    (void)snprintf(folder, sizeof folder, "%.200s/scrubgate-fuzz-XXXXXX",
                   base == NULL ? "/tmp" : base);
    must(mkdtemp(folder) != NULL);
    (void)snprintf(file, sizeof file, "%s/log/000000.ndjson", folder);
    (void)snprintf(torn, sizeof torn, "%s/log/000000.torn", folder);
    must(sg_journal_open(&journal, folder, NULL) >= 0);
    sg_journal_close(journal);
    (void)atexit(remove_folder);
}

static void write_file(struct sg_bytes text)
{
    FILE *out = fopen(file, "wb");
    must(out != NULL);
    must(text.len == 0 || fwrite(text.data, 1, text.len, out) == text.len);
    must(fclose(out) == 0);
    (void)unlink(torn);
}

static struct sg_buf read_back(const char *path)
{
    struct sg_buf text = {0};
    must(sg_file_read(path, &text, NULL) >= 0);
    return text;
}

/* By other means than the journal's: parsed whole, and its first member looked at. */
static int is_record(struct sg_bytes line, uint64_t seq)
{
    struct sg_json *json;
    char number[24];
    if (line.len > SG_RECORD_LONGEST || sg_json_parse(&json, line, 16, NULL) < 0)
        return 0;
    const struct sg_json_node *root = sg_json_root(json);
    (void)snprintf(number, sizeof number, "%" PRIu64, seq);
    int ok = line.data[0] == '{' && line.data[1] == '"' && line.data[line.len - 1] == '}' &&
             root->kind == SG_JSON_OBJECT && root->count > 1 &&
             memcmp(line.data, "{\"seq\":", 7) == 0 &&
             sg_bytes_equal(root->child->text, sg_bytes_of(number)) &&
             line.data[7 + strlen(number)] == ',' && line.data[8 + strlen(number)] == '"';
    sg_json_free(json);
    return ok;
}

static struct sg_bytes without_zeros(struct sg_bytes text)
{
    while (text.len > 0 && text.data[text.len - 1] == '\0')
        text.len--;
    return text;
}

static void check_what_was_cut(struct sg_bytes rest, uint64_t seq)
{
    struct sg_bytes line = {rest.data, sg_bytes_find(rest, '\n')};
    const int hole = sg_bytes_find(line, '\0') < line.len;
    must(hole || line.len + 1 >= rest.len); /* one line at most */
    must(hole || line.len == rest.len || !is_record(line, seq));
    struct sg_buf aside = read_back(torn);
    must(aside.len >= rest.len && aside.len <= rest.len + 1);
    must(memcmp(aside.data, rest.data, rest.len) == 0);
    sg_buf_fini(&aside);
}

static void check_opened(struct sg_journal *journal, struct sg_bytes text)
{
    uint64_t lines = sg_journal_next(journal), seq;
    size_t kept = 0;
    for (uint64_t i = 0; i < lines; i++) {
        struct sg_bytes rest = {text.data + kept, text.len - kept};
        kept += sg_bytes_find(rest, '\n') + 1;
        must(kept <= text.len);
    }
    const struct sg_bytes cut = without_zeros((struct sg_bytes){text.data + kept, text.len - kept});
    if (cut.len > 0)
        check_what_was_cut(cut, lines);
    else
        must(access(torn, F_OK) != 0);
    must(sg_journal_append(journal, SG_BYTES("\"fuzz\":1}"), &seq) >= 0 && seq == lines);
    must(sg_journal_commit(journal, NULL) >= 0);
    char line[64];
    int len = snprintf(line, sizeof line, "{\"seq\":%" PRIu64 ",\"fuzz\":1}\n", lines);
    struct sg_buf now = read_back(file);
    must(without_zeros(sg_buf_bytes(&now)).len == kept + (size_t)len);
    must(kept == 0 || memcmp(now.data, text.data, kept) == 0);
    must(memcmp(now.data + kept, line, (size_t)len) == 0);
    sg_buf_fini(&now);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_bytes text = {data, size};
    struct sg_journal *journal = NULL;
    if (folder[0] == '\0')
        make_folder();
    write_file(text);
    if (sg_journal_open(&journal, folder, NULL) < 0) {
        struct sg_buf now = read_back(file);
        must(sg_bytes_equal(sg_buf_bytes(&now), text));
        must(access(torn, F_OK) != 0);
        sg_buf_fini(&now);
        return 0;
    }
    check_opened(journal, text);
    uint64_t next = sg_journal_next(journal);
    sg_journal_close(journal);
    must(sg_journal_open(&journal, folder, NULL) >= 0);
    must(sg_journal_next(journal) == next);
    sg_journal_close(journal);
    return 0;
}
