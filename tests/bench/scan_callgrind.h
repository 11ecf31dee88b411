/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_callgrind.h - instructions that a scan takes for a byte, counted by valgrind.
 */
#ifndef SG_BENCH_SCAN_CALLGRIND_H
#define SG_BENCH_SCAN_CALLGRIND_H

#include <stddef.h>

/* Bytes of the corpus that `--profile CORPUS KERNEL RULES 0` scans, once and not counted, then
 * once and counted. */
enum { COUNTED_BYTES = 1024 * 1024 };

/* Runs this program (argv[0]) again below valgrind. Below zero: valgrind is not installed, or it
 * cannot run that kernel. */
double callgrind_instructions(const char *program, const char *corpus, const char *kernel,
                              const char *rules, size_t bytes);

#endif
