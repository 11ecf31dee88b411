/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_echo.c - scrubgate echo: a demonstration upstream.
 */
#include <signal.h>
#include <stdio.h>

#include "cli/commands.h"
#include "cli/console.h"
#include "proxy/echo.h"

static int run(const struct sg_command *command, int argc, char **argv)
{
    const char *address = "127.0.0.1:9000", *name = NULL;
    const struct sg_option options[] = {
        {"listen", 'l', SG_OPTION_TEXT, "ADDR", "where to listen; 127.0.0.1:9000 without",
         &address},
        {"name", 'n', SG_OPTION_TEXT, "WORD", "told in each answer, in the field Echo", &name},
    };
    int rest = 0;
    enum sg_parsed parsed =
        sg_options_parse(command, options, sizeof options / sizeof options[0], argc, argv, &rest);
    if (parsed != SG_PARSED_OK)
        return sg_options_exit(parsed);
    if (rest != argc)
        return sg_say_usage(command, "takes no operand; the address goes behind -l");

    /* Blocked before the thread starts, so that it inherits the mask and sigwait gets them. */
    sigset_t stop;
    int signal_number = 0;
    (void)sigemptyset(&stop);
    (void)sigaddset(&stop, SIGINT);
    (void)sigaddset(&stop, SIGTERM);
    (void)sigprocmask(SIG_BLOCK, &stop, NULL);
    (void)signal(SIGPIPE, SIG_IGN);

    struct sg_echo *echo = NULL;
    struct scrubgate_fault fault = {.what = ""};
    const char *url = NULL;
    enum scrubgate_status rc = sg_echo_open(&echo, address, &url, &fault);
    if (rc >= 0 && name != NULL && sg_echo_name(echo, name) < 0) {
        sg_echo_stop(echo);
        return sg_say_usage(command, "--name is a word of letters and digits, up to 63");
    }
    if (rc >= 0)
        rc = sg_echo_start(echo);
    if (rc < 0) {
        int usage = sg_say_fault(&fault);
        return rc == SCRUBGATE_EINVAL ? usage : SG_EXIT_WRONG;
    }
    (void)printf("echo listens on %s\n", url);
    (void)fflush(stdout);
    (void)sigwait(&stop, &signal_number);
    sg_echo_stop(echo);
    return SG_EXIT_FINE;
}

const struct sg_command sg_cmd_echo = {
    .name = "echo",
    .summary = "a demonstration upstream: answers every request with the body it received",
    .usage = "[-l ADDR] [-n WORD]",
    .examples = "  scrubgate echo -l 127.0.0.1:9000\n"
                "  curl -s 127.0.0.1:9000/ -d 'hello'\n",
    .run = run,
};
