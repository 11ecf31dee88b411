/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_form.c - form and text bodies: the properties of fuzz/body.h.
 */
#include "body.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_bytes text = {data, size};
    if (size > 1 << 16)
        return 0;
    body_check("application/x-www-form-urlencoded", NULL, text);
    body_check("text/plain", NULL, text);
    return 0;
}
