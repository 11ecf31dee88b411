/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_out.c - where a command's records go: a file, or standard output.
 */
#include "cli/audit_out.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static bool complain(const struct sg_audit_out *out)
{
    /* Whoever reads had enough: `| head`. */
    if (errno != EPIPE)
        (void)fprintf(stderr, "%s: cannot be written: %s\n",
                      out->path == NULL ? "standard output" : out->path, strerror(errno));
    return false;
}

bool sg_audit_out_open(struct sg_audit_out *out, const char *path)
{
    *out = (struct sg_audit_out){.path = path};
    if (path == NULL || strcmp(path, "-") == 0) {
        out->path = NULL;
        out->file = stdout;
        return true;
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd >= 0)
        out->file = fdopen(fd, "w");
    if (out->file != NULL)
        return true;
    if (fd >= 0)
        (void)close(fd);
    return complain(out);
}

bool sg_audit_out_add(struct sg_audit_out *out, struct sg_bytes text)
{
    if (!out->failed && text.len > 0 && fwrite(text.data, 1, text.len, out->file) != text.len) {
        out->failed = true;
        (void)complain(out);
    }
    return !out->failed;
}

bool sg_audit_out_close(struct sg_audit_out *out)
{
    int rc = out->path == NULL ? fflush(out->file) : fclose(out->file);
    if (rc != 0 && !out->failed) {
        out->failed = true;
        (void)complain(out);
    }
    return !out->failed;
}
