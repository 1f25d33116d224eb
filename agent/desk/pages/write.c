/*
 * Writing an observation: one page, handed in as often as one likes to find
 * codes and to look who would get it, and once to send it.  What was typed
 * stays until it has been sent.
 *
 *	GET  /write            which case
 *	GET  /write/CASE       ?link=RECORD: belongs to that one
 *	POST /write/CASE       do=find|links|look|send
 *	GET  /codes            ?q=&for=: the list of codes for somebody who
 *	                       types; for=goal: behaviours alone
 *	GET  /track/RECORD     where its copies are
 *	GET, POST /correct/RECORD  the same page over what was written wrongly
 */
#include <stdio.h>
#include <string.h>

#include "agent/desk/draft.h"
#include "agent/desk/write_doc.h"
#include "agent/desk/writing.h"

desk_page page_write, page_write_case, page_codes, page_track, page_correct;

/* ---- which case ------------------------------------------------------------ */

void
page_write(struct desk_call *c)
{
	json_t *all = desk_need(c, VERB_CASES, NULL);
	const json_t *o;
	size_t i;

	if (all == NULL)
		return;
	page_begin(c, "Write");
	html_raw(&c->out, "<p>About which family?</p>\n<ul class=\"list\">\n");
	json_array_foreach(json_object_get(all, "cases"), i, o) {
		const char *ref = json_str(o, "reference");

		html(&c->out, "<li><a href=\"/write/%lld\">Case %lld%s%s</a>"
		    "</li>\n", json_int(o, "case"), json_int(o, "case"),
		    ref[0] != '\0' ? ", " : "", ref);
	}
	html_raw(&c->out, "</ul>\n");
	page_end(c);
	json_decref(all);
}

/* ---- one record ---------------------------------------------------------------- */

static const char *
lacks(const struct form *f, const char **field)
{
	if (form_get(f, "codes") != NULL)
		return NULL;
	*field = "q";
	return "Tick what was done or seen: find it in plain words first.";
}

void
page_write_case(struct desk_call *c)
{
	struct writing what = { .look = VERB_PREVIEW, .send = VERB_SEND,
	    .fields = write_fields, .document = write_document, .lacks = lacks,
	    .heading = "Write", .lead = "What did the person causing harm do? "
	    "Start there." };

	what.about = what.cased = json_pack("{s:o}", "case",
	    writing_case(c));
	if (!c->post)
		writing_link_first(c);
	snprintf(what.draft, sizeof what.draft, "write/%.32s", c->part[0]);
	writing_page(c, &what);
	json_decref(what.about);
}

void
page_correct(struct desk_call *c)
{
	struct writing what = { .look = VERB_CORRECT, .send = VERB_CORRECT,
	    .fields = write_fields, .document = write_document, .lacks = lacks,
	    .heading = "Correct", .lead = "Write what is right. It goes to "
	    "whoever had the wrong one, where that is still permitted, and "
	    "takes its place." };
	json_t *wrong = desk_need(c, VERB_TRACK, json_pack("{s:s}",
	    "observation", c->part[0]));

	if (wrong == NULL)
		return;
	snprintf(what.draft, sizeof what.draft, "correct/%.32s", c->part[0]);
	draft_take(c, what.draft);
	if (!c->filled && write_fill(&c->form, json_object_get(wrong,
	    "content"), json_object_get(wrong, "links")) == ERR_NONE)
		c->filled = true;
	what.about = json_pack("{s:s}", "observation", c->part[0]);
	what.cased = json_pack("{s:I}", "case", json_int(wrong, "case"));
	writing_page(c, &what);
	json_decref(what.about);
	json_decref(what.cased);
	json_decref(wrong);
}

/* ---- for somebody who types ------------------------------------------------------ */

void
page_codes(struct desk_call *c)
{
	const char *q = form_get(&c->query, "q");

	if (form_has(&c->query, "for", "goal"))
		write_behaviours(c, q);
	else
		write_codes(c, q);
}

/* ---- afterwards -------------------------------------------------------------------- */

void
page_track(struct desk_call *c)
{
	json_t *o = desk_need(c, VERB_TRACK, json_pack("{s:s}",
	    "observation", c->part[0]));
	const json_t *copy;
	size_t i;

	if (o == NULL)
		return;
	page_begin_case(c, json_int(o, "case"), "seen", "Where it is");
	html_raw(&c->out, "<table>\n<caption>Copies of this record</caption>\n"
	    "<thead><tr><th scope=\"col\">Agency</th><th scope=\"col\">State"
	    "</th><th scope=\"col\">Since</th></tr></thead>\n<tbody>\n");
	json_array_foreach(json_object_get(o, "copies"), i, copy) {
		const char *role = json_str(copy, "role");

		html(&c->out, "<tr><td>%s</td><td>%s%s%s</td><td>",
		    json_str(copy, "name"), json_str(copy, "state"),
		    role[0] != '\0' ? " by " : "", role);
		page_time(c, json_str(copy, "told_at")[0] != '\0' ?
		    json_str(copy, "told_at") : json_str(copy, "sent"));
		html_raw(&c->out, "</td></tr>\n");
	}
	html_raw(&c->out, "</tbody>\n</table>\n");
	if (json_array_size(json_object_get(o, "copies")) == 0)
		html_raw(&c->out, "<p>It went to nobody. It is kept here as a "
		    "record of your agency.</p>\n");
	html(&c->out, "<p class=\"acts\"><a href=\"/correct/%s\">Correct it"
	    "</a> <a href=\"/recall/%s\">Take it back</a></p>\n",
	    json_str(o, "id"), json_str(o, "id"));
	page_end(c);
	json_decref(o);
}
