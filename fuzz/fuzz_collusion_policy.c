/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_collusion_policy.c - any bytes as policy.yaml.
 *
 * What is refused has a sentence. What is read is whole: each brand has its number and each number
 * its brand, a conflict is the same from both sides, none is with itself, each cool-off is in
 * bounds.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collusion/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(int held)
{
    if (!held)
        abort();
}

static void check_pair(const struct sg_collusion_policy *policy, uint32_t a, uint32_t b)
{
    const struct sg_conflict *conflict = sg_collusion_policy_conflict(policy, a, b);
    expect(conflict == sg_collusion_policy_conflict(policy, b, a));
    expect(a != b || conflict == NULL);
    if (conflict != NULL)
        expect(conflict->name[0] != '\0' && conflict->cooloff_ms > 0 &&
               conflict->cooloff_ms <= SG_COLLUSION_RETENTION_MS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_collusion_policy *policy;
    struct scrubgate_fault fault = {.what = ""};
    if (sg_collusion_policy_read(&policy, "policy.yaml", (struct sg_bytes){data, size}, &fault) <
        0) {
        expect(policy == NULL && fault.what[0] != '\0');
        return 0;
    }
    const uint32_t n = (uint32_t)sg_collusion_policy_brands(policy);
    for (uint32_t a = 0; a < n; a++) {
        const char *name = sg_collusion_policy_brand_name(policy, a);
        expect(sg_collusion_policy_brand(policy, sg_bytes_of(name)) == a);
        for (uint32_t b = 0; b <= a; b++)
            check_pair(policy, a, b);
    }
    for (int i = 0; i < SG_SIGNALS; i++)
        expect((sg_collusion_policy_signal(policy, (enum sg_signal)i).threshold == 0) ==
               (i == SG_SIGNAL_COOLOFF || i == SG_SIGNAL_FLAGGED));
    sg_collusion_policy_free(policy);
    return 0;
}
