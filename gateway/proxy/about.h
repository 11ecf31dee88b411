/* SPDX-License-Identifier: Apache-2.0 */
/*
 * about.h - this program and the libraries it runs with.
 */
#ifndef SG_PROXY_ABOUT_H
#define SG_PROXY_ABOUT_H

#include <stdbool.h>
#include <stddef.h>

enum { SG_ABOUT_LIBRARIES = 6 };

struct sg_about {
    const char *version;
    char libraries[SG_ABOUT_LIBRARIES][64]; /* "yajl 2.1.0": plain ASCII */
    size_t n_libraries;
    bool jit; /* PCRE2 compiles patterns to machine code here */
};

void sg_about(struct sg_about *about);

#endif
