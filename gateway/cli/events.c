/* SPDX-License-Identifier: Apache-2.0 */
/*
 * events.c - events from a file, or from a folder of days, one after the other.
 */
#include "cli/events.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/file.h"
#include "collusion/event_read.h"

enum { SHOWN_EACH = 1024 };

struct reading {
    enum scrubgate_status (*take)(void *ctx, const struct sg_collusion_event *);
    void *ctx;
    struct sg_progress *progress;
    struct scrubgate_fault *fault;
    uint64_t n;
};

static enum scrubgate_status take_line(struct reading *reading, struct sg_bytes line,
                                       const char *name, unsigned number)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_collusion_event event;
    struct sg_json *json;
    if (sg_bytes_trim(line).len == 0)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = sg_collusion_event_read(&event, &json, line, &fault);
    if (rc == SCRUBGATE_ENOMEM)
        return rc;
    if (rc < 0) {
        sg_fault_set(reading->fault, name, number, 0, "this is no event: %s", fault.what);
        return SCRUBGATE_EMALFORMED;
    }
    rc = reading->take(reading->ctx, &event);
    sg_json_free(json);
    if (++reading->n % SHOWN_EACH == 0)
        sg_progress_show(reading->progress, reading->n);
    return rc;
}

static enum scrubgate_status read_all(struct reading *reading, FILE *in, const char *name)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    char *text = NULL;
    size_t cap = 0;
    unsigned number = 0;
    for (ssize_t len; rc >= 0 && (len = getline(&text, &cap, in)) >= 0;) {
        const size_t n = (size_t)len - (len > 0 && text[len - 1] == '\n');
        rc = take_line(reading, (struct sg_bytes){(const uint8_t *)text, n}, name, ++number);
    }
    free(text);
    if (rc >= 0 && ferror(in)) {
        sg_fault_set(reading->fault, name, 0, 0, "cannot read this file: %s", strerror(errno));
        rc = SCRUBGATE_EIO;
    }
    return rc;
}

static enum scrubgate_status read_file(void *ctx, const char *path)
{
    struct reading *reading = ctx;
    FILE *in = fopen(path, "r");
    if (in == NULL) {
        sg_fault_set(reading->fault, path, 0, 0, "cannot open this file: %s", strerror(errno));
        return SCRUBGATE_EIO;
    }
    enum scrubgate_status rc = read_all(reading, in, path);
    (void)fclose(in);
    return rc;
}

enum scrubgate_status sg_events_each(
    const char *path, enum scrubgate_status (*take)(void *ctx, const struct sg_collusion_event *),
    void *ctx, struct sg_progress *progress, struct scrubgate_fault *fault)
{
    struct reading reading = {take, ctx, progress, fault, 0};
    enum scrubgate_status rc = strcmp(path, "-") == 0
                                   ? read_all(&reading, stdin, "stdin")
                                   : sg_file_each(path, ".ndjson", read_file, &reading, fault);
    sg_progress_end(progress);
    if (rc == SCRUBGATE_ENOMEM)
        sg_fault_set(fault, NULL, 0, 0, "there is not enough memory for so many events");
    return rc;
}
