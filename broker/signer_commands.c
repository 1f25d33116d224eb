#include "broker/signer_commands.h"

#include <inttypes.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/local.h"
#include "base/log.h"
#include "base/notify.h"
#include "base/sandbox.h"
#include "broker/broker_config.h"
#include "broker/signer.h"
#include "broker/unlocking.h"
#include "keys/keyfile.h"
#include "keys/secret.h"
#include "ledger/request.h"
#include "member/setup.h"

enum { PATH_LEN = 1024 };

static const char state_dir_preset[] = "/var/lib/wayleave-signer";

const struct cli_option signer_commands_init_options[] = {
	{ "origin", "NAME", "the ledger's origin, as others will read it" },
	{ "state-dir", "DIR", "where log key and state live "
	    "(/var/lib/wayleave-signer)" },
	{ "request", "FILE", "request file to write (signer.wlreq here)" },
	{ "cost", "COST", "of a guess at the passphrase: moderate, or "
	    "interactive for a trial" },
	CLI_SECRET_OPTIONS,
	{ NULL, NULL, NULL },
};
const struct cli_option signer_commands_check_options[] = {
	{ "all", NULL, "print every key with its value" },
	{ NULL, NULL, NULL },
};
const struct cli_option signer_commands_run_options[] = {
	CLI_SECRET_OPTIONS,
	{ NULL, NULL, NULL },
};

/* ---- init -------------------------------------------------------------- */

struct signer_birth {
	const char *origin, *request;
	char dir[SETUP_PATH], config[SETUP_PATH];
	struct sign_pair *log;
	struct unlock *unlock;
	char key_path[PATH_LEN], state_path[PATH_LEN];
	char words[PARTNERSHIP_FINGERPRINT_MAX];
};

static enum error_code
paths(const char *dir, char key[static PATH_LEN], char state[static PATH_LEN])
{
	enum error_code e = file_join(key, PATH_LEN, dir, "log.keys");

	return e != ERR_NONE ? e : file_join(state, PATH_LEN, dir, "state");
}

static enum error_code
write_key(struct cli *cli, struct signer_birth *b, struct why *why)
{
	enum error_code e;
	int cost;

	e = setup_cost(cli, &cost, why);
	if (e == ERR_NONE)
		e = file_mkdirs(b->dir, 0700, why);
	if (e == ERR_NONE)
		e = paths(b->dir, b->key_path, b->state_path);
	if (e == ERR_NONE && file_exists(b->key_path)) {
		why_set(why, "%s: exists already, and a key file is never "
		    "replaced", b->key_path);
		e = ERR_EXISTS;
	}
	if (e == ERR_NONE)
		e = setup_new_passphrase(cli, "New passphrase: ",
		    &b->unlock, why);
	if (e == ERR_NONE)
		e = keyfile_write_sign(b->key_path, KEYFILE_LOG, b->log,
		    b->unlock, (enum kdf_cost)cost, why);
	return e;
}

static enum error_code
write_request(struct signer_birth *b, struct why *why)
{
	enum error_code e;
	struct buf file;

	buf_init(&file, REQUEST_MAX);
	e = request_make_log(b->log, "signer", b->origin, clock_ms(), &file,
	    why);
	if (e == ERR_NONE)
		e = file_write(b->request, file.data, file.n, 0644, 0, why);
	if (e == ERR_NONE)
		partnership_fingerprint(buf_view(&file), b->words);
	buf_free(&file);
	return e;
}

static enum error_code
write_config(const struct cli *cli, const struct signer_birth *b,
    struct why *why)
{
	enum error_code e;
	struct buf text;

	if (file_exists(cli->config))
		return ERR_NONE;
	buf_init(&text, 4096);
	buf_printf(&text, "# see wayleave-signer.conf(5)\n[signer]\n"
	    "origin = %s\n", b->origin);
	if (strcmp(b->dir, state_dir_preset) != 0)
		buf_printf(&text, "state_dir = %s\n", b->dir);
	e = buf_ok(&text) ? file_write(cli->config, text.data, text.n, 0644,
	    FILE_NEW, why) : ERR_SIZE;
	buf_free(&text);
	return e;
}

int
signer_commands_init(struct cli *cli)
{
	struct signer_birth b = {
		.origin = cli_value(cli, "origin"),
		.request = cli_value(cli, "request"),
	};
	const char *dir = cli_value(cli, "state-dir");
	struct why why = { "" };
	enum error_code e;

	if (b.origin == NULL)
		return cli_fail(cli, CLI_USAGE, 0, "init",
		    "give --origin NAME, for instance ledger.example.org/1",
		    "the ledger's origin was not said");
	if (b.request == NULL)
		b.request = "signer.wlreq";
	e = setup_absolute(dir != NULL ? dir : state_dir_preset, b.dir, &why);
	if (e == ERR_NONE)
		e = setup_absolute(cli->config, b.config, &why);
	if (e == ERR_NONE)
		e = keys_init(&why);
	if (e == ERR_NONE)
		e = identity_sign_create(&b.log, &why);
	if (e == ERR_NONE)
		e = write_key(cli, &b, &why);
	if (e == ERR_NONE)
		e = signer_init(b.state_path, b.origin, b.log->public, NULL,
		    &why);
	if (e == ERR_NONE)
		e = write_request(&b, &why);
	if (e == ERR_NONE)
		e = write_config(cli, &b, &why);
	unlock_destroy(&b.unlock);
	identity_sign_destroy(&b.log);
	if (e != ERR_NONE)
		return cli_fail_error(cli, e, "init", &why);
	if (cli->json)
		printf("{\"request\":\"%s\",\"words\":\"%s\"}\n", b.request,
		    b.words);
	else if (!cli->quiet)
		printf("wrote %s, log key and state in %s\n"
		    "take this file to the partnership's laptop:  %s\n"
		    "its words:  %s\n"
		    "keep %s out of every backup\n", cli->config, b.dir,
		    b.request, b.words, b.state_path);
	return CLI_DONE;
}

/* ---- check-config, status ---------------------------------------------- */

/* Key and state as the files have them; *size: how far it has signed. */
static enum error_code
look_at_files(const struct signer_config *c, uint64_t *size, struct why *why)
{
	char key[PATH_LEN], state[PATH_LEN];
	struct keyfile_info info;
	enum error_code e = paths(c->state_dir, key, state);

	if (e == ERR_NONE)
		e = keyfile_peek(key, &info, why);
	if (e == ERR_NONE)
		e = signer_look(state, c->origin, info.public, size, why);
	return e;
}

int
signer_commands_check(struct cli *cli)
{
	struct signer_config c;
	struct why why = { "" };
	uint64_t size = 0;
	enum error_code e = signer_config_load(cli->config, &c, &why);

	if (e != ERR_NONE)
		return cli_fail_error(cli, e, "configuration", &why);
	if (cli_flag(cli, "all"))
		config_print(c.file, stdout, true);
	e = look_at_files(&c, &size, &why);
	signer_config_destroy(&c);
	if (e != ERR_NONE)
		return cli_fail_error(cli, e, "files", &why);
	if (!cli_flag(cli, "all") && !cli->quiet)
		printf("%s is good, and so are the key and the state\n",
		    cli->config);
	return CLI_DONE;
}

/* From the files alone: the signer talks to its broker and nobody else. */
int
signer_commands_status(struct cli *cli)
{
	struct signer_config c;
	struct why why = { "" };
	uint64_t size = 0;
	enum error_code e = signer_config_load(cli->config, &c, &why);

	if (e != ERR_NONE)
		return cli_fail_error(cli, e, "configuration", &why);
	e = look_at_files(&c, &size, &why);
	if (e == ERR_NONE && cli->json)
		printf("{\"origin\":\"%s\",\"signed\":%" PRIu64 "}\n",
		    c.origin, size);
	else if (e == ERR_NONE)
		printf("origin     %s\nsigned     %" PRIu64 " entries\n",
		    c.origin, size);
	signer_config_destroy(&c);
	return e == ERR_NONE ? CLI_DONE :
	    cli_fail_error(cli, e, "status", &why);
}

/* ---- run --------------------------------------------------------------- */

static int
signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static enum error_code
broker_uid(const struct signer_config *c, uid_t *out, struct why *why)
{
	const struct passwd *pw;

	*out = getuid();
	if (c->broker_user[0] == '\0')
		return ERR_NONE;
	pw = getpwnam(c->broker_user);
	if (pw == NULL)
		return config_error(c->file, "signer", "broker_user",
		    "there is no such account", why);
	*out = pw->pw_uid;
	return ERR_NONE;
}

static enum error_code
open_signer(struct cli *cli, const struct signer_config *c,
    struct sign_pair **log, struct signer **out, struct why *why)
{
	char key[PATH_LEN], state[PATH_LEN];
	struct unlock *unlock = NULL;
	enum error_code e;

	e = paths(c->state_dir, key, state);
	if (e == ERR_NONE && !file_exists(state)) {
		why_set(why, "%s is missing: without it the signer cannot know "
		    "what it has signed and does not start; putting a new one "
		    "in its place is an act of the partnership (recover, not "
		    "in this version)", state);
		return ERR_NOTFOUND;
	}
	if (e == ERR_NONE)
		e = unlocking_open(cli, c->unlock, c->unlock_command,
		    c->unlock_credential, &unlock, why);
	if (e == ERR_NONE)
		e = keyfile_read_sign(key, KEYFILE_LOG, unlock, log, why);
	if (e == ERR_NONE)
		e = signer_open(state, c->origin, (*log)->secret, out, why);
	unlock_destroy(&unlock);
	return e;
}

static enum error_code
run(struct cli *cli, const struct signer_config *c, struct why *why)
{
	int stop = -1, listener = -1, lock = -1;
	struct sign_pair *log = NULL;
	struct signer *s = NULL;
	enum error_code e;
	uid_t uid = 0;

	e = sandbox_harden(why);
	if (e == ERR_NONE)
		e = keys_init(why);
	if (e == ERR_NONE)
		e = broker_uid(c, &uid, why);
	if (e == ERR_NONE)
		e = file_lock(c->state_dir, &lock, why);
	if (e == ERR_NONE)
		e = open_signer(cli, c, &log, &s, why);
	if (e == ERR_NONE)
		e = local_listen(c->socket, uid == getuid() ? 0600 : 0666,
		    &listener, why);
	if (e == ERR_NONE && (stop = signals()) == -1)
		e = ERR_IO;
	/* before the sandbox: it forbids to open a socket */
	if (e == ERR_NONE)
		notify("READY=1");
	if (e == ERR_NONE)
		e = sandbox_enter(SANDBOX_SIGNER, why);
	if (e == ERR_NONE)
		e = signer_serve(s, listener, stop, uid);
	signer_close(&s);
	identity_sign_destroy(&log);
	local_close(&listener);
	local_close(&stop);
	file_unlock(&lock);
	return e;
}

int
signer_commands_run(struct cli *cli)
{
	struct signer_config c;
	struct why why = { "" };
	enum error_code e = signer_config_load(cli->config, &c, &why);

	if (e != ERR_NONE)
		return cli_fail_error(cli, e, "configuration", &why);
	log_open("wayleave-signer");
	e = run(cli, &c, &why);
	signer_config_destroy(&c);
	return e == ERR_NONE ? CLI_DONE :
	    cli_fail_error(cli, e, "run", &why);
}
