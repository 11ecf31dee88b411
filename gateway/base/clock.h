/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock.h - time: monotonic for durations, wall clock only for what people read.
 */
#ifndef SG_BASE_CLOCK_H
#define SG_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Nanoseconds since an arbitrary start; never steps back. */
uint64_t sg_clock_mono_ns(void);
/* The same, and goes on while the machine sleeps. */
uint64_t sg_clock_boot_ns(void);
/* Milliseconds since 1970-01-01 UTC; may step. */
uint64_t sg_clock_wall_ms(void);
/* Writes "2026-11-22T00:15:03.123Z" and a NUL: 25 bytes. */
void sg_clock_format(uint64_t wall_ms, char text[25]);
/* Days since 1970-01-01, now. */
int64_t sg_clock_today(void);
/* Days since 1970-01-01 of a proleptic Gregorian date; month 1 … 12, day 1 … 31, not checked. */
int64_t sg_clock_days(int year, int month, int day);

#endif
