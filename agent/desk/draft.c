#include "agent/desk/draft.h"

#include <stdlib.h>
#include <string.h>

#include "agent/desk/page.h"

enum { DRAFT_MAX = 48 * 1024 };

desk_page page_draft;

void
draft_take(struct desk_call *c, const char *what)
{
	const bool other = form_has(&c->query, "draft", "other");
	json_t *d = NULL;
	struct buf b;
	const char *text;

	if (c->filled || desk_ask(c, VERB_DRAFT_GET, json_pack("{s:s, s:b}",
	    "what", what, "other", other), &d, NULL) != CLI_DONE) {
		json_decref(d);
		return;
	}
	text = json_str(d, "text");
	buf_init(&b, DRAFT_MAX + 64);
	buf_put_str(&b, text);
	buf_printf(&b, "&draft.version=%lld&draft.at=%s&draft.other=%s",
	    json_int(d, "version"), json_str(d, "at"),
	    json_yes(d, "other") && !other ? "yes" : "");
	form_free(&c->form);
	c->filled = buf_ok(&b) &&
	    form_parse(&c->form, (const char *)b.data, b.n) == ERR_NONE;
	buf_free(&b);
	json_decref(d);
}

void
draft_say(struct desk_call *c, const char *what)
{
	const char *at = form_text(&c->form, "draft.at");

	(void)what;
	if (c->post || at[0] == '\0')
		return;
	html_raw(&c->out, "<div class=\"box note\"><p>This is your draft of ");
	page_time(c, at);
	html_raw(&c->out, ".");
	if (form_has(&c->form, "draft.other", "yes"))
		html(&c->out, " Another window kept one as well: "
		    "<a href=\"%s?draft=other\">show that one</a>.", c->path);
	html_raw(&c->out, "</p></div>\n");
}

void
draft_fields(struct desk_call *c, const char *what)
{
	page_hidden(c, "draft.what", what);
	page_hidden(c, "draft.version",
	    form_text(&c->form, "draft.version"));
}

/* Only what the page asks; not how the draft came to be. */
static void
text_of(const struct form *f, struct buf *out)
{
	for (size_t i = 0; i < f->n; i++) {
		const char *name = f->field[i].name;

		if (strncmp(name, "desk.", 5) != 0 &&
		    strncmp(name, "draft.", 6) != 0 &&
		    strcmp(name, "do") != 0 && f->field[i].value[0] != '\0')
			form_put(out, name, f->field[i].value);
	}
}

static int
put(struct desk_call *c, const char *what, json_t **out)
{
	struct buf b;
	int code = CLI_INPUT;

	*out = NULL;
	buf_init(&b, DRAFT_MAX);
	text_of(&c->form, &b);
	if (buf_ok(&b))
		code = desk_ask(c, VERB_DRAFT_PUT, json_pack(
		    "{s:s, s:s%, s:I}", "what", what, "text",
		    b.n > 0 ? (const char *)b.data : "", b.n, "version",
		    (json_int_t)strtoll(form_text(&c->form, "draft.version"),
		    NULL, 10)), out, NULL);
	buf_free(&b);
	return code;
}

bool
draft_keep(struct desk_call *c, const char *what)
{
	json_t *out;
	const int code = put(c, what, &out);

	json_decref(out);
	return code == CLI_DONE;
}

void
draft_done(struct desk_call *c, const char *what)
{
	(void)desk_ask(c, VERB_DRAFT_DROP, json_pack("{s:s}", "what", what),
	    NULL, NULL);
}

/* From draft.js: what the page holds; the answer is its new version. */
void
page_draft(struct desk_call *c)
{
	json_t *out;
	const int code = put(c, form_text(&c->form, "draft.what"), &out);

	c->type = "text/plain; charset=utf-8";
	c->status = code == CLI_DONE ? 200 : code == CLI_LOCKED ? 401 : 503;
	if (code == CLI_DONE)
		buf_printf(&c->out, "%lld\n", json_int(out, "version"));
	json_decref(out);
}
