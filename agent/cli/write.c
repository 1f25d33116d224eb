/* send, correct, recall, ask, answer, lint. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/cli/ask.h"
#include "agent/cli/cli.h"

/* Prints what became of it, if there is anything to print. */
static int
finish(struct cli *cli, enum api_verb verb, json_t *in)
{
	json_t *out = NULL;
	int code = ask_agent(cli, verb, in, &out);

	if (out != NULL && !cli->json && !cli->quiet)
		ask_print_sent(out);
	json_decref(out);
	return code;
}

/* --to M,.. or one of the words. */
static void
set_to(json_t *in, const char *to)
{
	if (to != NULL && (strcmp(to, "allowed") == 0 ||
	    strcmp(to, "none") == 0))
		ask_set(in, "to", to);
	else
		ask_set_list(in, "to", to);
}

int
cli_send(struct cli *cli)
{
	const char *named = cli_value(cli, "case");
	json_t *doc, *in;
	int code = ask_document(cli, cli->argv[0], &doc);

	if (code != CLI_DONE)
		return code;
	in = json_pack("{s:o}", "content", doc);
	if (named != NULL)
		json_object_set_new(in, "case", ask_case(named));
	set_to(in, cli_value(cli, "to"));
	return finish(cli, cli_flag(cli, "dry-run") ? VERB_PREVIEW :
	    VERB_SEND, in);
}

int
cli_correct(struct cli *cli)
{
	json_t *doc, *in;
	int code = ask_document(cli, cli->argv[1], &doc);

	if (code != CLI_DONE)
		return code;
	in = json_pack("{s:s, s:o}", "observation", cli->argv[0], "content",
	    doc);
	set_to(in, cli_value(cli, "to"));
	if (cli_flag(cli, "dry-run"))
		json_object_set_new(in, "dry_run", json_true());
	return finish(cli, VERB_CORRECT, in);
}

int
cli_recall(struct cli *cli)
{
	json_t *in = json_pack("{s:s}", "observation", cli->argv[0]);
	json_t *out = NULL;
	const json_t *copy;
	size_t i;
	int code;

	ask_set(in, "reason", cli_value(cli, "reason"));
	code = ask_agent(cli, VERB_RECALL, in, &out);
	if (!cli->json && !cli->quiet)
		json_array_foreach(json_object_get(out, "copies"), i, copy)
			printf("%-10s  %s\n", ask_str(copy, "state"),
			    ask_str(copy, "member"));
	json_decref(out);
	return code;
}

int
cli_ask(struct cli *cli)
{
	const char *file = cli_value(cli, "file");
	json_t *in;
	char *text;
	int code = ask_text(cli, file != NULL ? file : "-", &text);

	if (code != CLI_DONE)
		return code;
	in = json_pack("{s:o, s:s}", "case", ask_case(cli->argv[0]), "text",
	    text);
	free(text);
	ask_set(in, "to", cli_value(cli, "to"));
	ask_set(in, "gap", cli_value(cli, "gap"));
	ask_set(in, "about", cli_value(cli, "about"));
	ask_set(in, "by", cli_value(cli, "by"));
	return finish(cli, VERB_ASK, in);
}

/* A document when it looks like one, else plain words. */
static int
answer_text(struct cli *cli, const char *path, json_t *in)
{
	json_error_t at;
	json_t *doc;
	char *text;
	int code = ask_text(cli, path, &text);

	if (code != CLI_DONE)
		return code;
	doc = json_loads(text, JSON_REJECT_DUPLICATES, &at);
	if (json_is_object(doc)) {
		json_object_set_new(in, "content", doc);
	} else {
		json_decref(doc);
		ask_set(in, "text", text);
	}
	free(text);
	return CLI_DONE;
}

int
cli_answer(struct cli *cli)
{
	json_t *in = json_object();
	json_int_t message;
	int code = CLI_DONE;

	if (!ask_message(cli->argv[0], &message))
		code = cli_fail(cli, CLI_USAGE, 0, "answer", "give the "
		    "question's number from the inbox, such as m171002",
		    "\"%s\" is no message", cli->argv[0]);
	if (code == CLI_DONE)
		code = answer_text(cli, cli->argc > 1 ? cli->argv[1] : "-",
		    in);
	if (code != CLI_DONE) {
		json_decref(in);
		return code;
	}
	json_object_set_new(in, "message", json_integer(message));
	ask_set_list(in, "about", cli_value(cli, "about"));
	return finish(cli, VERB_ANSWER, in);
}

int
cli_lint(struct cli *cli)
{
	json_t *in = json_object(), *out = NULL;
	int code = answer_text(cli, cli->argv[0], in);
	size_t hits;

	if (code != CLI_DONE) {
		json_decref(in);
		return code;
	}
	code = ask_agent(cli, VERB_LINT, in, &out);
	hits = json_array_size(json_object_get(out, "lint"));
	if (code == CLI_DONE && !cli->json) {
		ask_print_lint(json_object_get(out, "lint"));
		if (hits == 0 && !cli->quiet)
			puts("nothing found");
	}
	json_decref(out);
	return code == CLI_DONE && hits > 0 ? CLI_NO : code;
}
