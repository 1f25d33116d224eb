#include "keys/tool.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "keys/secret.h"

enum { SECRETS = TOOL_KEYS_MAX * (UNLOCK_PASSPHRASE_MAX + 1) + 1 };

enum error_code
tool_begin(struct cli *cli, struct tool *t)
{
	enum error_code error;
	void *p;

	memset(t, 0, sizeof *t);
	t->cli = cli;
	error = keys_init(&t->why);
	if (error != ERR_NONE)
		return error;
	t->arena = arena_create(8 * RECORD_FILE_MAX);
	if (t->arena == NULL)
		return ERR_NOMEM;
	if (cli_value(cli, "secret-file") == NULL &&
	    cli_value(cli, "secret-fd") == NULL)
		return ERR_NONE;
	error = secret_alloc(SECRETS, &p, &t->why);
	if (error != ERR_NONE)
		return error;
	t->secrets = p;
	return cli_secret(cli, "", t->secrets, SECRETS, &t->why);
}

void
tool_end(struct tool *t)
{
	secret_free(t->secrets);
	t->secrets = NULL;
	arena_destroy(&t->arena);
}

int
tool_fail(struct tool *t, enum error_code error, const char *what)
{
	return cli_fail_error(t->cli, error, what, &t->why);
}

void
tool_say(struct tool *t, const char *name, const char *fmt, ...)
{
	va_list ap;

	if (t->cli->quiet)
		return;
	printf("%-12s ", name);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

/* ---- passphrases --------------------------------------------------------- */

static struct bytes
line_of(const char *text, unsigned i)
{
	const char *end;

	for (; i > 0; i--) {
		text = strchr(text, '\n');
		if (text == NULL)
			return bytes_of("", 0);
		text++;
	}
	end = strchr(text, '\n');
	return bytes_of(text, end == NULL ? strlen(text) :
	    (size_t)(end - text));
}

static enum error_code
from_lines(struct tool *t, unsigned i, unsigned n, struct bytes *out)
{
	bool one = strchr(t->secrets, '\n') == NULL;

	*out = line_of(t->secrets, one ? 0 : i);
	if (out->n == 0 || out->n > UNLOCK_PASSPHRASE_MAX) {
		why_set(&t->why, "the secret has no line %u: give one line "
		    "for all, or %u", i + 1, n);
		return ERR_SIZE;
	}
	return ERR_NONE;
}

static enum error_code
ask(struct tool *t, const char *path, bool is_new, struct unlock **out)
{
	char prompt[300], *text, *again;
	enum error_code error;
	void *p;

	error = secret_alloc(2 * (UNLOCK_PASSPHRASE_MAX + 1), &p, &t->why);
	if (error != ERR_NONE)
		return error;
	text = p;
	again = text + UNLOCK_PASSPHRASE_MAX + 1;
	snprintf(prompt, sizeof prompt, "%s for %.200s (not shown): ",
	    is_new ? "New passphrase" : "Passphrase", path);
	error = cli_secret(t->cli, prompt, text, UNLOCK_PASSPHRASE_MAX + 1,
	    &t->why);
	if (error == ERR_NONE && is_new) {
		error = cli_secret(t->cli, "The same again: ", again,
		    UNLOCK_PASSPHRASE_MAX + 1, &t->why);
		if (error == ERR_NONE && strcmp(text, again) != 0) {
			why_set(&t->why, "the two differ");
			error = ERR_USAGE;
		}
	}
	if (error == ERR_NONE)
		error = unlock_of(bytes_str(text), out, &t->why);
	secret_free(p);
	return error;
}

enum error_code
tool_unlock(struct tool *t, unsigned i, unsigned n, const char *path,
    bool is_new, struct unlock **out)
{
	enum error_code error;
	struct bytes line;

	*out = NULL;
	if (t->secrets == NULL) {
		error = ask(t, path, is_new, out);
	} else {
		error = from_lines(t, i, n, &line);
		if (error == ERR_NONE)
			error = unlock_of(line, out, &t->why);
	}
	if (error == ERR_NONE && is_new &&
	    (*out)->n_passphrase < TOOL_PASSPHRASE_MIN) {
		why_set(&t->why, "the passphrase for %s is shorter than %d "
		    "characters", path, TOOL_PASSPHRASE_MIN);
		unlock_destroy(out);
		error = ERR_SIZE;
	}
	return error;
}

enum error_code
tool_cost(struct tool *t, enum kdf_cost *out)
{
	const char *cost = cli_value(t->cli, "cost");

	*out = KDF_MODERATE;
	if (cost == NULL || strcmp(cost, kdf_cost_name(KDF_MODERATE)) == 0)
		return ERR_NONE;
	if (strcmp(cost, kdf_cost_name(KDF_INTERACTIVE)) == 0) {
		*out = KDF_INTERACTIVE;
		return ERR_NONE;
	}
	why_set(&t->why, "--cost is moderate, or interactive for a trial");
	return ERR_USAGE;
}

/* ---- partnership and keys --------------------------------------------- */

const char *
tool_partnership_path(struct tool *t)
{
	const char *path = cli_value(t->cli, "partnership");

	return path == NULL ? "partnership.wlp" : path;
}

enum error_code
tool_partnership(struct tool *t, struct partnership *out)
{
	return partnership_load(t->arena, tool_partnership_path(t), NULL, out,
	    &t->why);
}

const char *
tool_key_path(struct tool *t, const struct partnership *p, bool duty)
{
	const char *path = cli_value(t->cli, "key");

	if (path != NULL)
		return path;
	if (duty)
		return "duty.keys";
	return p->now.retired == 1 ? "root2.keys" : "root1.keys";
}

/* Is this key in force, and what does it sign as? */
static enum error_code
standing(struct tool *t, const struct partnership *p,
    const struct keyfile_info *info, bool duty, const char *path,
    const char **by)
{
	uint8_t root[2][WIRE_KEY];
	unsigned n = partnership_roots(&p->now, root);

	if (info->kind == KEYFILE_DUTY && duty &&
	    memcmp(info->public, p->now.duty_key, WIRE_KEY) == 0) {
		*by = "duty:";
		return ERR_NONE;
	}
	for (unsigned i = 0; i < n && info->kind == KEYFILE_ROOT; i++)
		if (memcmp(info->public, root[i], WIRE_KEY) == 0) {
			*by = "root:";
			return ERR_NONE;
		}
	if (info->kind == KEYFILE_DUTY && !duty)
		why_set(&t->why, "%s: a duty key can only suspend", path);
	else
		why_set(&t->why, "%s: no key of this partnership that is in "
		    "force", path);
	return ERR_DENIED;
}

enum error_code
tool_key(struct tool *t, const struct partnership *p, bool duty, unsigned i,
    unsigned n, struct sign_pair **out, const char **by)
{
	const char *path = tool_key_path(t, p, duty);
	struct unlock *unlock = NULL;
	struct keyfile_info info;
	enum error_code error;

	*out = NULL;
	error = keyfile_peek(path, &info, &t->why);
	if (error == ERR_NONE)
		error = standing(t, p, &info, duty, path, by);
	if (error == ERR_NONE)
		error = tool_unlock(t, i, n, path, false, &unlock);
	if (error == ERR_NONE)
		error = keyfile_read_sign(path, info.kind, unlock, out,
		    &t->why);
	unlock_destroy(&unlock);
	return error;
}

/* ---- records ------------------------------------------------------------ */

struct body *
tool_body(struct tool *t, enum wire_kind kind)
{
	struct body *b = arena_zalloc(t->arena, sizeof *b);
	uint8_t random[10];

	if (b == NULL)
		return NULL;
	secret_random(random, sizeof random);
	stamp_make(clock_ms(), random, b->stamp);
	b->kind = kind;
	return b;
}

enum error_code
tool_sign(struct tool *t, const char *partnership,
    const struct sign_pair *pair, const char *by, const struct body *b,
    struct record *out)
{
	struct record *one = out;
	enum error_code error;
	struct body *again;
	struct buf body;

	buf_init(&body, WIRE_BODY_MAX);
	memset(out, 0, sizeof *out);
	out->kind = b->kind;
	strcpy(out->signer, by);
	error = wire_body_encode(b, &body);
	if (error != ERR_NONE)
		goto out;
	out->body = bytes_of(arena_dup(t->arena, body.data, body.n), body.n);
	again = arena_alloc(t->arena, sizeof *again);
	error = ERR_NOMEM;
	if (out->body.data == NULL || again == NULL)
		goto out;
	/* What the other side would refuse is not signed here. */
	error = wire_body_decode(t->arena, out, again, &t->why);
	if (error == ERR_NONE)
		error = record_signers_ok(out, again, &t->why);
	if (error == ERR_NONE)
		error = bundle_sign(pair->secret, partnership, &one, 1, NULL,
		    NULL, t->arena);
out:
	buf_free(&body);
	return error;
}

enum error_code
tool_save(struct tool *t, const struct partnership *p,
    const struct record *r, const char *preset)
{
	const char *path = cli_value(t->cli, "out");
	struct record one = *r;
	struct record_file file = { .record = &one, .n = 1 };
	enum error_code error;

	if (path == NULL)
		path = preset;
	memcpy(file.root, p->root[0], WIRE_KEY);
	error = record_file_save(path, &file, &t->why);
	if (error == ERR_NONE)
		tool_say(t, "wrote", "%s", path);
	return error;
}

enum error_code
tool_save_partnership(struct tool *t, const char *path,
    const uint8_t root[static WIRE_KEY], const struct record *chain,
    unsigned n, const struct record *next, const struct record *broker)
{
	struct record_file file = { .n = 0 };
	enum error_code error;

	file.record = arena_alloc(t->arena, (n + 2) * sizeof *file.record);
	if (file.record == NULL)
		return ERR_NOMEM;
	if (n + 2 > RECORD_FILE_RECORDS) {
		why_set(&t->why, "the partnership has been changed too often "
		    "for one file");
		return ERR_SIZE;
	}
	memcpy(file.root, root, WIRE_KEY);
	for (unsigned i = 0; i < n; i++)
		file.record[file.n++] = chain[i];
	file.record[file.n++] = *next;
	if (broker != NULL)
		file.record[file.n++] = *broker;
	error = record_file_save(path, &file, &t->why);
	if (error == ERR_NONE)
		tool_say(t, "wrote", "%s", path);
	return error;
}

enum error_code
tool_text(struct tool *t, const char *option, char *out, size_t cap)
{
	const char *value = cli_value(t->cli, option);

	if (value == NULL)
		return ERR_NONE;
	if (strlen(value) >= cap) {
		why_set(&t->why, "--%s: longer than %zu bytes", option,
		    cap - 1);
		return ERR_USAGE;
	}
	memcpy(out, value, strlen(value) + 1);
	return ERR_NONE;
}
