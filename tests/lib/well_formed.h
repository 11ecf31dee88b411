/* SPDX-License-Identifier: Apache-2.0 */
/*
 * well_formed.h - whether a page is well-formed XML: every element closed, in order, every
 * attribute quoted, every & a reference.
 */
#ifndef SG_TESTS_WELL_FORMED_H
#define SG_TESTS_WELL_FORMED_H

#include "base/buf.h"

/* Fails the test at the first place that is not. No id may be there twice. */
void sg_assert_well_formed(const struct sg_buf *page);

#endif
