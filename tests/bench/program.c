/* SPDX-License-Identifier: Apache-2.0 */
/*
 * program.c - the programs under measurement: started on a core, told by their CPU time and memory.
 */
#define _GNU_SOURCE /* sched_setaffinity */
#include "program.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void die(const char *what)
{
    perror(what);
    exit(2);
}

static void rest(void)
{
    (void)nanosleep(&(struct timespec){0, 10000000}, NULL);
}

void program_pin(int cpu)
{
    cpu_set_t set;
    if (cpu < 0)
        return;
    CPU_ZERO(&set);
    CPU_SET((unsigned)cpu, &set);
    (void)sched_setaffinity(0, sizeof set, &set);
}

pid_t program_start(char *const argv[], int cpu)
{
    pid_t pid = fork();
    if (pid < 0)
        die("fork");
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        (void)dup2(null, 1);
        if (getenv("BENCH_SHOW") == NULL)
            (void)dup2(null, 2);
        (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
        program_pin(cpu);
        (void)execvp(argv[0], argv);
        _exit(127);
    }
    return pid;
}

void program_stop(pid_t pid)
{
    if (pid <= 0)
        return;
    (void)kill(pid, SIGTERM);
    for (int i = 0; waitpid(pid, NULL, WNOHANG) == 0; i++) {
        if (i == 500) {
            (void)kill(pid, SIGKILL);
            (void)waitpid(pid, NULL, 0);
            return;
        }
        rest();
    }
}

static struct sockaddr_in loopback(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

int program_connect(uint16_t port)
{
    int one = 1;
    struct sockaddr_in address = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        die("socket");
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        (void)close(fd);
        return -1;
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    (void)fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

bool program_listens(pid_t pid, uint16_t port)
{
    for (int i = 0; i < 6000 && waitpid(pid, NULL, WNOHANG) == 0; i++) {
        int fd = program_connect(port);
        if (fd >= 0) {
            (void)close(fd);
            return true;
        }
        rest();
    }
    return false;
}

uint16_t program_port(void)
{
    struct sockaddr_in address = loopback(0);
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) != 0)
        die("free port");
    (void)close(fd);
    return ntohs(address.sin_port);
}

/* One of the first two numbers of a file below /proc. */
static uint64_t number_of(const char *task, const char *name, unsigned which)
{
    char path[300];
    unsigned long long n[2] = {0, 0};
    (void)snprintf(path, sizeof path, "%s/%s", task, name);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return 0;
    if (fscanf(file, "%llu %llu", &n[0], &n[1]) < 2)
        n[which] = 0;
    (void)fclose(file);
    return n[which];
}

static uint64_t cpu_of(const char *task)
{
    return number_of(task, "schedstat", 0);
}

/* Children stand with the thread that made them. */
static uint64_t sum_children(const char *task, uint64_t (*of)(pid_t pid))
{
    char path[300];
    uint64_t sum = 0;
    int pid = 0;
    (void)snprintf(path, sizeof path, "%s/children", task);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return 0;
    while (fscanf(file, "%d", &pid) == 1)
        sum += of(pid);
    (void)fclose(file);
    return sum;
}

static uint64_t sum_tasks(pid_t pid, uint64_t (*thread)(const char *task),
                          uint64_t (*child)(pid_t pid))
{
    char path[280];
    uint64_t sum = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *dir = opendir(path);
    if (dir == NULL)
        return 0;
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        if (entry->d_name[0] == '.')
            continue;
        (void)snprintf(path, sizeof path, "/proc/%d/task/%.32s", (int)pid, entry->d_name);
        sum +=
            (thread == NULL ? 0 : thread(path)) + (child == NULL ? 0 : sum_children(path, child));
    }
    (void)closedir(dir);
    return sum;
}

/* Generations below a program: the gateway's warden, and its child, the audit log's writer. */
static uint64_t cpu_of_grandchild(pid_t pid)
{
    return sum_tasks(pid, cpu_of, NULL);
}

static uint64_t cpu_of_child(pid_t pid)
{
    return sum_tasks(pid, cpu_of, cpu_of_grandchild);
}

uint64_t program_cpu_ns(pid_t pid)
{
    return sum_tasks(pid, cpu_of, cpu_of_child);
}

static uint64_t own_rss(pid_t pid)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d", (int)pid);
    return number_of(path, "statm", 1) * (uint64_t)sysconf(_SC_PAGESIZE);
}

static uint64_t rss_of_child(pid_t pid)
{
    return own_rss(pid) + sum_tasks(pid, NULL, own_rss);
}

uint64_t program_rss(pid_t pid)
{
    return own_rss(pid) + sum_tasks(pid, NULL, rss_of_child);
}

static uint64_t rss_of_grandchildren(pid_t pid)
{
    return sum_tasks(pid, NULL, own_rss);
}

uint64_t program_rss_of_writer(pid_t pid)
{
    return sum_tasks(pid, NULL, rss_of_grandchildren);
}
