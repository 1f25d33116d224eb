#include "member/setup_part.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "keys/kdf.h"
#include "keys/keyfile.h"
#include "keys/secret.h"
#include "ledger/partnership.h"
#include "ledger/request.h"

enum { ARENA_MAX = 8 * 1024 * 1024 };

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
setup_absolute(const char *path, char out[static SETUP_PATH],
    struct why *why)
{
	char here[SETUP_PATH];

	if (path[0] == '/') {
		if (snprintf(out, SETUP_PATH, "%s", path) < SETUP_PATH)
			return ERR_NONE;
	} else if (getcwd(here, sizeof here) != NULL) {
		while (strncmp(path, "./", 2) == 0)
			path += 2;
		return file_join(out, SETUP_PATH, here, path);
	}
	why_set(why, "%.60s: its path cannot be made absolute", path);
	return ERR_SIZE;
}

enum error_code
setup_key_path(const struct setup *s, const struct setup_place *p,
    char out[static SETUP_PATH])
{
	return file_join(out, SETUP_PATH, p->state_dir, s->key_file);
}

/* ---- unlocking ------------------------------------------------------------ */

enum error_code
setup_typed(const struct cli *cli, const char *prompt, struct unlock **out,
    struct why *why)
{
	char pass[UNLOCK_PASSPHRASE_MAX];
	enum error_code err = cli_secret(cli, prompt, pass, sizeof pass, why);

	if (err == ERR_NONE)
		err = unlock_of(bytes_str(pass), out, why);
	sodium_memzero(pass, sizeof pass);
	return err;
}

static bool
secret_given(const struct cli *cli)
{
	return cli_value(cli, "secret-file") != NULL ||
	    cli_value(cli, "secret-fd") != NULL;
}

enum error_code
setup_new_passphrase(const struct cli *cli, const char *prompt,
    struct unlock **out, struct why *why)
{
	struct unlock *again = NULL;
	enum error_code err = setup_typed(cli, prompt, out, why);

	if (err != ERR_NONE || secret_given(cli))
		return err;
	err = setup_typed(cli, "The same again: ", &again, why);
	if (err == ERR_NONE && (again->n_passphrase != (*out)->n_passphrase ||
	    sodium_memcmp(again->passphrase, (*out)->passphrase,
	    again->n_passphrase) != 0)) {
		why_set(why, "the two are not the same; nothing was changed");
		err = ERR_USAGE;
	}
	unlock_destroy(&again);
	if (err != ERR_NONE)
		unlock_destroy(out);
	return err;
}

enum error_code
setup_unlock(const struct cli *cli, const struct setup *s,
    const struct setup_place *p, struct unlock **out, struct why *why)
{
	char prompt[80];

	if (cli != NULL && secret_given(cli))
		return setup_typed(cli, "", out, why);
	if (p->unlock == UNLOCK_CREDENTIAL)
		return unlock_of_credential(p->unlock_credential, out, why);
	if (p->unlock == UNLOCK_COMMAND)
		return unlock_of_command(p->unlock_command, out, why);
	if (cli == NULL)
		return ERR_NOTFOUND;
	snprintf(prompt, sizeof prompt, "Passphrase of this %s's keys: ",
	    s->who);
	return setup_typed(cli, prompt, out, why);
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

enum error_code
setup_cost(const struct cli *cli, int *cost, struct why *why)
{
	const char *v = cli_value(cli, "cost");

	*cost = KDF_MODERATE;
	if (v == NULL || strcmp(v, "moderate") == 0)
		return ERR_NONE;
	*cost = KDF_INTERACTIVE;
	if (strcmp(v, "interactive") == 0)
		return ERR_NONE;
	why_set(why, "--cost: %.40s: must be moderate or interactive", v);
	return ERR_USAGE;
}

/* ---- the request ----------------------------------------------------------- */

enum error_code
setup_write_request(const struct identity *identity, const char *id,
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

void
setup_say_request(const struct cli *cli, const char *path, const char *words)
{
	if (cli->json) {
		printf("{\"request\":\"%s\",\"words\":\"%s\"}\n", path, words);
		return;
	}
	printf("send this file to your partnership:  %s\n", path);
	printf("they will phone your switchboard; read them:  %s\n", words);
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

/* ---- check ------------------------------------------------------------------- */

/* A file that one of our commands makes. */
static enum error_code
must_be_there(const struct setup *s, const char *path, const char *command,
    struct why *why)
{
	if (file_exists(path))
		return ERR_NONE;
	why_set(why, "%s: not there yet: %s %s", path, s->program, command);
	return ERR_CONFIG;
}

static enum error_code
check_files(struct arena *arena, const struct setup *s,
    const struct setup_place *at, uint64_t *until, struct why *why)
{
	char keys[SETUP_PATH], record[SETUP_PATH];
	struct partnership p;
	struct wire_member m;
	enum error_code err = setup_key_path(s, at, keys);

	if (err == ERR_NONE)
		err = setup_record_path(at, record);
	if (err == ERR_NONE)
		err = must_be_there(s, keys, "init", why);
	if (err == ERR_NONE)
		err = must_be_there(s, at->partnership, "enrol", why);
	/* an auditor's own record is at the exchange */
	if (err == ERR_NONE && s->role != 0 && !file_exists(record)) {
		*until = 0;
		return look(arena, s, at, at->partnership, NULL, &p, why);
	}
	if (err == ERR_NONE)
		err = must_be_there(s, record, "enrol", why);
	if (err == ERR_NONE)
		err = look(arena, s, at, at->partnership, record, &p, why);
	if (err == ERR_NONE)
		err = member_file_load(arena, record, &p, at->member, &m,
		    NULL, why);
	if (err == ERR_NONE)
		*until = m.valid_until;
	return err;
}

enum error_code
setup_check(const struct setup *s, const struct setup_place *at,
    uint64_t *until, struct why *why)
{
	struct arena *arena = arena_create(ARENA_MAX);
	enum error_code err = arena != NULL ? keys_init(why) : ERR_NOMEM;

	if (err == ERR_NONE)
		err = check_files(arena, s, at, until, why);
	arena_destroy(&arena);
	return err;
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
		err = setup_write_request(identity, at->member, m.name, file, words,
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
	setup_say_request(cli, file, words);
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
		err = setup_typed(cli, "Passphrase now: ", &old, why);
	if (err == ERR_NONE)
		err = setup_new_passphrase(cli, "New passphrase: ", &new, why);
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
