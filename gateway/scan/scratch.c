/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scratch.c - one thread's working memory for scanning.
 */
#include "scan/scratch.h"

#include <stdlib.h>

enum scrubgate_status scrubgate_scratch_new(struct scrubgate_scratch **scratch)
{
    *scratch = NULL;
    struct scrubgate_scratch *made = calloc(1, sizeof *made);
    if (made == NULL)
        return SCRUBGATE_ENOMEM;
    enum scrubgate_status rc = sg_matcher_new(&made->matcher);
    if (rc < 0) {
        free(made);
        return rc;
    }
    *scratch = made;
    return SCRUBGATE_OK;
}

void scrubgate_scratch_free(struct scrubgate_scratch *scratch)
{
    if (scratch == NULL)
        return;
    sg_matcher_free(scratch->matcher);
    free(scratch);
}
