#include "agent/notices/runner_part.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/local.h"

enum {
	CONTROL = 3,
	ENV = 3,
	ENV_BYTES = 1100,
	ANSWER_MS = 5000,           /* the agent reads every turn */
};

struct task {
	pid_t pid;                  /* 0: free */
	uint32_t id;
	uint64_t deadline;          /* boot ms */
	bool overdue;               /* killed by us */
};

struct child {
	int control, sigfd;
	const struct runner_command *command;
	char env_text[ENV][ENV_BYTES];
	char *env[ENV + 1];
	struct task task[RUNNER_JOBS];
};

/* ---- starting one ------------------------------------------------------ */

/* The environment of every command: nothing of ours but where systemd put
 * the credentials. */
static void
make_environment(struct child *c)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	unsigned n = 0;

	strcpy(c->env_text[n], "PATH=/usr/sbin:/usr/bin:/sbin:/bin");
	c->env[n] = c->env_text[n];
	n++;
	strcpy(c->env_text[n], "LANG=C.UTF-8");
	c->env[n] = c->env_text[n];
	n++;
	if (dir != NULL && strlen(dir) < ENV_BYTES - 30) {
		snprintf(c->env_text[n], ENV_BYTES,
		    "CREDENTIALS_DIRECTORY=%s", dir);
		c->env[n] = c->env_text[n];
	}
}

/*
 * A pipe with the input in it and its writing end closed.  An empty pipe
 * takes PIPE_BUF bytes, which is as much as an input can have.
 */
static enum error_code
fill_pipe(const struct runner_ask *ask, int *out)
{
	int fd[2];
	bool all;

	_Static_assert(RUNNER_INPUT_MAX <= 4096, "more than PIPE_BUF");
	if (pipe2(fd, O_CLOEXEC) != 0)
		return ERR_IO;
	all = fcntl(fd[1], F_SETFL, O_NONBLOCK) == 0 && (ask->n == 0 ||
	    write(fd[1], ask->input, ask->n) == (ssize_t)ask->n);
	close(fd[1]);
	if (!all)
		close(fd[0]);
	*out = fd[0];
	return all ? ERR_NONE : ERR_IO;
}

static int
fill_actions(posix_spawn_file_actions_t *files, posix_spawnattr_t *attr,
    int in)
{
	sigset_t none, all;
	int e;

	sigemptyset(&none);
	sigfillset(&all);
	e = posix_spawn_file_actions_adddup2(files, in, 0);
	if (e == 0)
		e = posix_spawn_file_actions_addopen(files, 1, "/dev/null",
		    O_WRONLY, 0);
	if (e == 0)
		e = posix_spawn_file_actions_adddup2(files, 1, 2);
	if (e == 0)
		e = posix_spawn_file_actions_addclosefrom_np(files, CONTROL);
	if (e == 0)
		e = posix_spawn_file_actions_addchdir_np(files, "/");
	if (e == 0)
		e = posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSID |
		    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	if (e == 0)
		e = posix_spawnattr_setsigmask(attr, &none);
	if (e == 0)
		e = posix_spawnattr_setsigdefault(attr, &all);
	return e;
}

static enum error_code
spawn(const struct child *c, const struct runner_command *command, int in,
    pid_t *pid)
{
	char *const *argv = (char *const *)(uintptr_t)command->argv;
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int e;

	if (posix_spawn_file_actions_init(&files) != 0)
		return ERR_NOMEM;
	if (posix_spawnattr_init(&attr) != 0) {
		posix_spawn_file_actions_destroy(&files);
		return ERR_NOMEM;
	}
	e = fill_actions(&files, &attr, in);
	if (e == 0)
		e = posix_spawn(pid, argv[0], &files, &attr, argv, c->env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return e == 0 ? ERR_NONE : ERR_NOTFOUND;
}

/* The one place that decides what is run: by number, from our own list. */
static const struct runner_command *
chosen(const struct child *c, uint32_t slot)
{
	if (slot >= RUNNER_SLOTS || c->command[slot].argv[0] == NULL)
		return NULL;
	return &c->command[slot];
}

static struct task *
free_task(struct child *c)
{
	for (unsigned i = 0; i < RUNNER_JOBS; i++)
		if (c->task[i].pid == 0)
			return &c->task[i];
	return NULL;
}

static enum error_code
start(struct child *c, const struct runner_ask *ask)
{
	const struct runner_command *command = chosen(c, ask->slot);
	struct task *t = free_task(c);
	enum error_code err;
	pid_t pid = 0;
	int in = -1;

	if (command == NULL)
		return ERR_NOTFOUND;
	if (t == NULL)
		return ERR_BUSY;
	err = fill_pipe(ask, &in);
	if (err != ERR_NONE)
		return err;
	err = spawn(c, command, in, &pid);
	close(in);
	if (err == ERR_NONE)
		*t = (struct task){ .pid = pid, .id = ask->id, .deadline =
		    clock_boot_ms() + command->seconds * CLOCK_SECOND_MS };
	return err;
}

/* ---- ending ------------------------------------------------------------ */

/* Everything that is under way ends with us. */
static _Noreturn void
end(struct child *c)
{
	for (unsigned i = 0; i < RUNNER_JOBS; i++)
		if (c->task[i].pid != 0)
			(void)kill(-c->task[i].pid, SIGKILL);
	_exit(0);
}

static void
answer(struct child *c, uint32_t id, enum error_code err, int status)
{
	struct runner_answer a;

	memset(&a, 0, sizeof a);
	a.id = id;
	a.error = err;
	a.status = status;
	/* an agent that does not read is gone, or past helping */
	if (local_send(c->control, &a, sizeof a, -1, ANSWER_MS) != ERR_NONE)
		end(c);
}

static void
ended(struct child *c, pid_t pid, int status)
{
	for (unsigned i = 0; i < RUNNER_JOBS; i++) {
		struct task t = c->task[i];

		if (t.pid != pid)
			continue;
		c->task[i].pid = 0;
		if (t.overdue)
			answer(c, t.id, ERR_BUSY, 0);
		else if (WIFEXITED(status))
			answer(c, t.id, ERR_NONE, WEXITSTATUS(status));
		else
			answer(c, t.id, ERR_CLOSED, 0);
		return;
	}
}

static void
reap(struct child *c)
{
	siginfo_t info = { .si_pid = 0 };
	int status;

	while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	    info.si_pid != 0) {
		/* its number is still taken, so the group is its own */
		(void)kill(-info.si_pid, SIGKILL);
		if (waitpid(info.si_pid, &status, 0) == info.si_pid)
			ended(c, info.si_pid, status);
		info.si_pid = 0;
	}
}

/* Kills what is overdue; how long until the next, -1 nothing runs. */
static int
overdue(struct child *c)
{
	const uint64_t now = clock_boot_ms();
	uint64_t next = UINT64_MAX;

	for (unsigned i = 0; i < RUNNER_JOBS; i++) {
		struct task *t = &c->task[i];

		if (t->pid == 0 || t->overdue)
			continue;
		if (now >= t->deadline) {
			t->overdue = true;
			(void)kill(-t->pid, SIGKILL);
		} else if (t->deadline < next) {
			next = t->deadline;
		}
	}
	return next == UINT64_MAX ? -1 : (int)(next - now) + 1;
}

/* ---- life ---------------------------------------------------------------- */

static void
take(struct child *c)
{
	static struct runner_ask ask;
	enum error_code err;
	size_t n;

	err = local_recv(c->control, &ask, sizeof ask, &n, NULL, 0);
	if (err == ERR_BUSY)
		return;
	if (err != ERR_NONE || n != sizeof ask || ask.n > RUNNER_INPUT_MAX)
		end(c);
	err = start(c, &ask);
	sodium_memzero(ask.input, sizeof ask.input);
	if (err != ERR_NONE)
		answer(c, ask.id, err, 0);
}

/* Nothing of the agent's but the socket; a stop of the agent is ours when
 * the socket closes. */
static void
settle(struct child *c, int control)
{
	const struct rlimit none = { 0, 0 };
	sigset_t set;

	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	umask(077);
	if (sigprocmask(SIG_SETMASK, &set, NULL) != 0 ||
	    setrlimit(RLIMIT_CORE, &none) != 0 ||
	    (control != CONTROL && dup3(control, CONTROL, O_CLOEXEC) < 0))
		_exit(1);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)close_range(CONTROL + 1, ~0u, 0);
	c->control = CONTROL;
	c->sigfd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (c->sigfd < 0)
		_exit(1);
	make_environment(c);
}

void
runner_main(int control,
    const struct runner_command command[static RUNNER_SLOTS])
{
	static struct child child;
	struct child *c = &child;
	struct signalfd_siginfo info;

	c->command = command;
	settle(c, control);
	for (;;) {
		struct pollfd fds[2] = {
			{ .fd = c->control, .events = POLLIN },
			{ .fd = c->sigfd, .events = POLLIN },
		};

		if (poll(fds, 2, overdue(c)) < 0 && errno != EINTR)
			end(c);
		if (fds[0].revents != 0)
			take(c);
		while (read(c->sigfd, &info, sizeof info) > 0)
			;
		reap(c);
	}
}
