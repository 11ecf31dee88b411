/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file.h - read a small file whole, write one so that it stands whole or not at all, list a folder
 * by name.
 */
#ifndef SG_BASE_FILE_H
#define SG_BASE_FILE_H

#include <scrubgate/status.h>

#include "base/buf.h"

/* Appends the file to out. EIO with errno's word in the fault, ELIMIT over out's ceiling. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_file_read(const char *path, struct sg_buf *out,
                                                      struct scrubgate_fault *fault);

/* The same of a name in an open folder, as foreign: no link is followed, no pipe waited for.
 * EMALFORMED: it is no regular file; EIO: errno says why. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_file_read_at(int folder, const char *name,
                                                         struct sg_buf *out);

/*
 * Puts a file with that content and mode in name's place: written beside it as name.new, synced,
 * renamed. It is there for good when the caller has synced the folder, once for many files. EIO:
 * errno says why, and what was there still is.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_file_replace_at(int folder, const char *name,
                                                            struct sg_bytes text, unsigned mode);

/*
 * Calls each(ctx, path) for every entry of the folder whose name ends in suffix, in strcmp order,
 * until one call fails; as in a shell, names that begin with a dot are not seen. A path that is a
 * file itself is given to each as it is.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_file_each(
    const char *path, const char *suffix,
    enum scrubgate_status (*each)(void *ctx, const char *path), void *ctx,
    struct scrubgate_fault *fault);

#endif
