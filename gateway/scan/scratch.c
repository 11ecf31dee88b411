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
    scrubgate_scratch_forget(scratch);
    sg_buf_fini(&scratch->spare);
    sg_buf_fini(&scratch->normal);
    sg_wipe(scratch, sizeof *scratch);
    free(scratch);
}

void scrubgate_scratch_forget(struct scrubgate_scratch *scratch)
{
    for (size_t i = 0; i < SG_SCRATCH_KEYS; i++)
        sg_hmac_free(scratch->keyed[i].hmac);
    sg_wipe(scratch->keyed, sizeof scratch->keyed);
}

static enum scrubgate_status make_keyed(struct sg_scratch_keyed *keyed,
                                        const uint8_t key[SG_KEY_SIZE])
{
    struct sg_hmac *made = NULL;
    uint64_t seed = 0;
    enum scrubgate_status rc = sg_hmac_new(&made, key, SG_FINGERPRINT_LABEL);
    if (rc >= 0)
        rc = sg_hmac_u64(made, SG_BYTES("content"), &seed);
    if (rc < 0) {
        sg_hmac_free(made);
        return rc;
    }
    *keyed = (struct sg_scratch_keyed){.hmac = made, .seed = seed};
    memcpy(keyed->key, key, SG_KEY_SIZE);
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_scratch_key(struct scrubgate_scratch *scratch,
                                     const uint8_t key[SG_KEY_SIZE],
                                     const struct sg_scratch_keyed **keyed)
{
    struct sg_scratch_keyed *all = scratch->keyed, found = {.hmac = NULL};
    enum scrubgate_status rc = SCRUBGATE_OK;
    size_t i = 0;
    *keyed = &all[0];
    while (i < SG_SCRATCH_KEYS &&
           (all[i].hmac == NULL || memcmp(all[i].key, key, SG_KEY_SIZE) != 0))
        i++;
    if (i == 0)
        return rc;
    if (i < SG_SCRATCH_KEYS) {
        found = all[i];
    } else {
        rc = make_keyed(&found, key);
        if (rc < 0)
            return rc;
        sg_hmac_free(all[--i].hmac);
    }
    memmove(all + 1, all, i * sizeof *all);
    all[0] = found;
    sg_wipe(&found, sizeof found);
    return rc;
}
