/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seal_file.h - the one seal key that is kept, on disk: the next one is written over its memory.
 *
 *     two blocks of 4 KiB; a key stands in the one that the key before it does not:
 *     "scrubgate/seal-key/v1" LF epoch LF K(epoch) in hex LF SHA-256 of these lines in hex LF zeros
 *
 * Blocks are written in place, so that the old key's bytes are gone where the file system writes in
 * place too. After a crash between the two writes the later key counts.
 */
#ifndef SG_AUDIT_SEAL_FILE_H
#define SG_AUDIT_SEAL_FILE_H

#include <stdbool.h>
#include <scrubgate/status.h>

#include "audit/seal.h"

enum { SG_SEAL_FILE_BLOCK = 4096, SG_SEAL_FILE_SIZE = 2 * SG_SEAL_FILE_BLOCK };

/* EMALFORMED: it holds no key. EIO. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_seal_file_read(int fd, struct sg_seal_key *key);
/* Makes key the only one in the file, durable; also in a new one. EIO: the file may hold both. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_seal_file_replace(int fd,
                                                              const struct sg_seal_key *key);

#endif
