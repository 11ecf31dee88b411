/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_scrub.c - scrubgate scrub: filter a body from stdin or a file with the gateway's engine.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <scrubgate/stream.h>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/format.h"
#include "cli/spans.h"

static bool read_direction(const char *word, enum scrubgate_direction *direction)
{
    *direction = SCRUBGATE_ANY_DIRECTION;
    if (word == NULL)
        return true;
    if (strcmp(word, "to-agent") == 0)
        *direction = SCRUBGATE_TO_AGENT;
    else if (strcmp(word, "to-customer") == 0)
        *direction = SCRUBGATE_TO_CUSTOMER;
    return *direction != SCRUBGATE_ANY_DIRECTION;
}

/* Writes what comes out for the bytes of input. */
static enum scrubgate_status push(struct scrubgate_stream *stream, struct sg_bytes input, bool last)
{
    static uint8_t output[64 * 1024];
    struct scrubgate_in bytes = {input.data, input.len, 0};
    enum scrubgate_status rc;
    do {
        struct scrubgate_out out = {output, sizeof output, 0};
        rc = scrubgate_stream_push(stream, &bytes, &out, last);
        if (rc < 0)
            (void)fprintf(stderr, "scrubgate scrub: refused (%s): %s\n", scrubgate_status_word(rc),
                          scrubgate_stream_reason(stream));
        else if (fwrite(output, 1, out.pos, stdout) != out.pos)
            rc = SCRUBGATE_EIO; /* sg_flush_output says why */
    } while (rc == SCRUBGATE_FULL);
    return rc;
}

/* Moves the whole input through a stream, whose type may stand in its first bytes. */
static int filter(FILE *in, const char *name, const struct scrubgate_ruleset *set,
                  struct scrubgate_scratch *scratch, struct scrubgate_stream_config *config)
{
    static uint8_t input[64 * 1024];
    char type[SG_FORMAT_TYPE_ROOM];
    struct scrubgate_stream *stream = NULL;
    enum scrubgate_status rc = SCRUBGATE_OK;
    while (rc >= 0 && rc != SCRUBGATE_DONE) {
        struct sg_bytes bytes = {input, fread(input, 1, sizeof input, in)};
        if (ferror(in) != 0) {
            (void)fprintf(stderr, "%s: cannot be read: %s\n", name, strerror(errno));
            rc = SCRUBGATE_EIO;
            break;
        }
        if (stream == NULL) {
            config->content_type = sg_format_of_body(config->content_type, bytes, type);
            rc = scrubgate_stream_open(&stream, set, scratch, config);
        }
        if (rc < 0)
            (void)fprintf(stderr, "scrubgate scrub: cannot start: %s\n", scrubgate_status_word(rc));
        else
            rc = push(stream, bytes, bytes.len < sizeof input);
    }
    scrubgate_stream_close(&stream);
    return sg_flush_output() && rc >= 0 ? SG_EXIT_FINE : SG_EXIT_WRONG;
}

static int run_with(FILE *in, const char *name, const struct sg_texts *paths, bool spans,
                    struct scrubgate_stream_config *config)
{
    struct scrubgate_ruleset *set = sg_load_rules(paths);
    struct scrubgate_scratch *scratch = NULL;
    int exit_code = SG_EXIT_USAGE;
    if (set == NULL)
        goto out;
    exit_code = SG_EXIT_WRONG;
    enum scrubgate_status rc = scrubgate_scratch_new(&scratch);
    if (rc < 0) {
        (void)fprintf(stderr, "scrubgate scrub: cannot start: %s\n", scrubgate_status_word(rc));
        goto out;
    }
    exit_code = spans ? sg_spans_run(in, name, set, scratch, config)
                      : filter(in, name, set, scratch, config);
out:
    scrubgate_scratch_free(scratch);
    scrubgate_ruleset_free(set);
    return exit_code;
}

static int run(const struct sg_command *command, int argc, char **argv)
{
    struct sg_texts paths = {.n = 0};
    unsigned level = 2;
    const char *format = "text", *engine = NULL, *direction = NULL, *channel = NULL;
    bool spans = false;
    const struct sg_option options[] = {
        {"rules", 'r', SG_OPTION_LIST, "PATH", "a pack or a folder of packs; built-in ones without",
         &paths},
        {"level", 'l', SG_OPTION_NUMBER, "N", "rules of this level and below run, 1 to 4 (2)",
         &level},
        {"format", 'f', SG_OPTION_TEXT, "FORMAT", SG_FORMAT_WORDS " (text)", &format},
        {"direction", 'd', SG_OPTION_TEXT, "DIR", "to-agent or to-customer; both without",
         &direction},
        {"channel", 'c', SG_OPTION_TEXT, "NAME", "for rules with where: channel", &channel},
        {"engine", 0, SG_OPTION_TEXT, "NAME", "reference: every rule over all of the text, slowly",
         &engine},
        {"spans", 0, SG_OPTION_FLAG, NULL, "JSON lines in, spans out (code point offsets)", &spans},
    };
    int rest = 0;
    enum sg_parsed parsed =
        sg_options_parse(command, options, sizeof options / sizeof options[0], argc, argv, &rest);
    if (parsed != SG_PARSED_OK)
        return sg_options_exit(parsed);
    struct scrubgate_stream_config config = {.channel = channel, .level = level};
    config.content_type = sg_format_type(sg_bytes_of(format));
    config.max_decoded = UINT64_MAX;
    config.reference = engine != NULL;
    if (argc - rest > 1)
        return sg_say_usage(command, "takes one file, or standard input");
    if (level < 1 || level > 4)
        return sg_say_usage(command, "--level is 1, 2, 3 or 4");
    if (config.content_type == NULL)
        return sg_say_usage(command, "--format is " SG_FORMAT_WORDS);
    if (engine != NULL && strcmp(engine, "reference") != 0)
        return sg_say_usage(command, "--engine is reference");
    if (!read_direction(direction, &config.direction))
        return sg_say_usage(command, "--direction is to-agent or to-customer");

    const char *path = rest < argc ? argv[rest] : NULL;
    FILE *in = sg_open_input(path);
    if (in == NULL)
        return SG_EXIT_USAGE;
    int exit_code = run_with(in, path == NULL ? "standard input" : path, &paths, spans, &config);
    if (in != stdin)
        (void)fclose(in);
    return exit_code;
}

const struct sg_command sg_cmd_scrub = {
    .name = "scrub",
    .summary = "mask a body from standard input or a file, as serve would",
    .usage = "[-r PATH]… [--level N] [-f FORMAT] [--spans] [FILE]",
    .examples = "  echo 'mail jo@example.com' | scrubgate scrub\n"
                "  echo '{\"id\":1,\"text\":\"call 212-555-0123\"}' | scrubgate scrub --spans\n",
    .run = run,
};
