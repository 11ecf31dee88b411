/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pages.h - memory for message bytes in bulk: whole pages that core dumps leave out.
 *
 * The process keeps all of its memory out of dumps (proxy/sandbox_cores.c); these pages stay out of
 * one even where somebody has set the process's filter back, and a child would find them empty.
 */
#ifndef SG_BASE_PAGES_H
#define SG_BASE_PAGES_H

#include <stddef.h>

/* Zeroed; NULL when out of memory. len is above 0. */
void *sg_pages_new(size_t len);
/* Wipes the first `used` bytes and gives all of it back. NULL is fine. */
void sg_pages_free(void *pages, size_t len, size_t used);

#endif
