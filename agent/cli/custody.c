/* case statement, status, exclude, introduce, close. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/cli/ask.h"
#include "agent/cli/cli.h"

int
cli_case_statement(struct cli *cli)
{
	json_t *out = NULL;
	int code = ask_agent(cli, VERB_STATEMENT, json_pack("{s:o}", "case",
	    ask_case(cli->argv[0])), &out);

	if (code == CLI_DONE && !cli->json)
		fputs(ask_str(out, "text"), stdout);
	json_decref(out);
	return code;
}

static void
print_status(const json_t *out)
{
	const json_t *v, *s;
	size_t i, k;

	printf("case      %s\n", ask_str(out, "state"));
	json_array_foreach(json_object_get(out, "grants"), i, v) {
		printf("%-9s %.8s  %s -> %s  ", ask_str(v, "state"),
		    ask_str(v, "grant"), ask_str(v, "from"), ask_str(v,
		    "to"));
		json_array_foreach(json_object_get(v, "scopes"), k, s)
			printf("%s%s", k > 0 ? "," : "",
			    json_string_value(s));
		printf("  %s  until %s%s\n", ask_str(v, "purpose"),
		    ask_str(v, "until"),
		    json_is_false(json_object_get(v, "agrees")) ?
		    "  TERMS AND LABELS DISAGREE" : "");
	}
	json_array_foreach(json_object_get(out, "introductions"), i, v)
		printf("introduction to %s: %s\n", ask_str(v, "to"),
		    ask_str(v, "state"));
}

int
cli_case_status(struct cli *cli)
{
	json_t *out = NULL;
	int code = ask_agent(cli, VERB_CONSENT_STATUS, json_pack("{s:o}",
	    "case", ask_case(cli->argv[0])), &out);

	if (code == CLI_DONE && !cli->json)
		print_status(out);
	json_decref(out);
	return code;
}

static void
print_introduced(const struct cli *cli, const json_t *out)
{
	const json_t *v;
	size_t i;

	if (cli->json || cli->quiet)
		return;
	json_array_foreach(json_object_get(out, "introductions"), i, v)
		printf("introduction to %s%s%s\n", json_is_string(v) ?
		    json_string_value(v) : ask_str(v, "to"),
		    ask_str(v, "state")[0] != '\0' ? ": " : "",
		    ask_str(v, "state"));
}

/* "NAME; RELATION" a line: names are in no argument, others see those. */
static json_t *
exclusions_of(char *text)
{
	json_t *list = json_array();

	for (char *line = strtok(text, "\n"); line != NULL;
	    line = strtok(NULL, "\n")) {
		char *semi = strchr(line, ';');
		const char *relation = "";

		if (semi != NULL) {
			*semi = '\0';
			relation = semi + 1 + strspn(semi + 1, " ");
		}
		json_array_append_new(list, json_pack("{s:s, s:s}", "name",
		    line, "relation", relation));
	}
	return list;
}

int
cli_case_exclude(struct cli *cli)
{
	json_t *out = NULL;
	char *text;
	int code = ask_text(cli, cli->argc > 1 ? cli->argv[1] : "-", &text);

	if (code != CLI_DONE)
		return code;
	code = ask_agent(cli, VERB_EXCLUDE, json_pack("{s:o, s:o}", "case",
	    ask_case(cli->argv[0]), "exclusions", exclusions_of(text)), &out);
	free(text);
	print_introduced(cli, out);
	json_decref(out);
	return code;
}

int
cli_case_introduce(struct cli *cli)
{
	json_t *in = json_pack("{s:o}", "case", ask_case(cli->argv[0]));
	json_t *out = NULL, *doc;
	int code = CLI_DONE;

	ask_set_list(in, "to", cli_value(cli, "to"));
	if (cli->argc > 1) {
		code = ask_document(cli, cli->argv[1], &doc);
		if (code == CLI_DONE)
			json_object_set_new(in, "introduction", doc);
	}
	if (code != CLI_DONE) {
		json_decref(in);
		return code;
	}
	code = ask_agent(cli, VERB_INTRODUCE, in, &out);
	print_introduced(cli, out);
	json_decref(out);
	return code;
}

int
cli_case_close(struct cli *cli)
{
	json_t *in = json_pack("{s:o}", "case", ask_case(cli->argv[0]));

	ask_set(in, "reason", cli_value(cli, "reason"));
	return ask_agent(cli, VERB_CASE_CLOSE, in, NULL);
}
