/*
 * Signing: one act of hers for all lines, with her passphrase, typed by her;
 * only what was read back and agreed to, and only while connected.
 *
 *	GET, POST /room/N/sign
 */
#include <stdio.h>
#include <string.h>

#include "agent/desk/room.h"

desk_page page_room_sign, page_room_sign_in;

/* Only what she said yes to; else the reply leads back. */
static bool
may_sign(struct room *r, struct room_facts *f, struct room_asked *asked)
{
	room_facts(r, f, asked);
	if (r->no == 0)
		desk_see(r->c, NULL, "/room/new/secrets");
	else if (!room_ready(r, f))
		return false;
	else if (!room_agreed(r, f))
		desk_see(r->c, NULL, "/room/%s/readback", r->part);
	else
		return true;
	return false;
}

/* Says so before she types anything. */
static void
connection(struct room *r)
{
	json_t *status = NULL;

	if (desk_ask(r->c, VERB_STATUS, NULL, &status, NULL) != CLI_DONE ||
	    !json_yes(status, "connected"))
		page_box(r->c, "bad", "There is no connection to the exchange. "
		    "Consent is signed only while connected; what was agreed "
		    "is kept here.");
	json_decref(status);
}

static void
sign(struct room *r, const json_t *result, const char *wrong)
{
	char action[48];

	room_begin(r, "Sign", "sign");
	if (result != NULL)
		room_refused(r, result, wrong);
	else if (wrong != NULL)
		page_error(r->c, "passphrase", "%s", wrong);
	connection(r);
	html_raw(&r->c->out, "<div class=\"large\">\n");
	room_say(r, "sign.ask", NULL, 0);
	html_raw(&r->c->out, "</div>\n");
	snprintf(action, sizeof action, "/room/%s/sign", r->part);
	page_form(r->c, action);
	room_secret(r, "passphrase", "Her passphrase, typed by her",
	    "Six words. Covered while she types, and kept nowhere.");
	page_form_end(r->c, "Sign all of it");
	page_end(r->c);
}

void
page_room_sign(struct desk_call *c)
{
	struct room_asked asked;
	struct room_facts f;
	struct room r;

	if (!room_open(&r, c, ROOM_MEMBERS | ROOM_PEOPLE_TOO))
		return;
	if (may_sign(&r, &f, &asked))
		sign(&r, NULL, NULL);
	room_close(&r);
}

/* ---- what became of it ------------------------------------------------- */

static void
outcome(struct room *r, const json_t *grant)
{
	const struct words_value ends[] = {
		{ "from", room_name(r, json_str(grant, "from")) },
		{ "to", room_name(r, json_str(grant, "to")) },
	};

	html_raw(&r->c->out, "<li>");
	room_said(r, "tell", ends, 2);
	html(&r->c->out, " <span class=\"mark\">%s</span> %s %s</li>\n",
	    json_str(grant, "state"), json_str(grant, "rule"),
	    json_str(grant, "why"));
}

/* Not everything, or phrases with it: that is shown, not led away from. */
static void
outcomes(struct room *r, json_t *result, bool all, const char *words)
{
	const json_t *g;
	char next[48];
	size_t i;

	room_begin(r, all ? "Signed" : "Look at each line", NULL);
	room_box(r, all ? "good" : "warn", all ? "sign.done" : "sign.part",
	    NULL, 0);
	if (!all) {
		html(&r->c->out, "<p>%s</p>\n<ul>\n", words);
		json_array_foreach(json_object_get(result, "grants"), i, g)
			outcome(r, g);
		html_raw(&r->c->out, "</ul>\n");
	}
	snprintf(next, sizeof next, "/room/%s", r->part);
	if (json_str(result, "stop")[0] != '\0')
		room_words(r, result, next, "She has them: they may go");
	else
		html(&r->c->out, "<p><a class=\"button\" href=\"%s\">Back to "
		    "the case</a></p>\n", next);
	page_end(r->c);
}

void
room_signed(struct room *r, int code, json_t *result, const char *words)
{
	const bool all = code == CLI_DONE;

	room_forget(r);
	if (all && json_str(result, "stop")[0] == '\0')
		desk_see(r->c, "signed", "/room/%s", r->part);
	else
		outcomes(r, result, all, words != NULL ? words : "");
}

static void
hand_in(struct room *r, const struct room_facts *f)
{
	json_t *in = room_request(f), *result = NULL;
	char *words = NULL, where[48];
	int code;

	snprintf(where, sizeof where, "/room/%s", r->part);
	if (!desk_once(r->c, where)) {
		json_decref(in);
		return;
	}
	json_object_set_new(in, "case", json_integer(r->no));
	json_object_set_new(in, "language", json_string(tongue_text(r->hers,
	    "language.words")));
	json_object_set_new(in, "passphrase", json_string(form_text(
	    &r->c->form, "passphrase")));
	code = desk_ask(r->c, VERB_CONSENT, in, &result, &words);
	if (json_array_size(json_object_get(result, "grants")) > 0)
		room_signed(r, code, result, words);
	else
		sign(r, result, words != NULL && words[0] != '\0' ? words :
		    "Nothing was signed.");
	json_decref(result);
	desk_forget(words);
}

void
page_room_sign_in(struct desk_call *c)
{
	struct room_asked asked;
	struct room_facts f;
	struct room r;

	if (!room_open(&r, c, ROOM_MEMBERS | ROOM_PEOPLE_TOO))
		return;
	if (may_sign(&r, &f, &asked))
		hand_in(&r, &f);
	room_close(&r);
}
