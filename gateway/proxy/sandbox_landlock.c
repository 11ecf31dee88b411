/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox_landlock.c - what of the file system and the ports is left in reach.
 *
 * The gateway reads the folders of config, packs and certificates, for reloads, and what looking
 * names up and trusting servers takes; it writes events and its own sockets. The audit log's writer
 * reads and writes that log and its keys. Nothing is executed, no TCP port is bound.
 *
 * A rule holds for an inode and what lies below it. So folders are named, not files: an editor, a
 * renewed certificate or a DHCP client puts a new file in the old one's place.
 */
#define _GNU_SOURCE /* O_PATH, syscall, realpath */
#include "proxy/sandbox_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/diag.h"

/* --- the kernel's side: linux/landlock.h of Debian 12 ends at ABI 2, its kernels do not --- */

enum {
    ABI_REFER = 2,
    ABI_TRUNCATE = 3,
    ABI_PORTS = 4,
    ABI_DEVICES = 5,
    ABI_SCOPES = 6,
    PROBE_VERSION = 1,
    RULE_BELOW = 1
};

#define EXECUTE     (UINT64_C(1) << 0)
#define WRITE_FILE  (UINT64_C(1) << 1)
#define READ_FILE   (UINT64_C(1) << 2)
#define READ_DIR    (UINT64_C(1) << 3)
#define REMOVE_DIR  (UINT64_C(1) << 4)
#define REMOVE_FILE (UINT64_C(1) << 5)
#define MAKE_DIR    (UINT64_C(1) << 7)
#define MAKE_REG    (UINT64_C(1) << 8)
#define MAKE_SOCK   (UINT64_C(1) << 9)
#define MAKE_SYM    (UINT64_C(1) << 12)
#define REFER       (UINT64_C(1) << 13)
#define TRUNCATE    (UINT64_C(1) << 14)
#define IOCTL_DEV   (UINT64_C(1) << 15)
#define ALL_OF_1    (MAKE_SYM * 2 - 1)

static const uint64_t bind_tcp = 1, scope_abstract = 1, scope_signal = 2;

static const uint64_t reading = READ_FILE | READ_DIR;
static const uint64_t writing =
    READ_FILE | READ_DIR | WRITE_FILE | TRUNCATE | MAKE_REG | MAKE_DIR | MAKE_SOCK | REMOVE_FILE;
static const uint64_t of_files = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV;

struct wanted {
    uint64_t files, ports, scopes;
};
struct below {
    uint64_t rights;
    int32_t folder;
} __attribute__((packed));

/* A kernel that is older reads less of it. */
static size_t size_of_wanted(int abi)
{
    return abi >= ABI_SCOPES  ? sizeof(struct wanted)
           : abi >= ABI_PORTS ? offsetof(struct wanted, scopes)
                              : offsetof(struct wanted, ports);
}

static struct wanted all_of(int abi)
{
    const char *notify = getenv("NOTIFY_SOCKET");
    struct wanted wanted = {.files = ALL_OF_1};
    if (abi >= ABI_REFER)
        wanted.files |= REFER;
    if (abi >= ABI_TRUNCATE)
        wanted.files |= TRUNCATE;
    if (abi >= ABI_DEVICES)
        wanted.files |= IOCTL_DEV;
    if (abi >= ABI_PORTS)
        wanted.ports = bind_tcp;
    if (abi >= ABI_SCOPES)
        wanted.scopes = scope_signal;
    /* The service manager's socket may be one: it must still be told. */
    if (abi >= ABI_SCOPES && (notify == NULL || notify[0] != '@'))
        wanted.scopes |= scope_abstract;
    return wanted;
}

/* --- what is left in reach --- */

struct reach {
    int ruleset;
    uint64_t handled;
    const char *failed; /* the path that could not be added */
};

/* What is not there needs no rule, and gets none when it is made later. */
static enum scrubgate_status add(struct reach *reach, const char *path, uint64_t rights)
{
    struct below rule = {.rights = rights & reach->handled,
                         .folder = open(path, O_PATH | O_CLOEXEC)};
    struct stat info;
    if (rule.folder < 0)
        return SCRUBGATE_OK;
    bool ok = fstat(rule.folder, &info) == 0;
    if (ok && !S_ISDIR(info.st_mode))
        rule.rights &= of_files;
    ok = ok && syscall(SYS_landlock_add_rule, reach->ruleset, RULE_BELOW, &rule, 0) == 0;
    if (!ok)
        reach->failed = path;
    (void)close(rule.folder);
    return ok ? SCRUBGATE_OK : SCRUBGATE_EIO;
}

/* The folder of a file; of one that lies at the top, only itself. */
static enum scrubgate_status add_around(struct reach *reach, const char *file)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(file, '/');
    if (slash == NULL)
        return add(reach, ".", reading);
    if (slash == file || (size_t)(slash - file) >= sizeof folder)
        return add(reach, file, reading);
    memcpy(folder, file, (size_t)(slash - file));
    folder[slash - file] = '\0';
    return add(reach, folder, reading);
}

/* A file that a reload reads again, by its name and where that leads to now. */
static enum scrubgate_status add_file(struct reach *reach, const char *file)
{
    char real[PATH_MAX];
    if (file == NULL || file[0] == '\0')
        return SCRUBGATE_OK;
    enum scrubgate_status rc = add_around(reach, file);
    if (rc >= 0 && realpath(file, real) != NULL)
        rc = add_around(reach, real);
    return rc;
}

static enum scrubgate_status add_packs(struct reach *reach, const struct sg_config *config)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < config->n_rules && rc >= 0; i++) {
        struct stat info;
        bool folder = stat(config->rules[i], &info) == 0 && S_ISDIR(info.st_mode);
        rc = folder ? add(reach, config->rules[i], reading) : add_file(reach, config->rules[i]);
    }
    return rc;
}

static enum scrubgate_status add_certificates(struct reach *reach, const struct sg_config *config)
{
    enum scrubgate_status rc = add_file(reach, config->ca_file);
    for (size_t i = 0; i < config->n_routes && rc >= 0; i++) {
        const struct sg_route_tls *tls = &config->routes[i].tls;
        rc = add_file(reach, tls->ca);
        if (rc >= 0)
            rc = add_file(reach, tls->certificate);
        if (rc >= 0)
            rc = add_file(reach, tls->key);
    }
    for (size_t i = 0; i < config->n_listen && rc >= 0; i++) {
        const struct sg_tls_server_config *tls = &config->door[i].tls;
        rc = add_file(reach, tls->certificate);
        if (rc >= 0)
            rc = add_file(reach, tls->key);
        if (rc >= 0)
            rc = add_file(reach, tls->client_ca);
    }
    return rc;
}

/* Not the folder itself: the audit log and its keys may lie there, and a rule has no exceptions. */
static enum scrubgate_status add_below(struct reach *reach, const char *folder,
                                       const char *const *names, size_t n)
{
    char path[PATH_MAX];
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < n && rc >= 0; i++)
        if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, names[i]) < sizeof path)
            rc = add(reach, path, writing);
    return rc;
}

static enum scrubgate_status add_all(struct reach *reach, const struct sg_config *config)
{
    /* To look names up (glibc loads modules for it) and to trust servers. */
    static const char *const system[] = {
        "/etc",
        "/usr/lib",
        "/usr/lib64",
        "/lib",
        "/lib64",
        "/run/systemd/resolve",
        "/run/resolvconf",
        "/run/NetworkManager",
        "/usr/share/ca-certificates",
        "/usr/local/share/ca-certificates",
        "/sys/devices/system/cpu", /* how many cores there are: `workers: auto` */
        "/proc/self/statm",        /* how much memory there is, opened when workers start */
    };
    /* Whatever else the gateway writes itself below its state folder gets a folder of its own, too.
     */
    static const char *const own[] = {"events", "run", "pseudonyms", "fingerprints", "collusion"};
    static const char *const beside[] = {"rules"}; /* the packs behind the log's digests */
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < sizeof system / sizeof system[0] && rc >= 0; i++)
        rc = add(reach, system[i], reading);
    if (rc >= 0)
        rc = add_file(reach, config->file);
    if (rc >= 0)
        rc = add_file(reach, config->policy_file);
    if (rc >= 0)
        rc = add_certificates(reach, config);
    if (rc >= 0)
        rc = add_packs(reach, config);
    if (rc >= 0)
        rc = add_below(reach, config->state, own, sizeof own / sizeof own[0]);
    return rc < 0 ? rc : add_below(reach, config->audit_dir, beside, 1);
}

/* For the writer. What OpenSSL reads at its first use does not make it another one. */
static enum scrubgate_status add_log(struct reach *reach, const struct sg_config *config,
                                     const char *log_keys)
{
    enum scrubgate_status rc = add(reach, "/etc/ssl", reading);
    if (rc >= 0)
        rc = add(reach, "/usr/lib/ssl", reading);
    if (rc >= 0)
        rc = add(reach, config->audit_dir, writing);
    return rc < 0 ? rc : add(reach, log_keys, writing);
}

/* --- putting it on --- */

/* Proves it: the top of the file system is nobody's. */
static bool holds(void)
{
    int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        (void)close(fd);
    return fd < 0 && errno == EACCES;
}

enum scrubgate_status sg_landlock_apply(const struct sg_config *config, const char *log_keys,
                                        int *abi, struct scrubgate_fault *fault)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, PROBE_VERSION);
    *abi = version > 0 ? (int)version : 0;
    if (version <= 0)
        return SCRUBGATE_OK;
    const struct wanted wanted = all_of(*abi);
    struct reach reach = {.handled = wanted.files};
    enum scrubgate_status rc = SCRUBGATE_EIO;
    reach.ruleset = (int)syscall(SYS_landlock_create_ruleset, &wanted, size_of_wanted(*abi), 0);
    if (reach.ruleset < 0)
        goto out;
    rc = log_keys != NULL ? add_log(&reach, config, log_keys) : add_all(&reach, config);
    if (rc < 0)
        goto out;
    rc = SCRUBGATE_EIO;
    if (syscall(SYS_landlock_restrict_self, reach.ruleset, 0) == 0 && holds())
        rc = SCRUBGATE_OK;
out:
    if (rc < 0)
        sg_fault_set(fault, reach.failed, 0, 0,
                     "the kernel has Landlock but does not take its rules: mend that, or set "
                     "sandbox.landlock: off");
    if (reach.ruleset >= 0)
        (void)close(reach.ruleset);
    return rc;
}
