/* SPDX-License-Identifier: Apache-2.0 */
/*
 * overheard.h - what is written to standard error between two calls.
 */
#ifndef SG_TESTS_OVERHEARD_H
#define SG_TESTS_OVERHEARD_H

#include <stddef.h>

/* Not while another one listens. What is written must fit into a pipe. */
void sg_overheard_begin(void);
/* Gives back standard error. What came, NUL ended, and how much it was. */
size_t sg_overheard_end(char *text, size_t cap);

#endif
