/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_memory.c - what a long body costs in memory: nothing that grows with its length.
 *
 * usage: bench_memory SCRUBGATE [MIB]
 *
 * One text body of MIB (1024 without) goes through a scrubbing route to an origin that reads it
 * all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "load.h"

int main(int argc, char **argv)
{
    if (argc < 2) {
        (void)fprintf(stderr, "usage: %s SCRUBGATE [MIB]\n", argv[0]);
        return 2;
    }
    uint64_t mib = argc > 2 ? strtoul(argv[2], NULL, 10) : 1024;
    char dir[] = "/tmp/scrubgate-bench-XXXXXX", conf[300], state[300], audit[300];
    uint16_t port = free_port(), origin = 0;
    sink_start(&origin, 1);
    if (mkdtemp(dir) == NULL)
        return 2;
    (void)snprintf(conf, sizeof conf, "%s/gateway.yaml", dir);
    (void)snprintf(state, sizeof state, "state=%s/var", dir);
    (void)snprintf(audit, sizeof audit, "audit.dir=%s/audit", dir);
    FILE *file = fopen(conf, "w");
    if (file == NULL)
        return 2;
    (void)fprintf(file,
                  "listen: 127.0.0.1:%u\nadmin: 127.0.0.1:%u\nworkers: 1\n"
                  "limits: {body: 64GiB, body_time: 60m, upstream_time: 60m}\n"
                  "routes:\n  - {name: in, path: /, upstream: 'http://127.0.0.1:%u/', "
                  "direction: to-agent, response: pass}\n",
                  port, free_port(), origin);
    (void)fclose(file);
    char serve[] = "serve", c[] = "-c", s[] = "-s";
    char *args[] = {argv[1], serve, c, conf, s, state, s, audit, NULL};
    pid_t pid = program_start(args, 0);
    pin_here(1);
    if (!program_listens(port))
        return 1;
    unsigned first = stream_run(port, UINT64_C(1) << 20); /* what is allocated once is there now */
    uint64_t before = program_rss(pid), cpu = program_cpu_ns(pid);
    unsigned status = stream_run(port, mib << 20);
    uint64_t after = program_rss(pid);
    double seconds = (double)(program_cpu_ns(pid) - cpu) / 1e9;
    program_stop(pid);
    (void)printf("text body of %llu MiB through 40 rules: status %u, RSS %.2f MiB before, %.2f MiB "
                 "after: %+.2f MiB; %.1f MB/s of CPU time\n",
                 (unsigned long long)mib, status, (double)before / 1048576, (double)after / 1048576,
                 ((double)after - (double)before) / 1048576, (double)(mib << 20) / 1e6 / seconds);
    return first == 200 && status == 200 ? 0 : 1;
}
