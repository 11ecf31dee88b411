/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run.h - how far a run of one kind of byte goes: what the lines of a head are made of.
 *
 * Each gives the offset of the first byte of text from at on that is not of the kind, or text.len.
 */
#ifndef SG_HTTP_RUN_H
#define SG_HTTP_RUN_H

#include <stddef.h>

#include "base/bytes.h"

size_t sg_run_token(struct sg_bytes text, size_t at);  /* RFC 9110, 5.6.2: methods and names */
size_t sg_run_host(struct sg_bytes text, size_t at);   /* RFC 3986, 3.2.2: a name, but no comma */
size_t sg_run_target(struct sg_bytes text, size_t at); /* visible ASCII but `#` */
size_t sg_run_value(struct sg_bytes text, size_t at);  /* no controls but tab */

#endif
