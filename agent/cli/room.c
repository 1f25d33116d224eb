/*
 * What is done with the survivor in the room: case open, consent, renew,
 * withdraw, resume, phrases.  What she is to remember is printed once.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/cli/ask.h"
#include "agent/cli/cli.h"

enum { PASSPHRASE_MAX_ = 512 };

/* Puts her passphrase into the request; CLI_DONE or what went wrong. */
static int
set_passphrase(struct cli *cli, json_t *in)
{
	char pass[PASSPHRASE_MAX_];
	struct why why = { "" };
	enum error_code err = cli_secret(cli, "Her passphrase (not shown): ",
	    pass, sizeof pass, &why);

	if (err == ERR_NONE)
		ask_set(in, "passphrase", pass);
	sodium_memzero(pass, sizeof pass);
	return err == ERR_NONE ? CLI_DONE : cli_fail_error(cli, err,
	    cli->command->name, &why);
}

static void
print_words(const json_t *out)
{
	static const struct {
		const char *key, *label;
	} line[] = {
		{ "passphrase", "passphrase" },
		{ "stop", "stop phrase" },
		{ "forced", "if forced" },
	};
	bool any = false;

	for (size_t i = 0; i < sizeof line / sizeof line[0]; i++)
		if (ask_str(out, line[i].key)[0] != '\0') {
			printf("%-12s  %s\n", line[i].label, ask_str(out,
			    line[i].key));
			any = true;
		}
	if (any)
		puts("shown once and kept nowhere: let her say them, write "
		    "nothing down, then clear this screen");
}

int
cli_case_open(struct cli *cli)
{
	json_t *in = json_object(), *out = NULL;
	int code;

	ask_set(in, "reference", cli_value(cli, "reference"));
	ask_set(in, "language", cli_value(cli, "language"));
	code = ask_agent(cli, VERB_CASE_OPEN, in, &out);
	if (code == CLI_DONE && !cli->json) {
		printf("opened        case %" JSON_INTEGER_FORMAT "%s%s\n",
		    ask_int(out, "case"), ask_str(out, "reference")[0] != '\0'
		    ? ", " : "", ask_str(out, "reference"));
		print_words(out);
	}
	json_decref(out);
	return code;
}

/* ---- consent -------------------------------------------------------------------- */

static void
print_texts(const json_t *list)
{
	const json_t *v;
	const char *between = "";
	size_t i;

	json_array_foreach(list, i, v) {
		printf("%s%s", between, json_is_string(v) ?
		    json_string_value(v) : ask_str(v, "to"));
		between = ",";
	}
}

static void
print_lines(const json_t *lines)
{
	const json_t *v;
	size_t i;

	json_array_foreach(lines, i, v) {
		printf("%-5s %s -> %s  ", ask_str(v, "name")[0] != '\0' ?
		    ask_str(v, "name") : "", ask_str(v, "from"),
		    ask_str(v, "to"));
		print_texts(json_object_get(v, "scopes"));
		printf("  %s  until %s", ask_str(v, "purpose"),
		    ask_str(v, "until"));
		if (ask_str(v, "grant")[0] != '\0')
			printf("  %.8s", ask_str(v, "grant"));
		if (json_is_integer(json_object_get(v, "used")))
			printf("  used %" JSON_INTEGER_FORMAT "%s%s",
			    ask_int(v, "used"), ask_str(v, "last")[0] != '\0'
			    ? ", last " : "", ask_str(v, "last"));
		putchar('\n');
		if (ask_str(v, "words")[0] != '\0')
			printf("      %s\n", ask_str(v, "words"));
	}
}

static void
print_grants(const json_t *out)
{
	const json_t *v;
	size_t i;

	json_array_foreach(json_object_get(out, "grants"), i, v)
		printf("%-9s %.8s  %s -> %s%s%s\n", ask_str(v, "state"),
		    ask_str(v, "grant"), ask_str(v, "from"),
		    ask_str(v, "to"), ask_str(v, "rule")[0] != '\0' ? "  " :
		    "", ask_str(v, "rule"));
	v = json_object_get(out, "introductions");
	if (json_array_size(v) > 0) {
		printf("introduced to ");
		print_texts(v);
		putchar('\n');
	}
	print_words(out);
}

static int
consent_request(struct cli *cli, json_t **in)
{
	const char *intro = cli_value(cli, "introduction");
	const char *named = cli_value(cli, "case");
	json_t *doc;
	int code = ask_document(cli, cli->argv[0], &doc);

	if (code != CLI_DONE)
		return code;
	*in = json_pack("{s:o}", "set", doc);
	if (named != NULL)
		json_object_set_new(*in, "case", ask_case(named));
	ask_set(*in, "waiver", cli_value(cli, "waiver"));
	ask_set(*in, "language", cli_value(cli, "language"));
	ask_set_list(*in, "causing_harm", cli_value(cli, "causing-harm"));
	ask_set_list(*in, "own_line", cli_value(cli, "own-line"));
	if (intro == NULL)
		return CLI_DONE;
	code = ask_document(cli, intro, &doc);
	if (code == CLI_DONE)
		json_object_set_new(*in, "introduction", doc);
	else
		json_decref(*in);
	return code;
}

/* Reads the set back, line by line. */
static int
read_back(struct cli *cli, const json_t *in)
{
	json_t *copy = json_copy((json_t *)in), *out = NULL;
	int code;

	json_object_set_new(copy, "dry_run", json_true());
	code = cli_flag(cli, "dry-run") ? ask_agent(cli, VERB_CONSENT, copy,
	    &out) : ask_quietly(cli, VERB_CONSENT, copy, &out);
	if (code == CLI_DONE && !cli->json && !cli->quiet)
		print_lines(json_object_get(out, "lines"));
	json_decref(out);
	return code;
}

int
cli_case_consent(struct cli *cli)
{
	json_t *in = NULL, *out = NULL;
	int code = consent_request(cli, &in);

	if (code != CLI_DONE)
		return code;
	/* nobody reads it back to a script */
	if (isatty(STDIN_FILENO) || cli_flag(cli, "dry-run"))
		code = read_back(cli, in);
	if (code == CLI_DONE && !cli_flag(cli, "dry-run")) {
		if (isatty(STDIN_FILENO) && !ask_yes("Read back and agreed? "
		    "(yes/no) "))
			code = cli_fail(cli, CLI_NO, 0, "consent", NULL,
			    "not agreed, so nothing was signed");
		if (code == CLI_DONE)
			code = set_passphrase(cli, in);
		if (code == CLI_DONE) {
			code = ask_agent(cli, VERB_CONSENT, json_incref(in),
			    &out);
			if (!cli->json)
				print_grants(out);
		}
	}
	json_decref(out);
	json_decref(in);
	return code;
}

int
cli_case_renew(struct cli *cli)
{
	const char *renew = cli_value(cli, "renew");
	const char *days = cli_value(cli, "days");
	json_t *in = json_pack("{s:o}", "case", ask_case(cli->argv[0]));
	json_t *out = NULL;
	int code = CLI_DONE;

	if (renew != NULL) {
		if (strcmp(renew, "all") == 0)
			ask_set(in, "renew", renew);
		else
			ask_set_list(in, "renew", renew);
		ask_set(in, "asked_alone", cli_value(cli, "asked-alone"));
		ask_set(in, "safe_now", cli_value(cli, "safe-now"));
		ask_set(in, "pressed", cli_value(cli, "pressed"));
		ask_set(in, "method", cli_value(cli, "method"));
		ask_set(in, "waiver", cli_value(cli, "waiver"));
		if (days != NULL)
			json_object_set_new(in, "days",
			    json_integer(strtoll(days, NULL, 10)));
		code = set_passphrase(cli, in);
	}
	if (code != CLI_DONE) {
		json_decref(in);
		return code;
	}
	code = ask_agent(cli, VERB_CASE_RENEW, in, &out);
	if (!cli->json) {
		print_lines(json_object_get(out, "lines"));
		print_grants(out);
	}
	json_decref(out);
	return code;
}

/* ---- stopping -------------------------------------------------------------------- */

int
cli_case_withdraw(struct cli *cli)
{
	json_t *in = json_pack("{s:o}", "case", ask_case(cli->argv[0]));
	json_t *out = NULL;
	int code = CLI_DONE;

	ask_set(in, "grant", cli_value(cli, "grant"));
	ask_set(in, "member", cli_value(cli, "member"));
	if (cli_flag(cli, "all"))
		json_object_set_new(in, "all", json_true());
	if (cli_flag(cli, "heard-by-phone"))
		ask_set(in, "heard", "phone");
	else if (cli_flag(cli, "heard-in-person"))
		ask_set(in, "heard", "in-person");
	else if (cli_flag(cli, "passphrase") || cli_flag(cli, "secret-file") ||
	    cli_flag(cli, "secret-fd"))
		code = set_passphrase(cli, in);
	if (code != CLI_DONE) {
		json_decref(in);
		return code;
	}
	code = ask_agent(cli, VERB_WITHDRAW, in, &out);
	if (!cli->json && !cli->quiet) {
		const json_t *v;
		size_t i;

		json_array_foreach(json_object_get(out, "withdrawn"), i, v)
			printf("%-10s %.8s  %s -> %s\n", ask_str(v, "state"),
			    ask_str(v, "grant"), ask_str(v, "from"),
			    ask_str(v, "to"));
	}
	json_decref(out);
	return code;
}

static int
new_phrases(struct cli *cli, enum api_verb verb)
{
	json_t *in = json_pack("{s:o}", "case", ask_case(cli->argv[0]));
	json_t *out = NULL;
	int code = set_passphrase(cli, in);

	if (code != CLI_DONE) {
		json_decref(in);
		return code;
	}
	ask_set(in, "language", cli_value(cli, "language"));
	code = ask_agent(cli, verb, in, &out);
	if (code == CLI_DONE && !cli->json)
		print_words(out);
	json_decref(out);
	return code;
}

int
cli_case_resume(struct cli *cli)
{
	return new_phrases(cli, VERB_RESUME);
}

/* "rehearse" tries a phrase and writes nothing; a case draws new ones. */
int
cli_case_phrases(struct cli *cli)
{
	char phrase[PASSPHRASE_MAX_];
	struct why why = { "" };
	enum error_code err;
	int code;

	if (strcmp(cli->argv[0], "rehearse") != 0)
		return new_phrases(cli, VERB_PHRASES);
	err = cli_secret(cli, "Phrase (not shown): ", phrase, sizeof phrase,
	    &why);
	if (err != ERR_NONE)
		code = cli_fail_error(cli, err, "rehearse", &why);
	else
		code = ask_agent(cli, VERB_REHEARSE, json_pack("{s:s}",
		    "phrase", phrase), NULL);
	sodium_memzero(phrase, sizeof phrase);
	return code;
}
