/*
 * Who works here: IT lets people in and puts them out, gives first passwords
 * and forgets telephones.  A first password is shown once, in the reply to
 * the form that asked for it.
 */
#include <string.h>

#include "agent/desk/page.h"

desk_page page_workers, page_worker_add, page_worker_act;

/* ---- the list ------------------------------------------------------------------ */

static const struct {
	const char *what, *label;
} acts[] = {
	{ "password", "First password" },
	{ "telephone", "Forget telephone" },
	{ "out", "Sign out" },
	{ "end", "Put out for good" },
};

static void
put_acts(struct desk_call *c, const char *account)
{
	page_form(c, "/it/worker");
	page_hidden(c, "account", account);
	html_raw(&c->out, "<p class=\"acts\">");
	for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++)
		html(&c->out, "<button name=\"what\" value=\"%s\" "
		    "aria-label=\"%s: %s\">%s</button>", acts[i].what,
		    acts[i].label, account, acts[i].label);
	html_raw(&c->out, "</p>\n</form>\n");
}

static void
put_worker(struct desk_call *c, const json_t *w)
{
	const char *state = json_str(w, "state"), *team = json_str(w, "team");
	struct buf *b = &c->out;

	html(b, "<li><p><strong>%s</strong> <span class=\"soft\">%s%s%s; may: "
	    "%s</span></p>\n", json_str(w, "account"), json_str(w, "role"),
	    team[0] != '\0' ? ", " : "", team, json_str(w, "may"));
	if (strcmp(state, "ended") == 0)
		html_raw(b, "<p>Put out.</p>\n");
	else
		put_acts(c, json_str(w, "account"));
	html_raw(b, "</li>\n");
}

static void
put_add(struct desk_call *c)
{
	html_raw(&c->out, "<h2 id=\"add\">Let somebody in</h2>\n");
	page_form(c, "/it/workers");
	page_text(c, "account", "Account", "Small letters, digits, dots; for "
	    "the desk alone.", NULL);
	page_text(c, "name", "Name", "Colleagues here see it; elsewhere "
	    "auditors alone can read it.", NULL);
	page_text(c, "staff_number", "Staff number", "For auditors alone.",
	    NULL);
	page_text(c, "role", "Role", "What others are told, such as "
	    "social-worker.", NULL);
	page_text(c, "team", "Team", NULL, NULL);
	html_raw(&c->out, "<fieldset class=\"field\" id=\"rights\" "
	    "tabindex=\"-1\"><legend>May</legend>\n");
	page_check(c, "rights", "worker", "read and write cases", true);
	page_check(c, "rights", "lead", "lead a team", false);
	page_check(c, "rights", "advocate", "hold consent conversations",
	    false);
	page_check(c, "rights", "officer", "compare staff with exclusions",
	    false);
	page_check(c, "rights", "it", "look after this server", false);
	html_raw(&c->out, "</fieldset>\n");
	page_form_end(c, "Let in");
}

static void
show(struct desk_call *c, const char *wrong)
{
	json_t *list = desk_need(c, VERB_WORKER_LIST, NULL);
	const json_t *w;
	size_t i;

	if (list == NULL)
		return;
	page_begin(c, "Who works here");
	if (wrong != NULL)
		page_error_of(c, wrong);
	html_raw(&c->out, "<ul class=\"rows\">\n");
	json_array_foreach(json_object_get(list, "workers"), i, w)
		put_worker(c, w);
	html_raw(&c->out, "</ul>\n");
	put_add(c);
	page_end(c);
	json_decref(list);
}

void
page_workers(struct desk_call *c)
{
	show(c, NULL);
}

/* ---- letting in ------------------------------------------------------------------ */

void
page_worker_add(struct desk_call *c)
{
	static const char *const field[] = { "account", "name",
	    "staff_number", "role", "team" };
	json_t *in = json_pack("{s:b, s:[]}", "desk", 1, "rights");
	const char *right;
	char *words = NULL;

	for (size_t i = 0; i < sizeof field / sizeof field[0]; i++)
		json_object_set_new(in, field[i],
		    json_string(form_text(&c->form, field[i])));
	for (size_t i = 0; (right = form_at(&c->form, "rights", i)) != NULL;
	    i++)
		json_array_append_new(json_object_get(in, "rights"),
		    json_string(right));
	if (!desk_once(c, "/it/workers")) {
		json_decref(in);
		return;
	}
	if (desk_ask(c, VERB_WORKER_ADD, in, NULL, &words) == CLI_DONE)
		desk_see(c, "in", "/it/workers");
	else
		show(c, words);
	desk_forget(words);
}

/* ---- what is done about one ---------------------------------------------------------- */

static void
ask_for(struct desk_call *c, enum api_verb verb, const char *key,
    const char *account, const char *done)
{
	char *words = NULL;

	if (desk_ask(c, verb, json_pack("{s:s}", key, account), NULL,
	    &words) == CLI_DONE)
		desk_see(c, done, "/it/workers");
	else
		show(c, words);
	desk_forget(words);
}

static void
first_password(struct desk_call *c, const char *account)
{
	json_t *o = NULL;
	char *words = NULL;

	if (desk_ask(c, VERB_WORKER_PASSWORD, json_pack("{s:s}", "account",
	    account), &o, &words) != CLI_DONE) {
		show(c, words);
		desk_forget(words);
		return;
	}
	page_begin(c, "A first password");
	html(&c->out, "<p>For %s, good once, until %s. Tell it in person. It "
	    "is shown here now and never again.</p>\n"
	    "<p class=\"secret\">%s</p>\n"
	    "<p><a href=\"/it/workers\">Who works here</a></p>\n", account,
	    json_str(o, "until"), json_str(o, "password"));
	page_end(c);
	json_decref(o);
	desk_forget(words);
}

static void
sure(struct desk_call *c, const char *account)
{
	page_begin(c, "Put out for good");
	html(&c->out, "<p>%s is out at once: every session and whatever is "
	    "open is closed. The account cannot come back; the same person "
	    "later gets another one.</p>\n", account);
	page_form(c, "/it/worker");
	page_hidden(c, "account", account);
	page_hidden(c, "what", "ended");
	html_raw(&c->out, "<p class=\"do\"><button class=\"danger\">Put out"
	    "</button><a class=\"button\" href=\"/it/workers\">Leave it</a>"
	    "</p>\n</form>\n");
	page_end(c);
}

void
page_worker_act(struct desk_call *c)
{
	const char *what = form_text(&c->form, "what");
	const char *account = form_text(&c->form, "account");

	if (strcmp(what, "end") == 0) {
		sure(c, account);
		return;
	}
	if (!desk_once(c, "/it/workers"))
		return;
	if (strcmp(what, "password") == 0)
		first_password(c, account);
	else if (strcmp(what, "telephone") == 0)
		ask_for(c, VERB_TOTP_RESET, "account", account, "telephone");
	else if (strcmp(what, "out") == 0)
		ask_for(c, VERB_SESSIONS, "end", account, "signed-out");
	else if (strcmp(what, "ended") == 0)
		ask_for(c, VERB_WORKER_END, "account", account, "ended");
	else
		show(c, NULL);
}
