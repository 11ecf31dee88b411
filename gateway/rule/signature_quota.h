/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signature_quota.h - how many bytes of a kind must stand in the run behind a place?
 *
 *     items behind a cut -> of each stretch: its bytes, and how many of a set it has at least
 *                        -> the two that texts keep least often
 *
 * Positions cannot tell a date from a phone number once separators are optional; but a date ends
 * after eight digits. What is asked is true of every match, so it may refuse any place.
 */
#ifndef SG_RULE_SIGNATURE_QUOTA_H
#define SG_RULE_SIGNATURE_QUOTA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "rule/signature.h"
#include "rule/signature_cut.h"

/*
 * Fills quotas[0 … SG_SIGNATURE_QUOTAS) for the place before items[0]. shares: how often each
 * byte stands in a text; only the choice depends on it.
 */
void sg_quotas_find(struct sg_quota *quotas, const struct sg_item *items, size_t n,
                    const double shares[256]);

/* Whether they hold at a place of the text. What has not come yet (unless last) may be any byte. */
bool sg_quotas_hold(const struct sg_quota *quotas, struct sg_bytes text, size_t place, bool last);

#endif
