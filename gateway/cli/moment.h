/* SPDX-License-Identifier: Apache-2.0 */
/*
 * moment.h - a moment as people type it: a date, a time with its zone, so long ago.
 *
 *     2026-11-22T01:26:38.122Z   2026-11-22 02:26:38+01:00   2026-11-22   24h   "2h ago"   now
 * @1795310759
 */
#ifndef SG_CLI_MOMENT_H
#define SG_CLI_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

/* All of them, for messages. */
#define SG_MOMENT_FORMS                                                                            \
    "2026-11-22, 2026-11-22T01:26:38Z, 24h, 7d, today, yesterday, now or @SECONDS"

/*
 * Milliseconds since 1970. Without a zone it is UTC. What names more than a moment (a date, today,
 * a minute) is its first one, or with end the first one behind it: "until 22 November" has that
 * day. False: none of the forms, no such day, or before 1970.
 */
bool sg_moment_read(const char *text, uint64_t now_ms, bool end, uint64_t *ms);

/* Only how long: "400d", "1h30m". */
bool sg_span_read(const char *text, uint64_t *ms);

#endif
