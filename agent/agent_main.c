/* wayleave-agent(8): the table of its commands, and what they print. */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/client.h"
#include "agent/config.h"
#include "agent/daemon.h"
#include "base/log.h"
#include "member/setup.h"

enum { ASK_MS = 30 * 1000 };

static const struct cli_option no_options[] = { { NULL, NULL, NULL } };
static const struct cli_option check_options[] = {
	{ "all", NULL, "print every key with its value" },
	{ NULL, NULL, NULL },
};
static const struct cli_option status_options[] = {
	{ "check", NULL, "one line and 0, 1, 2 or 3, for monitoring" },
	{ NULL, NULL, NULL },
};
static const struct cli_option quarantine_options[] = {
	{ "empty", NULL, "forget what is in it; look first" },
	{ NULL, NULL, NULL },
};
static const struct cli_option sessions_options[] = {
	{ "end", "ACCOUNT", "sign this account out, everywhere" },
	{ NULL, NULL, NULL },
};
static const struct cli_option worker_options[] = {
	{ "name", "NAME", "the person's name; auditors alone can read it" },
	{ "staff-number", "N", "the person's staff number, likewise" },
	{ "role", "ROLE", "what others are told: social-worker, officer, .." },
	{ "team", "TEAM", "team or desk" },
	{ "may", "LIST", "worker,lead,advocate,officer,it; default worker" },
	{ "desk", NULL, "signs in at the desk alone; no account of this "
	    "machine" },
	{ NULL, NULL, NULL },
};

static const struct cli_option notice_options[] = {
	{ "mail", "ADDRESS", "where \"You have an item to review.\" goes" },
	{ "quiet", "HOURS", "when not: 20:00-07:00, or none" },
	{ "phone", "NUMBER", "what the duty command is given" },
	{ "duty", "N", "place on the call list, from 1, or none" },
	{ "off", NULL, "nothing reaches this account any more" },
	{ NULL, NULL, NULL },
};

static int
run(struct cli *cli)
{
	struct agent_config c;
	struct why why = { "" };
	enum error_code err = agent_config_load(cli->config, &c, &why);
	int code;

	if (err != ERR_NONE)
		return cli_fail_error(cli, err, "configuration", &why);
	log_open("wayleave-agent");
	code = daemon_run(&c);
	agent_config_destroy(&c);
	return code;
}

static int
init(struct cli *cli)
{
	return setup_init(cli, &agent_setup);
}

/* A step of set-up over the configuration there is. */
static int
set_up(struct cli *cli, int (*step)(struct cli *, const struct setup *,
    const struct setup_place *))
{
	struct agent_config c;
	struct setup_place place;
	struct why why = { "" };
	enum error_code err = agent_config_load(cli->config, &c, &why);
	int code;

	if (err != ERR_NONE)
		return cli_fail_error(cli, err, "configuration", &why);
	place = agent_config_place(&c);
	code = step(cli, &agent_setup, &place);
	agent_config_destroy(&c);
	return code;
}

static int
enrol(struct cli *cli)
{
	return set_up(cli, setup_enrol);
}

static int
renew(struct cli *cli)
{
	return set_up(cli, setup_renew);
}

static int
passwd(struct cli *cli)
{
	return set_up(cli, setup_passwd);
}

static int
check_config(struct cli *cli)
{
	struct agent_config c;
	struct why why = { "" };
	enum error_code err = agent_config_load(cli->config, &c, &why);

	if (err != ERR_NONE)
		return cli_fail_error(cli, err, "configuration", &why);
	if (cli_flag(cli, "all"))
		agent_config_print(&c, stdout, true);
	else if (!cli->quiet)
		printf("%s is good\n", cli->config);
	agent_config_destroy(&c);
	return CLI_DONE;
}

/* The socket: where the configuration says, if there is one. */
static const char *
socket_of(const struct cli *cli, char room[static 256])
{
	struct agent_config c;
	struct why why;

	if (getenv("WAYLEAVE_SOCKET") != NULL)
		return client_socket(cli);
	if (agent_config_load(cli->config, &c, &why) != ERR_NONE)
		return client_socket(cli);
	snprintf(room, 256, "%s", c.socket);
	agent_config_destroy(&c);
	return room;
}

/* Asks, prints words or JSON; *result (may be NULL) is the caller's. */
static int
ask(struct cli *cli, enum api_verb verb, json_t *in, json_t **result)
{
	struct client_answer answer;
	struct why why = { "" };
	char room[256];
	enum error_code err = client_ask(socket_of(cli, room), verb, in,
	    ASK_MS, &answer, &why);
	int code;

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

static const char *
text(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

static json_int_t
number(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

static void
print_status(const json_t *s)
{
	const json_t *ago = json_object_get(s, "confirmed_seconds_ago");
	const bool up = json_is_true(json_object_get(s, "connected"));

	printf("member     %s, version %s\n", text(s, "member"),
	    text(s, "version"));
	printf("exchange   %s%s, clock differs %.1f s\n",
	    up ? "connected" : "not connected since ",
	    up ? "" : text(s, "offline_since"),
	    (double)llabs(number(s, "clock_off_ms")) / 1000);
	printf("ledger     verified up to %" JSON_INTEGER_FORMAT "\n",
	    number(s, "ledger_size"));
	printf("keys       %s; certificate %" JSON_INTEGER_FORMAT
	    " days left\n", json_is_true(json_object_get(s, "unlocked")) ?
	    "unlocked" : "locked", number(s, "certificate_days"));
	if (json_is_integer(ago))
		printf("consent    confirmed %" JSON_INTEGER_FORMAT
		    " s ago (limit %" JSON_INTEGER_FORMAT " s)\n",
		    json_integer_value(ago), number(s,
		    "confirm_limit_seconds"));
	else
		printf("consent    not confirmed yet\n");
	printf("mail       outbox %s, oldest %s; unopened %s, oldest %s\n",
	    text(json_object_get(s, "outbox"), "bucket"),
	    text(json_object_get(s, "outbox"), "oldest"),
	    text(json_object_get(s, "unopened"), "bucket"),
	    text(json_object_get(s, "unopened"), "oldest"));
	printf("result     %s%s%s\n", text(s, "result"),
	    text(s, "reason")[0] != '\0' ? " " : "", text(s, "reason"));
}

static int
status(struct cli *cli)
{
	json_t *s = NULL;
	int code = ask(cli, VERB_STATUS, NULL, &s);
	const char *result = text(s, "result");

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
	printf("%s %s\n", result, text(s, "reason"));
	code = strcmp(result, "OK") == 0 ? 0 : strcmp(result, "WARNING") == 0 ?
	    1 : 2;
	json_decref(s);
	return code;
}

static int
unlock(struct cli *cli)
{
	char pass[1024];
	struct why why = { "" };
	enum error_code err = cli_secret(cli, "Passphrase: ", pass,
	    sizeof pass, &why);
	int code;

	if (err != ERR_NONE)
		return cli_fail_error(cli, err, "unlock", &why);
	code = ask(cli, VERB_UNLOCK, json_pack("{s:s}", "passphrase", pass),
	    NULL);
	sodium_memzero(pass, sizeof pass);
	return code;
}

static int
lock(struct cli *cli)
{
	return ask(cli, VERB_LOCK, NULL, NULL);
}

static int
test(struct cli *cli)
{
	return ask(cli, VERB_TEST, NULL, NULL);
}

static void
set(json_t *o, const char *key, const char *value)
{
	if (value != NULL)
		json_object_set_new(o, key, json_string(value));
}

/* "worker,lead" as a list. */
static void
set_rights(json_t *o, const char *may)
{
	json_t *rights = json_array();

	if (may == NULL)
		may = "worker";
	while (*may != '\0') {
		size_t n = strcspn(may, ",");

		json_array_append_new(rights, json_stringn(may, n));
		may += n + (may[n] == ',');
	}
	json_object_set_new(o, "rights", rights);
}

static int
worker_add(struct cli *cli)
{
	json_t *in = json_pack("{s:s}", "account", cli->argv[0]);

	set(in, "name", cli_value(cli, "name"));
	set(in, "staff_number", cli_value(cli, "staff-number"));
	set(in, "role", cli_value(cli, "role"));
	set(in, "team", cli_value(cli, "team"));
	set_rights(in, cli_value(cli, "may"));
	if (cli_flag(cli, "desk"))
		json_object_set_new(in, "desk", json_true());
	return ask(cli, VERB_WORKER_ADD, in, NULL);
}

static int
worker_end(struct cli *cli)
{
	return ask(cli, VERB_WORKER_END, json_pack("{s:s}", "account",
	    cli->argv[0]), NULL);
}

static int
worker_password(struct cli *cli)
{
	json_t *out = NULL;
	int code = ask(cli, VERB_WORKER_PASSWORD, json_pack("{s:s}",
	    "account", cli->argv[0]), &out);

	if (code == CLI_DONE && !cli->json)
		printf("first password  %s\ngood until      %s\n", text(out,
		    "password"), text(out, "until"));
	json_decref(out);
	return code;
}

static int
totp_reset(struct cli *cli)
{
	return ask(cli, VERB_TOTP_RESET, json_pack("{s:s}", "account",
	    cli->argv[0]), NULL);
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
				printf("%s", text(row, column[k]));
			printf("%s", k + 1 < n ? "  " : "\n");
		}
	}
}

static int
list(struct cli *cli, enum api_verb verb, json_t *in, const char *key,
    const char *const *column, size_t n)
{
	json_t *out = NULL;
	int code = ask(cli, verb, in, &out);

	if (!cli->json)
		print_rows(json_object_get(out, key), column, n);
	json_decref(out);
	return code;
}

static int
worker_list(struct cli *cli)
{
	static const char *const column[] = { "account", "role", "team",
	    "state" };

	return list(cli, VERB_WORKER_LIST, NULL, "workers", column, 4);
}

static int
sessions(struct cli *cli)
{
	static const char *const column[] = { "account", "team", "since",
	    "idle_seconds" };
	const char *end = cli_value(cli, "end");

	return end != NULL ? ask(cli, VERB_SESSIONS, json_pack("{s:s}", "end",
	    end), NULL) : list(cli, VERB_SESSIONS, NULL, "sessions",
	    column, 4);
}

static int
outbox(struct cli *cli)
{
	static const char *const column[] = { "kind", "age" };

	return list(cli, VERB_OUTBOX, NULL, "waiting", column, 2);
}

static int
quarantine(struct cli *cli)
{
	static const char *const column[] = { "number", "at", "rule", "why" };
	json_t *in = cli_flag(cli, "empty") ? json_pack("{s:b}", "empty", 1) :
	    NULL;

	return list(cli, VERB_QUARANTINE, in, "rejected", column, 4);
}

/* As they are after the call; addresses are for IT, who gave them. */
static void
print_notice(const json_t *o)
{
	static const char *const key[] = { "mail", "phone", "quiet" };

	for (size_t i = 0; i < sizeof key / sizeof key[0]; i++)
		printf("%-6s %s\n", key[i], text(o, key[i])[0] != '\0' ?
		    text(o, key[i]) : "none");
	if (number(o, "duty") > 0)
		printf("%-6s %" JSON_INTEGER_FORMAT "\n", "duty",
		    number(o, "duty"));
	else
		printf("%-6s not on the call list\n", "duty");
}

static int
worker_notice(struct cli *cli)
{
	const char *duty = cli_value(cli, "duty");
	json_t *in = json_pack("{s:s}", "account", cli->argv[0]), *out = NULL;
	int code;

	set(in, "mail", cli_value(cli, "mail"));
	set(in, "phone", cli_value(cli, "phone"));
	set(in, "quiet", cli_value(cli, "quiet"));
	if (duty != NULL)
		json_object_set_new(in, "duty", json_integer(
		    strcmp(duty, "none") == 0 ? 0 : strtol(duty, NULL, 10)));
	if (cli_flag(cli, "off"))
		json_object_set_new(in, "off", json_true());
	code = ask(cli, VERB_WORKER_NOTICE, in, &out);
	if (code == CLI_DONE && !cli->json && json_is_object(out))
		print_notice(out);
	json_decref(out);
	return code;
}

static const struct cli_command commands[] = {
	{ "init", "", "make keys, a configuration and a request to join",
	    init, setup_init_options, 0, 0 },
	{ "check-config", "", "check the configuration file", check_config,
	    check_options, 0, 0 },
	{ "enrol", "FILE..", "install partnership.wlp and MEMBER.wlrec",
	    enrol, setup_enrol_options, 1, 2 },
	{ "renew", "", "write a request to renew the certificate",
	    renew, setup_secret_options, 0, 0 },
	{ "passwd", "", "change the passphrase of the keys", passwd,
	    no_options, 0, 0 },
	{ "run", "", "run the agent", run, no_options, 0, 0 },
	{ "status", "", "how the running agent is", status, status_options, 0,
	    0 },
	{ "unlock", "", "unlock the running agent's keys", unlock,
	    setup_secret_options, 0, 0 },
	{ "lock", "", "wipe the running agent's keys", lock, no_options, 0,
	    0 },
	{ "test", "", "ask the exchange for an echo", test, no_options, 0, 0 },
	{ "worker add", "ACCOUNT", "let a local account in", worker_add,
	    worker_options, 1, 1 },
	{ "worker end", "ACCOUNT", "put a local account out, at once",
	    worker_end, no_options, 1, 1 },
	{ "worker notice", "ACCOUNT", "where its notices go, and when not",
	    worker_notice, notice_options, 1, 1 },
	{ "worker list", "", "who is in", worker_list, no_options, 0, 0 },
	{ "worker password", "ACCOUNT", "a first password for the desk",
	    worker_password, no_options, 1, 1 },
	{ "worker totp-reset", "ACCOUNT", "forget a telephone that is lost",
	    totp_reset, no_options, 1, 1 },
	{ "sessions", "", "who is signed in at the desk", sessions,
	    sessions_options, 0, 0 },
	{ "outbox", "", "what waits for the exchange; 1 when something does",
	    outbox, no_options, 0, 0 },
	{ "quarantine", "", "deliveries rejected; 1 when there are any",
	    quarantine, quarantine_options, 0, 0 },
};

int
main(int argc, char **argv)
{
	static const struct cli_program program = {
		.name = "wayleave-agent",
		.summary = "An agency's side of Wayleave: encrypts, sends, "
		    "receives, and opens nothing without the ledger.",
		.config = "/etc/wayleave/agent.conf",
		.commands = commands,
		.n = sizeof commands / sizeof commands[0],
		.more = "See wayleave-agent(8) and wayleave-agent.conf(5).",
	};

	return cli_main(&program, argc, argv);
}
