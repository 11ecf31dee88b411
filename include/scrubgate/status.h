/* SPDX-License-Identifier: Apache-2.0 */
/*
 * status.h - how every call answers, and where it says what went wrong.
 *
 * Zero or above is progress. Below zero the call failed and produced nothing. A negative answer is
 * never "clean": whoever holds a message then refuses it.
 */
#ifndef SCRUBGATE_STATUS_H
#define SCRUBGATE_STATUS_H

#if defined(__GNUC__)
#define SCRUBGATE_MUST_USE __attribute__((warn_unused_result))
#else
#define SCRUBGATE_MUST_USE
#endif

enum scrubgate_status {
    SCRUBGATE_OK = 0,            /* done; from a stage: input used up, call again with more */
    SCRUBGATE_FULL = 1,          /* output used up, call again with room */
    SCRUBGATE_DONE = 2,          /* the last byte is out */
    SCRUBGATE_ENOMEM = -1,       /* out of memory */
    SCRUBGATE_EINVAL = -2,       /* an argument, config or rule file is wrong */
    SCRUBGATE_EIO = -3,          /* the system failed: file, socket, clock */
    SCRUBGATE_ELIMIT = -4,       /* a declared ceiling was reached: size, depth, ratio, held */
    SCRUBGATE_EMALFORMED = -5,   /* the body is not what its type says */
    SCRUBGATE_EUNSUPPORTED = -6, /* a type, charset or coding that cannot be inspected */
    SCRUBGATE_EBLOCKED = -7,     /* a rule with action block matched */
    SCRUBGATE_EMATCH = -8        /* the matcher failed on a rule: neither match nor no match */
};

/* What a person must read. Holds names and places, never a byte of a message. */
struct scrubgate_fault {
    char file[192];        /* "" when there is none */
    unsigned line, column; /* from 1; 0 when unknown */
    char what[512];        /* what is wrong, and what to do */
};

/* The word for a status, such as "malformed": lower case, static, never NULL. */
const char *scrubgate_status_word(enum scrubgate_status status);

#endif
