/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scratch.h - one thread's working memory for scanning.
 */
#ifndef SG_SCAN_SCRATCH_H
#define SG_SCAN_SCRATCH_H

#include <scrubgate/ruleset.h>

#include "rule/pattern.h"

struct scrubgate_scratch {
    struct sg_matcher *matcher;
};

#endif
