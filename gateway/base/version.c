/* SPDX-License-Identifier: Apache-2.0 */
/*
 * version.c - which scrubgate this library is.
 */
#include <scrubgate/version.h>

const char *scrubgate_version(void)
{
    return SCRUBGATE_VERSION;
}
