/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dice.c - numbers by dice (splitmix64).
 */
#include "dice.h"

/* SplitMix64 (Steele, Lea, Flood 2014): any state is a good start, so message n needs no n - 1. */
uint64_t sg_dice_roll(struct sg_dice *dice)
{
    uint64_t z = dice->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

size_t sg_dice_below(struct sg_dice *dice, size_t below)
{
    return (size_t)((sg_dice_roll(dice) >> 32) * below >> 32);
}

bool sg_dice_often(struct sg_dice *dice, unsigned per_mille)
{
    return sg_dice_below(dice, 1000) < per_mille;
}
