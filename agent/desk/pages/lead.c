/*
 * What a lead sees: what waits for a lead, reviews (one person in two parts,
 * a file asked for), who is kept out of which case, and who of the team is
 * signed in.  Cases that a lead must not meet are on none of these lists.
 *
 *	GET  /lead
 *	POST /lead             account: sign this colleague out
 *	POST /lead/done        task: it is settled
 *	POST /lead/review      case, what=roles|file, state=open|done
 */
#include <stdlib.h>
#include <string.h>

#include "agent/desk/page.h"

desk_page page_lead, page_lead_out, page_lead_done, page_lead_review;

/* ---- what waits ------------------------------------------------------------- */

static void
put_case(struct buf *b, const json_t *o)
{
	const char *reference = json_str(o, "reference");

	html(b, "<a href=\"/case/%lld/map\">Case %lld%s%s</a>", json_int(o,
	    "case"), json_int(o, "case"), reference[0] != '\0' ? ", " : "",
	    reference);
}

/* What a lead settles; the advocates' own lines are in the consent room. */
static bool
is_for_lead(const json_t *task)
{
	const char *kind = json_str(task, "kind");

	return strcmp(kind, "two-roles") == 0 ||
	    strcmp(kind, "terms-disagree") == 0;
}

static void
put_tasks(struct desk_call *c, const json_t *list)
{
	const json_t *o;
	bool any = false;
	size_t i;

	json_array_foreach(list, i, o) {
		if (!is_for_lead(o))
			continue;
		html_raw(&c->out, any ? "" : "<h2>On your list</h2>\n");
		any = true;
		html_raw(&c->out, "<div class=\"box warn\"><p>");
		put_case(&c->out, o);
		html_raw(&c->out, ", ");
		page_time(c, json_str(o, "at"));
		html(&c->out, ": %s</p>\n", json_str(o, "words"));
		page_form(c, "/lead/done");
		html(&c->out, "<input type=\"hidden\" name=\"task\" "
		    "value=\"%lld\"><button>Off my list<span class="
		    "\"hidden-label\"> (case %lld)</span></button></form>\n"
		    "</div>\n", json_int(o, "task"), json_int(o, "case"));
	}
}

/* ---- reviews ------------------------------------------------------------------- */

static void
put_end(struct desk_call *c, const json_t *o, const char *what)
{
	page_form(c, "/lead/review");
	page_hidden(c, "what", what);
	page_hidden(c, "state", "done");
	html(&c->out, "<input type=\"hidden\" name=\"case\" value=\"%lld\">"
	    "<button>The review has ended<span class=\"hidden-label\"> (case "
	    "%lld)</span></button></form>\n", json_int(o, "case"),
	    json_int(o, "case"));
}

/* Cases with this review open, under what it means; nothing when none is. */
static void
put_reviews(struct desk_call *c, const json_t *cases, const char *what,
    const char *words)
{
	const json_t *o;
	bool any = false;
	size_t i;

	json_array_foreach(cases, i, o) {
		if (!json_yes(o, what))
			continue;
		if (!any)
			html(&c->out, "<p>%s</p>\n<ul class=\"rows\">\n",
			    words);
		any = true;
		html_raw(&c->out, "<li><p>");
		put_case(&c->out, o);
		html_raw(&c->out, "</p>\n");
		put_end(c, o, what);
		html_raw(&c->out, "</li>\n");
	}
	html_raw(&c->out, any ? "</ul>\n" : "<p>None.</p>\n");
}

static void
put_begin(struct desk_call *c, const json_t *cases)
{
	struct buf *b = &c->out;
	const json_t *o;
	bool any = false;
	size_t i;

	json_array_foreach(cases, i, o) {
		if (json_yes(o, "file"))
			continue;
		if (!any) {
			page_form(c, "/lead/review");
			page_hidden(c, "what", "file");
			page_hidden(c, "state", "open");
			html_raw(b, "<div class=\"field\">\n<label for="
			    "\"case\">A person named in this case asks for "
			    "their file</label>\n<select id=\"case\" "
			    "name=\"case\">\n");
		}
		any = true;
		html(b, "<option value=\"%lld\">Case %lld %s</option>\n",
		    json_int(o, "case"), json_int(o, "case"), json_str(o,
		    "reference"));
	}
	if (any) {
		html_raw(b, "</select>\n</div>\n");
		page_form_end(c, "Start the review");
	}
}

/* ---- conflicts ----------------------------------------------------------------- */

static void
put_accounts(struct buf *b, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		html(b, "%s%s", i > 0 ? ", " : "", json_string_value(
		    json_array_get(list, i)));
}

/* Of whom the family asked that they be kept out, only that they are. */
static void
put_conflicts(struct desk_call *c, const json_t *cases)
{
	struct buf *b = &c->out;
	const json_t *o;
	bool any = false;
	size_t i;

	html_raw(b, "<h2>Conflicts and who is kept out</h2>\n");
	json_array_foreach(cases, i, o) {
		const json_t *kept = json_object_get(o, "kept_out");

		if (json_yes(o, "checked") && json_array_size(kept) == 0)
			continue;
		html_raw(b, any ? "<li>" : "<p>Give nobody work or cover in a "
		    "case they are kept out of; to them it does not exist. "
		    "Why is not told here.</p>\n<ul class=\"list\">\n<li>");
		any = true;
		put_case(b, o);
		html_raw(b, json_yes(o, "checked") ? "" : " <span class="
		    "\"mark\">staff not compared yet</span>");
		if (json_array_size(kept) > 0)
			html_raw(b, " kept out: ");
		put_accounts(b, kept);
		html_raw(b, "</li>\n");
	}
	html_raw(b, any ? "</ul>\n" : "<p>Nobody is kept out of a case, and "
	    "staff are compared in all of them.</p>\n");
}

/* ---- the team ----------------------------------------------------------------- */

static void
put_one(struct desk_call *c, const json_t *s)
{
	const char *name = json_str(s, "name");
	const long long minutes = json_int(s, "idle_seconds") / 60;
	struct buf *b = &c->out;

	if (name[0] == '\0')
		name = json_str(s, "account");
	html(b, "<li><p><strong>%s</strong> <span class=\"soft\">since ",
	    name);
	page_time(c, json_str(s, "since"));
	if (minutes == 0)
		html_raw(b, ", last seen now</span></p>\n");
	else
		html(b, ", last seen %lld min ago</span></p>\n", minutes);
	page_form(c, "/lead");
	page_hidden(c, "account", json_str(s, "account"));
	html(b, "<button aria-label=\"Sign out %s\">Sign out</button></form>"
	    "</li>\n", name);
}

static void
put_sessions(struct desk_call *c, const json_t *list)
{
	const json_t *s;
	size_t i;

	html_raw(&c->out, "<h2>Signed in now</h2>\n");
	if (json_array_size(list) == 0) {
		html_raw(&c->out, "<p>Nobody of your team.</p>\n");
		return;
	}
	html_raw(&c->out, "<ul class=\"rows\">\n");
	json_array_foreach(list, i, s)
		put_one(c, s);
	html_raw(&c->out, "</ul>\n");
}

/* ---- the page ----------------------------------------------------------------- */

static void
show(struct desk_call *c, const char *wrong)
{
	json_t *all = desk_need(c, VERB_CASES, NULL);
	json_t *o = all != NULL ? desk_need(c, VERB_SESSIONS, NULL) : NULL;
	const json_t *cases = json_object_get(all, "cases");

	if (o != NULL) {
		page_begin(c, "Your team");
		if (wrong != NULL)
			page_error_of(c, wrong);
		put_tasks(c, json_object_get(all, "tasks"));
		html_raw(&c->out, "<h2>One person in two parts</h2>\n");
		put_reviews(c, cases, "roles", "One person is recorded as "
		    "harmed in one case and as causing harm in another. "
		    "Sending is paused in both until you have looked, together "
		    "with the agency that keeps the case.");
		html_raw(&c->out, "<h2>Somebody asks for their file</h2>\n");
		put_reviews(c, cases, "file", "Parts of the file concern "
		    "others: give nothing out before the review has ended. "
		    "Until then nothing is sent or signed in these cases.");
		put_begin(c, cases);
		put_conflicts(c, cases);
		put_sessions(c, json_object_get(o, "sessions"));
		html_raw(&c->out, "<h2>Who covers for whom</h2>\n<p><a href="
		    "\"/handover\">Hand cases over, or have them covered</a>"
		    "</p>\n");
		page_end(c);
	}
	json_decref(o);
	json_decref(all);
}

void
page_lead(struct desk_call *c)
{
	show(c, NULL);
}

void
page_lead_out(struct desk_call *c)
{
	char *words = NULL;

	if (!desk_once(c, "/lead"))
		return;
	if (desk_ask(c, VERB_SESSIONS, json_pack("{s:s}", "end",
	    form_text(&c->form, "account")), NULL, &words) == CLI_DONE)
		desk_see(c, "signed-out", "/lead");
	else
		show(c, words);
	desk_forget(words);
}

static json_int_t
number(struct desk_call *c, const char *name)
{
	return strtoll(form_text(&c->form, name), NULL, 10);
}

void
page_lead_done(struct desk_call *c)
{
	json_t *all = desk_need(c, VERB_CASES, json_pack("{s:I}", "done",
	    number(c, "task")));

	if (all != NULL)
		desk_see(c, "saved", "/lead");
	json_decref(all);
}

/* Begun or ended twice is the same. */
void
page_lead_review(struct desk_call *c)
{
	const char *state = form_text(&c->form, "state");
	json_t *out = desk_need(c, VERB_REVIEW, json_pack("{s:I, s:s, s:s}",
	    "case", number(c, "case"), "what", form_text(&c->form, "what"),
	    "state", state));

	if (out != NULL)
		desk_see(c, strcmp(state, "open") == 0 ? "reviewing" :
		    "reviewed", "/lead");
	json_decref(out);
}
