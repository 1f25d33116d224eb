#include "broker/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/local.h"
#include "broker/broker_config.h"
#include "broker/operator.h"
#include "broker/serve.h"
#include "broker/unlocking.h"
#include "keys/keyfile.h"
#include "keys/secret.h"
#include "ledger/partnership.h"
#include "member/setup.h"

enum { PATH_LEN = 1024, ASK_MS = 30 * 1000, PIECE = 48 * 1024 };

const struct cli_option commands_check_options[] = {
	{ "all", NULL, "print every key with its value" },
	{ NULL, NULL, NULL },
};
const struct cli_option commands_run_options[] = {
	{ "clock-is-right", NULL, "this machine's clock was compared: go on "
	    "after a long pause" },
	CLI_SECRET_OPTIONS,
	{ NULL, NULL, NULL },
};
const struct cli_option commands_status_options[] = {
	{ "check", NULL, "one line and 0, 1, 2 or 3, for monitoring" },
	{ NULL, NULL, NULL },
};

/* ---- init -------------------------------------------------------------- */

int
commands_init(struct cli *cli)
{
	static const struct setup broker = {
		.program = "wayleave-broker",
		.section = "broker",
		.who = "broker",
		.state_dir = "/var/lib/wayleave-broker",
		.key_file = "broker.keys",
		.answer = "put partnership.wlp where the configuration says, "
		    "then wayleave-broker run",
	};

	return setup_init(cli, &broker);
}

/* ---- check-config, run ------------------------------------------------- */

/* The partnership says that we are its broker, and the keys here are those. */
static enum error_code
check_files(const struct broker_config *c, struct arena *arena,
    struct why *why)
{
	struct partnership p;
	struct keyfile_info info;
	char keys[PATH_LEN];
	enum error_code e = partnership_load(arena, c->partnership, NULL, &p,
	    why);

	if (e == ERR_NONE)
		e = file_join(keys, sizeof keys, c->state_dir, "broker.keys");
	if (e == ERR_NONE)
		e = keyfile_peek(keys, &info, why);
	if (e != ERR_NONE)
		return e;
	if (strcmp(p.now.broker, c->member) != 0) {
		why_set(why, "%s: its broker is %s and this is %s",
		    c->partnership, p.now.broker, c->member);
		return ERR_CONFIG;
	}
	if (memcmp(info.public, p.now.broker_sign_key, WIRE_KEY) != 0) {
		why_set(why, "%s: these are not the broker keys that the "
		    "partnership file names", keys);
		return ERR_CONFIG;
	}
	return ERR_NONE;
}

int
commands_check(struct cli *cli)
{
	struct broker_config c;
	struct why why = { "" };
	enum error_code e = broker_config_load(cli->config, &c, &why);
	struct arena *arena;

	if (e != ERR_NONE)
		return cli_fail_error(cli, e, "configuration", &why);
	if (cli_flag(cli, "all"))
		config_print(c.file, stdout, true);
	arena = arena_create(8 * 1024 * 1024);
	e = arena != NULL ? keys_init(&why) : ERR_NOMEM;
	if (e == ERR_NONE)
		e = check_files(&c, arena, &why);
	arena_destroy(&arena);
	broker_config_destroy(&c);
	if (e != ERR_NONE)
		return cli_fail_error(cli, e, "files", &why);
	if (!cli_flag(cli, "all") && !cli->quiet)
		printf("%s is good, and so are the partnership and the keys\n",
		    cli->config);
	return CLI_DONE;
}

int
commands_run(struct cli *cli)
{
	struct broker_config c;
	struct why why = { "" };
	enum error_code e = broker_config_load(cli->config, &c, &why);
	int code;

	if (e != ERR_NONE)
		return cli_fail_error(cli, e, "configuration", &why);
	code = serve_run(cli, &c);
	broker_config_destroy(&c);
	return code;
}

/* ---- asking the running broker ----------------------------------------- */

/* Sends one question (its body in pieces), takes the answer's text. */
static enum error_code
ask(struct cli *cli, enum operator_verb verb, const char *text,
    struct bytes body, struct arena *arena, struct local_tell *tell,
    struct why *why)
{
	struct local_ask q = { .verb = verb };
	struct broker_config c;
	enum error_code e;
	struct buf out;
	uint8_t *in = arena_alloc(arena, LOCAL_MAX);
	size_t n = 0;
	int fd = -1;

	(void)snprintf(q.text, sizeof q.text, "%s", text);
	e = broker_config_load(cli->config, &c, why);
	if (e != ERR_NONE)
		return e;
	buf_init(&out, LOCAL_MAX);
	e = in == NULL ? ERR_NOMEM :
	    local_connect(c.operator_socket, ASK_MS, &fd, why);
	do {
		q.body.data = body.data;
		q.body.n = body.n < PIECE ? body.n : PIECE;
		body.data += q.body.n;
		body.n -= q.body.n;
		q.flags = body.n > 0;
		buf_clear(&out);
		if (e == ERR_NONE)
			e = wire_local_ask_encode(&q, &out);
		if (e == ERR_NONE)
			e = local_send(fd, out.data, out.n, -1, ASK_MS);
	} while (e == ERR_NONE && body.n > 0);
	if (e == ERR_NONE)
		e = local_recv(fd, in, LOCAL_MAX, &n, NULL, ASK_MS);
	if (e == ERR_NONE)
		e = wire_local_tell_decode(arena, bytes_of(in, n), tell, why);
	local_close(&fd);
	buf_free(&out);
	broker_config_destroy(&c);
	return e;
}

int
commands_admit(struct cli *cli)
{
	struct arena *arena = arena_create(8 * 1024 * 1024);
	struct local_tell tell = { 0 };
	struct why why = { "" };
	struct record_file file;
	enum error_code e;
	struct buf body;

	buf_init(&body, RECORD_FILE_MAX);
	e = arena == NULL ? ERR_NOMEM : keys_init(&why);
	if (e == ERR_NONE)
		e = record_file_load(arena, cli->argv[0], &file, &why);
	if (e == ERR_NONE)
		e = wire_record_file_encode(&file, &body);
	if (e == ERR_NONE)
		e = ask(cli, OPERATOR_ADMIT, "", buf_view(&body), arena,
		    &tell, &why);
	if (e == ERR_NONE && !cli->quiet)
		printf("%.*s", (int)tell.text.n,
		    (const char *)tell.text.data);
	if (e == ERR_NONE && tell.code != ERR_NONE) {
		e = (enum error_code)tell.code;
		why_set(&why, "%s", "not every record was admitted");
	}
	buf_free(&body);
	arena_destroy(&arena);
	return e == ERR_NONE ? CLI_DONE :
	    cli_fail_error(cli, e, "admit", &why);
}

/* "name<TAB>value" lines: padded, or as one JSON object. */
static void
print_lines(const struct cli *cli, struct bytes text)
{
	const char *p = (const char *)text.data, *end = p + text.n, *tab, *nl;
	bool first = true;

	for (; p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		tab = nl != NULL ? memchr(p, '\t', (size_t)(nl - p)) : NULL;
		if (tab == NULL)
			break;
		if (cli->json)
			printf("%s\"%.*s\":\"%.*s\"", first ? "{" : ",",
			    (int)(tab - p), p, (int)(nl - tab - 1), tab + 1);
		else
			printf("%-10.*s %.*s\n", (int)(tab - p), p,
			    (int)(nl - tab - 1), tab + 1);
		first = false;
	}
	if (cli->json)
		printf("%s}\n", first ? "{" : "");
}

/* The value of the line `name`, into out. */
static void
line_of(struct bytes text, const char *name, char *out, size_t cap)
{
	const char *p = (const char *)text.data, *end = p + text.n, *nl;
	size_t n = strlen(name);

	out[0] = '\0';
	for (; p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (nl == NULL)
			return;
		if ((size_t)(nl - p) > n && memcmp(p, name, n) == 0 &&
		    p[n] == '\t')
			(void)snprintf(out, cap, "%.*s",
			    (int)(nl - p - (ptrdiff_t)n - 1), p + n + 1);
	}
}

static int
check_line(struct bytes text)
{
	char result[32], disk[64], clock[64];

	line_of(text, "result", result, sizeof result);
	line_of(text, "disk", disk, sizeof disk);
	line_of(text, "clock", clock, sizeof clock);
	printf("%s%s%s%s%s\n", result, disk[0] != '\0' ? " disk " : "", disk,
	    clock[0] != '\0' ? ", clock " : "", clock);
	return strcmp(result, "OK") == 0 ? 0 :
	    strcmp(result, "WARNING") == 0 ? 1 : 2;
}

int
commands_status(struct cli *cli)
{
	struct arena *arena = arena_create(1024 * 1024);
	struct local_tell tell = { 0 };
	struct why why = { "" };
	enum error_code e;
	int code = CLI_DONE;

	e = arena == NULL ? ERR_NOMEM : ask(cli, OPERATOR_STATUS,
	    cli->argc > 0 ? cli->argv[0] : "", bytes_of(NULL, 0), arena,
	    &tell, &why);
	if (cli_flag(cli, "check")) {
		if (e != ERR_NONE)
			printf("UNKNOWN the broker did not answer [WL-045]\n");
		code = e != ERR_NONE ? 3 : check_line(tell.text);
	} else if (e != ERR_NONE) {
		code = cli_fail_error(cli, e, "status", &why);
	} else {
		print_lines(cli, tell.text);
	}
	arena_destroy(&arena);
	return code;
}
