/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_world.h - a live log in a folder of its own, for one test.
 */
#ifndef SG_TESTS_LOG_WORLD_H
#define SG_TESTS_LOG_WORLD_H

#include <stdbool.h>
#include <scrubgate/status.h>

#include "live_log.h"
#include "tempdir.h"

struct sg_log_world {
    struct sg_tempdir dir;
    struct sg_live_log live;
};

/* Makes the folder and opens the log in it. These fail the test when they cannot. */
void sg_log_world_begin(struct sg_log_world *world);
void sg_log_world_end(struct sg_log_world *world);
void sg_log_world_put(struct sg_log_world *world, unsigned n); /* records, durable */
void sg_log_world_sign(struct sg_log_world *world);            /* all there is, now */

#endif
