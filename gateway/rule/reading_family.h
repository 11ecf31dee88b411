/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading_family.h - what reading.c and the families of readings share.
 *
 * A family is a table of kinds. A kind goes through the passage from front to back and puts what it
 * reads, step by step; reading.c sees to it that the steps cover the passage.
 */
#ifndef SG_RULE_READING_FAMILY_H
#define SG_RULE_READING_FAMILY_H

#include "rule/reading.h"

struct sg_reading {
    const char *name;
    /* Puts steps for all of the passage. *reads is false when it is called. */
    enum scrubgate_status (*read)(struct sg_bytes passage, struct sg_reading_text *out,
                                  bool *reads);
};

extern const struct sg_reading sg_reading_digits_kinds[];  /* digits */
extern const struct sg_reading sg_reading_address_kinds[]; /* address */
extern const struct sg_reading sg_reading_spaced_kinds[];  /* spaced */
extern const struct sg_reading sg_reading_escape_kinds[];  /* entity percent escape qp */
extern const struct sg_reading sg_reading_coded_kinds[];   /* base64 hex encoded-word utf7 */
extern const struct sg_reading sg_reading_marks_kinds[];   /* nothing blank tag reversed join */
extern const struct sg_reading sg_reading_part_kinds[];    /* part */
extern const size_t sg_reading_part_count;
extern const size_t sg_reading_digits_count, sg_reading_address_count, sg_reading_spaced_count,
    sg_reading_escape_count, sg_reading_coded_count, sg_reading_marks_count;

/* One step: `view` stands for the next raw_len bytes of the passage. With raw_len 0 it is joined to
 * the step before, which there must be. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_reading_put(struct sg_reading_text *out,
                                                        struct sg_bytes view, size_t raw_len);
SCRUBGATE_MUST_USE enum scrubgate_status sg_reading_put_byte(struct sg_reading_text *out,
                                                             uint8_t view, size_t raw_len);

#endif
