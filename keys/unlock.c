#include "keys/unlock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "keys/secret.h"

extern char **environ;

/* Takes the newline off what is there, and refuses nothing and too much. */
static enum error_code
settle(struct unlock *u, size_t n, struct why *why)
{
	if (n > 0 && u->passphrase[n - 1] == '\n')
		n--;
	if (n == 0) {
		why_set(why, "the passphrase is empty");
		return ERR_SIZE;
	}
	u->n_passphrase = n;
	return ERR_NONE;
}

static enum error_code
create(struct unlock **out, struct why *why)
{
	enum error_code error;
	void *p;

	*out = NULL;
	error = secret_alloc(sizeof **out, &p, why);
	if (error == ERR_NONE)
		*out = p;
	return error;
}

static enum error_code
too_long(struct why *why)
{
	why_set(why, "the passphrase is longer than %d bytes",
	    UNLOCK_PASSPHRASE_MAX);
	return ERR_SIZE;
}

enum error_code
unlock_of(struct bytes passphrase, struct unlock **out, struct why *why)
{
	struct unlock *u;
	enum error_code error;

	*out = NULL;
	if (passphrase.n > UNLOCK_PASSPHRASE_MAX)
		return too_long(why);
	error = create(&u, why);
	if (error != ERR_NONE)
		return error;
	if (passphrase.n > 0)
		memcpy(u->passphrase, passphrase.data, passphrase.n);
	error = settle(u, passphrase.n, why);
	if (error == ERR_NONE)
		*out = u;
	else
		unlock_destroy(&u);
	return error;
}

static enum error_code
of_path(const char *path, unsigned flags, struct unlock **out,
    struct why *why)
{
	enum error_code error;
	struct buf text;

	*out = NULL;
	buf_init(&text, UNLOCK_PASSPHRASE_MAX);
	error = file_read(path, flags, &text, why);
	if (error == ERR_NONE)
		error = unlock_of(buf_view(&text), out, why);
	buf_free(&text);
	return error;
}

enum error_code
unlock_of_file(const char *path, struct unlock **out, struct why *why)
{
	return of_path(path, FILE_SECRET, out, why);
}

/*
 * Reads to the end, or until `deadline` (boot clock) unless that is 0.
 * *n may come out as one more than fits: then it is too long.
 */
static enum error_code
drain(int fd, char *to, size_t *n, uint64_t deadline, struct why *why)
{
	char spill;

	*n = 0;
	for (;;) {
		bool full = *n == UNLOCK_PASSPHRASE_MAX;
		struct pollfd p = { .fd = fd, .events = POLLIN };
		uint64_t now = clock_boot_ms();
		ssize_t got;

		if (deadline != 0 && (now >= deadline ||
		    poll(&p, 1, (int)(deadline - now)) == 0))
			return ERR_BUSY;
		got = read(fd, full ? &spill : to + *n,
		    full ? 1 : UNLOCK_PASSPHRASE_MAX - *n);
		if (got == 0)
			return ERR_NONE;
		if (got < 0 && errno != EINTR) {
			why_set(why, "reading the passphrase: %s",
			    strerror(errno));
			return ERR_IO;
		}
		if (got > 0 && full)
			return too_long(why);
		if (got > 0)
			*n += (size_t)got;
	}
}

enum error_code
unlock_of_fd(int fd, struct unlock **out, struct why *why)
{
	struct unlock *u;
	enum error_code error;
	size_t n;

	*out = NULL;
	error = create(&u, why);
	if (error != ERR_NONE)
		return error;
	error = drain(fd, u->passphrase, &n, 0, why);
	if (error == ERR_NONE)
		error = settle(u, n, why);
	if (error == ERR_NONE)
		*out = u;
	else
		unlock_destroy(&u);
	return error;
}

/* The file of a systemd credential. */
static enum error_code
credential_path(const char *name, char *out, size_t cap, struct why *why)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");

	if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL) {
		why_set(why, "\"%s\" is no name of a credential", name);
		return ERR_FORMAT;
	}
	if (dir == NULL || dir[0] != '/') {
		why_set(why, "no credentials here: the unit needs "
		    "LoadCredentialEncrypted=%s:...", name);
		return ERR_NOTFOUND;
	}
	return file_join(out, cap, dir, name);
}

enum error_code
unlock_of_credential(const char *name, struct unlock **out, struct why *why)
{
	char path[1024];
	enum error_code error;

	*out = NULL;
	error = credential_path(name, path, sizeof path, why);
	return error != ERR_NONE ? error : of_path(path, 0, out, why);
}

enum error_code
unlock_bind(struct unlock *unlock, const char *name, struct why *why)
{
	char path[1024];
	enum error_code error;
	struct buf key;

	error = credential_path(name, path, sizeof path, why);
	if (error != ERR_NONE)
		return error;
	buf_init(&key, UNLOCK_BINDING_MAX);
	error = file_read(path, 0, &key, why);
	if (error == ERR_NONE && key.n < 16) {
		why_set(why, "credential %s has fewer than 16 bytes", name);
		error = ERR_SIZE;
	}
	if (error == ERR_NONE) {
		memcpy(unlock->binding, key.data, key.n);
		unlock->n_binding = key.n;
	}
	buf_free(&key);
	return error;
}

/* In a process group of its own, so that all of it can be ended. */
static int
start(const char *command, int to, pid_t *pid)
{
	char sh[] = "sh", c[] = "-c";
	char *argv[] = { sh, c, (char *)(uintptr_t)command, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none;
	int failed;

	if (posix_spawn_file_actions_init(&files) != 0)
		return ENOMEM;
	if (posix_spawnattr_init(&attr) != 0) {
		posix_spawn_file_actions_destroy(&files);
		return ENOMEM;
	}
	sigemptyset(&none);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, to, 1);
	posix_spawnattr_setflags(&attr,
	    POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setsigmask(&attr, &none);
	failed = posix_spawn(pid, "/bin/sh", &files, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return failed;
}

static enum error_code
run(const char *command, struct unlock *u, size_t *n, struct why *why)
{
	enum error_code error;
	int fd[2], status = 0, failed;
	pid_t pid = -1;

	if (pipe2(fd, O_CLOEXEC) != 0) {
		why_set(why, "pipe: %s", strerror(errno));
		return ERR_IO;
	}
	failed = start(command, fd[1], &pid);
	close(fd[1]);
	if (failed != 0) {
		why_set(why, "/bin/sh: %s", strerror(failed));
		close(fd[0]);
		return ERR_IO;
	}
	error = drain(fd[0], u->passphrase, n, clock_boot_ms() +
	    UNLOCK_COMMAND_SECONDS * CLOCK_SECOND_MS, why);
	close(fd[0]);
	if (error != ERR_NONE)
		kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (error == ERR_BUSY)
		why_set(why, "the unlock command took longer than %d s",
		    UNLOCK_COMMAND_SECONDS);
	if (error == ERR_NONE && (!WIFEXITED(status) ||
	    WEXITSTATUS(status) != 0)) {
		why_set(why, WIFEXITED(status) ? "the unlock command ended "
		    "with status %d" : "the unlock command was ended by "
		    "signal %d", WIFEXITED(status) ? WEXITSTATUS(status) :
		    WTERMSIG(status));
		error = ERR_DENIED;
	}
	return error;
}

enum error_code
unlock_of_command(const char *command, struct unlock **out, struct why *why)
{
	struct unlock *u;
	enum error_code error;
	size_t n;

	*out = NULL;
	error = create(&u, why);
	if (error != ERR_NONE)
		return error;
	error = run(command, u, &n, why);
	if (error == ERR_NONE)
		error = settle(u, n, why);
	if (error == ERR_NONE)
		*out = u;
	else
		unlock_destroy(&u);
	return error;
}

void
unlock_destroy(struct unlock **unlock)
{
	secret_free(*unlock);
	*unlock = NULL;
}
