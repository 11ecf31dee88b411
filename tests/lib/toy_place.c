/* SPDX-License-Identifier: Apache-2.0 */
/*
 * toy_place.c - a place in a body, written in a line.
 */
#include "toy_place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

struct sg_place sg_toy_place(const char *text, struct sg_step steps[SG_TOY_STEPS])
{
    struct sg_place place = {steps, 0};
    struct sg_bytes rest = sg_bytes_of(text);
    while (rest.len > 0) {
        size_t len = sg_bytes_find(rest, '/');
        assert_true(place.n < SG_TOY_STEPS);
        struct sg_step *step = &steps[place.n++];
        *step = (struct sg_step){.name = {rest.data, len}};
        if (rest.data[0] == '#') {
            struct sg_bytes digits = {rest.data + 1, len - 1};
            assert_true(sg_bytes_to_u64(digits, &step->index));
            step->name = (struct sg_bytes){NULL, 0};
        } else if (rest.data[len - 1] == '~') {
            step->name.len--;
            step->cut = true;
        } else if (len == 1 && rest.data[0] == '-') {
            step->name.len = 0;
        }
        size_t skip = len < rest.len ? len + 1 : len;
        rest = (struct sg_bytes){rest.data + skip, rest.len - skip};
    }
    return place;
}
