/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sample.h - a text that stands for what people write: how often does a signature hold in it?
 *
 * The text is built in (rules/sample.txt): invented support chat in several languages, with order
 * numbers, prices, dates, links and published test values. Only speed depends on it.
 */
#ifndef SG_RULE_SAMPLE_H
#define SG_RULE_SAMPLE_H

#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"
#include "rule/syntax_tree.h"

/* Where the bytes of a set stand in the text: a bit per byte. Kept for sets seen before. */
struct sg_sample;

SCRUBGATE_MUST_USE enum scrubgate_status sg_sample_new(struct sg_sample **sample);
void sg_sample_free(struct sg_sample *sample);
/* The text, static. */
struct sg_bytes sg_sample_text(void);
/* Bytes of the text that are in the set. */
size_t sg_sample_count(const struct sg_sample *sample, const struct sg_set *set);
/* 64-bit words of a row: text.len / 64 rounded up. */
size_t sg_sample_words(const struct sg_sample *sample);
/* Bit i of word i / 64: the text's byte i is in the set. Valid until the sample is freed; bits
 * beyond the text are zero. NULL when out of memory. */
const uint64_t *sg_sample_row(struct sg_sample *sample, const struct sg_set *set);

/* The text as built in: generated from rules/ at build time. */
extern const struct sg_bytes sg_builtin_sample;

#endif
