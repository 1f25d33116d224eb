/*
 * Running outside commands: the one process that may.
 *
 * runner_create() forks it before any secret is in memory, before the agent
 * gives up the right to run programs.  It owns the commands, copied from the
 * configuration that was read at start; the agent can name one by its slot
 * and give it a little standard input, and nothing else: no argument, no
 * environment, no other program.
 *
 * A command gets exactly its words as argv (no shell), its input, an
 * environment of PATH, LANG and CREDENTIALS_DIRECTORY, "/" as its folder and
 * /dev/null to print to: what it says may hold an address, so only its exit
 * status is heard.  It has a session of its own; when it ends, or when its
 * time is over, what is left of its process group is killed.
 */
#ifndef WAYLEAVE_AGENT_RUNNER_H
#define WAYLEAVE_AGENT_RUNNER_H

#include <stddef.h>

#include "base/bytes.h"

struct runner;

enum runner_slot {
	RUNNER_NOTIFY,              /* a safe notice to one person */
	RUNNER_ALERT,               /* a number to IT */
	RUNNER_DUTY,                /* wakes who is on duty */
	RUNNER_PAM,                 /* asks PAM about one person */
	RUNNER_SLOTS
};

enum {
	RUNNER_INPUT_MAX = 4096,    /* bytes of standard input */
	RUNNER_WORDS = 15,          /* of a command */
	RUNNER_LINE_MAX = 1024,     /* bytes of a command line */
	RUNNER_EACH = 8,            /* at a time of one slot */
};

struct runner_command {
	const char *argv[RUNNER_WORDS + 1]; /* [0] absolute; NULL: no command */
	unsigned seconds;           /* then it is killed */
	char room[RUNNER_LINE_MAX + 1]; /* what runner_words points into */
};

/*
 * Splits `line` at blanks into argv; there is no quoting.  An empty line is
 * no command.  ERR_FORMAT when the first word is no absolute path, ERR_SIZE;
 * `why` says it without naming the line.
 */
MUST_USE enum error_code runner_words(const char *line,
    struct runner_command *out, struct why *why);
/* The path of the program `name` in the folder of the running program. */
MUST_USE enum error_code runner_beside(const char *name, char *out,
    size_t cap, struct why *why);

/*
 * Forks.  To be called first of all: before threads, secrets, connections
 * and sandbox_harden (a command such as sendmail may need the rights of its
 * file, which that gives up).  `command` may go afterwards.
 */
MUST_USE enum error_code runner_create(
    const struct runner_command command[static RUNNER_SLOTS],
    struct runner **out, struct why *why);
/* Kills what is under way, without a call; accepts NULL. */
void runner_destroy(struct runner **r);

/* Has the configuration a command for this slot? */
bool runner_has(const struct runner *r, enum runner_slot slot);

/*
 * How it ended.  ERR_NONE: by itself, with this exit status; ERR_BUSY: its
 * time was over; ERR_NOTFOUND: it cannot be run; ERR_CLOSED: a signal ended
 * it, or the runner is lost.
 */
typedef void runner_done(void *ctx, enum error_code err, int status);

/*
 * Starts the slot's command on a copy of `input`.  `done` is called exactly
 * once, from runner_ready.  ERR_NOTFOUND: no command there; ERR_SIZE;
 * ERR_BUSY: RUNNER_EACH are under way; ERR_CLOSED: the runner is lost.
 */
MUST_USE enum error_code runner_start(struct runner *r,
    enum runner_slot slot, struct bytes input, runner_done *done, void *ctx);
/* Forgets every job with this ctx; `done` is not called. */
void runner_forget(struct runner *r, const void *ctx);

/* How many commands are under way. */
unsigned runner_busy(const struct runner *r);
/* For poll(2), readable; -1 when there is no runner (any more). */
int runner_fd(const struct runner *r);
/* Takes what has ended. */
void runner_ready(struct runner *r);

#endif
