/* The running agent, for IT. */
#include "agent/cli/it.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/cli/ask.h"
#include "agent/config.h"

enum { ASK_MS = 30 * 1000 };

/* ---- asking ------------------------------------------------------------ */

/* The socket: where the configuration says, if there is one to be read. */
static enum error_code
socket_of(const struct cli *cli, char room[static 256], struct why *why)
{
	struct agent_config c;
	enum error_code err = ERR_NOTFOUND;

	if (getenv("WAYLEAVE_SOCKET") == NULL)
		err = agent_config_load(cli->config, &c, why);
	if (err == ERR_NONE) {
		snprintf(room, 256, "%s", c.socket);
		agent_config_destroy(&c);
		return ERR_NONE;
	}
	snprintf(room, 256, "%s", client_socket(cli));
	/* one that is wrong, or asked for and not there, names another agent */
	return err == ERR_CONFIG || (cli->config_given &&
	    getenv("WAYLEAVE_SOCKET") == NULL) ? err : ERR_NONE;
}

/* Asks, prints words or JSON; *result (may be NULL) is the caller's. */
int
it_ask(struct cli *cli, enum api_verb verb, json_t *in, json_t **result)
{
	struct client_answer answer;
	struct why why = { "" };
	char room[256];
	enum error_code err = socket_of(cli, room, &why);
	int code;

	if (err != ERR_NONE) {
		json_decref(in);
		return cli_fail_error(cli, err, "configuration", &why);
	}
	err = client_ask(room, verb, in, ASK_MS, &answer, &why);
	if (err != ERR_NONE)
		return cli_fail_error(cli, err, api_verb_name(verb), &why);
	code = answer.code;
	if (cli->json && answer.result != NULL) {
		json_dumpf(answer.result, stdout, JSON_INDENT(1));
		putchar('\n');
	} else if (answer.words[0] != '\0' && !cli->quiet) {
		fprintf(code == CLI_DONE ? stdout : stderr, "%s%s\n",
		    code == CLI_DONE ? "" : "wayleave-agent: ", answer.words);
	}
	if (result != NULL) {
		*result = answer.result;
		answer.result = NULL;
	}
	client_answer_free(&answer);
	return code;
}

/* One row a line, the columns named. */
static void
print_rows(const json_t *rows, const char *const *column, size_t n)
{
	size_t i;
	const json_t *row;

	json_array_foreach(rows, i, row) {
		for (size_t k = 0; k < n; k++) {
			const json_t *v = json_object_get(row, column[k]);

			if (json_is_integer(v))
				printf("%" JSON_INTEGER_FORMAT,
				    json_integer_value(v));
			else
				printf("%s", ask_str(row, column[k]));
			printf("%s", k + 1 < n ? "  " : "\n");
		}
	}
}

int
it_list(struct cli *cli, enum api_verb verb, json_t *in, const char *key,
    const char *const *column, size_t n)
{
	json_t *out = NULL;
	int code = it_ask(cli, verb, in, &out);

	if (!cli->json)
		print_rows(json_object_get(out, key), column, n);
	json_decref(out);
	return code;
}

/* ---- the agent --------------------------------------------------------- */

static void
print_status(const json_t *s)
{
	const json_t *ago = json_object_get(s, "confirmed_seconds_ago");
	const bool up = json_is_true(json_object_get(s, "connected"));

	printf("member     %s, version %s\n", ask_str(s, "member"),
	    ask_str(s, "version"));
	printf("exchange   %s%s, our clock is %.1f s %s\n",
	    up ? "connected" : "not connected since ",
	    up ? "" : ask_str(s, "offline_since"),
	    (double)llabs(ask_int(s, "clock_off_ms")) / 1000,
	    ask_int(s, "clock_off_ms") > 0 ? "behind" : "ahead");
	printf("ledger     verified up to %" JSON_INTEGER_FORMAT "\n",
	    ask_int(s, "ledger_size"));
	printf("keys       %s; certificate %" JSON_INTEGER_FORMAT
	    " days left\n", json_is_true(json_object_get(s, "unlocked")) ?
	    "unlocked" : "locked", ask_int(s, "certificate_days"));
	if (json_is_integer(ago))
		printf("consent    confirmed %" JSON_INTEGER_FORMAT
		    " s ago (limit %" JSON_INTEGER_FORMAT " s)\n",
		    json_integer_value(ago), ask_int(s,
		    "confirm_limit_seconds"));
	else
		printf("consent    not confirmed yet\n");
	printf("mail       outbox %s, oldest %s; unopened %s, oldest %s\n",
	    ask_str(json_object_get(s, "outbox"), "bucket"),
	    ask_str(json_object_get(s, "outbox"), "oldest"),
	    ask_str(json_object_get(s, "unopened"), "bucket"),
	    ask_str(json_object_get(s, "unopened"), "oldest"));
	printf("result     %s%s%s\n", ask_str(s, "result"),
	    ask_str(s, "reason")[0] != '\0' ? " " : "", ask_str(s, "reason"));
}

int
it_status(struct cli *cli)
{
	json_t *s = NULL;
	int code = it_ask(cli, VERB_STATUS, NULL, &s);
	const char *result = ask_str(s, "result");

	if (!cli_flag(cli, "check")) {
		if (code == CLI_DONE && !cli->json)
			print_status(s);
		json_decref(s);
		return code;
	}
	if (code != CLI_DONE) {
		printf("UNKNOWN the agent did not answer [WL-028]\n");
		return 3;
	}
	printf("%s %s\n", result, ask_str(s, "reason"));
	code = strcmp(result, "OK") == 0 ? 0 : strcmp(result, "WARNING") == 0 ?
	    1 : 2;
	json_decref(s);
	return code;
}

int
it_unlock(struct cli *cli)
{
	char pass[1024];
	struct why why = { "" };
	enum error_code err = cli_secret(cli, "Passphrase: ", pass,
	    sizeof pass, &why);
	int code;

	if (err != ERR_NONE)
		return cli_fail_error(cli, err, "unlock", &why);
	code = it_ask(cli, VERB_UNLOCK, json_pack("{s:s}", "passphrase", pass),
	    NULL);
	sodium_memzero(pass, sizeof pass);
	return code;
}

int
it_lock(struct cli *cli)
{
	return it_ask(cli, VERB_LOCK, NULL, NULL);
}

int
it_test(struct cli *cli)
{
	return it_ask(cli, VERB_TEST, NULL, NULL);
}

int
it_outbox(struct cli *cli)
{
	static const char *const column[] = { "kind", "age" };

	return it_list(cli, VERB_OUTBOX, NULL, "waiting", column, 2);
}

int
it_quarantine(struct cli *cli)
{
	static const char *const column[] = { "number", "at", "rule", "why" };
	json_t *in = cli_flag(cli, "empty") ? json_pack("{s:b}", "empty", 1) :
	    NULL;

	return it_list(cli, VERB_QUARANTINE, in, "rejected", column, 4);
}

int
it_trust(struct cli *cli)
{
	static const char *const column[] = { "since", "why", "ours",
	    "theirs" };
	json_t *out = NULL, *in = cli_flag(cli, "again") ?
	    json_pack("{s:b}", "again", 1) : NULL;
	int code = it_ask(cli, VERB_TRUST, in, &out);

	for (size_t i = 0; !cli->json && i < 4; i++)
		if (json_is_string(json_object_get(out, column[i])))
			printf("%-8s%s%s\n", column[i], i < 2 ? "" : "\n",
			    ask_str(out, column[i]));
	json_decref(out);
	return code;
}
