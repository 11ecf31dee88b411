/* SPDX-License-Identifier: Apache-2.0 */
/*
 * folder.h - make a folder that is still there after a crash.
 */
#ifndef SG_BASE_FOLDER_H
#define SG_BASE_FOLDER_H

#include <scrubgate/status.h>

/*
 * Makes path with that mode, missing parents too, and makes each new entry durable. One that is
 * there is left as it is. EIO when the system refuses or path is no folder.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_folder_make(const char *path, unsigned mode,
                                                        struct scrubgate_fault *fault);

#endif
