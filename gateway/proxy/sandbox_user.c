/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox_user.c - from root to a user of its own, and no way back.
 */
#define _GNU_SOURCE /* setresuid, initgroups, syscall */
#include "proxy/sandbox_parts.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/diag.h"

/* --- the folders --- */

/* One that is missing is made later, where the user may. */
static enum scrubgate_status check_owner(const char *path, const struct passwd *user,
                                         struct scrubgate_fault *fault)
{
    struct stat info;
    if (stat(path, &info) != 0 || info.st_uid == user->pw_uid)
        return SCRUBGATE_OK;
    sg_fault_set(fault, path, 0, 0,
                 "this folder belongs to another user than sandbox.user: chown -R %s it",
                 user->pw_name);
    return SCRUBGATE_EINVAL;
}

/* What conversations take is locked into memory, which only root may do without a limit. */
static void allow_locks(uint64_t bytes)
{
    const struct rlimit limit = {(rlim_t)bytes, (rlim_t)bytes};
    struct rlimit old;
    if (bytes > 0 && getrlimit(RLIMIT_MEMLOCK, &old) == 0 && old.rlim_max < limit.rlim_max)
        (void)setrlimit(RLIMIT_MEMLOCK, &limit);
}

/* --- the user --- */

static bool change(const struct passwd *user)
{
    return initgroups(user->pw_name, user->pw_gid) == 0 &&
           setresgid(user->pw_gid, user->pw_gid, user->pw_gid) == 0 &&
           setresuid(user->pw_uid, user->pw_uid, user->pw_uid) == 0;
}

/* That it worked is not enough: it must not be possible to undo it. */
static bool is_for_good(const struct passwd *user)
{
    uid_t uid[3];
    gid_t gid[3];
    if (getresuid(&uid[0], &uid[1], &uid[2]) != 0 || getresgid(&gid[0], &gid[1], &gid[2]) != 0)
        return false;
    for (int i = 0; i < 3; i++)
        if (uid[i] != user->pw_uid || gid[i] != user->pw_gid)
            return false;
    return setresuid((uid_t)-1, 0, (uid_t)-1) != 0 && setuid(0) != 0 &&
           (user->pw_gid == 0 || setgid(0) != 0);
}

enum scrubgate_status sg_user_become(const struct sg_config *config, bool *changed,
                                     struct scrubgate_fault *fault)
{
    const char *name = config->sandbox.user;
    *changed = geteuid() != 0;
    if (!*changed)
        allow_locks(config->memory);
    if (name == NULL || *changed)
        return SCRUBGATE_OK; /* not root: there is nothing to drop, and no right to change */
    errno = 0;
    const struct passwd *user = getpwnam(name);
    if (user == NULL || user->pw_uid == 0) {
        sg_fault_set(fault, config->file, 0, 0, "sandbox.user: %s %s", name,
                     user != NULL ? "is root: name another user"
                                  : "is no user here: make it, such as with adduser --system");
        return SCRUBGATE_EINVAL;
    }
    enum scrubgate_status rc = check_owner(config->state, user, fault);
    if (rc >= 0)
        rc = check_owner(config->audit_dir, user, fault);
    if (rc < 0)
        return rc;
    if (!change(user) || !is_for_good(user)) {
        sg_fault_set(fault, NULL, 0, 0, "cannot become the user %s for good", name);
        return SCRUBGATE_EIO;
    }
    *changed = true;
    return SCRUBGATE_OK;
}

/* --- capabilities --- */

/* Who stays root keeps what root's files need, and no more; but for what the leak sanitizer does.
 */
#ifdef SG_NO_SANDBOX
#define KEPT_BY_TOOLS (1u << CAP_SYS_PTRACE)
#else
#define KEPT_BY_TOOLS 0u
#endif
static const uint32_t kept_by_root = 1u << CAP_CHOWN | 1u << CAP_DAC_OVERRIDE |
                                     1u << CAP_DAC_READ_SEARCH | 1u << CAP_FOWNER | KEPT_BY_TOOLS;

static bool drop_capabilities(void)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0, 0, 0}, {0, 0, 0}};
    uint32_t keep = geteuid() == 0 ? kept_by_root : 0;
    if (syscall(SYS_capget, &head, data) != 0)
        return false;
    bool any = false;
    for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
        any = any || data[i].permitted != 0 || data[i].inheritable != 0;
        data[i].permitted &= i == 0 ? keep : 0;
        data[i].effective &= data[i].permitted;
        data[i].inheritable = 0;
    }
    /* What is ambient goes with what is inheritable. Who has none may not be allowed to ask. */
    return !any || syscall(SYS_capset, &head, data) == 0;
}

enum scrubgate_status sg_user_gain_nothing(struct scrubgate_fault *fault)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && drop_capabilities())
        return SCRUBGATE_OK;
    sg_fault_set(fault, NULL, 0, 0, "cannot give capabilities up: %s", strerror(errno));
    return SCRUBGATE_EIO;
}
