/* SPDX-License-Identifier: Apache-2.0 */
/*
 * faults.h - what the disk under a running gateway's audit log answers, as a test sets it.
 *
 * The test makes a file of this struct's size and names it in SCRUBGATE_FAULTS; the gateway is
 * started with faults.so preloaded, and both map the file. All-zero is a disk that works.
 */
#ifndef SG_PRELOAD_FAULTS_H
#define SG_PRELOAD_FAULTS_H

#include <stdatomic.h>

#define SG_FAULTS_VARIABLE "SCRUBGATE_FAULTS"

/* Of the files of lines, log/NNNNNN.ndjson; CHECKPOINT: when the checkpoint is moved into place. */
enum sg_fault_call {
    SG_FAULT_SYNC,
    SG_FAULT_WRITE,
    SG_FAULT_CUT,
    SG_FAULT_CHECKPOINT,
    SG_FAULT_CALLS
};

struct sg_faults {
    struct sg_fault {
        atomic_long after; /* so many calls go well first */
        atomic_long times; /* so many fail then, and then it goes well again */
        atomic_int error;  /* errno; 0, of a write: half of it is written */
        atomic_long met;   /* calls that failed, in all */
    } call[SG_FAULT_CALLS];
};

#endif
