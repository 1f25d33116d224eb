#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/file.h"

/* Up to the end, or the first newline when `line`. */
static enum error_code
read_fd(int fd, bool line, char *out, size_t cap, struct why *why)
{
	size_t n = 0;

	for (;;) {
		char c;
		ssize_t got = read(fd, &c, 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			why_set(why, "reading the secret: %s",
			    strerror(errno));
			return ERR_IO;
		}
		if (got == 0 || (line && c == '\n'))
			break;
		if (n == cap - 1 && c != '\n') {
			why_set(why, "the secret is longer than %zu bytes",
			    cap - 1);
			return ERR_SIZE;
		}
		if (n < cap - 1)
			out[n++] = c;
	}
	if (n > 0 && out[n - 1] == '\n')
		n--;
	out[n] = '\0';
	return ERR_NONE;
}

static enum error_code
read_terminal(const char *prompt, char *out, size_t cap, struct why *why)
{
	struct termios was, quiet;
	enum error_code error;
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (fd < 0 || tcgetattr(fd, &was) != 0) {
		why_set(why, "there is no terminal to ask at: use "
		    "--secret-file or --secret-fd");
		if (fd >= 0)
			close(fd);
		return ERR_USAGE;
	}
	quiet = was;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	tcsetattr(fd, TCSAFLUSH, &quiet);
	dprintf(fd, "%s", prompt);
	error = read_fd(fd, true, out, cap, why);
	tcsetattr(fd, TCSAFLUSH, &was);
	dprintf(fd, "\n");
	close(fd);
	return error;
}

static enum error_code
read_file(const char *path, char *out, size_t cap, struct why *why)
{
	enum error_code error;
	struct buf text;

	/* One more than fits: a newline at the end is taken off. */
	buf_init(&text, cap);
	error = file_read(path, FILE_SECRET, &text, why);
	if (error == ERR_NONE) {
		if (text.n > 0 && text.data[text.n - 1] == '\n')
			text.n--;
		if (text.n > cap - 1) {
			why_set(why, "%s: longer than %zu bytes", path,
			    cap - 1);
			error = ERR_SIZE;
		}
	}
	if (error == ERR_NONE) {
		if (text.n > 0)
			memcpy(out, text.data, text.n);
		out[text.n] = '\0';
		if (strlen(out) != text.n) {
			why_set(why, "%s: holds a zero byte", path);
			error = ERR_FORMAT;
		}
	}
	buf_free(&text);
	return error;
}

enum error_code
cli_secret(const struct cli *cli, const char *prompt, char *out, size_t cap,
    struct why *why)
{
	const char *path = cli_value(cli, "secret-file");
	const char *number = cli_value(cli, "secret-fd");
	enum error_code error;
	char *end;
	long fd;

	out[0] = '\0';
	if (path != NULL) {
		error = read_file(path, out, cap, why);
	} else if (number != NULL) {
		fd = strtol(number, &end, 10);
		if (end == number || *end != '\0' || fd < 0 || fd > 1023) {
			why_set(why, "--secret-fd: not an open file's "
			    "number");
			return ERR_USAGE;
		}
		error = read_fd((int)fd, false, out, cap, why);
	} else {
		error = read_terminal(prompt, out, cap, why);
	}
	if (error == ERR_NONE && out[0] == '\0') {
		why_set(why, "the secret is empty");
		error = ERR_SIZE;
	}
	if (error != ERR_NONE)
		sodium_memzero(out, cap);
	return error;
}
