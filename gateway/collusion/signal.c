/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signal.c - the words for what a risk can be made of.
 */
#include "collusion/signal.h"

#include <assert.h>

static const char *const words[SG_SIGNALS] = {
    [SG_SIGNAL_SELF] = "self",       [SG_SIGNAL_PAIR] = "pair",
    [SG_SIGNAL_FARM] = "farm",       [SG_SIGNAL_TEMPLATE] = "template",
    [SG_SIGNAL_BURST] = "burst",     [SG_SIGNAL_HANDLE] = "handle",
    [SG_SIGNAL_COOLOFF] = "cooloff", [SG_SIGNAL_FLAGGED] = "flagged",
};

const char *sg_signal_word(enum sg_signal signal)
{
    assert((unsigned)signal < SG_SIGNALS);
    return words[signal];
}
