/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sieve_looks.h - the sieve's coarse form that asks for the halves of bytes.
 */
#ifndef SG_RULE_SIEVE_LOOKS_H
#define SG_RULE_SIEVE_LOOKS_H

#include <scrubgate/status.h>

#include "rule/sample.h"
#include "rule/sieve.h"
#include "rule/signature.h"

/* Fills it from n signatures. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_sieve_add_looks(
    struct sg_sieve *sieve, const struct sg_signature *const *signatures, size_t n,
    struct sg_sample *sample);

#endif
