/* stop, mandated, conflict-checked, cases. */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/cli/ask.h"
#include "agent/cli/cli.h"

enum { PHRASE_MAX_ = 512 };

/* Right or wrong, the answer is the same; so nothing is printed beside it. */
int
cli_stop(struct cli *cli)
{
	char phrase[PHRASE_MAX_];
	struct why why = { "" };
	enum error_code err = cli_secret(cli, "Phrase (not shown): ", phrase,
	    sizeof phrase, &why);
	int code;

	if (err != ERR_NONE) {
		sodium_memzero(phrase, sizeof phrase);
		return cli_fail_error(cli, err, "stop", &why);
	}
	code = ask_agent(cli, VERB_STOP, json_pack("{s:s}", "phrase", phrase),
	    NULL);
	sodium_memzero(phrase, sizeof phrase);
	return code;
}

int
cli_mandated(struct cli *cli)
{
	json_t *in = json_pack("{s:o}", "case", ask_case(cli->argv[0]));
	json_t *out = NULL;
	int code;

	ask_set(in, "to", cli_value(cli, "to"));
	ask_set(in, "ground", cli_value(cli, "ground"));
	ask_set(in, "told", cli_value(cli, "told"));
	ask_set(in, "why", cli_value(cli, "why"));
	code = ask_agent(cli, VERB_MANDATED, in, &out);
	if (code == CLI_DONE && !cli->json && !cli->quiet)
		printf("ledger    entry %" JSON_INTEGER_FORMAT "\n",
		    ask_int(out, "entry"));
	json_decref(out);
	return code;
}

int
cli_checked(struct cli *cli)
{
	json_t *in = json_pack("{s:o}", "case", ask_case(cli->argv[0]));
	json_t *out = NULL;
	const json_t *v;
	size_t i;
	int code;

	if (cli_flag(cli, "confirm")) {
		json_object_set_new(in, "confirm", json_true());
		ask_set_list(in, "excluded", cli_value(cli, "exclude"));
	}
	code = ask_agent(cli, VERB_CHECKED, in, &out);
	if (code != CLI_DONE || cli->json) {
		json_decref(out);
		return code;
	}
	json_array_foreach(json_object_get(out, "exclusions"), i, v)
		printf("must not see it  %s, %s\n", ask_str(v, "name"),
		    ask_str(v, "relation"));
	json_array_foreach(json_object_get(out, "suggested"), i, v)
		printf("looks like       account %s\n", json_string_value(v));
	json_array_foreach(json_object_get(out, "excluded"), i, v)
		printf("excluded         %s\n", json_string_value(v));
	if (!cli_flag(cli, "confirm"))
		puts("compare them with your staff, then: wayleave "
		    "conflict-checked CASE --confirm [--exclude ACCOUNT,..]");
	json_decref(out);
	return code;
}

static void
print_cases(const json_t *out)
{
	const json_t *v;
	size_t i;

	json_array_foreach(json_object_get(out, "cases"), i, v) {
		printf("case %" JSON_INTEGER_FORMAT, ask_int(v, "case"));
		if (ask_str(v, "reference")[0] != '\0')
			printf(" (%s)", ask_str(v, "reference"));
		printf("  %s%s%s\n", json_is_true(json_object_get(v, "ours")) ?
		    "ours" : ask_str(v, "custodian"),
		    ask_str(v, "state")[0] != '\0' ? ", " : "",
		    ask_str(v, "state"));
		if (json_is_false(json_object_get(v, "checked")))
			puts("  a conflict officer has not compared the "
			    "exclusions yet");
	}
	json_array_foreach(json_object_get(out, "tasks"), i, v)
		printf("task %" JSON_INTEGER_FORMAT "  case %"
		    JSON_INTEGER_FORMAT "  %s  %s\n", ask_int(v, "task"),
		    ask_int(v, "case"), ask_str(v, "at"), ask_str(v,
		    "words"));
}

int
cli_cases(struct cli *cli)
{
	const char *done = cli_value(cli, "done");
	json_t *in = json_object(), *out = NULL;
	int code;

	if (done != NULL)
		json_object_set_new(in, "done", json_integer(strtoll(done,
		    NULL, 10)));
	code = ask_agent(cli, VERB_CASES, in, &out);
	if (code == CLI_DONE && !cli->json)
		print_cases(out);
	json_decref(out);
	return code;
}

/* m12 is a message, 12 a task, 8 digits and more a record of ours. */
int
cli_acknowledge(struct cli *cli)
{
	json_t *in = json_object();
	json_int_t n;

	if (cli->argv[0][0] == 'm' && ask_message(cli->argv[0], &n))
		json_object_set_new(in, "message", json_integer(n));
	else if (strlen(cli->argv[0]) >= 8)
		ask_set(in, "observation", cli->argv[0]);
	else
		json_object_set_new(in, "task", json_integer(strtoll(
		    cli->argv[0], NULL, 10)));
	return ask_agent(cli, VERB_ACKNOWLEDGE, in, NULL);
}

/* ---- whom to call; who takes over ---------------------------------------- */

int
cli_calls(struct cli *cli)
{
	json_t *out = NULL;
	const json_t *m;
	const int code = ask_agent(cli, VERB_MEMBERS, NULL, &out);
	size_t i;

	if (code == CLI_DONE && !cli->json)
		json_array_foreach(json_object_get(out, "members"), i, m)
			if (ask_str(m, "phone")[0] != '\0')
				printf("%-16s  %s\n", ask_str(m, "phone"),
				    ask_str(m, "name"));
	json_decref(out);
	return code;
}

static void
print_handovers(const json_t *out)
{
	const json_t *h, *list = json_object_get(out, "handovers");
	size_t i;

	json_array_foreach(list, i, h) {
		const bool mine = json_is_true(json_object_get(h, "mine"));

		printf("%" JSON_INTEGER_FORMAT "  ", ask_int(h, "handover"));
		if (ask_int(h, "case") != 0)
			printf("case %" JSON_INTEGER_FORMAT, ask_int(h,
			    "case"));
		else
			printf("all cases");
		printf("  %s %s%s%s  %s\n", mine ? "from" : "to", ask_str(h,
		    mine ? "from" : "to"), ask_str(h, "until")[0] != '\0' ?
		    " until " : "", ask_str(h, "until"), ask_str(h, "note"));
	}
	if (json_array_size(list) == 0)
		puts("nothing");
}

int
cli_handover(struct cli *cli)
{
	const char *to = cli_value(cli, "to"), *of = cli_value(cli, "case");
	const char *done = cli_value(cli, "done");
	json_t *in = json_object(), *out = NULL;
	int code;

	ask_set(in, "to", to);
	ask_set(in, "from", cli_value(cli, "from"));
	ask_set(in, "note", cli_value(cli, "note"));
	ask_set(in, "until", cli_value(cli, "until"));
	if (done != NULL)
		json_object_set_new(in, "done", json_integer(strtoll(done,
		    NULL, 10)));
	if (cli_flag(cli, "all"))
		json_object_set_new(in, "all", json_true());
	else if (of != NULL)
		json_object_set_new(in, "case", ask_case(of));
	code = ask_agent(cli, VERB_HANDOVER, in, &out);
	if (code == CLI_DONE && !cli->json && to == NULL && done == NULL)
		print_handovers(out);
	json_decref(out);
	return code;
}
