/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scratch.c - one thread's working memory for scanning.
 */
#include "scan/scratch.h"

#include <stdlib.h>
#include <string.h>

#include "scan/fingerprint.h"
#include "scan/rig.h"
#include "scan/scanner.h"

enum scrubgate_status scrubgate_scratch_new(struct scrubgate_scratch **scratch)
{
    *scratch = NULL;
    struct scrubgate_scratch *made = calloc(1, sizeof *made);
    if (made == NULL)
        return SCRUBGATE_ENOMEM;
    enum scrubgate_status rc = sg_matcher_new(&made->matcher);
    if (rc >= 0)
        rc = sg_sweep_new(&made->sweep);
    if (rc < 0)
        scrubgate_scratch_free(made);
    else
        *scratch = made;
    return rc;
}

void scrubgate_scratch_free(struct scrubgate_scratch *scratch)
{
    if (scratch == NULL)
        return;
    for (size_t i = 0; i < scratch->n_idle; i++)
        sg_scanner_dispose(scratch->idle[i]);
    for (size_t i = 0; i < scratch->n_rigs; i++)
        sg_rig_free(scratch->rigs[i]);
    sg_matcher_free(scratch->matcher);
    sg_sweep_free(scratch->sweep);
    sg_hmac_free(scratch->hmac);
    sg_buf_fini(&scratch->spare);
    sg_buf_fini(&scratch->normal);
    sg_wipe(scratch, sizeof *scratch);
    free(scratch);
}

enum scrubgate_status sg_scratch_key(struct scrubgate_scratch *scratch,
                                     const uint8_t key[SG_KEY_SIZE])
{
    struct sg_hmac *made = NULL;
    uint64_t seed = 0;
    if (scratch->hmac != NULL && memcmp(scratch->key, key, SG_KEY_SIZE) == 0)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = sg_hmac_new(&made, key, SG_FINGERPRINT_LABEL);
    if (rc >= 0)
        rc = sg_hmac_u64(made, SG_BYTES("content"), &seed);
    if (rc < 0) {
        sg_hmac_free(made);
        return rc;
    }
    sg_hmac_free(scratch->hmac);
    scratch->hmac = made;
    scratch->seed = seed;
    memcpy(scratch->key, key, SG_KEY_SIZE);
    return SCRUBGATE_OK;
}
