/*
 * Local sockets: Unix SOCK_SEQPACKET, one message per call, so there is no
 * stream to cut up and a short or long message is seen as such.  The kernel
 * says who is at the other end.  Used between command line and agent, and
 * between broker and signer.
 *
 * timeout_ms: 0 does not wait, -1 waits for ever; time running out is
 * ERR_BUSY.  All descriptors are close-on-exec and non-blocking.
 */
#ifndef WAYLEAVE_BASE_LOCAL_H
#define WAYLEAVE_BASE_LOCAL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* The longest message, in bytes. */
#define LOCAL_MAX 65536u

struct local_peer {
	uid_t uid;
	gid_t gid;
	pid_t pid; /* may have ended since: for logs, never for decisions */
};

/*
 * Listens at `path` (an absolute path that fits sun_path; no abstract names)
 * with exactly `mode` (0600, 0660, 0666).  A socket nobody answers on is
 * removed first; ERR_BUSY if somebody does, ERR_EXISTS if it is no socket.
 */
MUST_USE enum error_code local_listen(const char *path, mode_t mode, int *fd,
    struct why *why);

/* The same for a stream, as web servers speak it (agent/desk/http.h). */
MUST_USE enum error_code local_listen_stream(const char *path, mode_t mode,
    int *fd, struct why *why);

/* The next waiting connection; ERR_BUSY if there is none. */
MUST_USE enum error_code local_accept(int listener, int *fd,
    struct local_peer *peer);

/* ERR_OFFLINE when nobody listens there, ERR_DENIED, ERR_BUSY. */
MUST_USE enum error_code local_connect(const char *path, int timeout_ms,
    int *fd, struct why *why);

/* Two connected ends, for tests and child processes. */
MUST_USE enum error_code local_pair(int fd[static 2]);

/* Who is at the other end, as the kernel saw it at connect or listen. */
MUST_USE enum error_code local_peer_of(int fd, struct local_peer *peer);

/*
 * Sends one message of 1..LOCAL_MAX bytes (ERR_SIZE otherwise), with a copy
 * of the descriptor `pass` unless that is -1.  ERR_CLOSED when the other end
 * is gone; never raises SIGPIPE.
 */
MUST_USE enum error_code local_send(int fd, const void *data, size_t n,
    int pass, int timeout_ms);

/*
 * Receives one message into buf; *n is its size.  A message longer than cap
 * is consumed and ERR_SIZE.  ERR_CLOSED at the end.  If `passed` is not NULL
 * it gets the descriptor that came along, or -1; the caller closes it.  A
 * descriptor nobody asked for, or a second one, is closed.
 */
MUST_USE enum error_code local_recv(int fd, void *buf, size_t cap, size_t *n,
    int *passed, int timeout_ms);

/* Closes and sets to -1; accepts -1. */
void local_close(int *fd);

#endif
