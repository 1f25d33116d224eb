/*
 * Command lines: a table of subcommands, their options and their help, the
 * exit codes of USERS 3, and the one form of an error.
 *
 * A command's name is one or two words ("inbox", "case open").  Options are
 * long (--to NAME, --to=NAME), may stand anywhere after the command, and are
 * refused unless the command's table has them.  Every command has --config
 * FILE, --json, --quiet, --help; every program --version.
 */
#ifndef WAYLEAVE_BASE_CLI_H
#define WAYLEAVE_BASE_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/error.h"

enum cli_exit {
	CLI_DONE = 0,    /* done, or "yes" */
	CLI_NO = 1,      /* refused by a rule, or a check found something */
	CLI_USAGE = 2,   /* the command line is wrong */
	CLI_INPUT = 3,   /* a file or the configuration is wrong */
	CLI_NOT_NOW = 4, /* unreachable or busy: retrying is safe */
	CLI_LOCKED = 5,  /* locked, or your role may not */
	CLI_PROOF = 6,   /* signature, inclusion, consistency, clock */
	CLI_FAULT = 7    /* disk, memory, a fault in the program */
};

struct cli;

struct cli_option {
	const char *name; /* without the dashes; NULL ends the table */
	const char *arg;  /* word for its argument in help; NULL: a flag; one
	                   * that may be given again ends in "..": "FILE.." */
	const char *help;
};

/* A command that takes a secret lists these (see cli_secret). */
#define CLI_SECRET_OPTIONS                                                \
	{ "secret-file", "FILE", "read the secret from FILE (mode 0600)" }, \
	{ "secret-fd", "N", "read the secret from open file N" }

struct cli_command {
	const char *name;
	const char *args;    /* for help: "CASE [--all]"; "" for none */
	const char *summary; /* one line */
	int (*run)(struct cli *cli);
	const struct cli_option *options; /* may be NULL */
	int min, max;        /* how many words follow; max -1: any number */
};

struct cli_program {
	const char *name;    /* "wayleave-broker" */
	const char *summary; /* one sentence: what it is for */
	const char *config;  /* default configuration file, or NULL */
	const struct cli_command *commands;
	size_t n;
	const char *more;    /* closing lines of the help, or NULL */
	void *context;       /* the program's own, see struct cli */
};

#define CLI_MAX_VALUES 64

struct cli_value {
	const char *name, *value; /* value "" for a flag */
};

/* One run of one command. */
struct cli {
	const struct cli_program *program;
	const struct cli_command *command;
	const char *config; /* --config, else the program's default */
	bool config_given;
	bool json, quiet;
	int argc;           /* the words after the command, options taken out */
	char **argv;
	struct cli_value values[CLI_MAX_VALUES];
	size_t values_n;
	void *context;
};

/* Runs the command that argv names; returns the exit code for main. */
int cli_main(const struct cli_program *program, int argc, char **argv);

/* The (first) value of an option, NULL if it was not given. */
const char *cli_value(const struct cli *cli, const char *name);
/* The i-th value of an option given several times, NULL past the last. */
const char *cli_value_at(const struct cli *cli, const char *name, size_t i);
bool cli_flag(const struct cli *cli, const char *name);
/*
 * A whole number option within min..max; `preset` if it is not given.
 * ERR_USAGE after printing the error.
 */
MUST_USE enum error_code cli_number(const struct cli *cli, const char *name,
    long long min, long long max, long long preset, long long *out);

/*
 * Prints "program: what: why: todo [WL-nnn]" on stderr and returns `code`,
 * so that a command ends with `return cli_fail(...)`.  todo may be NULL,
 * id 0 for none.
 */
int cli_fail(const struct cli *cli, enum cli_exit code, unsigned id,
    const char *what, const char *todo, const char *why, ...)
    __attribute__((format(printf, 6, 7)));
/* The same for an error code: its exit code, `why` or the table's text. */
int cli_fail_error(const struct cli *cli, enum error_code error,
    const char *what, const struct why *why);
/* The exit code that stands for an error. */
enum cli_exit cli_exit_of(enum error_code error);

/*
 * Reads a secret of 1 to cap - 1 bytes into out as a string: from
 * --secret-file, --secret-fd, or the terminal without echo after `prompt`
 * (ERR_USAGE if there is none of them).  A trailing newline is taken off.
 * The caller wipes `out`, also on error.
 */
MUST_USE enum error_code cli_secret(const struct cli *cli,
    const char *prompt, char *out, size_t cap, struct why *why);

#endif
