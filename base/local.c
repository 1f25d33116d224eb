#include "base/local.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"

#define BACKLOG 64

static enum error_code
fail(const char *path, struct why *why)
{
	int e = errno;

	why_set(why, "%s: %s", path, strerror(e));
	switch (e) {
	case ENOENT:
	case ENOTDIR:
	case ECONNREFUSED:
		return ERR_OFFLINE;
	case EACCES:
	case EPERM:
		return ERR_DENIED;
	case EAGAIN:
		return ERR_BUSY;
	case EADDRINUSE:
		return ERR_EXISTS;
	case ENOMEM:
	case ENOBUFS:
		return ERR_NOMEM;
	default:
		return ERR_IO;
	}
}

static enum error_code
address_of(const char *path, struct sockaddr_un *sa, struct why *why)
{
	size_t n = strlen(path);

	*sa = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (path[0] != '/' || n >= sizeof sa->sun_path) {
		why_set(why, "%s: must be an absolute path of at most %zu "
		    "bytes", path, sizeof sa->sun_path - 1);
		return ERR_SIZE;
	}
	memcpy(sa->sun_path, path, n + 1);
	return ERR_NONE;
}

static int
new_socket(int type)
{
	return socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* Removes a socket that nobody answers on. */
static enum error_code
remove_stale(const char *path, int type, const struct sockaddr_un *sa,
    struct why *why)
{
	struct stat st;
	int fd, e;

	if (lstat(path, &st) != 0)
		return errno == ENOENT ? ERR_NONE : fail(path, why);
	if (!S_ISSOCK(st.st_mode)) {
		why_set(why, "%s: is there and is not a socket", path);
		return ERR_EXISTS;
	}
	fd = new_socket(type);
	if (fd < 0)
		return fail(path, why);
	e = connect(fd, (const struct sockaddr *)sa, sizeof *sa) == 0 ? 0 :
	    errno;
	close(fd);
	/* EAGAIN: somebody is there, with a full backlog. */
	if (e == 0 || e == EAGAIN) {
		why_set(why, "%s: another process listens there", path);
		return ERR_BUSY;
	}
	if (e != ECONNREFUSED) {
		errno = e;
		return fail(path, why);
	}
	if (unlink(path) != 0 && errno != ENOENT)
		return fail(path, why);
	return ERR_NONE;
}

static enum error_code
listen_at(const char *path, int type, mode_t mode, int *out, struct why *why)
{
	struct sockaddr_un sa;
	enum error_code error;
	int fd = -1;

	*out = -1;
	error = address_of(path, &sa, why);
	if (error == ERR_NONE)
		error = remove_stale(path, type, &sa, why);
	if (error != ERR_NONE)
		return error;
	fd = new_socket(type);
	/* Nobody can connect before listen, so chmod in between is in time. */
	if (fd < 0 || bind(fd, (struct sockaddr *)&sa, sizeof sa) != 0 ||
	    chmod(path, mode) != 0 || listen(fd, BACKLOG) != 0) {
		error = fail(path, why);
		local_close(&fd);
		return error;
	}
	*out = fd;
	return ERR_NONE;
}

enum error_code
local_listen(const char *path, mode_t mode, int *out, struct why *why)
{
	return listen_at(path, SOCK_SEQPACKET, mode, out, why);
}

enum error_code
local_listen_stream(const char *path, mode_t mode, int *out, struct why *why)
{
	return listen_at(path, SOCK_STREAM, mode, out, why);
}

enum error_code
local_peer_of(int fd, struct local_peer *peer)
{
	struct ucred cred;
	socklen_t n = sizeof cred;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &n) != 0)
		return ERR_IO;
	peer->uid = cred.uid;
	peer->gid = cred.gid;
	peer->pid = cred.pid;
	return ERR_NONE;
}

enum error_code
local_accept(int listener, int *out, struct local_peer *peer)
{
	enum error_code error;
	int fd;

	*out = -1;
	do
		fd = accept4(listener, NULL, NULL,
		    SOCK_CLOEXEC | SOCK_NONBLOCK);
	while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
	if (fd < 0)
		return errno == EAGAIN ? ERR_BUSY : ERR_IO;
	error = local_peer_of(fd, peer);
	if (error != ERR_NONE)
		local_close(&fd);
	*out = fd;
	return error;
}

/* When waiting ends, in boot ms; UINT64_MAX for never. */
static uint64_t
deadline_of(int timeout_ms)
{
	return timeout_ms < 0 ? UINT64_MAX :
	    clock_boot_ms() + (uint64_t)timeout_ms;
}

/* Milliseconds left for poll(2), -1 for ever, 0 when it is over. */
static int
left_of(uint64_t deadline)
{
	uint64_t now;

	if (deadline == UINT64_MAX)
		return -1;
	now = clock_boot_ms();
	return now >= deadline ? 0 : (int)(deadline - now);
}

/* Waits for `events`; false when time is over. */
static bool
wait_for(int fd, short events, uint64_t deadline)
{
	struct pollfd p = { .fd = fd, .events = events };
	int left = left_of(deadline);

	if (left == 0)
		return false;
	/* An interrupted wait is tried again by the caller's loop. */
	return poll(&p, 1, left) != 0;
}

enum error_code
local_connect(const char *path, int timeout_ms, int *out, struct why *why)
{
	uint64_t deadline = deadline_of(timeout_ms);
	struct sockaddr_un sa;
	enum error_code error = address_of(path, &sa, why);
	int fd;

	*out = -1;
	if (error != ERR_NONE)
		return error;
	fd = new_socket(SOCK_SEQPACKET);
	if (fd < 0)
		return fail(path, why);
	while (connect(fd, (struct sockaddr *)&sa, sizeof sa) != 0) {
		if (errno == EINTR)
			continue;
		/* A full backlog cannot be polled for. */
		if (errno == EAGAIN && left_of(deadline) != 0) {
			poll(NULL, 0, 5);
			continue;
		}
		error = fail(path, why);
		local_close(&fd);
		return error;
	}
	*out = fd;
	return ERR_NONE;
}

enum error_code
local_pair(int fd[static 2])
{
	fd[0] = fd[1] = -1;
	return socketpair(AF_UNIX,
	    SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fd) == 0 ?
	    ERR_NONE : ERR_IO;
}

/* Room for one descriptor, aligned as cmsg(3) wants it. */
union control {
	struct cmsghdr head;
	char room[CMSG_SPACE(4 * sizeof(int))];
};

enum error_code
local_send(int fd, const void *data, size_t n, int pass, int timeout_ms)
{
	uint64_t deadline = deadline_of(timeout_ms);
	/* sendmsg does not write through it. */
	struct iovec iov = { (void *)(uintptr_t)data, n };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	union control control = { .room = { 0 } };
	struct cmsghdr *c;
	ssize_t done;

	if (n == 0 || n > LOCAL_MAX)
		return ERR_SIZE;
	if (pass >= 0) {
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(sizeof(int));
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &pass, sizeof pass);
	}
	while ((done = sendmsg(fd, &msg, MSG_NOSIGNAL)) < 0) {
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return errno == EPIPE || errno == ECONNRESET ||
			    errno == ENOTCONN ? ERR_CLOSED :
			    errno == ENOBUFS || errno == ENOMEM ? ERR_NOMEM :
			    errno == EMSGSIZE ? ERR_SIZE : ERR_IO;
		if (!wait_for(fd, POLLOUT, deadline))
			return ERR_BUSY;
	}
	return (size_t)done == n ? ERR_NONE : ERR_IO;
}

/* Keeps the first descriptor in *passed if wanted, closes all others. */
static void
take_descriptors(struct msghdr *msg, int *passed)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c != NULL;
	    c = CMSG_NXTHDR(msg, c)) {
		size_t n;

		if (c->cmsg_level != SOL_SOCKET ||
		    c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
			if (passed != NULL && *passed < 0)
				*passed = fd;
			else
				close(fd);
		}
	}
}

enum error_code
local_recv(int fd, void *buf, size_t cap, size_t *n, int *passed,
    int timeout_ms)
{
	uint64_t deadline = deadline_of(timeout_ms);
	struct iovec iov = { buf, cap };
	union control control;
	struct msghdr msg;
	ssize_t got;

	*n = 0;
	if (passed != NULL)
		*passed = -1;
	for (;;) {
		msg = (struct msghdr){ .msg_iov = &iov, .msg_iovlen = 1,
			.msg_control = &control,
			.msg_controllen = sizeof control };
		got = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);
		if (got >= 0)
			break;
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return errno == ECONNRESET || errno == ENOTCONN ?
			    ERR_CLOSED : ERR_IO;
		if (!wait_for(fd, POLLIN, deadline))
			return ERR_BUSY;
	}
	take_descriptors(&msg, passed);
	if ((msg.msg_flags & MSG_TRUNC) != 0) {
		if (passed != NULL)
			local_close(passed);
		return ERR_SIZE;
	}
	/* Nobody sends an empty message, so this is the end. */
	if (got == 0)
		return ERR_CLOSED;
	*n = (size_t)got;
	return ERR_NONE;
}

void
local_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}
