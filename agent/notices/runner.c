#include "agent/notices/runner.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/notices/runner_part.h"
#include "base/local.h"
#include "base/log.h"

enum { SEND_MS = 5000 };            /* the runner reads at once */

struct job {
	uint32_t id;                /* 0: free */
	enum runner_slot slot;
	runner_done *done;          /* NULL: forgotten */
	void *ctx;
};

struct runner {
	int control;                /* -1: lost */
	bool has[RUNNER_SLOTS];
	uint32_t last;              /* id given last */
	struct job job[RUNNER_JOBS];
};

/* ---- commands ---------------------------------------------------------- */

enum error_code
runner_words(const char *line, struct runner_command *out, struct why *why)
{
	unsigned n = 0;
	char *rest;

	memset(out->argv, 0, sizeof out->argv);
	if (strlen(line) > RUNNER_LINE_MAX) {
		why_set(why, "is longer than %d bytes", RUNNER_LINE_MAX);
		return ERR_SIZE;
	}
	strcpy(out->room, line);
	for (char *word = strtok_r(out->room, " \t", &rest); word != NULL;
	    word = strtok_r(NULL, " \t", &rest)) {
		if (n == RUNNER_WORDS) {
			why_set(why, "has more than %d words", RUNNER_WORDS);
			out->argv[0] = NULL;
			return ERR_SIZE;
		}
		out->argv[n++] = word;
	}
	if (n > 0 && out->argv[0][0] != '/') {
		why_set(why, "must begin with the absolute path of a program; "
		    "there is no shell");
		out->argv[0] = NULL;
		return ERR_FORMAT;
	}
	return ERR_NONE;
}

enum error_code
runner_beside(const char *name, char *out, size_t cap, struct why *why)
{
	ssize_t n = readlink("/proc/self/exe", out, cap);
	char *slash;

	if (n <= 0 || (size_t)n >= cap) {
		why_set(why, "where this program is: %s",
		    n < 0 ? strerror(errno) : "too long");
		return n < 0 ? ERR_IO : ERR_SIZE;
	}
	out[n] = '\0';
	slash = strrchr(out, '/');
	if (slash == NULL || (size_t)(slash + 1 - out) + strlen(name) >= cap)
		return ERR_SIZE;
	strcpy(slash + 1, name);
	return ERR_NONE;
}

/* ---- life ---------------------------------------------------------------- */

static enum error_code
start(struct runner *r, const struct runner_command *command,
    struct why *why)
{
	int pair[2] = { -1, -1 };
	pid_t pid = -1;

	if (local_pair(pair) == ERR_NONE)
		pid = fork();
	if (pid == 0) {
		close(pair[0]);
		runner_main(pair[1], command);
	}
	local_close(&pair[1]);
	if (pid < 0) {
		why_set(why, "the runner of commands cannot be started");
		local_close(&pair[0]);
		return ERR_IO;
	}
	r->control = pair[0];
	return ERR_NONE;
}

enum error_code
runner_create(const struct runner_command command[static RUNNER_SLOTS],
    struct runner **out, struct why *why)
{
	struct runner *r = calloc(1, sizeof *r);
	enum error_code err;

	*out = NULL;
	if (r == NULL)
		return ERR_NOMEM;
	r->control = -1;
	for (unsigned i = 0; i < RUNNER_SLOTS; i++)
		r->has[i] = command[i].argv[0] != NULL;
	err = start(r, command, why);
	if (err != ERR_NONE)
		runner_destroy(&r);
	*out = r;
	return err;
}

void
runner_destroy(struct runner **r)
{
	if (r == NULL || *r == NULL)
		return;
	local_close(&(*r)->control);
	free(*r);
	*r = NULL;
}

bool
runner_has(const struct runner *r, enum runner_slot slot)
{
	return r != NULL && (unsigned)slot < RUNNER_SLOTS && r->has[slot];
}

/* ---- jobs ---------------------------------------------------------------- */

/* A free place, unless enough of this slot are under way; NULL. */
static struct job *
place(struct runner *r, enum runner_slot slot)
{
	struct job *free_ = NULL;
	unsigned n = 0;

	for (unsigned i = 0; i < RUNNER_JOBS; i++) {
		if (r->job[i].id == 0)
			free_ = &r->job[i];
		else if (r->job[i].slot == slot)
			n++;
	}
	return n < RUNNER_EACH ? free_ : NULL;
}

static enum error_code
send_ask(struct runner *r, uint32_t id, enum runner_slot slot,
    struct bytes input)
{
	struct runner_ask ask;
	enum error_code err;

	/* padding too: nothing undefined goes through the socket */
	memset(&ask, 0, sizeof ask);
	ask.id = id;
	ask.slot = (uint32_t)slot;
	ask.n = (uint32_t)input.n;
	if (input.n > 0)
		memcpy(ask.input, input.data, input.n);
	err = local_send(r->control, &ask, sizeof ask, -1, SEND_MS);
	sodium_memzero(&ask, sizeof ask);
	return err;
}

enum error_code
runner_start(struct runner *r, enum runner_slot slot, struct bytes input,
    runner_done *done, void *ctx)
{
	struct job *j;
	enum error_code err;

	if (!runner_has(r, slot))
		return ERR_NOTFOUND;
	if (r->control < 0)
		return ERR_CLOSED;
	if (input.n > RUNNER_INPUT_MAX)
		return ERR_SIZE;
	j = place(r, slot);
	if (j == NULL)
		return ERR_BUSY;
	if (++r->last == 0)
		r->last = 1;
	err = send_ask(r, r->last, slot, input);
	if (err == ERR_NONE)
		*j = (struct job){ .id = r->last, .slot = slot, .done = done,
		    .ctx = ctx };
	return err;
}

void
runner_forget(struct runner *r, const void *ctx)
{
	for (unsigned i = 0; r != NULL && i < RUNNER_JOBS; i++)
		if (r->job[i].ctx == ctx)
			r->job[i].done = NULL;
}

unsigned
runner_busy(const struct runner *r)
{
	unsigned n = 0;

	for (unsigned i = 0; r != NULL && i < RUNNER_JOBS; i++)
		n += r->job[i].id != 0;
	return n;
}

int
runner_fd(const struct runner *r)
{
	return r != NULL ? r->control : -1;
}

static void
finish(struct job *j, enum error_code err, int status)
{
	const struct job was = *j;

	*j = (struct job){ .id = 0 };   /* free before it may be used again */
	if (was.done != NULL)
		was.done(was.ctx, err, status);
}

static void
lost(struct runner *r)
{
	log_error(70, "runner", "start the agent again",
	    "the process that runs commands has ended");
	local_close(&r->control);
	for (unsigned i = 0; i < RUNNER_JOBS; i++)
		if (r->job[i].id != 0)
			finish(&r->job[i], ERR_CLOSED, 0);
}

void
runner_ready(struct runner *r)
{
	struct runner_answer answer;
	enum error_code err;
	size_t n;

	if (r == NULL || r->control < 0)
		return;
	while ((err = local_recv(r->control, &answer, sizeof answer, &n,
	    NULL, 0)) == ERR_NONE && n == sizeof answer)
		for (unsigned i = 0; i < RUNNER_JOBS; i++)
			if (r->job[i].id == answer.id && answer.id != 0) {
				finish(&r->job[i],
				    (enum error_code)answer.error,
				    answer.status);
				break;
			}
	if (err != ERR_BUSY)
		lost(r);
}
