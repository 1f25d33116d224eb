#include "member/setup.h"

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

enum { CONF_MAX = 4096, ARENA_MAX = 8 * 1024 * 1024 };

const struct cli_option setup_init_options[] = {
	{ "member", "ID", "member id: 2 to 48 of a-z, 0-9 and -" },
	{ "name", "NAME", "the name as others will read it" },
	{ "state-dir", "DIR", "where keys and store live" },
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
const struct cli_option setup_secret_options[] = {
	CLI_SECRET_OPTIONS,
	{ NULL, NULL, NULL },
};

/* ---- places -------------------------------------------------------------- */

enum error_code
setup_record_path(const struct setup_place *p, char out[static SETUP_PATH])
{
	const char *slash = strrchr(p->partnership, '/');
	int n;

	if (p->record[0] != '\0')
		n = snprintf(out, SETUP_PATH, "%s", p->record);
	else
		n = snprintf(out, SETUP_PATH, "%.*s%s.wlrec",
		    slash != NULL ? (int)(slash - p->partnership) + 1 : 0,
		    p->partnership, p->member);
	return n < 0 || n >= SETUP_PATH ? ERR_SIZE : ERR_NONE;
}

enum error_code
setup_key_path(const struct setup *s, const struct setup_place *p,
    char out[static SETUP_PATH])
{
	return file_join(out, SETUP_PATH, p->state_dir, s->key_file);
}

/* ---- unlocking ------------------------------------------------------------ */

static enum error_code
typed(const struct cli *cli, const char *prompt, struct unlock **out,
    struct why *why)
{
	char pass[UNLOCK_PASSPHRASE_MAX];
	enum error_code err = cli_secret(cli, prompt, pass, sizeof pass, why);

	if (err == ERR_NONE)
		err = unlock_of(bytes_str(pass), out, why);
	sodium_memzero(pass, sizeof pass);
	return err;
}

enum error_code
setup_unlock(const struct cli *cli, const struct setup *s,
    const struct setup_place *p, struct unlock **out, struct why *why)
{
	char prompt[80];

	if (cli != NULL && (cli_value(cli, "secret-file") != NULL ||
	    cli_value(cli, "secret-fd") != NULL))
		return typed(cli, "", out, why);
	if (p->unlock == UNLOCK_CREDENTIAL)
		return unlock_of_credential(p->unlock_credential, out, why);
	if (p->unlock == UNLOCK_COMMAND)
		return unlock_of_command(p->unlock_command, out, why);
	if (cli == NULL)
		return ERR_NOTFOUND;
	snprintf(prompt, sizeof prompt, "Passphrase of this %s's keys: ",
	    s->who);
	return typed(cli, prompt, out, why);
}

enum error_code
setup_identity(const struct cli *cli, const struct setup *s,
    const struct setup_place *p, struct identity **out, struct why *why)
{
	struct unlock *unlock = NULL;
	char path[SETUP_PATH];
	enum error_code err;

	*out = NULL;
	err = setup_unlock(cli, s, p, &unlock, why);
	if (err == ERR_NONE)
		err = setup_key_path(s, p, path);
	if (err == ERR_NONE)
		err = keyfile_read_identity(path, unlock, out, why);
	unlock_destroy(&unlock);
	return err;
}

/* ---- init ------------------------------------------------------------------- */

struct birth {
	char id_room[64], name_room[160], file_room[SETUP_PATH];
	const char *id, *name, *dir, *file;
	char words[PARTNERSHIP_FINGERPRINT_MAX];
};

/* An option's value, else asked at the terminal; "" when there is none. */
static const char *
asked(const struct cli *cli, const char *option, const char *question,
    char *room, size_t cap)
{
	const char *v = cli_value(cli, option);

	if (v != NULL || !isatty(STDIN_FILENO))
		return v != NULL ? v : "";
	fprintf(stderr, "%s: ", question);
	if (fgets(room, (int)cap, stdin) == NULL)
		return "";
	room[strcspn(room, "\n")] = '\0';
	return room;
}

static enum error_code
write_keys(const struct cli *cli, const struct setup *s, const char *dir,
    const struct identity *identity, struct why *why)
{
	const struct setup_place place = { .state_dir = dir };
	const char *cost = cli_value(cli, "cost");
	char path[SETUP_PATH], prompt[80], *slash;
	struct unlock *unlock = NULL;
	enum error_code err;

	if (cost != NULL && strcmp(cost, "moderate") != 0 &&
	    strcmp(cost, "interactive") != 0) {
		why_set(why, "--cost: %s: is moderate or interactive", cost);
		return ERR_USAGE;
	}
	snprintf(prompt, sizeof prompt, "New passphrase for this %s's keys: ",
	    s->who);
	err = setup_key_path(s, &place, path);
	if (err == ERR_NONE && file_exists(path)) {
		why_set(why, "%s: exists already, and a key file is never "
		    "replaced", path);
		err = ERR_EXISTS;
	}
	if (err == ERR_NONE)
		err = typed(cli, prompt, &unlock, why);
	if (err == ERR_NONE) {
		slash = strrchr(path, '/');
		*slash = '\0';
		err = file_mkdirs(path, 0700, why);
		*slash = '/';
	}
	if (err == ERR_NONE)
		err = keyfile_write_identity(path, identity, unlock,
		    cost != NULL && cost[0] == 'i' ? KDF_INTERACTIVE :
		    KDF_MODERATE, why);
	unlock_destroy(&unlock);
	return err;
}

/* The configuration with its two lines, unless there is one. */
static enum error_code
write_config(const struct cli *cli, const struct setup *s,
    const struct birth *b, struct why *why)
{
	const char *slash = strrchr(cli->config, '/');
	char here[SETUP_PATH] = "";
	struct buf text;
	enum error_code err;

	if (file_exists(cli->config))
		return ERR_NONE;
	if (slash == NULL && getcwd(here, sizeof here) == NULL)
		return ERR_IO;
	if (slash != NULL)
		snprintf(here, sizeof here, "%.*s",
		    (int)(slash - cli->config), cli->config);
	buf_init(&text, CONF_MAX);
	buf_printf(&text, "# see %s.conf(5)\n[%s]\n", s->program, s->section);
	buf_printf(&text, "partnership = %s/partnership.wlp\n", here);
	buf_printf(&text, "member = %s\n", b->id);
	if (strcmp(b->dir, s->state_dir) != 0)
		buf_printf(&text, "state_dir = %s\n", b->dir);
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

static enum error_code
bear(const struct cli *cli, const struct setup *s, struct birth *b,
    struct why *why)
{
	struct identity *identity = NULL;
	enum error_code err = keys_init(why);

	if (err == ERR_NONE)
		err = identity_create(s->terms, &identity, why);
	if (err == ERR_NONE)
		err = write_keys(cli, s, b->dir, identity, why);
	if (err == ERR_NONE)
		err = write_request(identity, b->id, b->name, b->file,
		    b->words, why);
	if (err == ERR_NONE)
		err = write_config(cli, s, b, why);
	identity_destroy(&identity);
	return err;
}

int
setup_init(struct cli *cli, const struct setup *s)
{
	struct why why = { "" };
	struct birth b;
	enum error_code err;

	b.dir = cli_value(cli, "state-dir");
	if (b.dir == NULL)
		b.dir = s->state_dir;
	b.id = asked(cli, "member", "Member id (a-z, 0-9, -)", b.id_room,
	    sizeof b.id_room);
	b.name = asked(cli, "name", "Name", b.name_room, sizeof b.name_room);
	if (b.id[0] == '\0' || b.name[0] == '\0')
		return cli_fail(cli, CLI_USAGE, 0, "init",
		    "give --member ID and --name NAME",
		    "who this %s is was not said", s->who);
	snprintf(b.file_room, sizeof b.file_room, "%s.wlreq", b.id);
	b.file = cli_value(cli, "request");
	if (b.file == NULL)
		b.file = b.file_room;
	err = bear(cli, s, &b, &why);
	if (err != ERR_NONE)
		return cli_fail_error(cli, err, "init", &why);
	if (!cli->json && !cli->quiet)
		printf("wrote %s and the keys in %s\n", cli->config, b.dir);
	say_request(cli, b.file, b.words);
	if (!cli->json && !cli->quiet)
		printf("when the answer comes:  %s enrol partnership.wlp "
		    "%s.wlrec\n", s->program, b.id);
	return CLI_DONE;
}

/* ---- enrol ------------------------------------------------------------------ */

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

/* Both files verified; nothing is written yet. */
static enum error_code
look(struct arena *arena, const struct setup *s, const struct setup_place *at,
    const char *wlp, const char *wlrec, struct partnership *p,
    struct why *why)
{
	struct wire_member m;
	enum error_code err = partnership_load(arena, wlp, NULL, p, why);

	if (err != ERR_NONE || wlrec == NULL)
		return err;
	err = member_file_load(arena, wlrec, p, at->member, &m, NULL, why);
	if (err == ERR_NONE && s->role != 0 && (m.roles & s->role) == 0) {
		why_set(why, "%s: the partnership did not give %s the role of "
		    "an %s", wlrec, m.id, s->who);
		err = ERR_REFUSED;
	}
	return err;
}

static enum error_code
install(const struct setup_place *at, const char *wlp, const char *wlrec,
    struct why *why)
{
	char to[SETUP_PATH];
	enum error_code err = install_file(wlp, at->partnership, why);

	if (err != ERR_NONE || wlrec == NULL)
		return err;
	err = setup_record_path(at, to);
	return err == ERR_NONE ? install_file(wlrec, to, why) : err;
}

static int
enrol_files(struct cli *cli, struct arena *arena, const struct setup *s,
    const struct setup_place *at, const char *wlp, const char *wlrec)
{
	struct why why = { "" };
	struct partnership p;
	enum error_code err = keys_init(&why);

	if (err == ERR_NONE)
		err = look(arena, s, at, wlp, wlrec, &p, &why);
	if (err != ERR_NONE)
		return cli_fail_error(cli, err, "enrol", &why);
	if (!confirmed(cli, &p))
		return cli_fail(cli, CLI_NO, 0, "enrol",
		    "compare them by telephone, then run it with --yes",
		    "the root's words were not confirmed; nothing was "
		    "installed");
	err = install(at, wlp, wlrec, &why);
	if (err != ERR_NONE)
		return cli_fail_error(cli, err, "enrol", &why);
	if (!cli->quiet)
		printf("enrolled %s in %s; next: %s\n", at->member,
		    p.now.name, s->next);
	return CLI_DONE;
}

int
setup_enrol(struct cli *cli, const struct setup *s,
    const struct setup_place *at)
{
	struct arena *arena = arena_create(ARENA_MAX);
	const char *wlp = at->partnership, *wlrec = NULL;
	int code;

	for (int i = 0; i < cli->argc; i++)
		if (ends_with(cli->argv[i], ".wlp"))
			wlp = cli->argv[i];
		else
			wlrec = cli->argv[i];
	code = arena != NULL ? enrol_files(cli, arena, s, at, wlp, wlrec) :
	    cli_fail_error(cli, ERR_NOMEM, "enrol", NULL);
	arena_destroy(&arena);
	return code;
}

/* ---- renew, passwd ------------------------------------------------------------ */

static enum error_code
renew(struct cli *cli, struct arena *arena, const struct setup *s,
    const struct setup_place *at, const char *file,
    char words[static PARTNERSHIP_FINGERPRINT_MAX], struct why *why)
{
	struct identity *identity = NULL;
	struct partnership p;
	struct wire_member m;
	char path[SETUP_PATH];
	enum error_code err = keys_init(why);

	if (err == ERR_NONE)
		err = partnership_load(arena, at->partnership, NULL, &p, why);
	if (err == ERR_NONE)
		err = setup_record_path(at, path);
	if (err == ERR_NONE)
		err = member_file_load(arena, path, &p, at->member, &m, NULL,
		    why);
	if (err == ERR_NONE)
		err = setup_identity(cli, s, at, &identity, why);
	if (err == ERR_NONE)
		err = write_request(identity, at->member, m.name, file, words,
		    why);
	identity_destroy(&identity);
	return err;
}

int
setup_renew(struct cli *cli, const struct setup *s,
    const struct setup_place *at)
{
	struct arena *arena = arena_create(ARENA_MAX);
	char words[PARTNERSHIP_FINGERPRINT_MAX], file[SETUP_PATH];
	struct why why = { "" };
	enum error_code err;

	snprintf(file, sizeof file, "%s.wlreq", at->member);
	err = arena != NULL ? renew(cli, arena, s, at, file, words, &why) :
	    ERR_NOMEM;
	arena_destroy(&arena);
	if (err != ERR_NONE)
		return cli_fail_error(cli, err, "renew", &why);
	say_request(cli, file, words);
	if (!cli->json && !cli->quiet)
		printf("the renewed record arrives by itself; nothing has to "
		    "be restarted\n");
	return CLI_DONE;
}

static enum error_code
change(struct cli *cli, const struct setup *s, const struct setup_place *at,
    struct why *why)
{
	struct unlock *old = NULL, *new = NULL;
	struct keyfile_info info;
	char path[SETUP_PATH];
	enum error_code err = keys_init(why);

	if (err == ERR_NONE)
		err = setup_key_path(s, at, path);
	if (err == ERR_NONE)
		err = keyfile_peek(path, &info, why);
	if (err == ERR_NONE)
		err = typed(cli, "Passphrase now: ", &old, why);
	if (err == ERR_NONE)
		err = typed(cli, "New passphrase: ", &new, why);
	if (err == ERR_NONE)
		err = keyfile_change(path, old, new, info.cost, why);
	unlock_destroy(&old);
	unlock_destroy(&new);
	return err;
}

int
setup_passwd(struct cli *cli, const struct setup *s,
    const struct setup_place *at)
{
	struct why why = { "" };
	enum error_code err;

	if (!isatty(STDIN_FILENO))
		return cli_fail(cli, CLI_USAGE, 0, "passwd",
		    "run it at a terminal", "two passphrases are asked for");
	err = change(cli, s, at, &why);
	if (err != ERR_NONE)
		return cli_fail_error(cli, err, "passwd", &why);
	printf("changed\n");
	return CLI_DONE;
}
