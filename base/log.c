#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

#define LINE 640
#define PER_WINDOW 5u

static char program[64] = "wayleave";
static bool to_journal;
static _Atomic int level_now = LOG_LEVEL_NOTICE;

static void (*hear_number)(void *ctx, unsigned id);
static void *hear_ctx;

static pthread_mutex_t audit_lock = PTHREAD_MUTEX_INITIALIZER;
static int audit_fd = -1;

/*
 * JOURNAL_STREAM is inherited by whatever a service starts, so it counts
 * only if stderr still is the file it names (systemd.exec(5)).
 */
static bool
stderr_is_journal(void)
{
	const char *e = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	return e != NULL && sscanf(e, "%llu:%llu", &dev, &ino) == 2 &&
	    fstat(STDERR_FILENO, &st) == 0 && st.st_dev == dev &&
	    st.st_ino == ino;
}

void
log_open(const char *name)
{
	const char *slash = strrchr(name, '/');

	snprintf(program, sizeof program, "%s",
	    slash == NULL ? name : slash + 1);
	to_journal = stderr_is_journal();
}

void
log_set_level(enum log_level level)
{
	level_now = (int)level;
}

void
log_on_number(void (*hear)(void *ctx, unsigned id), void *ctx)
{
	hear_number = hear;
	hear_ctx = ctx;
}

const char *
log_program(void)
{
	return program;
}

/* Whether to speak, and in *last whether it is the last time this minute. */
static bool
site_allows(struct log_site *site, bool *last)
{
	uint64_t now, begin;
	uint32_t said;

	*last = false;
	if (site == NULL)
		return true;
	/* + 1: the site's zero means that it never spoke. */
	now = clock_boot_ms() + 1;
	begin = atomic_load(&site->window);
	if (begin == 0 || now - begin >= CLOCK_MINUTE_MS) {
		/* Two threads may both begin it; one line more is no harm. */
		atomic_store(&site->window, now);
		atomic_store(&site->said, 0);
	}
	said = atomic_fetch_add(&site->said, 1);
	*last = said == PER_WINDOW;
	return said <= PER_WINDOW;
}

static size_t
put(char *line, size_t at, const char *form, const char *text)
{
	int n;

	if (at >= LINE - 1)
		return at;
	n = snprintf(line + at, LINE - at, form, text);
	return n < 0 ? at : at + (size_t)n < LINE ? at + (size_t)n : LINE - 1;
}

static void
write_line(char *line, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = '?';
	line[n++] = '\n';
	while (write(STDERR_FILENO, line, n) < 0 && errno == EINTR)
		;
}

void
log_write(struct log_site *site, enum log_level level, unsigned id,
    const char *what, const char *todo, const char *why, ...)
{
	char line[LINE + 1], text[240], number[16];
	int saved = errno;
	bool last;
	size_t n = 0;
	va_list ap;

	if (id != 0 && hear_number != NULL)
		hear_number(hear_ctx, id);
	if ((int)level > level_now || !site_allows(site, &last))
		return;
	va_start(ap, why);
	vsnprintf(text, sizeof text, why, ap);
	va_end(ap);
	if (to_journal) {
		snprintf(number, sizeof number, "%d", (int)level);
		n = put(line, n, "<%s>", number);
	}
	n = put(line, n, "%s: ", program);
	n = put(line, n, "%s: ", what);
	n = put(line, n, "%s", text);
	if (todo != NULL)
		n = put(line, n, ": %s", todo);
	if (id != 0) {
		snprintf(number, sizeof number, "%03u", id);
		n = put(line, n, " [WL-%s]", number);
	}
	if (last)
		n = put(line, n, "%s", " (repeated)");
	write_line(line, n);
	errno = saved;
}

enum error_code
log_audit_open(const char *path, struct why *why)
{
	int fd = open(path,
	    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);

	if (fd < 0) {
		why_set(why, "%s: %s", path, strerror(errno));
		return errno == EACCES || errno == ELOOP ? ERR_DENIED
							 : ERR_IO;
	}
	pthread_mutex_lock(&audit_lock);
	if (audit_fd >= 0)
		close(audit_fd);
	audit_fd = fd;
	pthread_mutex_unlock(&audit_lock);
	return ERR_NONE;
}

void
log_audit_close(void)
{
	pthread_mutex_lock(&audit_lock);
	if (audit_fd >= 0)
		close(audit_fd);
	audit_fd = -1;
	pthread_mutex_unlock(&audit_lock);
}

static const char *
or_empty(const char *s)
{
	return s == NULL ? "" : s;
}

/* The line with its newline, or NULL; the caller frees. */
static char *
audit_line(const struct log_event *e)
{
	char time[CLOCK_ISO_BYTES], host[65] = "", *text, *line = NULL;
	json_t *o;
	size_t n;

	clock_iso_ms(time, clock_ms());
	if (gethostname(host, sizeof host - 1) != 0)
		host[0] = '\0';
	o = json_pack("{ss ss ss ss ss ss ss ss}", "time", time, "host",
	    host, "ref", or_empty(e->ref), "event", or_empty(e->event),
	    "user_kind", or_empty(e->user_kind), "auth", or_empty(e->auth),
	    "outcome", or_empty(e->outcome), "reason", or_empty(e->reason));
	text = o == NULL ? NULL : json_dumps(o, JSON_COMPACT);
	json_decref(o);
	if (text == NULL)
		return NULL;
	n = strlen(text);
	line = malloc(n + 2);
	if (line != NULL) {
		memcpy(line, text, n);
		memcpy(line + n, "\n", 2);
	}
	free(text);
	return line;
}

enum error_code
log_audit(const struct log_event *event)
{
	enum error_code error = ERR_NONE;
	char *line = NULL;
	ssize_t n;

	pthread_mutex_lock(&audit_lock);
	if (audit_fd < 0)
		goto out;
	line = audit_line(event);
	if (line == NULL) {
		error = ERR_NOMEM;
		goto out;
	}
	do
		n = write(audit_fd, line, strlen(line));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		error = errno == ENOSPC || errno == EDQUOT ? ERR_FULL
							   : ERR_IO;
	else if ((size_t)n != strlen(line))
		error = ERR_FULL;
out:
	pthread_mutex_unlock(&audit_lock);
	free(line);
	return error;
}
