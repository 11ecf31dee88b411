/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_keys.h - what an auditor brings along: keys and checkpoints, from files; and an age.
 *
 * Each prints what is wrong and answers false.
 */
#ifndef SG_CLI_AUDIT_KEYS_H
#define SG_CLI_AUDIT_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/note.h"
#include "audit/policy.h"
#include "audit/verify.h"
#include "base/digest.h"
#include "cli/options.h"

/* A log's public key: "name+id+base64", in a file of its own. */
bool sg_load_vkey(const char *path, struct sg_note_key *key);
/* The same from path, or where it is NULL from <dir>/../keys/log.vkey. */
bool sg_load_vkey_of(const char *path, const char *dir, struct sg_note_key *key);
/* The first key of the seals: 32 bytes in base64. */
bool sg_load_seal_key(const char *path, uint8_t key[SG_KEY_SIZE]);
/* Checkpoints that were kept, each signed by the log's key; known has room for SG_TEXTS_MOST. */
bool sg_load_known(const struct sg_texts *paths, const struct sg_note_key *key,
                   struct sg_verify_known *known);
/* A policy file: whose signatures are enough. Free it. */
bool sg_load_policy(const char *path, struct sg_policy **policy);
/* One of them, in *known. */
bool sg_load_kept(const char *path, const struct sg_note_key *key, struct sg_verify_known *known);
/* How old what was removed must have been: "400d", "any" (0), "0d" (nothing may be gone). NULL:
 * what a gateway keeps by itself. */
bool sg_load_retention(const char *text, uint64_t *ms);
/* The seal key of a gateway, from <state>/keys; wiped by the caller. */
bool sg_load_seal_state(const char *state, struct sg_seal_key *key);

#endif
