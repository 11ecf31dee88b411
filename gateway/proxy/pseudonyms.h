/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pseudonyms.h - what the audit log calls those who take part: names that hold within one
 * conversation, and for as long as its key.
 *
 *     facets (keyed digests, proxy/parties.h) ── HMAC under the conversation's own key ──> record
 *
 * With no conversation named the customer's own key is taken; with neither, or when there is no key
 * to be had, a record has no facets: never some under a key that many share. One per thread.
 */
#ifndef SG_PROXY_PSEUDONYMS_H
#define SG_PROXY_PSEUDONYMS_H

#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/record.h"
#include "proxy/key_store.h"

struct sg_pseudonyms;

SCRUBGATE_MUST_USE enum scrubgate_status sg_pseudonyms_new(struct sg_pseudonyms **pseudonyms,
                                                           struct sg_key_store *store);
void sg_pseudonyms_free(struct sg_pseudonyms *pseudonyms); /* NULL is fine */

/* Puts pseudonyms in the facets' places; who has no key yet gets one. DONE: nobody is named, so no
 * facet is left; below zero: there was no key to be had, and none is left either. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_pseudonyms_apply(struct sg_pseudonyms *pseudonyms,
                                                             struct sg_record_facets *facets);
/* The same for somebody who asks by name, with the fingerprint of the key. None is made: DONE. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_pseudonyms_ask(struct sg_pseudonyms *pseudonyms,
                                                           struct sg_record_facets *facets,
                                                           uint64_t *key_print);

#endif
