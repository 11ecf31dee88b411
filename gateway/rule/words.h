/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words.h - lists of words and literals, as one pattern in which any of them will do.
 */
#ifndef SG_RULE_WORDS_H
#define SG_RULE_WORDS_H

#include <scrubgate/status.h>

#include "rule/reader.h"

enum sg_words_mode {
    SG_WORDS_WHOLE,   /* not inside another word of ASCII letters, digits, _; `word*` is a prefix */
    SG_WORDS_ANYWHERE /* as literals, inside words too */
};

/*
 * Compiles the list under a key, and lints it; *pattern is NULL for an empty list. Any case: ASCII
 * through PCRE2, Latin, Greek and Cyrillic letters through both of their forms. EINVAL for a word
 * of more than `longest` bytes: it could not stand in the text that is looked at.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_words_compile(struct sg_reader *reader,
                                                          const struct sg_yaml_node *node,
                                                          enum sg_words_mode mode, size_t longest,
                                                          const struct sg_pattern **pattern);

#endif
