/*
 * Files that are handed in: each is one document, and goes to sent/ or to
 * failed/ with the answer that the door over HTTP would have given.
 *
 * Dying between the agent's answer and the move does nothing twice: the file
 * is handed in again, and its idempotency key makes it the same record.  A
 * document without a key gets one from its bytes.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "agent/desk/folder/part.h"
#include "agent/desk/html.h"
#include "base/fault.h"
#include "base/log.h"

enum { NAMES_MAX = 1024, KEY = 16 };

/* ---- one file ------------------------------------------------------------ */

/* Same bytes, same key. */
static void
give_key(struct door_call *c, struct bytes text)
{
	static const char what[] = "wayleave/1 folder\n";
	char hex[2 * KEY + 1];
	uint8_t key[KEY];
	crypto_generichash_state st;

	if (json_str(c->body, "idempotency_key")[0] != '\0')
		return;
	crypto_generichash_init(&st, NULL, 0, sizeof key);
	crypto_generichash_update(&st, (const uint8_t *)what, sizeof what - 1);
	crypto_generichash_update(&st, text.data, text.n);
	crypto_generichash_final(&st, key, sizeof key);
	hex_encode(hex, key, sizeof key);
	json_object_set_new(c->body, "idempotency_key", json_string(hex));
}

static enum error_code
hand_in(struct folder *f, const char *name, struct door_call *c,
    struct place_file *file)
{
	struct why why = { "" };
	struct buf text;
	enum error_code err;

	buf_init(&text, DOOR_BODY_MAX);
	err = place_read(f->out, name, f->owner, &text, file, &why);
	if (err == ERR_FORMAT)
		door_refuse(c, 400, NULL, NULL, "Not in the form", why.text);
	else if (err == ERR_SIZE)
		door_refuse(c, 413, NULL, NULL, "Too large", why.text);
	else if (err == ERR_NONE && door_body(c, buf_view(&text))) {
		give_key(c, buf_view(&text));
		door_document(c);
	}
	buf_free(&text);
	return err == ERR_FORMAT || err == ERR_SIZE ? ERR_NONE : err;
}

static enum error_code
put_away(struct folder *f, const char *name, const struct place_file *file,
    const struct door_call *c)
{
	const bool ok = c->status < 400;
	char *text = json_dumps(c->reply, JSON_INDENT(1));
	struct why why = { "" };
	enum error_code err = text != NULL ? ERR_NONE : ERR_NOMEM;

	if (err == ERR_NONE)
		err = place_move(f->out, name, file, ok ? f->sent : f->failed,
		    ok ? ".answer" : ".error", bytes_str(text), &why);
	free(text);
	/* the name is not said: it may be anything */
	if (err != ERR_NONE && err != ERR_NOTFOUND && err != ERR_BUSY)
		log_error(81, "folder", "see who may write in it, and whether "
		    "there is room", "a file cannot be moved: %s",
		    why.text[0] != '\0' ? why.text : error_text(err));
	return err;
}

/* False: it has to wait. */
static bool
take(struct folder *f, const char *name)
{
	struct place_file file = { 0, 0 };
	struct door_call c;
	enum error_code err = ERR_NONE;
	bool later;

	folder_call(f, &c);
	if (place_is_plain(name))
		err = hand_in(f, name, &c, &file);
	else
		door_refuse(&c, 400, NULL, NULL, "Not in the form",
		    "A file's name is made of letters, digits, dots, hyphens "
		    "and underscores, ends in .json and has at most 200 "
		    "characters.");
	if (err == ERR_NONE && fault_point("folder-after-send") != ERR_NONE)
		err = ERR_IO;
	later = err != ERR_NONE || folder_is_later(&c);
	if (err == ERR_NONE)
		folder_say(f, later ? c.status : 0);
	if (!later)
		err = put_away(f, name, place_is_plain(name) ? &file : NULL,
		    &c);
	door_end(&c);
	return err == ERR_NOTFOUND || (err == ERR_NONE && !later);
}

/* ---- a turn ------------------------------------------------------------------ */

struct names {
	char *v[NAMES_MAX];
	size_t n;
};

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
look(int dir, struct names *names)
{
	DIR *d = place_list(dir);
	const struct dirent *e;

	names->n = 0;
	while (d != NULL && names->n < NAMES_MAX && (e = readdir(d)) != NULL) {
		if (!place_is_ready(e->d_name))
			continue;
		names->v[names->n] = strdup(e->d_name);
		if (names->v[names->n] == NULL)
			break;
		names->n++;
	}
	if (d != NULL)
		closedir(d);
	qsort(names->v, names->n, sizeof names->v[0], by_name);
}

/* By name, beginning after the one that had to wait, so that none can keep
 * the others waiting. */
bool
folder_out(struct folder *f)
{
	struct names names;
	size_t first = 0;
	bool fine = true;

	look(f->out, &names);
	while (first < names.n && strcmp(names.v[first], f->after) <= 0)
		first++;
	for (size_t i = 0; i < names.n; i++) {
		const char *name = names.v[(first + i) % names.n];

		if (fine && !take(f, name)) {
			fine = false;
			snprintf(f->after, sizeof f->after, "%s", name);
		}
	}
	for (size_t i = 0; i < names.n; i++)
		free(names.v[i]);
	return fine;
}
