/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generate.c - prints the corpus as input of `scrubgate scrub --spans` and `rules score`.
 *
 * usage: generate [SEED [EACH [GROUP]]]
 *
 * EACH samples of every type, class and look-alike (40); GROUP alone, such as evasion.
 */
#include <stdlib.h>
#include <string.h>

#include "corpus.h"

struct printer {
    const char *group; /* NULL: all */
    size_t next;
};

static void print(void *ctx, const struct sample *sample)
{
    struct printer *printer = ctx;
    size_t id = printer->next++;
    if (printer->group == NULL || strcmp(printer->group, sample->group) == 0)
        sample_print(sample, id, stdout);
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    size_t each = argc > 2 ? strtoul(argv[2], NULL, 10) : 40;
    struct printer printer = {.group = argc > 3 ? argv[3] : NULL};
    struct audience audience = {print, &printer};
    struct corpus_size size = {.chat = each * 35, .each = each, .benign = each * 4};
    corpus_tell(seed, &size, &audience);
    return fflush(stdout) == 0 ? 0 : 1;
}
