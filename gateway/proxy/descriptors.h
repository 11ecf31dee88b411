/* SPDX-License-Identifier: Apache-2.0 */
/*
 * descriptors.h - as many open files as the config's connections take, or fewer connections.
 *
 * A process that runs out of descriptors cannot answer /healthz, connect to an upstream or begin a
 * new segment of its audit log. So clients are let in only as far as there is enough for all that.
 */
#ifndef SG_PROXY_DESCRIPTORS_H
#define SG_PROXY_DESCRIPTORS_H

#include <stdint.h>

/* Raises the limit to what so many clients' connections and that many workers take, as far as the
 * system lets it, with a warning when that is not enough. Answers how many connections there may
 * be. */
uint64_t sg_descriptors_provide(uint64_t connections, unsigned workers);

/* How many may be of those with that limit: the sum, for tests. */
uint64_t sg_descriptors_allow(uint64_t limit, uint64_t connections, unsigned workers);

#endif
