/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cosigning.h - a witness (C2SP tlog-witness) in a thread, on loopback: it looks at the log's
 * signature and at the proof of its growth, remembers, cosigns. Or it lies, as told.
 */
#ifndef SG_TESTS_COSIGNING_H
#define SG_TESTS_COSIGNING_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/merkle.h"
#include "audit/note.h"

enum { SG_COSIGNING_TIME = 1795310800, SG_COSIGNING_CALLS = 8 };

/* What it does in place of the truth. */
enum sg_cosigning_lie {
    SG_COSIGNING_HONEST,
    SG_COSIGNING_OTHER_TEXT, /* signs another root */
    SG_COSIGNING_FORGED,     /* a signature that is not its own */
    SG_COSIGNING_STRANGER,   /* only as somebody else */
    SG_COSIGNING_SAYS        /* answers what `says` holds, whatever it is asked */
};

struct sg_cosigning {
    struct sg_note_key log; /* whose checkpoints it takes; set it before start */
    enum sg_cosigning_lie lie;
    const char *says; /* a whole HTTP answer */
    /* What it knows of the log; may be set while nothing is asked: */
    uint64_t size;
    struct sg_hash root;
    /* Set by start: */
    struct sg_note_key key;
    char vkey[512], url[64];
    /* Set by its thread, to be read between two questions: */
    size_t calls;
    unsigned status[SG_COSIGNING_CALLS]; /* that it answered */
    uint64_t old[SG_COSIGNING_CALLS];    /* that was named */
    size_t hashes[SG_COSIGNING_CALLS];
    /* Its own: */
    unsigned who;
    int listener;
    pthread_t thread;
};

/* who: of which witness it has the key (cosigner.h). Fails the test on error. */
void sg_cosigning_start(struct sg_cosigning *witness, unsigned who);
void sg_cosigning_stop(struct sg_cosigning *witness);

#endif
