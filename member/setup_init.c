/* Keys, configuration and request of a new member. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "keys/kdf.h"
#include "keys/keyfile.h"
#include "keys/secret.h"
#include "ledger/request.h"
#include "member/setup_part.h"

enum { CONF_MAX = 4096 };

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

/* ---- init ------------------------------------------------------------------- */

struct birth {
	char id_room[64], name_room[160], file_room[SETUP_PATH];
	char dir[SETUP_PATH], config[SETUP_PATH];
	const char *id, *name, *file;
	bool config_kept;
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
	char path[SETUP_PATH], prompt[80], *slash;
	struct unlock *unlock = NULL;
	enum error_code err;
	int cost;

	err = setup_cost(cli, &cost, why);
	if (err != ERR_NONE)
		return err;
	snprintf(prompt, sizeof prompt, "New passphrase for this %s's keys: ",
	    s->who);
	err = setup_key_path(s, &place, path);
	if (err == ERR_NONE && file_exists(path)) {
		why_set(why, "%s: exists already, and a key file is never "
		    "replaced", path);
		err = ERR_EXISTS;
	}
	if (err == ERR_NONE)
		err = setup_new_passphrase(cli, prompt, &unlock, why);
	if (err == ERR_NONE) {
		slash = strrchr(path, '/');
		*slash = '\0';
		err = file_mkdirs(path, 0700, why);
		*slash = '/';
	}
	if (err == ERR_NONE)
		err = keyfile_write_identity(path, identity, unlock,
		    (enum kdf_cost)cost, why);
	unlock_destroy(&unlock);
	return err;
}

/* The configuration with its two lines, unless there is one. */
static enum error_code
write_config(const struct setup *s, struct birth *b, struct why *why)
{
	char here[SETUP_PATH];
	struct buf text;
	enum error_code err;

	b->config_kept = file_exists(b->config);
	if (b->config_kept)
		return ERR_NONE;
	snprintf(here, sizeof here, "%.*s",
	    (int)(strrchr(b->config, '/') - b->config), b->config);
	err = file_mkdirs(here[0] != '\0' ? here : "/", 0755, why);
	if (err != ERR_NONE)
		return err;
	buf_init(&text, CONF_MAX);
	buf_printf(&text, "# see %s.conf(5)\n[%s]\n", s->program, s->section);
	buf_printf(&text, "partnership = %s/partnership.wlp\n", here);
	buf_printf(&text, "member = %s\n", b->id);
	if (strcmp(b->dir, s->state_dir) != 0)
		buf_printf(&text, "state_dir = %s\n", b->dir);
	err = buf_ok(&text) ? file_write(b->config, text.data, text.n, 0644,
	    FILE_NEW, why) : ERR_SIZE;
	buf_free(&text);
	return err;
}

/* Would the partnership take it?  Before keys are there that are never
 * replaced. */
static enum error_code
try_request(const struct identity *identity, const struct birth *b,
    struct why *why)
{
	struct buf file;
	enum error_code err;

	buf_init(&file, REQUEST_MAX);
	err = request_make(identity, b->id, b->name, clock_ms(), &file, why);
	buf_free(&file);
	return err;
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
		err = try_request(identity, b, why);
	if (err == ERR_NONE)
		err = write_keys(cli, s, b->dir, identity, why);
	if (err == ERR_NONE)
		err = write_config(s, b, why);
	if (err == ERR_NONE)
		err = setup_write_request(identity, b->id, b->name, b->file,
		    b->words, why);
	identity_destroy(&identity);
	return err;
}

int
setup_init(struct cli *cli, const struct setup *s)
{
	struct why why = { "" };
	const char *dir = cli_value(cli, "state-dir");
	struct birth b;
	enum error_code err;

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
	err = setup_absolute(dir != NULL ? dir : s->state_dir, b.dir, &why);
	if (err == ERR_NONE)
		err = setup_absolute(cli->config, b.config, &why);
	if (err == ERR_NONE)
		err = bear(cli, s, &b, &why);
	if (err != ERR_NONE)
		return cli_fail_error(cli, err, "init", &why);
	if (!cli->json && !cli->quiet)
		printf("%s %s and %sthe keys in %s\n", b.config_kept ?
		    "kept" : "wrote", b.config, b.config_kept ? "wrote " : "",
		    b.dir);
	setup_say_request(cli, b.file, b.words);
	if (!cli->json && !cli->quiet && s->answer != NULL)
		printf("when the answer comes:  %s\n", s->answer);
	else if (!cli->json && !cli->quiet)
		printf("when the answer comes:  %s enrol partnership.wlp "
		    "%s.wlrec\n", s->program, b.id);
	return CLI_DONE;
}

