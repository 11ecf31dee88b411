/* SPDX-License-Identifier: Apache-2.0 */
/*
 * toy_place.h - a place in a body, written in a line.
 */
#ifndef SG_TESTS_TOY_PLACE_H
#define SG_TESTS_TOY_PLACE_H

#include "rule/path.h"

enum { SG_TOY_STEPS = 40 };

/*
 * Steps apart by /: names as they are, #3 for the index 3, a name with a trailing ~ is one that
 * was cut, "-" alone is a name of no bytes. Nothing is the top. Borrows text and steps.
 */
struct sg_place sg_toy_place(const char *text, struct sg_step steps[SG_TOY_STEPS]);

#endif
