#include "base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>

#include "base/log.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define INSTRUMENTED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define INSTRUMENTED 1
#endif
#endif
#ifndef INSTRUMENTED
#define INSTRUMENTED 0
#endif

#define CALL(name) SCMP_SYS(name)

/*
 * What a daemon never does.  A list of denials, because libzmq and SQLite
 * use what their next version finds useful, and a daemon killed for a
 * harmless new call helps nobody; these buy an intruder most.
 */
static const int daemon_denied[] = {
	CALL(execve), CALL(execveat), CALL(ptrace), CALL(process_vm_readv),
	CALL(process_vm_writev), CALL(pidfd_getfd), CALL(kcmp),
	CALL(mount), CALL(umount2), CALL(pivot_root), CALL(chroot),
	CALL(move_mount), CALL(open_tree), CALL(fsopen), CALL(fsconfig),
	CALL(fsmount), CALL(fspick), CALL(mount_setattr), CALL(setns),
	CALL(unshare), CALL(init_module), CALL(finit_module),
	CALL(delete_module), CALL(kexec_load), CALL(kexec_file_load),
	CALL(bpf), CALL(perf_event_open), CALL(userfaultfd), CALL(keyctl),
	CALL(add_key), CALL(request_key), CALL(reboot), CALL(swapon),
	CALL(swapoff), CALL(sethostname), CALL(setdomainname), CALL(acct),
	CALL(quotactl), CALL(personality), CALL(io_uring_setup),
	CALL(io_uring_enter), CALL(io_uring_register),
	CALL(open_by_handle_at), CALL(iopl), CALL(ioperm), CALL(modify_ldt),
	CALL(settimeofday), CALL(clock_settime), CALL(clock_adjtime),
	CALL(adjtimex), CALL(syslog), CALL(vhangup), CALL(mknod),
	CALL(mknodat), CALL(fanotify_init), CALL(setuid), CALL(setgid),
	CALL(setreuid), CALL(setregid), CALL(setresuid), CALL(setresgid),
	CALL(setfsuid), CALL(setfsgid), CALL(setgroups), CALL(capset),
};

/* What a process that keeps nothing of its own never does. */
static const int front_denied[] = {
	CALL(creat), CALL(openat2), CALL(truncate), CALL(ftruncate),
	CALL(rename), CALL(renameat), CALL(link), CALL(linkat),
	CALL(symlink), CALL(symlinkat), CALL(unlink), CALL(unlinkat),
	CALL(mkdir), CALL(mkdirat), CALL(rmdir), CALL(chmod),
	CALL(fchmodat), CALL(chown), CALL(lchown), CALL(fchown),
	CALL(fchownat), CALL(memfd_create), CALL(setxattr), CALL(lsetxattr),
	CALL(fsetxattr), CALL(utimensat),
};

/* And one that writes no file at all. */
static const int desk_denied[] = { CALL(renameat2), CALL(fchmod) };

/* What any C program does without touching anything new. */
static const int common_allowed[] = {
	CALL(read), CALL(write), CALL(readv), CALL(writev), CALL(pread64),
	CALL(pwrite64), CALL(lseek), CALL(close), CALL(fstat),
	CALL(newfstatat), CALL(recvmsg), CALL(sendmsg), CALL(recvfrom),
	CALL(sendto), CALL(shutdown), CALL(poll), CALL(ppoll), CALL(select),
	CALL(pselect6), CALL(mmap), CALL(munmap), CALL(mprotect),
	CALL(mremap), CALL(madvise), CALL(mlock), CALL(mlock2),
	CALL(munlock), CALL(brk), CALL(futex), CALL(getrandom),
	CALL(clock_gettime), CALL(clock_getres), CALL(gettimeofday),
	CALL(time), CALL(nanosleep), CALL(clock_nanosleep), CALL(getpid),
	CALL(gettid), CALL(getuid), CALL(geteuid), CALL(getgid),
	CALL(getegid), CALL(getrusage), CALL(rt_sigaction),
	CALL(rt_sigprocmask), CALL(rt_sigreturn), CALL(sigaltstack),
	CALL(tgkill), CALL(restart_syscall), CALL(sched_yield),
	CALL(sched_getaffinity), CALL(set_robust_list), CALL(rseq),
	CALL(exit), CALL(exit_group),
};

/* The signer besides: its two slots, its key, its listening socket. */
static const int signer_allowed[] = {
	CALL(open), CALL(openat), CALL(stat), CALL(lstat), CALL(statx),
	CALL(access), CALL(faccessat), CALL(faccessat2), CALL(fsync),
	CALL(fdatasync), CALL(ftruncate), CALL(fallocate), CALL(rename),
	CALL(renameat), CALL(renameat2), CALL(unlink), CALL(unlinkat),
	CALL(fchmod), CALL(umask), CALL(flock), CALL(fcntl), CALL(dup),
	CALL(dup2), CALL(dup3), CALL(accept), CALL(accept4),
	CALL(getsockopt), CALL(setsockopt), CALL(getsockname),
	CALL(epoll_create1), CALL(epoll_ctl), CALL(epoll_wait),
	CALL(epoll_pwait), CALL(signalfd4), CALL(timerfd_create),
	CALL(timerfd_settime), CALL(eventfd2), CALL(uname), CALL(sysinfo),
	CALL(getdents64),
};

static enum error_code
fail(const char *what, int e, struct why *why)
{
	why_set(why, "%s: %s", what, strerror(e));
	return ERR_INTERNAL;
}

enum error_code
sandbox_harden(struct why *why)
{
	struct rlimit none = { 0, 0 };

	umask(077);
	if (setrlimit(RLIMIT_CORE, &none) != 0)
		return fail("no core files", errno, why);
	/* A leak check looks into its own process. */
	if (!INSTRUMENTED && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return fail("not dumpable", errno, why);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return fail("no new privileges", errno, why);
	return ERR_NONE;
}

static bool
under_valgrind(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return preload != NULL && strstr(preload, "vgpreload") != NULL;
}

bool
sandbox_available(void)
{
	return !INSTRUMENTED && !under_valgrind() &&
	    prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0;
}

static int
add_all(scmp_filter_ctx ctx, uint32_t action, const int *call, size_t n)
{
	int e = 0;

	for (size_t i = 0; i < n && e == 0; i++) {
		e = seccomp_rule_add(ctx, action, call[i], 0);
		/* A call this architecture does not have cannot be made. */
		if (e == -EDOM)
			e = 0;
	}
	return e;
}

#define ADD(ctx, action, list) \
	add_all((ctx), (action), (list), sizeof(list) / sizeof *(list))

/* `action` for `call` when its argument `arg` compares so to `value`. */
static int
add_if(scmp_filter_ctx ctx, uint32_t action, int call, unsigned arg,
    enum scmp_compare op, uint64_t value)
{
	struct scmp_arg_cmp cmp = { .arg = arg, .op = op, .datum_a = value };

	return seccomp_rule_add_array(ctx, action, call, 1, &cmp);
}

/* Unix, IPv4, IPv6 and netlink (addresses of this machine); no others. */
static int
deny_families(scmp_filter_ctx ctx)
{
	uint32_t deny = SCMP_ACT_ERRNO(EPERM);
	int e = 0;

	for (unsigned f = AF_INET + 1; f < AF_NETLINK && e == 0; f++)
		if (f != AF_INET6)
			e = add_if(ctx, deny, CALL(socket), 0, SCMP_CMP_EQ,
			    f);
	if (e == 0)
		e = add_if(ctx, deny, CALL(socket), 0, SCMP_CMP_GT,
		    AF_NETLINK);
	return e;
}

/* Opening is for reading: `arg` of `call` holds the flags. */
static int
deny_writing(scmp_filter_ctx ctx, int call, unsigned arg)
{
	static const uint64_t mode[] = { O_WRONLY, O_RDWR };
	int e = 0;

	for (size_t i = 0; i < sizeof mode / sizeof mode[0] && e == 0; i++) {
		struct scmp_arg_cmp cmp = { .arg = arg,
		    .op = SCMP_CMP_MASKED_EQ, .datum_a = O_ACCMODE,
		    .datum_b = mode[i] };

		e = seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(EPERM), call,
		    1, &cmp);
	}
	return e;
}

static int
deny_for_desk(scmp_filter_ctx ctx)
{
	int e = ADD(ctx, SCMP_ACT_ERRNO(EPERM), desk_denied);

	if (e == 0)
		e = deny_writing(ctx, CALL(open), 1);
	return e != 0 ? e : deny_writing(ctx, CALL(openat), 2);
}

/* Nothing that it renames takes the place of something. */
static int
deny_for_folder(scmp_filter_ctx ctx)
{
	return add_if(ctx, SCMP_ACT_ERRNO(EPERM), CALL(renameat2), 4,
	    SCMP_CMP_NE, RENAME_NOREPLACE);
}

static int
deny_for_front(scmp_filter_ctx ctx, enum sandbox_role role)
{
	const uint32_t deny = SCMP_ACT_ERRNO(EPERM);
	int e = ADD(ctx, deny, front_denied);

	if (e == 0)
		e = add_if(ctx, deny, CALL(socket), 0, SCMP_CMP_NE, AF_UNIX);
	if (e != 0)
		return e;
	return role == SANDBOX_DESK ? deny_for_desk(ctx) :
	    deny_for_folder(ctx);
}

/* A list of denials, or of what is allowed? */
static bool
may_most(enum sandbox_role role)
{
	return role == SANDBOX_DAEMON || role == SANDBOX_DESK ||
	    role == SANDBOX_FOLDER;
}

static int
allow_terminal_look(scmp_filter_ctx ctx)
{
	/* stdio asks whether it writes to a terminal. */
	return add_if(ctx, SCMP_ACT_ALLOW, CALL(ioctl), 1, SCMP_CMP_EQ,
	    TCGETS);
}

static int
fill(scmp_filter_ctx ctx, enum sandbox_role role)
{
	int e;

	if (may_most(role)) {
		e = ADD(ctx, SCMP_ACT_ERRNO(EPERM), daemon_denied);
		if (e == 0)
			e = role == SANDBOX_DAEMON ? deny_families(ctx) :
			    deny_for_front(ctx, role);
		return e;
	}
	e = ADD(ctx, SCMP_ACT_ALLOW, common_allowed);
	if (e == 0)
		e = allow_terminal_look(ctx);
	if (e == 0 && role == SANDBOX_SIGNER)
		e = ADD(ctx, SCMP_ACT_ALLOW, signer_allowed);
	return e;
}

enum error_code
sandbox_enter(enum sandbox_role role, struct why *why)
{
	uint32_t rest = may_most(role) ? SCMP_ACT_ALLOW :
	    SCMP_ACT_KILL_PROCESS;
	scmp_filter_ctx ctx;
	int e;

	if (!sandbox_available()) {
		log_warning(0, "sandbox", "do not run this build in earnest",
		    "not entered: this build or machine cannot");
		return ERR_NONE;
	}
	ctx = seccomp_init(rest);
	if (ctx == NULL)
		return ERR_NOMEM;
	e = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1);
	if (e == 0)
		e = fill(ctx, role);
	if (e == 0)
		e = seccomp_load(ctx);
	seccomp_release(ctx);
	return e == 0 ? ERR_NONE : fail("sandbox", -e, why);
}

enum error_code
sandbox_test(struct why *why)
{
	if (!sandbox_available())
		return ERR_NONE;
	/* Without a filter this succeeds and changes nothing. */
	if (unshare(0) == 0 || errno != EPERM) {
		why_set(why, "sandbox: a forbidden call went through");
		return ERR_INTERNAL;
	}
	return ERR_NONE;
}
