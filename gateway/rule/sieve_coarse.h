/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sieve_coarse.h - the sieve's coarse tables, in the forms that kernels run.
 */
#ifndef SG_RULE_SIEVE_COARSE_H
#define SG_RULE_SIEVE_COARSE_H

#include <scrubgate/status.h>

#include "rule/sample.h"
#include "rule/sieve.h"
#include "rule/signature.h"

/* Fills them from n signatures. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_sieve_add_coarse(
    struct sg_sieve *sieve, const struct sg_signature *const *signatures, size_t n,
    struct sg_sample *sample);

#endif
