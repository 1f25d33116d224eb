#include "base/cli.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#ifndef WAYLEAVE_VERSION
#define WAYLEAVE_VERSION "unknown"
#endif

#define MAX_OPTIONS 48

/* getopt values: commons first, then the command's own from OWN on. */
enum { OPT_CONFIG = 256, OPT_JSON, OPT_QUIET, OPT_HELP, OPT_VERSION, OWN };

static const struct cli_option commons[] = {
	{ "config", "FILE", "use this configuration file" },
	{ "json", NULL, "print JSON for programs" },
	{ "quiet", NULL, "print only errors" },
	{ "help", NULL, "print this" },
	{ "version", NULL, "print the version" },
	{ NULL, NULL, NULL },
};

/* ---- help ------------------------------------------------------------- */

static void
print_options(FILE *to, const struct cli_option *o)
{
	char left[64];

	for (; o != NULL && o->name != NULL; o++) {
		snprintf(left, sizeof left, "--%s%s%s", o->name,
		    o->arg == NULL ? "" : " ", o->arg == NULL ? "" : o->arg);
		fprintf(to, "  %-24s %s\n", left,
		    o->help == NULL ? "" : o->help);
	}
}

static void
print_help(const struct cli_program *p, FILE *to)
{
	size_t width = 0;

	for (size_t i = 0; i < p->n; i++)
		if (strlen(p->commands[i].name) > width)
			width = strlen(p->commands[i].name);
	fprintf(to, "%s: %s\n\nusage: %s COMMAND [words] [options]\n\n",
	    p->name, p->summary, p->name);
	for (size_t i = 0; i < p->n; i++)
		fprintf(to, "  %-*s  %s\n", (int)width, p->commands[i].name,
		    p->commands[i].summary);
	fprintf(to, "\nEvery command takes:\n");
	print_options(to, commons);
	if (p->config != NULL)
		fprintf(to, "\nConfiguration: %s\n", p->config);
	fprintf(to, "\n%s COMMAND --help says more about one command.\n",
	    p->name);
	if (p->more != NULL)
		fprintf(to, "%s\n", p->more);
}

static void
print_command_help(const struct cli_program *p, const struct cli_command *c,
    FILE *to)
{
	fprintf(to, "usage: %s %s%s%s\n\n%s\n", p->name, c->name,
	    c->args[0] == '\0' ? "" : " ", c->args, c->summary);
	if (c->options != NULL && c->options->name != NULL) {
		fprintf(to, "\nOptions:\n");
		print_options(to, c->options);
	}
	fprintf(to, "\nEvery command takes:\n");
	print_options(to, commons);
	fprintf(to, "\nExit: 0 done or yes, 1 no, 2 usage, 3 input or "
	    "configuration wrong,\n4 not now (retry is safe), 5 locked or "
	    "not yours to do, 6 proof failed,\n7 fault here.\n");
}

/* ---- errors ----------------------------------------------------------- */

static void
print_error(const char *program, unsigned id, const char *what,
    const char *why, const char *todo)
{
	fprintf(stderr, "%s: %s: %s", program, what, why);
	if (todo != NULL)
		fprintf(stderr, ": %s", todo);
	if (id != 0)
		fprintf(stderr, " [WL-%03u]", id);
	fputc('\n', stderr);
}

int
cli_fail(const struct cli *cli, enum cli_exit code, unsigned id,
    const char *what, const char *todo, const char *why, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, why);
	vsnprintf(text, sizeof text, why, ap);
	va_end(ap);
	fflush(stdout);
	print_error(cli->program->name, id, what, text, todo);
	return (int)code;
}

enum cli_exit
cli_exit_of(enum error_code error)
{
	switch (error) {
	case ERR_NONE:
		return CLI_DONE;
	case ERR_REFUSED:
	case ERR_NOTFOUND:
	case ERR_EXISTS:
		return CLI_NO;
	case ERR_USAGE:
		return CLI_USAGE;
	case ERR_FORMAT:
	case ERR_SIZE:
	case ERR_CONFIG:
		return CLI_INPUT;
	case ERR_BUSY:
	case ERR_OFFLINE:
	case ERR_CLOSED:
		return CLI_NOT_NOW;
	case ERR_LOCKED:
	case ERR_DENIED:
		return CLI_LOCKED;
	case ERR_CRYPTO:
	case ERR_PROOF:
	case ERR_CLOCK:
		return CLI_PROOF;
	case ERR_NOMEM:
	case ERR_IO:
	case ERR_FULL:
	case ERR_INTERNAL:
		return CLI_FAULT;
	}
	return CLI_FAULT;
}

int
cli_fail_error(const struct cli *cli, enum error_code error,
    const char *what, const struct why *why)
{
	const char *text = why != NULL && why->text[0] != '\0' ? why->text
							       : NULL;
	/* what a program was given and is not there is wrong input */
	const bool absent = error == ERR_NOTFOUND;
	const size_t n = strlen(what);

	/* a file that is named twice */
	if (text != NULL && strncmp(text, what, n) == 0 && text[n] == ':' &&
	    text[n + 1] == ' ')
		text += n + 2;

	return cli_fail(cli, absent ? CLI_INPUT : cli_exit_of(error), 0, what,
	    absent ? "check the path" : error == ERR_FULL ? "make room, then "
	    "do it again" : NULL, "%s", text == NULL ? error_text(error) :
	    text);
}

static int
usage(const struct cli_program *p, const struct cli_command *c,
    const char *what, const char *why)
{
	char todo[160];

	snprintf(todo, sizeof todo, "see %s%s%s --help", p->name,
	    c == NULL ? "" : " ", c == NULL ? "" : c->name);
	print_error(p->name, 0, what, why, todo);
	return CLI_USAGE;
}

/* ---- reading the command line ----------------------------------------- */

/*
 * How many leading words of argv are the name of `c`: 0, 1 or 2.  Options
 * may not stand between the two words of a name.
 */
static int
name_matches(const struct cli_command *c, int argc, char **argv)
{
	const char *space = strchr(c->name, ' ');
	size_t first = space == NULL ? strlen(c->name) :
	    (size_t)(space - c->name);

	if (argc < 1 || strlen(argv[0]) != first ||
	    memcmp(argv[0], c->name, first) != 0)
		return 0;
	if (space == NULL)
		return 1;
	return argc >= 2 && strcmp(argv[1], space + 1) == 0 ? 2 : 0;
}

static const struct cli_command *
find_command(const struct cli_program *p, int argc, char **argv, int *words)
{
	const struct cli_command *found = NULL;

	*words = 0;
	for (size_t i = 0; i < p->n; i++) {
		int n = name_matches(&p->commands[i], argc, argv);

		if (n > *words) {
			*words = n;
			found = &p->commands[i];
		}
	}
	return found;
}

/* The long options getopt shall know; false if the tables are too long. */
static bool
long_options(const struct cli_command *c, struct option *out)
{
	int n = 0;

	for (int i = 0; commons[i].name != NULL; i++, n++)
		out[n] = (struct option){ commons[i].name,
			commons[i].arg != NULL, NULL, OPT_CONFIG + i };
	for (int i = 0; c->options != NULL && c->options[i].name != NULL;
	    i++, n++) {
		if (n >= MAX_OPTIONS - 1)
			return false;
		out[n] = (struct option){ c->options[i].name,
			c->options[i].arg != NULL, NULL, OWN + i };
	}
	out[n] = (struct option){ NULL, 0, NULL, 0 };
	return true;
}

/* May it be given again?  Those whose argument is written with two dots. */
static bool
repeats(const struct cli_option *o)
{
	const size_t n = o->arg != NULL ? strlen(o->arg) : 0;

	return n > 2 && strcmp(o->arg + n - 2, "..") == 0;
}

/* -1: go on; otherwise the exit code. */
static int
take_option(struct cli *cli, int opt, const char *arg, const char *word)
{
	const struct cli_command *c = cli->command;

	switch (opt) {
	case OPT_CONFIG:
		if (cli->config_given)
			return usage(cli->program, c, word, "is given twice");
		cli->config = arg;
		cli->config_given = true;
		return -1;
	case OPT_JSON:
		cli->json = true;
		return -1;
	case OPT_QUIET:
		cli->quiet = true;
		return -1;
	case OPT_HELP:
		print_command_help(cli->program, c, stdout);
		return CLI_DONE;
	case OPT_VERSION:
		printf("%s %s\n", cli->program->name, WAYLEAVE_VERSION);
		return CLI_DONE;
	case ':':
		return usage(cli->program, c, word, "needs an argument");
	case '?':
		return usage(cli->program, c, word, "no such option here");
	default:
		break;
	}
	if (!repeats(&c->options[opt - OWN]) &&
	    cli_value(cli, c->options[opt - OWN].name) != NULL)
		return usage(cli->program, c, word, "is given twice");
	if (cli->values_n == CLI_MAX_VALUES)
		return usage(cli->program, c, word, "too many options");
	cli->values[cli->values_n++] = (struct cli_value){
		c->options[opt - OWN].name, arg == NULL ? "" : arg };
	return -1;
}

/* getopt_long takes "--al" for "--all"; a later --alarm would change that. */
static bool
whole_name(const char *word, const char *name)
{
	size_t n = strlen(name);

	return strncmp(word, "--", 2) == 0 &&
	    strncmp(word + 2, name, n) == 0 &&
	    (word[2 + n] == '\0' || word[2 + n] == '=');
}

static int
read_options(struct cli *cli, int argc, char **argv)
{
	struct option options[MAX_OPTIONS];
	int opt, code, at = 0;

	if (!long_options(cli->command, options)) {
		print_error(cli->program->name, 0, cli->command->name,
		    "has too many options", NULL);
		return CLI_FAULT;
	}
	optind = 0; /* glibc: start anew, also when called twice */
	opterr = 0;
	/* No short options; ':' tells a missing argument from a stranger. */
	while ((opt = getopt_long(argc, argv, ":", options, &at)) != -1) {
		const char *word = argv[optind > 1 ? optind - 1 : 1];

		if (opt >= OPT_CONFIG && optarg == word)
			word = argv[optind - 2];
		if (opt >= OPT_CONFIG && !whole_name(word, options[at].name))
			opt = '?';
		code = take_option(cli, opt, optarg, word);
		if (code >= 0)
			return code;
	}
	cli->argc = argc - optind;
	cli->argv = argv + optind;
	return -1;
}

static int
run_command(struct cli *cli, int argc, char **argv)
{
	const struct cli_command *c = cli->command;
	int code = read_options(cli, argc, argv);

	if (code >= 0)
		return code;
	if (cli->argc < c->min)
		return usage(cli->program, c, c->name, "words are missing");
	if (c->max >= 0 && cli->argc > c->max)
		return usage(cli->program, c, c->name, "too many words");
	code = c->run(cli);
	/* What was printed and could not be written was not done. */
	if (fflush(stdout) != 0 && code == CLI_DONE)
		return cli_fail(cli, CLI_FAULT, 0, c->name, NULL,
		    "writing to standard output: %s", strerror(errno));
	return code;
}

static int
no_command(const struct cli_program *p, int argc, char **argv)
{
	if (argc < 2) {
		print_help(p, stderr);
		return CLI_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		print_help(p, stdout);
		return CLI_DONE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("%s %s\n", p->name, WAYLEAVE_VERSION);
		return CLI_DONE;
	}
	if (argv[1][0] == '-')
		return usage(p, NULL, argv[1],
		    "the command comes before its options");
	return usage(p, NULL, argv[1], "no such command");
}

int
cli_main(const struct cli_program *p, int argc, char **argv)
{
	struct cli cli = { .program = p, .config = p->config,
		.context = p->context };
	int words;

	log_open(p->name);
	cli.command = find_command(p, argc - 1, argv + 1, &words);
	if (cli.command == NULL)
		return no_command(p, argc, argv);
	/* The last word of the name stands where getopt wants argv[0]. */
	return run_command(&cli, argc - words, argv + words);
}

/* ---- values ----------------------------------------------------------- */

const char *
cli_value_at(const struct cli *cli, const char *name, size_t i)
{
	for (size_t j = 0; j < cli->values_n; j++)
		if (strcmp(cli->values[j].name, name) == 0 && i-- == 0)
			return cli->values[j].value;
	return NULL;
}

const char *
cli_value(const struct cli *cli, const char *name)
{
	return cli_value_at(cli, name, 0);
}

bool
cli_flag(const struct cli *cli, const char *name)
{
	return cli_value(cli, name) != NULL;
}

enum error_code
cli_number(const struct cli *cli, const char *name, long long min,
    long long max, long long preset, long long *out)
{
	const char *text = cli_value(cli, name);
	char what[64];
	char *end;

	*out = preset;
	if (text == NULL)
		return ERR_NONE;
	errno = 0;
	*out = strtoll(text, &end, 10);
	if (errno == 0 && end != text && *end == '\0' && *out >= min &&
	    *out <= max)
		return ERR_NONE;
	snprintf(what, sizeof what, "--%s", name);
	(void)cli_fail(cli, CLI_USAGE, 0, what, NULL,
	    "must be a whole number from %lld to %lld", min, max);
	return ERR_USAGE;
}
