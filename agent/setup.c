#include "agent/setup.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/config.h"
#include "base/clock.h"
#include "base/file.h"
#include "keys/keyfile.h"
#include "keys/secret.h"
#include "ledger/partnership.h"
#include "ledger/request.h"

enum { PATH_LEN = 1024, PASS_MAX = UNLOCK_PASSPHRASE_MAX, CONF_MAX = 4096 };

const struct cli_option setup_init_options[] = {
	{ "member", "ID", "member id: 2 to 48 of a-z, 0-9 and -" },
	{ "name", "NAME", "the agency's name as others will read it" },
	{ "state-dir", "DIR", "where keys and store live "
	    "(/var/lib/wayleave-agent)" },
	{ "request", "FILE", "request file to write (ID.wlreq here)" },
	{ "auditor", NULL, "also make the key that reads terms and workers' "
	    "names" },
	{ "cost", "moderate|interactive", "what a guess at the passphrase "
	    "costs; interactive is for tests and demos" },
	CLI_SECRET_OPTIONS,
	{ NULL, NULL, NULL },
};
const struct cli_option setup_enrol_options[] = {
	{ "yes", NULL, "the root's fingerprint was compared already" },
	{ NULL, NULL, NULL },
};
const struct cli_option setup_secret_options[] = {
	CLI_SECRET_OPTIONS,
	{ NULL, NULL, NULL },
};

/* An option's value, else asked at the terminal; "" when there is none. */
static const char *
asked(const struct cli *cli, const char *option, const char *question,
    char *room, size_t cap)
{
	const char *v = cli_value(cli, option);
	char *end;

	if (v != NULL || !isatty(STDIN_FILENO))
		return v != NULL ? v : "";
	fprintf(stderr, "%s: ", question);
	if (fgets(room, (int)cap, stdin) == NULL)
		return "";
	end = strchr(room, '\n');
	if (end != NULL)
		*end = '\0';
	return room;
}

static enum error_code
write_keys(const struct cli *cli, const char *dir,
    const struct identity *identity, struct why *why)
{
	const char *cost = cli_value(cli, "cost");
	char path[PATH_LEN], pass[PASS_MAX];
	struct unlock *unlock = NULL;
	enum error_code err;

	err = cli_secret(cli, "New passphrase for this agency's keys: ", pass,
	    sizeof pass, why);
	if (err == ERR_NONE)
		err = unlock_of(bytes_str(pass), &unlock, why);
	sodium_memzero(pass, sizeof pass);
	if (err == ERR_NONE)
		err = file_join(path, sizeof path, dir, "keys");
	if (err == ERR_NONE)
		err = file_mkdirs(path, 0700, why);
	if (err == ERR_NONE)
		err = file_join(path, sizeof path, dir, "keys/agent.key");
	if (err == ERR_NONE)
		err = keyfile_write_identity(path, identity, unlock,
		    cost != NULL && strcmp(cost, "interactive") == 0 ?
		    KDF_INTERACTIVE : KDF_MODERATE, why);
	unlock_destroy(&unlock);
	return err;
}

/* agent.conf with its two lines, unless there is one. */
static enum error_code
write_config(const struct cli *cli, const char *id, const char *dir,
    struct why *why)
{
	const char *slash = strrchr(cli->config, '/');
	struct buf text;
	enum error_code err;

	if (file_exists(cli->config))
		return ERR_NONE;
	buf_init(&text, CONF_MAX);
	buf_printf(&text, "# %s: see wayleave-agent.conf(5)\n[agent]\n"
	    "partnership = %.*s/partnership.wlp\nmember = %s\n", cli->config,
	    slash != NULL ? (int)(slash - cli->config) : 1,
	    slash != NULL ? cli->config : ".", id);
	if (strcmp(dir, "/var/lib/wayleave-agent") != 0)
		buf_printf(&text, "state_dir = %s\n", dir);
	err = buf_ok(&text) ? file_write(cli->config, text.data, text.n, 0644,
	    FILE_NEW, why) : ERR_SIZE;
	buf_free(&text);
	return err;
}

static enum error_code
write_request(const struct identity *identity, const char *id,
    const char *name, const char *path,
    char words[static PARTNERSHIP_FINGERPRINT_MAX], struct why *why)
{
	struct buf file;
	enum error_code err;

	buf_init(&file, REQUEST_MAX);
	err = request_make(identity, id, name, clock_ms(), &file, why);
	if (err == ERR_NONE)
		err = file_write(path, file.data, file.n, 0644, 0, why);
	if (err == ERR_NONE)
		partnership_fingerprint(buf_view(&file), words);
	buf_free(&file);
	return err;
}

static void
say_request(const struct cli *cli, const char *path, const char *words)
{
	if (cli->json) {
		printf("{\"request\":\"%s\",\"words\":\"%s\"}\n", path, words);
		return;
	}
	printf("send this file to your partnership:  %s\n", path);
	printf("they will phone your switchboard; read them:  %s\n", words);
}

int
setup_init(struct cli *cli)
{
	char id_room[64], name_room[160], path[PATH_LEN];
	char words[PARTNERSHIP_FINGERPRINT_MAX];
	const char *dir = cli_value(cli, "state-dir"), *id, *name, *file;
	struct identity *identity = NULL;
	struct why why = { "" };
	enum error_code err;

	if (dir == NULL)
		dir = "/var/lib/wayleave-agent";
	id = asked(cli, "member", "Member id (a-z, 0-9, -)", id_room,
	    sizeof id_room);
	name = asked(cli, "name", "Name of the agency", name_room,
	    sizeof name_room);
	if (id[0] == '\0' || name[0] == '\0')
		return cli_fail(cli, CLI_USAGE, 0, "init",
		    "give --member ID and --name NAME",
		    "who this agency is was not said");
	file = cli_value(cli, "request");
	if (file == NULL) {
		snprintf(path, sizeof path, "%s.wlreq", id);
		file = path;
	}
	err = keys_init(&why);
	if (err == ERR_NONE)
		err = identity_create(cli_flag(cli, "auditor"), &identity,
		    &why);
	if (err == ERR_NONE)
		err = write_request(identity, id, name, file, words, &why);
	if (err == ERR_NONE)
		err = write_keys(cli, dir, identity, &why);
	if (err == ERR_NONE)
		err = write_config(cli, id, dir, &why);
	identity_destroy(&identity);
	if (err != ERR_NONE)
		return cli_fail_error(cli, err, "init", &why);
	if (!cli->json && !cli->quiet)
		printf("wrote %s and keys in %s/keys\n", cli->config, dir);
	say_request(cli, file, words);
	if (!cli->json && !cli->quiet)
		printf("needs: outbound TCP to the exchange, right time, 2 GB "
		    "memory. Nothing inbound.\nwhen the answer comes:  "
		    "wayleave-agent enrol partnership.wlp %s.wlrec\n", id);
	return CLI_DONE;
}

/* ---- enrol -------------------------------------------------------------------- */

static bool
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

static enum error_code
install_file(const char *from, const char *to, struct why *why)
{
	struct buf b;
	enum error_code err;

	buf_init(&b, RECORD_FILE_MAX);
	err = file_read(from, 0, &b, why);
	if (err == ERR_NONE)
		err = file_write(to, b.data, b.n, 0644, 0, why);
	buf_free(&b);
	return err;
}

static bool
confirmed(const struct cli *cli, const struct partnership *p)
{
	char words[PARTNERSHIP_FINGERPRINT_MAX], answer[16];

	partnership_fingerprint(bytes_of(p->root[0], WIRE_KEY), words);
	if (!cli->quiet)
		fprintf(stderr, "partnership %s; its root, in six words: %s\n",
		    p->now.name, words);
	if (cli_flag(cli, "yes"))
		return true;
	if (!isatty(STDIN_FILENO))
		return false;
	fprintf(stderr, "Are these the words you were told by telephone? "
	    "(yes/no) ");
	return fgets(answer, sizeof answer, stdin) != NULL &&
	    strcmp(answer, "yes\n") == 0;
}

/* Installs verified files where the configuration looks for them. */
static enum error_code
enrol_files(const struct agent_config *c, const char *wlp, const char *wlrec,
    struct why *why)
{
	const char *slash = strrchr(c->partnership, '/');
	char to[PATH_LEN];
	enum error_code err = ERR_NONE;

	if (strcmp(wlp, c->partnership) != 0)
		err = install_file(wlp, c->partnership, why);
	if (err != ERR_NONE || wlrec == NULL)
		return err;
	if (c->record[0] != '\0')
		snprintf(to, sizeof to, "%s", c->record);
	else
		snprintf(to, sizeof to, "%.*s/%s.wlrec",
		    (int)(slash - c->partnership), c->partnership, c->member);
	return strcmp(wlrec, to) == 0 ? ERR_NONE : install_file(wlrec, to,
	    why);
}

int
setup_enrol(struct cli *cli)
{
	struct arena *arena = arena_create(8 * 1024 * 1024);
	const char *wlp = NULL, *wlrec = NULL;
	struct agent_config config;
	struct partnership p;
	struct wire_member m;
	struct why why = { "" };
	enum error_code err;
	int code;

	err = arena != NULL ? agent_config_load(cli->config, &config, &why) :
	    ERR_NOMEM;
	if (err != ERR_NONE) {
		arena_destroy(&arena);
		return cli_fail_error(cli, err, "enrol", &why);
	}
	for (int i = 0; i < cli->argc; i++)
		if (ends_with(cli->argv[i], ".wlp"))
			wlp = cli->argv[i];
		else
			wlrec = cli->argv[i];
	if (wlp == NULL)
		wlp = config.partnership;
	err = keys_init(&why);
	if (err == ERR_NONE)
		err = partnership_load(arena, wlp, NULL, &p, &why);
	if (err == ERR_NONE && wlrec != NULL)
		err = member_file_load(arena, wlrec, &p, config.member, &m,
		    NULL, &why);
	if (err != ERR_NONE)
		code = cli_fail_error(cli, err, "enrol", &why);
	else if (!confirmed(cli, &p))
		code = cli_fail(cli, CLI_NO, 0, "enrol",
		    "compare them by telephone, then run it with --yes",
		    "the root's words were not confirmed; nothing was "
		    "installed");
	else if ((err = enrol_files(&config, wlp, wlrec, &why)) != ERR_NONE)
		code = cli_fail_error(cli, err, "enrol", &why);
	else
		code = CLI_DONE;
	if (code == CLI_DONE && !cli->quiet)
		printf("enrolled %s in %s; next: systemctl enable --now "
		    "wayleave-agent\n", config.member, p.now.name);
	agent_config_destroy(&config);
	arena_destroy(&arena);
	return code;
}

/* ---- renew, passwd ---------------------------------------------------------------- */

static enum error_code
read_identity(const struct cli *cli, const struct agent_config *c,
    struct unlock **unlock, struct identity **out, struct why *why)
{
	char path[PATH_LEN], pass[PASS_MAX];
	enum error_code err;

	err = cli_secret(cli, "Passphrase of this agency's keys: ", pass,
	    sizeof pass, why);
	if (err == ERR_NONE)
		err = unlock_of(bytes_str(pass), unlock, why);
	sodium_memzero(pass, sizeof pass);
	if (err == ERR_NONE)
		err = file_join(path, sizeof path, c->state_dir,
		    "keys/agent.key");
	if (err == ERR_NONE)
		err = keyfile_read_identity(path, *unlock, out, why);
	return err;
}

int
setup_renew(struct cli *cli)
{
	char words[PARTNERSHIP_FINGERPRINT_MAX], path[PATH_LEN];
	struct arena *arena = arena_create(8 * 1024 * 1024);
	struct identity *identity = NULL;
	struct unlock *unlock = NULL;
	struct agent_config c;
	struct partnership p;
	struct wire_member m;
	struct why why = { "" };
	const char *slash;
	enum error_code err;

	err = arena != NULL ? agent_config_load(cli->config, &c, &why) :
	    ERR_NOMEM;
	if (err != ERR_NONE) {
		arena_destroy(&arena);
		return cli_fail_error(cli, err, "renew", &why);
	}
	slash = strrchr(c.partnership, '/');
	snprintf(path, sizeof path, "%.*s/%s.wlrec",
	    (int)(slash - c.partnership), c.partnership, c.member);
	err = keys_init(&why);
	if (err == ERR_NONE)
		err = partnership_load(arena, c.partnership, NULL, &p, &why);
	if (err == ERR_NONE)
		err = member_file_load(arena, path, &p, c.member, &m, NULL,
		    &why);
	if (err == ERR_NONE)
		err = read_identity(cli, &c, &unlock, &identity, &why);
	snprintf(path, sizeof path, "%s.wlreq", c.member);
	if (err == ERR_NONE)
		err = write_request(identity, c.member, m.name, path, words,
		    &why);
	identity_destroy(&identity);
	unlock_destroy(&unlock);
	agent_config_destroy(&c);
	arena_destroy(&arena);
	if (err != ERR_NONE)
		return cli_fail_error(cli, err, "renew", &why);
	say_request(cli, path, words);
	if (!cli->json && !cli->quiet)
		printf("the renewed record reaches this agent by itself; "
		    "nothing has to be restarted\n");
	return CLI_DONE;
}

int
setup_passwd(struct cli *cli)
{
	struct unlock *old = NULL, *new = NULL;
	struct identity *identity = NULL;
	char path[PATH_LEN], pass[PASS_MAX];
	struct agent_config c;
	struct keyfile_info info;
	struct why why = { "" };
	enum error_code err;

	if (!isatty(STDIN_FILENO))
		return cli_fail(cli, CLI_USAGE, 0, "passwd",
		    "run it at a terminal", "two passphrases are asked for");
	err = agent_config_load(cli->config, &c, &why);
	if (err != ERR_NONE)
		return cli_fail_error(cli, err, "passwd", &why);
	err = keys_init(&why);
	if (err == ERR_NONE)
		err = read_identity(cli, &c, &old, &identity, &why);
	identity_destroy(&identity);
	if (err == ERR_NONE)
		err = cli_secret(cli, "New passphrase: ", pass, sizeof pass,
		    &why);
	if (err == ERR_NONE)
		err = unlock_of(bytes_str(pass), &new, &why);
	sodium_memzero(pass, sizeof pass);
	if (err == ERR_NONE)
		err = file_join(path, sizeof path, c.state_dir,
		    "keys/agent.key");
	if (err == ERR_NONE)
		err = keyfile_peek(path, &info, &why);
	if (err == ERR_NONE)
		err = keyfile_change(path, old, new, info.cost, &why);
	unlock_destroy(&old);
	unlock_destroy(&new);
	agent_config_destroy(&c);
	if (err != ERR_NONE)
		return cli_fail_error(cli, err, "passwd", &why);
	printf("changed\n");
	return CLI_DONE;
}
