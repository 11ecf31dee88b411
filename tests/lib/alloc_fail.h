/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alloc_fail.h - run a case with each of its allocations failing in turn.
 *
 * malloc, calloc and realloc of the whole process pass through here, those of the libraries too.
 * Only the thread that asked sees them fail.
 */
#ifndef SG_TESTS_ALLOC_FAIL_H
#define SG_TESTS_ALLOC_FAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <scrubgate/status.h>

/* From now on the allocation number n (0 is the next one) of this thread gets NULL, once. */
void sg_alloc_fail_start(size_t n);
/* Back to normal; true when an allocation was refused. */
bool sg_alloc_fail_stop(void);

/*
 * Calls run(ctx) with its first allocation refused, then its second, and so on, until a call has
 * none left to refuse. Fails the test unless each refused call answers ENOMEM and the last one
 * succeeds. run checks what else a failure promises and frees what it made. Returns how many were
 * refused.
 */
size_t sg_alloc_fail_each(enum scrubgate_status (*run)(void *ctx), void *ctx);

#endif
