/* SPDX-License-Identifier: Apache-2.0 */
/*
 * broken_disk.h - has a gateway run on a disk that fails when the test says so.
 */
#ifndef SG_TESTS_BROKEN_DISK_H
#define SG_TESTS_BROKEN_DISK_H

#include "../preload/faults.h"
#include "gateway.h"

/* Before its start. What is set in what comes back happens to its audit log from then on, also in
 * one that is started anew; to be freed. Fails the test when there is no such disk to be had. */
struct sg_faults *sg_broken_disk_new(struct sg_gateway *gateway);
void sg_broken_disk_free(struct sg_faults *faults);
/* So many calls go well, then so many fail with that error. */
void sg_broken_disk_set(struct sg_faults *faults, enum sg_fault_call call, long after, long times,
                        int error);

#endif
