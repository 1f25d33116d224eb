/*
 * A stop phrase, said to anybody who works here: no case is named, and right
 * and wrong read alike.  What was typed is never shown again.
 */
#include <stdlib.h>

#include "agent/desk/page.h"
#include "agent/words.h"

desk_page page_stop, page_stop_said;

static void
form(struct desk_call *c)
{
	page_form(c, "/stop");
	html_raw(&c->out, "<div class=\"field\">\n<label for=\"phrase\">The "
	    "five words</label>\n<p class=\"hint\" id=\"phrase-hint\">In the "
	    "order in which they were said, with a space between; capitals and "
	    "accents do not matter.</p>\n<input type=\"text\" id=\"phrase\" "
	    "name=\"phrase\" autocomplete=\"off\" autocapitalize=\"none\" "
	    "spellcheck=\"false\" aria-describedby=\"phrase-hint\">\n</div>\n");
	page_form_end(c, "Stop all sharing");
}

static void
show(struct desk_call *c, const char *rule)
{
	page_begin(c, "Stop phrase");
	if (rule != NULL && rule[0] != '\0')
		page_box(c, rule[2] == '\0' ? "good" : "warn", "%s",
		    words_text(rule, WORDS_ANYONE));
	html_raw(&c->out, "<p>Somebody says five words to you, by telephone or "
	    "here, and wants sharing to stop. You need not know who it is "
	    "about, and you need not ask.</p>\n");
	form(c);
	page_end(c);
}

/* ?said= tells what became of the one handed in before. */
void
page_stop(struct desk_call *c)
{
	const char *said = form_text(&c->query, "said");

	show(c, said[0] == '0' ? "R7" : said[0] == '4' ? "R7-waiting" : NULL);
}

void
page_stop_said(struct desk_call *c)
{
	int code;

	if (form_text(&c->form, "phrase")[0] == '\0') {
		show(c, "R7-impossible");
		return;
	}
	code = desk_ask(c, VERB_STOP, json_pack("{s:s}", "phrase",
	    form_text(&c->form, "phrase")), NULL, NULL);
	if (code == CLI_DONE)
		desk_see(c, NULL, "/stop?said=0");
	else if (code == CLI_NO || code == CLI_USAGE || code == CLI_INPUT)
		show(c, "R7-impossible");
	else
		/* also when nobody answered: then it may not be on its way */
		desk_see(c, NULL, "/stop?said=4");
}
