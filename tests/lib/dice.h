/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dice.h - numbers by dice: the same from the same seed, on every machine.
 */
#ifndef SG_TESTS_DICE_H
#define SG_TESTS_DICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sg_dice {
    uint64_t state;
};
uint64_t sg_dice_roll(struct sg_dice *dice);
/* 0 … below - 1; below > 0. */
size_t sg_dice_below(struct sg_dice *dice, size_t below);
/* True so many times of a thousand. */
bool sg_dice_often(struct sg_dice *dice, unsigned per_mille);

#endif
