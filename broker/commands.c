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
#include "ledger/request.h"

enum { PATH_LEN = 1024, ASK_MS = 30 * 1000, PIECE = 48 * 1024 };

static const char state_dir_preset[] = "/var/lib/wayleave-broker";

const struct cli_option commands_init_options[] = {
	{ "member", "ID", "the broker's member id: 2 to 48 of a-z, 0-9, -" },
	{ "name", "NAME", "as others will read it" },
	{ "state-dir", "DIR", "where keys and ledger live "
	    "(/var/lib/wayleave-broker)" },
	{ "request", "FILE", "request file to write (ID.wlreq here)" },
	{ "cost", "COST", "of a guess at the passphrase: moderate, or "
	    "interactive for a trial" },
	CLI_SECRET_OPTIONS,
	{ NULL, NULL, NULL },
};
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

struct birth {
	const char *member, *name, *dir, *request;
	char request_room[WIRE_ID_MAX + 8];
	struct identity *identity;
	struct unlock *unlock;
	char words[PARTNERSHIP_FINGERPRINT_MAX];
};

static enum error_code
write_keys(struct cli *cli, struct birth *b, struct why *why)
{
	char path[PATH_LEN];
	enum error_code e;
	int cost;

	e = unlocking_cost(cli, &cost, why);
	if (e == ERR_NONE)
		e = file_mkdirs(b->dir, 0700, why);
	if (e == ERR_NONE)
		e = file_join(path, sizeof path, b->dir, "broker.keys");
	if (e == ERR_NONE && file_exists(path)) {
		why_set(why, "%s: exists already, and a key file is never "
		    "replaced", path);
		e = ERR_EXISTS;
	}
	if (e == ERR_NONE)
		e = unlocking_new(cli, &b->unlock, why);
	if (e == ERR_NONE)
		e = keyfile_write_identity(path, b->identity, b->unlock,
		    (enum kdf_cost)cost, why);
	return e;
}

static enum error_code
write_request(struct birth *b, struct why *why)
{
	enum error_code e;
	struct buf file;

	buf_init(&file, REQUEST_MAX);
	e = request_make(b->identity, b->member, b->name, clock_ms(), &file,
	    why);
	if (e == ERR_NONE)
		e = file_write(b->request, file.data, file.n, 0644, 0, why);
	if (e == ERR_NONE)
		partnership_fingerprint(buf_view(&file), b->words);
	buf_free(&file);
	return e;
}

/* broker.conf with its two lines, unless there is one. */
static enum error_code
write_config(const struct cli *cli, const struct birth *b, struct why *why)
{
	const char *slash = strrchr(cli->config, '/');
	enum error_code e;
	struct buf text;

	if (file_exists(cli->config))
		return ERR_NONE;
	buf_init(&text, 4096);
	buf_printf(&text, "# see wayleave-broker.conf(5)\n[broker]\n"
	    "partnership = %.*s/partnership.wlp\nmember = %s\n",
	    slash != NULL ? (int)(slash - cli->config) : 1,
	    slash != NULL ? cli->config : ".", b->member);
	if (strcmp(b->dir, state_dir_preset) != 0)
		buf_printf(&text, "state_dir = %s\n", b->dir);
	e = buf_ok(&text) ? file_write(cli->config, text.data, text.n, 0644,
	    FILE_NEW, why) : ERR_SIZE;
	buf_free(&text);
	return e;
}

int
commands_init(struct cli *cli)
{
	struct birth b = {
		.member = cli_value(cli, "member"),
		.name = cli_value(cli, "name"),
		.dir = cli_value(cli, "state-dir"),
		.request = cli_value(cli, "request"),
	};
	struct why why = { "" };
	enum error_code e;

	if (b.member == NULL || b.name == NULL)
		return cli_fail(cli, CLI_USAGE, 0, "init",
		    "give --member ID and --name NAME",
		    "who this broker is was not said");
	if (b.dir == NULL)
		b.dir = state_dir_preset;
	if (b.request == NULL) {
		(void)snprintf(b.request_room, sizeof b.request_room,
		    "%.*s.wlreq", WIRE_ID_MAX, b.member);
		b.request = b.request_room;
	}
	e = keys_init(&why);
	if (e == ERR_NONE)
		e = identity_create(false, &b.identity, &why);
	if (e == ERR_NONE)
		e = write_keys(cli, &b, &why);
	if (e == ERR_NONE)
		e = write_request(&b, &why);
	if (e == ERR_NONE)
		e = write_config(cli, &b, &why);
	unlock_destroy(&b.unlock);
	identity_destroy(&b.identity);
	if (e != ERR_NONE)
		return cli_fail_error(cli, e, "init", &why);
	if (cli->json)
		printf("{\"request\":\"%s\",\"words\":\"%s\"}\n", b.request,
		    b.words);
	else if (!cli->quiet)
		printf("wrote %s and keys in %s\n"
		    "take this file to the partnership's laptop:  %s\n"
		    "its words:  %s\n", cli->config, b.dir, b.request,
		    b.words);
	return CLI_DONE;
}

/* ---- check-config, run ------------------------------------------------- */

int
commands_check(struct cli *cli)
{
	struct broker_config c;
	struct why why = { "" };
	enum error_code e = broker_config_load(cli->config, &c, &why);

	if (e != ERR_NONE)
		return cli_fail_error(cli, e, "configuration", &why);
	if (cli_flag(cli, "all"))
		config_print(c.file, stdout, true);
	else if (!cli->quiet)
		printf("%s is good\n", cli->config);
	broker_config_destroy(&c);
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
