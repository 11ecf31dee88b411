/* SPDX-License-Identifier: Apache-2.0 */
/*
 * about.c - this program and the libraries it runs with.
 */
#include "proxy/about.h"

#include <stdio.h>

#include <scrubgate/version.h>

#include "base/digest.h"
#include "base/json.h"
#include "base/yaml.h"
#include "body/format.h"
#include "collusion/guard_db.h"
#include "rule/pattern.h"

static void add(struct sg_about *about, const char *prefix, const char *text)
{
    (void)snprintf(about->libraries[about->n_libraries], sizeof about->libraries[0], "%s%s", prefix,
                   text);
    about->n_libraries++;
}

void sg_about(struct sg_about *about)
{
    *about = (struct sg_about){.version = scrubgate_version(), .jit = sg_pattern_has_jit()};
    add(about, "", sg_pattern_library());
    add(about, "", sg_digest_library());
    add(about, "", sg_json_library());
    add(about, "libyaml ", sg_yaml_library());
    add(about, "", sg_gzip_library());
    add(about, "SQLite ", sg_guard_db_library());
}
