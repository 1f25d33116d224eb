#include "audit/setup.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "keys/keyfile.h"
#include "keys/secret.h"
#include "ledger/partnership.h"
#include "ledger/request.h"

#define STATE_DIR "/var/lib/wayleave-audit"

enum { PASS_MAX = UNLOCK_PASSPHRASE_MAX, CONF_MAX = 4096 };

const struct cli_option setup_init_options[] = {
	{ "member", "ID", "member id: 2 to 48 of a-z, 0-9 and -" },
	{ "name", "NAME", "the auditor's name as others will read it" },
	{ "state-dir", "DIR", "where keys, mirror and evidence live ("
	    STATE_DIR ")" },
	{ "request", "FILE", "request file to write (ID.wlreq here)" },
	{ "cost", "moderate|interactive", "what a guess at the passphrase "
	    "costs; interactive is for tests and demos" },
	CLI_SECRET_OPTIONS,
	{ NULL, NULL, NULL },
};
const struct cli_option setup_enrol_options[] = {
	{ "yes", NULL, "the root's fingerprint was compared already" },
	{ NULL, NULL, NULL },
};

/* ---- init ---------------------------------------------------------------- */

/* The passphrase as the options give it, else typed. */
static enum error_code
typed(const struct cli *cli, const char *prompt, struct unlock **out,
    struct why *why)
{
	char pass[PASS_MAX];
	enum error_code err = cli_secret(cli, prompt, pass, sizeof pass, why);

	if (err == ERR_NONE)
		err = unlock_of(bytes_str(pass), out, why);
	sodium_memzero(pass, sizeof pass);
	return err;
}

static enum error_code
key_path(const char *dir, char out[static AUDIT_PATH])
{
	return file_join(out, AUDIT_PATH, dir, "keys/audit.key");
}

static enum error_code
write_keys(const struct cli *cli, const char *dir,
    const struct identity *identity, struct why *why)
{
	const char *cost = cli_value(cli, "cost");
	struct unlock *unlock = NULL;
	char path[AUDIT_PATH];
	enum error_code err;

	err = typed(cli, "New passphrase for this auditor's keys: ", &unlock,
	    why);
	if (err == ERR_NONE)
		err = file_join(path, sizeof path, dir, "keys");
	if (err == ERR_NONE)
		err = file_mkdirs(path, 0700, why);
	if (err == ERR_NONE)
		err = key_path(dir, path);
	if (err == ERR_NONE)
		err = keyfile_write_identity(path, identity, unlock,
		    cost != NULL && strcmp(cost, "interactive") == 0 ?
		    KDF_INTERACTIVE : KDF_MODERATE, why);
	unlock_destroy(&unlock);
	return err;
}

/* audit.conf with its two lines, unless there is one. */
static enum error_code
write_config(const struct cli *cli, const char *id, const char *dir,
    struct why *why)
{
	const char *slash = strrchr(cli->config, '/');
	char here[AUDIT_PATH] = ".";
	struct buf text;
	enum error_code err;

	if (file_exists(cli->config))
		return ERR_NONE;
	if (slash == NULL && getcwd(here, sizeof here) == NULL)
		return ERR_IO;
	buf_init(&text, CONF_MAX);
	buf_printf(&text, "# %s: see wayleave-audit.conf(5)\n[audit]\n"
	    "partnership = %.*s/partnership.wlp\nmember = %s\n", cli->config,
	    (int)(slash != NULL ? slash - cli->config :
	    (ptrdiff_t)strlen(here)), slash != NULL ? cli->config : here, id);
	if (strcmp(dir, STATE_DIR) != 0)
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
say_request(const struct cli *cli, const char *dir, const char *file,
    const char *id, const char *words)
{
	if (cli->json) {
		printf("{\"request\":\"%s\",\"words\":\"%s\"}\n", file, words);
		return;
	}
	if (!cli->quiet)
		printf("wrote %s and keys in %s/keys\n", cli->config, dir);
	printf("send this file to the partnership:  %s\n", file);
	printf("they will phone you; read them:  %s\n", words);
	if (!cli->quiet)
		printf("when the answer comes:  wayleave-audit enrol "
		    "partnership.wlp %s.wlrec\n", id);
}

int
setup_init(struct cli *cli)
{
	char path[AUDIT_PATH], words[PARTNERSHIP_FINGERPRINT_MAX];
	const char *dir = cli_value(cli, "state-dir");
	const char *id = cli_value(cli, "member");
	const char *name = cli_value(cli, "name");
	const char *file = cli_value(cli, "request");
	struct identity *identity = NULL;
	struct why why = { "" };
	enum error_code err;

	if (dir == NULL)
		dir = STATE_DIR;
	if (id == NULL || name == NULL)
		return cli_fail(cli, CLI_USAGE, 0, "init",
		    "give --member ID and --name NAME",
		    "who this auditor is was not said");
	snprintf(path, sizeof path, "%s.wlreq", id);
	if (file == NULL)
		file = path;
	err = keys_init(&why);
	if (err == ERR_NONE)
		err = identity_create(true, &identity, &why);
	if (err == ERR_NONE)
		err = write_request(identity, id, name, file, words, &why);
	if (err == ERR_NONE)
		err = write_keys(cli, dir, identity, &why);
	if (err == ERR_NONE)
		err = write_config(cli, id, dir, &why);
	identity_destroy(&identity);
	if (err != ERR_NONE)
		return cli_fail_error(cli, err, "init", &why);
	say_request(cli, dir, file, id, words);
	return CLI_DONE;
}

/* ---- enrol --------------------------------------------------------------- */

static bool
ends_with(const char *s, const char *end)
{
	const size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

static enum error_code
install_file(const char *from, const char *to, struct why *why)
{
	struct buf b;
	enum error_code err;

	if (strcmp(from, to) == 0)
		return ERR_NONE;
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

/* Where the configuration looks for them. */
static enum error_code
install(const struct audit_config *c, const char *wlp, const char *wlrec,
    struct why *why)
{
	const char *slash = strrchr(c->partnership, '/');
	char to[AUDIT_PATH];
	enum error_code err = install_file(wlp, c->partnership, why);

	if (err != ERR_NONE || wlrec == NULL)
		return err;
	if (c->record[0] != '\0')
		return install_file(wlrec, c->record, why);
	snprintf(to, sizeof to, "%.*s/%s.wlrec", (int)(slash - c->partnership),
	    c->partnership, c->member);
	return install_file(wlrec, to, why);
}

static enum error_code
check_role(const struct wire_member *m, struct why *why)
{
	if ((m->roles & ROLE_AUDITOR) != 0)
		return ERR_NONE;
	why_set(why, "the partnership did not give %s the role of an auditor",
	    m->id);
	return ERR_REFUSED;
}

static int
enrol_with(struct cli *cli, struct arena *arena, const struct audit_config *c)
{
	const char *wlp = NULL, *wlrec = NULL;
	struct why why = { "" };
	struct wire_member m;
	struct partnership p;
	enum error_code err;

	for (int i = 0; i < cli->argc; i++)
		if (ends_with(cli->argv[i], ".wlp"))
			wlp = cli->argv[i];
		else
			wlrec = cli->argv[i];
	if (wlp == NULL)
		wlp = c->partnership;
	err = keys_init(&why);
	if (err == ERR_NONE)
		err = partnership_load(arena, wlp, NULL, &p, &why);
	if (err == ERR_NONE && wlrec != NULL) {
		err = member_file_load(arena, wlrec, &p, c->member, &m, NULL,
		    &why);
		if (err == ERR_NONE)
			err = check_role(&m, &why);
	}
	if (err != ERR_NONE)
		return cli_fail_error(cli, err, "enrol", &why);
	if (!confirmed(cli, &p))
		return cli_fail(cli, CLI_NO, 0, "enrol",
		    "compare them by telephone, then run it with --yes",
		    "the root's words were not confirmed; nothing was "
		    "installed");
	err = install(c, wlp, wlrec, &why);
	if (err != ERR_NONE)
		return cli_fail_error(cli, err, "enrol", &why);
	if (!cli->quiet)
		printf("enrolled %s in %s; next: wayleave-audit mirror\n",
		    c->member, p.now.name);
	return CLI_DONE;
}

int
setup_enrol(struct cli *cli)
{
	struct arena *arena = arena_create(8 * 1024 * 1024);
	struct audit_config c;
	struct why why = { "" };
	enum error_code err = arena != NULL ? audit_config_load(cli->config,
	    &c, &why) : ERR_NOMEM;
	int code;

	if (err != ERR_NONE) {
		code = cli_fail_error(cli, err, "enrol", &why);
	} else {
		code = enrol_with(cli, arena, &c);
		audit_config_destroy(&c);
	}
	arena_destroy(&arena);
	return code;
}

/* ---- unlocking ----------------------------------------------------------- */

static enum error_code
unlocked(const struct cli *cli, const struct audit_config *c,
    struct unlock **out, struct why *why)
{
	if (cli_value(cli, "secret-file") != NULL ||
	    cli_value(cli, "secret-fd") != NULL)
		return typed(cli, "", out, why);
	switch (c->unlock) {
	case UNLOCK_CREDENTIAL:
		return unlock_of_credential(c->unlock_credential, out, why);
	case UNLOCK_COMMAND:
		return unlock_of_command(c->unlock_command, out, why);
	default:
		return typed(cli, "Passphrase of this auditor's keys: ", out,
		    why);
	}
}

enum error_code
setup_identity(const struct cli *cli, const struct audit_config *c,
    struct identity **out, struct why *why)
{
	struct unlock *unlock = NULL;
	char path[AUDIT_PATH];
	enum error_code err;

	*out = NULL;
	err = unlocked(cli, c, &unlock, why);
	if (err == ERR_NONE)
		err = key_path(c->state_dir, path);
	if (err == ERR_NONE)
		err = keyfile_read_identity(path, unlock, out, why);
	unlock_destroy(&unlock);
	return err;
}
