/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oplog.c - the operator's log: JSON lines on stderr, never a byte of a message.
 *
 * One write(2) a line, so that lines of several threads do not mix.
 */
#include "proxy/oplog.h"

#include <assert.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json_text.h"

enum { VALUE_MOST = 512, LINE_MOST = 16 * 1024 };

static const char *const level_words[] = {[SG_OPLOG_DEBUG] = "debug",
                                          [SG_OPLOG_INFO] = "info",
                                          [SG_OPLOG_WARN] = "warn",
                                          [SG_OPLOG_ERROR] = "error"};
enum { LEVELS = sizeof level_words / sizeof level_words[0] };

static atomic_int least = SG_OPLOG_INFO;

void sg_oplog_init(void)
{
    const char *wanted = getenv("SCRUBGATE_LOG");
    atomic_store(&least, SG_OPLOG_INFO);
    for (int i = 0; wanted != NULL && i < LEVELS; i++)
        if (strcmp(wanted, level_words[i]) == 0)
            atomic_store(&least, i);
}

static enum scrubgate_status add_value(struct sg_buf *line, const char *value)
{
    struct sg_bytes text = sg_bytes_of(value);
    if (text.len > VALUE_MOST)
        text.len = VALUE_MOST;
    return sg_json_add_string(line, text);
}

static enum scrubgate_status add_head(struct sg_buf *line, enum sg_oplog_level level,
                                      const char *what)
{
    char now[25];
    sg_clock_format(sg_clock_wall_ms(), now);
    enum scrubgate_status rc =
        sg_buf_addf(line, "{\"time\":\"%s\",\"level\":\"%s\",\"what\":", now, level_words[level]);
    return rc < 0 ? rc : add_value(line, what);
}

static enum scrubgate_status add_pair(struct sg_buf *line, const char *key, const char *value)
{
    enum scrubgate_status rc = sg_buf_add_byte(line, ',');
    if (rc >= 0)
        rc = add_value(line, key);
    if (rc >= 0)
        rc = sg_buf_add_byte(line, ':');
    return rc < 0 ? rc : add_value(line, value);
}

void sg_oplog(enum sg_oplog_level level, const char *what, ...)
{
    struct sg_buf line;
    va_list pairs;
    assert((int)level >= 0 && (int)level < LEVELS);
    if ((int)level < atomic_load(&least))
        return;
    sg_buf_init(&line, LINE_MOST);
    enum scrubgate_status rc = add_head(&line, level, what);
    va_start(pairs, what);
    for (;;) {
        const char *key = va_arg(pairs, const char *);
        const char *value = key == NULL ? NULL : va_arg(pairs, const char *);
        if (value == NULL || rc < 0)
            break;
        rc = add_pair(&line, key, value);
    }
    va_end(pairs);
    if (rc >= 0)
        rc = sg_buf_add_text(&line, "}\n");
    /* A log that cannot be written has nobody left to tell. */
    if (rc >= 0 && write(STDERR_FILENO, line.data, line.len) < 0)
        rc = SCRUBGATE_EIO;
    sg_buf_fini(&line);
}
