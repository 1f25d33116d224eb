/*
 * Her words: shown once, one after the other, kept nowhere.  The reply to the
 * POST that drew them is the only place they ever are: it is wiped as soon as
 * it has gone, and handed in again it shows nothing.
 *
 *	GET, POST /room/new/secrets   opens the case
 *	GET, POST /room/N/rehearse    the stop phrase, said once; no entry
 *	GET, POST /room/N/phrases     new ones
 *	GET, POST /room/N/resume      after a stop
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "agent/desk/draft.h"
#include "agent/desk/room.h"

desk_page page_room_secrets, page_room_secrets_in, page_room_rehearse,
    page_room_rehearse_in, page_room_phrases, page_room_phrases_in,
    page_room_resume, page_room_resume_in;

/* ---- shown once -------------------------------------------------------- */

static const struct {
	const char *field, *name, *key;
} words[] = {
	{ "passphrase", "words.pass.name", "words.pass" },
	{ "stop", "words.stop.name", "words.stop" },
	{ "forced", "words.forced.name", "words.forced" },
};

static void
wipe(json_t *result, const char *field)
{
	const char *s = json_string_value(json_object_get(result, field));

	/* jansson owns the bytes; they are wiped where they stand */
	if (s != NULL)
		sodium_memzero((char *)(uintptr_t)s, strlen(s));
}

void
room_words(struct room *r, json_t *result, const char *next,
    const char *next_label)
{
	struct buf *b = &r->c->out;
	unsigned shown = 0;

	html_raw(b, "<div class=\"large once\">\n");
	room_say(r, "words.intro", NULL, 0);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		const char *said = json_str(result, words[i].field);

		if (said[0] == '\0')
			continue;
		html(b, "<details name=\"words\" class=\"card\">\n<summary "
		    "lang=\"%s\">%u. %s</summary>\n", tongue_text(r->hers,
		    "language.code"), ++shown, tongue_text(r->hers,
		    words[i].name));
		room_say(r, words[i].key, NULL, 0);
		html(b, "<p class=\"secret\" lang=\"%s\">%s</p>\n</details>\n",
		    tongue_text(r->hers, "language.words"), said);
		wipe(result, words[i].field);
	}
	html(b, "</div>\n<p><a class=\"button primary\" data-leave "
	    "href=\"%s\">%s</a></p>\n", next, next_label);
}

/* ---- opening the case -------------------------------------------------- */

bool
room_agreed(const struct room *r, const struct room_facts *f)
{
	char seal[ROOM_SEAL];

	room_seal(f, seal);
	return strcmp(form_text(&r->page[ROOM_AGREED], "seal"), seal) == 0;
}

/* Only after she said yes to what stands there; else the reply leads back. */
static bool
may_open(struct room *r)
{
	struct room_asked asked;
	struct room_facts f;

	room_facts(r, &f, &asked);
	if (r->no != 0)
		desk_see(r->c, NULL, "/room/%s", r->part);
	else if (!room_ready(r, &f))
		return false;
	else if (!room_agreed(r, &f))
		desk_see(r->c, NULL, "/room/%s/readback", r->part);
	else
		return true;
	return false;
}

static void
secrets(struct room *r, const char *wrong)
{
	room_begin(r, "Her words", "secrets");
	if (wrong != NULL)
		page_error(r->c, NULL, "%s", wrong);
	html_raw(&r->c->out, "<p>Turn the screen to her. The case is opened "
	    "now, and her words are drawn: a passphrase, and two stop "
	    "phrases. They are shown once, one after the other. It takes a "
	    "few seconds: do not load the page again.</p>\n");
	page_form(r->c, "/room/new/secrets");
	page_form_end(r->c, "Open the case and show her words");
	page_end(r->c);
}

void
page_room_secrets(struct desk_call *c)
{
	struct room r;

	if (!room_open(&r, c, ROOM_MEMBERS))
		return;
	if (may_open(&r))
		secrets(&r, NULL);
	room_close(&r);
}

static void
open_case(struct room *r)
{
	char next[48];
	char *said = NULL;
	json_t *result = NULL;
	int code;

	if (!desk_once(r->c, "/room"))
		return;
	code = desk_ask(r->c, VERB_CASE_OPEN, json_pack("{s:s, s:s}",
	    "reference", form_text(&r->page[ROOM_BEGIN], "reference"),
	    "language", tongue_text(r->hers, "language.words")), &result,
	    &said);
	if (json_int(result, "case") == 0) {
		secrets(r, said != NULL && said[0] != '\0' ? said :
		    "The case was not opened.");
	} else {
		room_move(r, json_int(result, "case"));
		snprintf(next, sizeof next, "/room/%lld/rehearse",
		    json_int(result, "case"));
		room_begin(r, "Her words", "secrets");
		if (code != CLI_DONE)
			page_box(r->c, "warn", "%s", said != NULL ? said : "");
		room_words(r, result, next, "She has them: they may go");
		page_end(r->c);
	}
	json_decref(result);
	desk_forget(said);
}

void
page_room_secrets_in(struct desk_call *c)
{
	struct room r;

	/* a second time there is no such conversation any more */
	if (!room_open(&r, c, ROOM_MEMBERS))
		return;
	if (may_open(&r))
		open_case(&r);
	room_close(&r);
}

/* ---- rehearsing -------------------------------------------------------- */

static void
rehearse(struct room *r, const char *kind, const char *key)
{
	char action[48];

	room_begin(r, "Practise the stop phrase", NULL);
	html_raw(&r->c->out, "<div class=\"large\">\n");
	if (key != NULL)
		room_box(r, kind, key, NULL, 0);
	else
		room_say(r, "words.gone", NULL, 0);
	room_say(r, "rehearse.ask", NULL, 0);
	html_raw(&r->c->out, "</div>\n");
	snprintf(action, sizeof action, "/room/%s/rehearse", r->part);
	page_form(r->c, action);
	room_secret(r, "phrase", "The five words", "In the order in which she "
	    "says them, with a space between. Covered while you type; nothing "
	    "is sent or written.");
	page_form_end(r->c, "Is that a possible phrase?");
	html(&r->c->out, r->page[ROOM_AGREED].n > 0 ?
	    "<p><a class=\"button\" href=\"/room/%s/sign\">On to signing"
	    "</a></p>\n" : "<p><a href=\"/room/%s\">Back to the case</a></p>"
	    "\n", r->part);
	page_end(r->c);
}

void
page_room_rehearse(struct desk_call *c)
{
	struct room r;

	if (!room_open(&r, c, 0))
		return;
	rehearse(&r, NULL, NULL);
	room_close(&r);
}

void
page_room_rehearse_in(struct desk_call *c)
{
	struct room r;
	int code;

	if (!room_open(&r, c, 0))
		return;
	code = desk_ask(c, VERB_REHEARSE, json_pack("{s:s}", "phrase",
	    form_text(&c->form, "phrase")), NULL, NULL);
	rehearse(&r, code == CLI_DONE ? "good" : "warn", code == CLI_DONE ?
	    "rehearse.good" : "rehearse.bad");
	room_close(&r);
}

/* ---- new ones ---------------------------------------------------------- */

struct renewal {
	const char *path, *heading, *key, *button;
	enum api_verb verb;
};

static const struct renewal phrases = { "phrases", "New phrases", NULL,
    "Draw new phrases", VERB_PHRASES };
static const struct renewal resume = { "resume", "Begin again after a stop",
    "resume.ask", "Begin again, with new phrases", VERB_RESUME };

static void
ask_anew(struct room *r, const struct renewal *n, const char *wrong)
{
	char action[48];

	room_begin(r, n->heading, NULL);
	if (wrong != NULL)
		page_error(r->c, NULL, "%s", wrong);
	if (n->key != NULL)
		room_say(r, n->key, NULL, 0);
	else
		html_raw(&r->c->out, "<p>The old phrases are of no use "
		    "afterwards. Phrases are drawn anew before the first "
		    "permission or after a stop.</p>\n");
	snprintf(action, sizeof action, "/room/%s/%s", r->part, n->path);
	page_form(r->c, action);
	room_secret(r, "passphrase", "Her passphrase, typed by her",
	    "Six words. Covered while she types, and kept nowhere.");
	page_form_end(r->c, n->button);
	page_end(r->c);
}

static void
show_anew(struct desk_call *c, const struct renewal *n)
{
	struct room r;

	if (!room_open(&r, c, 0))
		return;
	if (r.no == 0)
		desk_nothing(c);
	else
		ask_anew(&r, n, NULL);
	room_close(&r);
}

static void
draw_anew(struct desk_call *c, const struct renewal *n)
{
	json_t *result = NULL;
	char *said = NULL, where[48];
	struct room r;
	int code;

	if (!room_open(&r, c, 0))
		return;
	snprintf(where, sizeof where, "/room/%s", r.part);
	if (r.no == 0 || !desk_once(c, where)) {
		if (r.no == 0)
			desk_nothing(c);
		room_close(&r);
		return;
	}
	code = desk_ask(c, n->verb, json_pack("{s:I, s:s, s:s}", "case",
	    (json_int_t)r.no, "passphrase", form_text(&c->form,
	    "passphrase"), "language", tongue_text(r.hers,
	    "language.words")), &result, &said);
	if (json_str(result, "stop")[0] == '\0') {
		ask_anew(&r, n, said != NULL && said[0] != '\0' ? said :
		    "Nothing was changed.");
	} else {
		snprintf(where, sizeof where, "/room/%s/rehearse", r.part);
		room_begin(&r, n->heading, NULL);
		if (code != CLI_DONE)
			page_box(c, "warn", "%s", said != NULL ? said : "");
		room_words(&r, result, where, "She has them: they may go");
		page_end(c);
	}
	json_decref(result);
	desk_forget(said);
	room_close(&r);
}

void
page_room_phrases(struct desk_call *c)
{
	show_anew(c, &phrases);
}

void
page_room_phrases_in(struct desk_call *c)
{
	draw_anew(c, &phrases);
}

void
page_room_resume(struct desk_call *c)
{
	show_anew(c, &resume);
}

void
page_room_resume_in(struct desk_call *c)
{
	draw_anew(c, &resume);
}
