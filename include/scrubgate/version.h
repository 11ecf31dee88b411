/* SPDX-License-Identifier: Apache-2.0 */
/*
 * version.h - which scrubgate this is.
 */
#ifndef SCRUBGATE_VERSION_H
#define SCRUBGATE_VERSION_H

#define SCRUBGATE_VERSION "0.1.0"

/* The version of the library that runs, which may differ from the header's. Static. */
const char *scrubgate_version(void);

#endif
