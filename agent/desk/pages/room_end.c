/*
 * What comes later: going on, ending, closing.  Ending needs no passphrase
 * and no reason.
 *
 *	GET, POST /room/N/renew      line by line: go on, let it end, end now
 *	GET, POST /room/N/withdraw   one, one agency, all
 *	GET, POST /room/N/close
 */
#include <stdio.h>
#include <string.h>

#include "agent/desk/room.h"

desk_page page_room_renew, page_room_renew_in, page_room_withdraw,
    page_room_withdraw_in, page_room_shut, page_room_shut_in;

enum { GRANT = 64 };

/* Another case than ours, or none: false, the reply is made. */
static bool
open_running(struct room *r, struct desk_call *c)
{
	if (!room_open(r, c, ROOM_MEMBERS))
		return false;
	if (r->no != 0)
		return true;
	desk_nothing(c);
	room_close(r);
	return false;
}

static void
action_of(const struct room *r, const char *path, char out[static 48])
{
	snprintf(out, 48, "/room/%s/%s", r->part, path);
}

static const struct room_choice yes_no[] = { { "yes", "yes", { 0 } },
    { "no", "no", { 0 } } };

/* ---- renewal ----------------------------------------------------------- */

static void
used(struct room *r, const json_t *line)
{
	char n[16], day[12];
	const struct words_value value[] = { { "n", n }, { "day", day } };

	snprintf(n, sizeof n, "%lld", json_int(line, "used"));
	snprintf(day, sizeof day, "%.10s", json_str(line, "last"));
	if (json_int(line, "used") > 0)
		room_say(r, "renew.used", value, 2);
	else
		room_say(r, "renew.never", NULL, 0);
}

/* What is chosen for a line: a field named by the first digits of its id. */
static void
field_of(const json_t *line, char out[static GRANT])
{
	snprintf(out, GRANT, "g.%.32s", json_str(line, "grant"));
}

static void
renewal_line(struct room *r, const json_t *line)
{
	const bool running = strcmp(json_str(line, "state"), "running") == 0;
	char name[GRANT], day[12];
	const struct room_choice choice[] = { { "keep", "renew.keep", { 0 } },
	    { "end", "renew.end", { "day", day } },
	    { "stop", "renew.stop", { 0 } } };

	if (strcmp(json_str(line, "state"), "ended") == 0)
		return;
	field_of(line, name);
	snprintf(day, sizeof day, "%.10s", json_str(line, "until"));
	html_raw(&r->c->out, "<li class=\"card\">\n");
	room_line(r, line);
	used(r, line);
	room_radio(r, name, "renew.ask", NULL, 0, choice, running ? 3 : 2);
	html_raw(&r->c->out, "</li>\n");
}

static void
renewal_form(struct room *r)
{
	static const struct page_choice how[] = {
		{ "in-person", "In person" }, { "video", "By video" },
		{ "phone", "By telephone" } };
	static const struct page_choice days[] = { { "0", "As long as "
	    "before" }, { "30", "30 days" }, { "60", "60 days" },
	    { "90", "90 days, the most there is" } };

	html_raw(&r->c->out, "<h2>In private, again</h2>\n");
	room_radio(r, "alone", "ask.alone", NULL, 0, yes_no, 2);
	room_radio(r, "safe", "ask.safe", NULL, 0, yes_no, 2);
	room_radio(r, "pressed", "ask.pressed", NULL, 0, yes_no, 2);
	page_select(r->c, "method", "How do you speak with each other?", how,
	    3, "in-person");
	page_select(r->c, "days", "For how long", days, 4, "0");
	room_secret(r, "passphrase", "Her passphrase, typed by her",
	    "Six words; only for what goes on. Ending needs none.");
	page_form_end(r->c, "Do as she chose");
}

static void
renew(struct room *r, const char *wrong)
{
	json_t *lines = desk_need(r->c, VERB_CASE_RENEW, json_pack("{s:I}",
	    "case", (json_int_t)r->no));
	const json_t *l;
	char action[48];
	size_t i;

	if (lines == NULL)
		return;
	room_begin(r, "Renew", NULL);
	if (wrong != NULL)
		page_error(r->c, NULL, "%s", wrong);
	action_of(r, "renew", action);
	page_form(r->c, action);
	html_raw(&r->c->out, "<div class=\"large\">\n");
	room_say(r, "renew.ask", NULL, 0);
	html_raw(&r->c->out, "</div>\n<ol class=\"lines large renew\">\n");
	json_array_foreach(json_object_get(lines, "lines"), i, l)
		renewal_line(r, l);
	html_raw(&r->c->out, "</ol>\n");
	renewal_form(r);
	page_end(r->c);
	json_decref(lines);
}

void
page_room_renew(struct desk_call *c)
{
	struct room r;

	if (!open_running(&r, c))
		return;
	renew(&r, NULL);
	room_close(&r);
}

/* The lines for which this was chosen, by the ids in the fields' names. */
static json_t *
chosen(const struct form *f, const char *choice)
{
	json_t *list = json_array();

	for (size_t i = 0; i < f->n; i++)
		if (strncmp(f->field[i].name, "g.", 2) == 0 &&
		    strcmp(f->field[i].value, choice) == 0)
			json_array_append_new(list,
			    json_string(f->field[i].name + 2));
	return list;
}

/* Ending comes first: it is the safe side.  False: `words` say why. */
static bool
end_some(struct room *r, const json_t *list, char **words)
{
	const json_t *v;
	size_t i;

	json_array_foreach(list, i, v) {
		const char *method = form_text(&r->c->form, "method");
		const int code = desk_ask(r->c, VERB_WITHDRAW, json_pack(
		    "{s:I, s:s, s:s}", "case", (json_int_t)r->no, "grant",
		    json_string_value(v), "heard", strcmp(method,
		    "in-person") == 0 ? "in-person" : "phone"), NULL, words);

		if (code != CLI_DONE && code != CLI_NOT_NOW)
			return false;
		desk_forget(*words);
		*words = NULL;
	}
	return true;
}

static void
go_on(struct room *r, json_t *list, char **words)
{
	const struct form *f = &r->c->form;
	const int days = strcmp(form_text(f, "days"), "30") == 0 ? 30 :
	    strcmp(form_text(f, "days"), "60") == 0 ? 60 :
	    strcmp(form_text(f, "days"), "90") == 0 ? 90 : 0;
	json_t *result = NULL, *in;
	int code;

	in = json_pack("{s:I, s:O, s:s, s:s, s:s, s:s, s:s}", "case",
	    (json_int_t)r->no, "renew", list, "asked_alone", form_text(f,
	    "alone"), "safe_now", form_text(f, "safe"), "pressed",
	    form_text(f, "pressed"), "method", form_text(f, "method"),
	    "passphrase", form_text(f, "passphrase"));
	if (days > 0)
		json_object_set_new(in, "days", json_integer(days));
	code = desk_ask(r->c, VERB_CASE_RENEW, in, &result, words);
	if (json_array_size(json_object_get(result, "grants")) > 0)
		room_signed(r, code, result, *words);
	else
		renew(r, *words != NULL && **words != '\0' ? *words :
		    "Nothing was renewed.");
	json_decref(result);
}

void
page_room_renew_in(struct desk_call *c)
{
	json_t *keep = chosen(&c->form, "keep"), *end = chosen(&c->form,
	    "stop");
	char *words = NULL, where[48];
	struct room r;

	if (open_running(&r, c)) {
		snprintf(where, sizeof where, "/room/%s", r.part);
		if (!desk_once(c, where))
			;
		else if (!end_some(&r, end, &words))
			renew(&r, words);
		else if (json_array_size(keep) > 0)
			go_on(&r, keep, &words);
		else
			desk_see(c, json_array_size(end) > 0 ? "withdrawn" :
			    NULL, "%s", where);
		room_close(&r);
	}
	desk_forget(words);
	json_decref(keep);
	json_decref(end);
}

/* ---- withdrawal -------------------------------------------------------- */

static bool
is_running(const json_t *g)
{
	static const char *const state[] = { "in-force", "cooling",
	    "waiting", "frozen" };

	for (size_t i = 0; i < sizeof state / sizeof state[0]; i++)
		if (strcmp(json_str(g, "state"), state[i]) == 0)
			return true;
	return false;
}

static void
choice(struct room *r, const char *prefix, const char *value,
    const char *key, const struct words_value *fill, size_t n,
    const json_t *scopes)
{
	char whole[128];

	snprintf(whole, sizeof whole, "%s%s", prefix, value);
	html(&r->c->out, "<label class=\"tick\"><input type=\"radio\" "
	    "name=\"what\" value=\"%s\"", whole);
	html_raw(&r->c->out, form_has(&r->c->form, "what", whole) ?
	    " checked> <span>" : "> <span>");
	room_said(r, key, fill, n);
	html_raw(&r->c->out, "</span></label>\n");
	if (scopes != NULL)
		room_parts(r, scopes);
}

/* An agency once, however many permissions name it. */
static void
by_agency(struct room *r, const json_t *grants)
{
	const json_t *m, *g;
	size_t i, k;

	json_array_foreach(r->members, i, m) {
		const char *id = json_str(m, "member");
		const struct words_value agency = { "agency", json_str(m,
		    "name") };
		bool named = false;

		json_array_foreach(grants, k, g)
			named = named || (is_running(g) &&
			    (strcmp(json_str(g, "from"), id) == 0 ||
			    strcmp(json_str(g, "to"), id) == 0));
		if (named && !json_yes(m, "own"))
			choice(r, "m:", id, "withdraw.agency", &agency, 1,
			    NULL);
	}
}

static void
by_line(struct room *r, const json_t *grants)
{
	const json_t *g;
	size_t i;

	json_array_foreach(grants, i, g) {
		const struct words_value ends[] = {
			{ "from", json_str(g, "from_name") },
			{ "to", json_str(g, "to_name") } };

		if (is_running(g))
			choice(r, "g:", json_str(g, "grant"), "tell", ends, 2,
			    json_object_get(g, "scopes"));
	}
}

static void
withdraw(struct room *r, const char *wrong)
{
	static const struct page_choice heard[] = {
		{ "phone", "She said so by telephone" },
		{ "in-person", "She said so, in person" },
		{ "passphrase", "With her passphrase" } };
	const json_t *grants = json_object_get(r->status, "grants");
	char action[48];

	room_begin(r, "Withdraw", NULL);
	if (wrong != NULL)
		page_error(r->c, "what", "%s", wrong);
	action_of(r, "withdraw", action);
	page_form(r->c, action);
	html_raw(&r->c->out, "<fieldset class=\"field ask\" id=\"what\" "
	    "tabindex=\"-1\">\n<legend>");
	room_said(r, "withdraw.ask", NULL, 0);
	html_raw(&r->c->out, "</legend>\n");
	by_agency(r, grants);
	by_line(r, grants);
	choice(r, "all", "", "withdraw.all", NULL, 0, NULL);
	html_raw(&r->c->out, "</fieldset>\n");
	page_radio(r->c, "heard", "How do you know?", heard, 3, "phone");
	room_secret(r, "passphrase", "Her passphrase", "Only if she wants to "
	    "sign it herself; it works without.");
	page_form_end(r->c, "End it now");
	page_end(r->c);
}

void
page_room_withdraw(struct desk_call *c)
{
	struct room r;

	if (!open_running(&r, c))
		return;
	withdraw(&r, NULL);
	room_close(&r);
}

/* NULL: nothing was chosen. */
static json_t *
withdrawal(const struct room *r)
{
	const struct form *f = &r->c->form;
	const char *what = form_text(f, "what");
	const char *heard = form_text(f, "heard");
	json_t *in = json_pack("{s:I}", "case", (json_int_t)r->no);

	if (strncmp(what, "g:", 2) == 0)
		json_object_set_new(in, "grant", json_string(what + 2));
	else if (strncmp(what, "m:", 2) == 0)
		json_object_set_new(in, "member", json_string(what + 2));
	else if (strcmp(what, "all") == 0)
		json_object_set_new(in, "all", json_true());
	else {
		json_decref(in);
		return NULL;
	}
	if (strcmp(heard, "passphrase") == 0)
		json_object_set_new(in, "passphrase",
		    json_string(form_text(f, "passphrase")));
	else
		json_object_set_new(in, "heard", json_string(strcmp(heard,
		    "in-person") == 0 ? "in-person" : "phone"));
	return in;
}

void
page_room_withdraw_in(struct desk_call *c)
{
	char *words = NULL;
	struct room r;
	json_t *in;
	int code;

	if (!open_running(&r, c))
		return;
	in = withdrawal(&r);
	if (in == NULL) {
		withdraw(&r, "What should end?");
		room_close(&r);
		return;
	}
	code = desk_ask(c, VERB_WITHDRAW, in, NULL, &words);
	if (code == CLI_DONE)
		desk_see(c, "withdrawn", "/room/%s", r.part);
	else if (code == CLI_NOT_NOW)
		desk_see(c, "withdrawing", "/room/%s", r.part);
	else
		withdraw(&r, words != NULL && words[0] != '\0' ? words :
		    "It could not be withdrawn.");
	desk_forget(words);
	room_close(&r);
}

/* ---- closing ----------------------------------------------------------- */

static void
shut(struct room *r, const char *wrong)
{
	char action[48];

	room_begin(r, "Close the case", NULL);
	if (wrong != NULL)
		page_error(r->c, "sure", "%s", wrong);
	room_say(r, "close.ask", NULL, 0);
	action_of(r, "close", action);
	page_form(r->c, action);
	page_check(r->c, "sure", "yes", "Yes, close it for good: it cannot be "
	    "opened again", false);
	page_form_end(r->c, "Close it");
	page_end(r->c);
}

void
page_room_shut(struct desk_call *c)
{
	struct room r;

	if (!open_running(&r, c))
		return;
	shut(&r, NULL);
	room_close(&r);
}

void
page_room_shut_in(struct desk_call *c)
{
	char *words = NULL;
	struct room r;
	int code;

	if (!open_running(&r, c))
		return;
	if (!form_has(&c->form, "sure", "yes")) {
		shut(&r, "Tick that you are sure.");
		room_close(&r);
		return;
	}
	code = desk_ask(c, VERB_CASE_CLOSE, json_pack("{s:I}", "case",
	    (json_int_t)r.no), NULL, &words);
	if (code == CLI_DONE || code == CLI_NOT_NOW)
		desk_see(c, code == CLI_DONE ? "closed" : "closing",
		    "/room/%s", r.part);
	else
		shut(&r, words != NULL && words[0] != '\0' ? words :
		    "It could not be closed.");
	desk_forget(words);
	room_close(&r);
}
