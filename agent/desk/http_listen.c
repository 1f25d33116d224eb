#include "agent/desk/http_listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/local.h"

enum { BACKLOG = 64, HOST = 64 };

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static bool
port_of(const char *s, in_port_t *out)
{
	char *end;
	const long v = strtol(s, &end, 10);

	*out = htons((in_port_t)v);
	return *s >= '0' && *s <= '9' && *end == '\0' && v > 0 && v < 65536;
}

/* Cuts "host:port" or "[host]:port"; false when it is neither. */
static bool
cut(const char *at, char host[static HOST], in_port_t *port)
{
	const char *colon = strrchr(at, ':');
	size_t n = colon != NULL ? (size_t)(colon - at) : 0;
	const bool brackets = n > 2 && at[0] == '[' && at[n - 1] == ']';

	if (n == 0 || n >= HOST || !port_of(colon + 1, port))
		return false;
	at += brackets;
	n -= brackets ? 2 : 0;
	memcpy(host, at, n);
	host[n] = '\0';
	return brackets || strchr(host, ':') == NULL;
}

/* Loopback addresses as numbers: no resolver is asked. */
static bool
loopback(const char *host, in_port_t port, union address *sa, socklen_t *n)
{
	memset(sa, 0, sizeof *sa);
	if (strcmp(host, "localhost") == 0)
		host = "127.0.0.1";
	if (inet_pton(AF_INET, host, &sa->v4.sin_addr) == 1) {
		sa->v4.sin_family = AF_INET;
		sa->v4.sin_port = port;
		*n = sizeof sa->v4;
		return ntohl(sa->v4.sin_addr.s_addr) >> 24 == 127;
	}
	sa->v6.sin6_family = AF_INET6;
	sa->v6.sin6_port = port;
	*n = sizeof sa->v6;
	return inet_pton(AF_INET6, host, &sa->v6.sin6_addr) == 1 &&
	    IN6_IS_ADDR_LOOPBACK(&sa->v6.sin6_addr);
}

static enum error_code
listen_tcp(const char *at, const union address *sa, socklen_t n, int *out,
    struct why *why)
{
	const int yes = 1;
	int fd = socket(sa->any.sa_family,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int e;

	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes,
	    sizeof yes) == 0 && bind(fd, &sa->any, n) == 0 &&
	    listen(fd, BACKLOG) == 0) {
		*out = fd;
		return ERR_NONE;
	}
	e = errno;
	local_close(&fd);
	why_set(why, "%s: %s", at, e == EADDRINUSE ?
	    "another process listens there" : strerror(e));
	return e == EADDRINUSE ? ERR_BUSY : e == EACCES ? ERR_DENIED : ERR_IO;
}

/* The address as numbers; ERR_CONFIG with words. */
static enum error_code
address_of(const char *at, union address *sa, socklen_t *n, struct why *why)
{
	char host[HOST];
	in_port_t port;

	if (!cut(at, host, &port)) {
		why_set(why, "%s: is no address such as 127.0.0.1:7645 and "
		    "no path", at);
		return ERR_CONFIG;
	}
	if (!loopback(host, port, sa, n)) {
		why_set(why, "%s: is not an address of this machine alone; "
		    "listen on 127.0.0.1 and put a web server with TLS in "
		    "front (deploy/examples/nginx-desk.conf)", at);
		return ERR_CONFIG;
	}
	return ERR_NONE;
}

enum error_code
http_listen_check(const char *at, struct why *why)
{
	union address sa;
	socklen_t n;

	return at[0] == '/' ? ERR_NONE : address_of(at, &sa, &n, why);
}

enum error_code
http_listen(const char *at, mode_t mode, int *fd, struct why *why)
{
	union address sa;
	socklen_t n;
	enum error_code err;

	*fd = -1;
	if (at[0] == '/')
		return local_listen_stream(at, mode, fd, why);
	err = address_of(at, &sa, &n, why);
	return err == ERR_NONE ? listen_tcp(at, &sa, n, fd, why) : err;
}

void
http_unlisten(int *fd)
{
	local_close(fd);
}
