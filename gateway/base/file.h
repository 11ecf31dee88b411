/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file.h - read a small file whole, list a folder by name.
 */
#ifndef SG_BASE_FILE_H
#define SG_BASE_FILE_H

#include <scrubgate/status.h>

#include "base/buf.h"

/* Appends the file to out. EIO with errno's word in the fault, ELIMIT over out's ceiling. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_file_read(const char *path, struct sg_buf *out,
                                                      struct scrubgate_fault *fault);

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
