/* SPDX-License-Identifier: Apache-2.0 */
/*
 * epochs.h - the key of fingerprints, another one every 90 days.
 *
 *     <state>/fingerprints/epoch-229.key    the epoch's: days since 1970 / 90
 *                          epoch-228.key    the one before, for the first 60 days
 *                          doubt            since when the clock asks for what cannot be undone
 *
 * Each key comes of the one before, which cannot be found from it: gateways that were given the
 * same key agree for ever, and a key that is destroyed is gone. While there are two, everything is
 * digested under both, so that what belongs together is not cut at an epoch's end.
 *
 * Clocks go wrong. One that is behind changes nothing. The next epoch begins when the clock says
 * so, for nothing is lost by it; what cannot be undone (a key's end, skipped epochs) waits until
 * the clock has said so for a day, also across restarts.
 */
#ifndef SG_PROXY_EPOCHS_H
#define SG_PROXY_EPOCHS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/digest.h"

#define SG_EPOCHS_FOLDER "fingerprints" /* below the state folder; the gateway may write there */

/* Immutable; counted, the last holder wipes it. Any thread. */
struct sg_epoch {
    atomic_uint holders;
    uint32_t number;
    bool doubled; /* there is a key before */
    uint8_t key[SG_KEY_SIZE], before[SG_KEY_SIZE];
};
struct sg_epoch *sg_epoch_hold(struct sg_epoch *epoch);
void sg_epoch_drop(struct sg_epoch *epoch); /* NULL is fine */

struct sg_epochs;

/* Opens the folder, made when it is missing. Without a key in it, takes fingerprint.key from the
 * folder of keys, or makes one. EINVAL: a file is not ours alone or holds no key. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_epochs_open(struct sg_epochs **epochs, const char *dir,
                                                        const char *keys_dir, uint64_t now_ms,
                                                        struct scrubgate_fault *fault);
void sg_epochs_close(struct sg_epochs *epochs); /* NULL is fine */
/* The one in force, held. Any thread. */
struct sg_epoch *sg_epochs_current(struct sg_epochs *epochs);

/* What the clock has to do with it. */
enum sg_epoch_trouble {
    SG_EPOCH_FINE,
    SG_EPOCH_CLOCK_BEHIND, /* of the key's epoch */
    SG_EPOCH_CLOCK_DOUBTED /* it asks for what cannot be undone, and not yet for a day */
};
struct sg_epoch_turn {
    uint32_t began, destroyed; /* epochs; 0: none */
    enum sg_epoch_trouble trouble;
};
/* Does what is due; held: no key may end now. OK: something was, and the current one is another;
 * DONE: nothing is. One thread at a time; beside another process that does the same. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_epochs_tend(struct sg_epochs *epochs, uint64_t now_ms,
                                                        bool held, struct sg_epoch_turn *turn,
                                                        struct scrubgate_fault *fault);

#endif
