/* Accounts, for IT. */
#include "agent/cli/it.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/cli/ask.h"

int
it_worker_add(struct cli *cli)
{
	json_t *in = json_pack("{s:s}", "account", cli->argv[0]);
	const char *may = cli_value(cli, "may");

	ask_set(in, "name", cli_value(cli, "name"));
	ask_set(in, "staff_number", cli_value(cli, "staff-number"));
	ask_set(in, "role", cli_value(cli, "role"));
	ask_set(in, "team", cli_value(cli, "team"));
	ask_set_list(in, "rights", may != NULL ? may : "worker");
	if (cli_flag(cli, "desk"))
		json_object_set_new(in, "desk", json_true());
	return it_ask(cli, VERB_WORKER_ADD, in, NULL);
}

int
it_worker_end(struct cli *cli)
{
	return it_ask(cli, VERB_WORKER_END, json_pack("{s:s}", "account",
	    cli->argv[0]), NULL);
}

int
it_worker_password(struct cli *cli)
{
	json_t *out = NULL;
	int code = it_ask(cli, VERB_WORKER_PASSWORD, json_pack("{s:s}",
	    "account", cli->argv[0]), &out);

	if (code == CLI_DONE && !cli->json)
		printf("first password  %s\ngood until      %s\n", ask_str(out,
		    "password"), ask_str(out, "until"));
	json_decref(out);
	return code;
}

int
it_totp_reset(struct cli *cli)
{
	return it_ask(cli, VERB_TOTP_RESET, json_pack("{s:s}", "account",
	    cli->argv[0]), NULL);
}

int
it_worker_list(struct cli *cli)
{
	static const char *const column[] = { "account", "role", "team",
	    "state" };

	return it_list(cli, VERB_WORKER_LIST, NULL, "workers", column, 4);
}

int
it_sessions(struct cli *cli)
{
	static const char *const column[] = { "account", "team", "since",
	    "idle_seconds" };
	const char *end = cli_value(cli, "end");

	return end != NULL ? it_ask(cli, VERB_SESSIONS, json_pack("{s:s}", "end",
	    end), NULL) : it_list(cli, VERB_SESSIONS, NULL, "sessions",
	    column, 4);
}

/* As they are after the call; addresses are for IT, who gave them. */
static void
print_notice(const json_t *o)
{
	static const char *const key[] = { "mail", "phone", "quiet" };

	for (size_t i = 0; i < sizeof key / sizeof key[0]; i++)
		printf("%-6s %s\n", key[i], ask_str(o, key[i])[0] != '\0' ?
		    ask_str(o, key[i]) : "none");
	if (ask_int(o, "duty") > 0)
		printf("%-6s %" JSON_INTEGER_FORMAT "\n", "duty",
		    ask_int(o, "duty"));
	else
		printf("%-6s not on the call list\n", "duty");
}

int
it_worker_notice(struct cli *cli)
{
	const char *duty = cli_value(cli, "duty");
	json_t *in = json_pack("{s:s}", "account", cli->argv[0]), *out = NULL;
	int code;

	ask_set(in, "mail", cli_value(cli, "mail"));
	ask_set(in, "phone", cli_value(cli, "phone"));
	ask_set(in, "quiet", cli_value(cli, "quiet"));
	if (duty != NULL)
		json_object_set_new(in, "duty", json_integer(
		    strcmp(duty, "none") == 0 ? 0 : strtol(duty, NULL, 10)));
	if (cli_flag(cli, "off"))
		json_object_set_new(in, "off", json_true());
	code = it_ask(cli, VERB_WORKER_NOTICE, in, &out);
	if (code == CLI_DONE && !cli->json && json_is_object(out))
		print_notice(out);
	json_decref(out);
	return code;
}

/* ---- systems that write ---------------------------------------------------- */

int
it_service_add(struct cli *cli)
{
	json_t *out = NULL;
	const int code = it_ask(cli, VERB_SERVICE_ADD, json_pack("{s:s}",
	    "name", cli->argv[0]), &out);

	if (code == CLI_DONE && !cli->json)
		printf("token     %s\nIt is shown once. It writes, and never "
		    "reads.\n", ask_str(out, "token"));
	json_decref(out);
	return code;
}

int
it_service_end(struct cli *cli)
{
	return it_ask(cli, VERB_SERVICE_END, json_pack("{s:s}", "name",
	    cli->argv[0]), NULL);
}

int
it_service_list(struct cli *cli)
{
	json_t *out = NULL;
	const json_t *s;
	const int code = it_ask(cli, VERB_SERVICE_LIST, NULL, &out);
	size_t i;

	if (code == CLI_DONE && !cli->json)
		json_array_foreach(json_object_get(out, "services"), i, s)
			printf("%-24s since %s\n", ask_str(s, "name"),
			    ask_str(s, "since"));
	json_decref(out);
	return code;
}
