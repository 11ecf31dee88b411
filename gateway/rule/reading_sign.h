/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading_sign.h - the words of ten languages for the signs of an address: at, dot, underscore.
 */
#ifndef SG_RULE_READING_SIGN_H
#define SG_RULE_READING_SIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* The sign that a word, or a phrase of two, stands for: @ . _ - or +; 0: none. In brackets some
 * more do: "(a)". */
uint8_t sg_sign_said(struct sg_bytes text, bool bracketed);
/* The length of the word for a sign within a longer word, at > 0; 0: none stands there. It is one
 * when its capitals stand out, or beside the names of who keeps mail and of a domain:
 * "joATexampleDOTcom", "joatgmaildotcom". open: there was no @ yet. */
size_t sg_sign_glued(struct sg_bytes word, size_t at, bool open, uint8_t *sign);
/* One of the usual last names of a domain. */
bool sg_sign_tld(struct sg_bytes word);

#endif
