/* Sentences in her language, and ours beside them. */
#include <stdio.h>
#include <string.h>

#include "agent/desk/room.h"

enum { SAID_MAX = 4096 };

/* A sentence that cannot be said whole makes no page. */
static void
put(struct room *r, const struct tongue *t, const char *key,
    const struct words_value *value, size_t n)
{
	char said[SAID_MAX];

	if (tongue_say(t, key, value, n, said, sizeof said))
		html(&r->c->out, "%s", said);
	else
		r->c->out.failed = true;
}

static void
span(struct room *r, const struct tongue *t, const char *which,
    const char *key, const struct words_value *value, size_t n)
{
	html(&r->c->out, "<span class=\"%s\" lang=\"%s\" dir=\"%s\">", which,
	    tongue_text(t, "language.code"),
	    tongue_text(t, "language.direction"));
	put(r, t, key, value, n);
	html_raw(&r->c->out, "</span>");
}

void
room_said(struct room *r, const char *key, const struct words_value *value,
    size_t n)
{
	span(r, r->hers, "hers", key, value, n);
	if (r->hers != r->ours) {
		html_raw(&r->c->out, " ");
		span(r, r->ours, "ours", key, value, n);
	}
}

void
room_say(struct room *r, const char *key, const struct words_value *value,
    size_t n)
{
	html_raw(&r->c->out, "<p class=\"say\">");
	room_said(r, key, value, n);
	html_raw(&r->c->out, "</p>\n");
}

void
room_box(struct room *r, const char *kind, const char *key,
    const struct words_value *value, size_t n)
{
	html(&r->c->out, "<div class=\"box %s\">", kind);
	room_say(r, key, value, n);
	html_raw(&r->c->out, "</div>\n");
}

/* ---- fields ------------------------------------------------------------ */

static const char *
typed(const struct room *r, const char *name)
{
	return r->c->filled ? form_text(&r->c->form, name) : "";
}

void
room_radio(struct room *r, const char *name, const char *key,
    const struct words_value *value, size_t n,
    const struct room_choice *choice, size_t n_choice)
{
	const char *now = typed(r, name);

	html(&r->c->out, "<fieldset class=\"field ask\" id=\"%s\" "
	    "tabindex=\"-1\">\n<legend>", name);
	room_said(r, key, value, n);
	html_raw(&r->c->out, "</legend>\n<div class=\"choices\">\n");
	for (size_t i = 0; i < n_choice; i++) {
		const struct room_choice *one = &choice[i];

		html(&r->c->out, "<label class=\"tick\"><input type=\"radio\" "
		    "name=\"%s\" value=\"%s\"", name, one->value);
		html_raw(&r->c->out, strcmp(now, one->value) == 0 ?
		    " checked> <span>" : "> <span>");
		room_said(r, one->key, &one->fill, one->fill.name != NULL);
		html_raw(&r->c->out, "</span></label>\n");
	}
	html_raw(&r->c->out, "</div>\n</fieldset>\n");
}

void
room_tick(struct room *r, const char *name, const char *value,
    const char *key)
{
	const bool ticked = r->c->filled && form_has(&r->c->form, name,
	    value);

	html(&r->c->out, "<label class=\"tick\"><input type=\"checkbox\" "
	    "name=\"%s\" value=\"%s\"", name, value);
	/* one that stands alone can be led to */
	if (strcmp(value, "yes") == 0)
		html(&r->c->out, " id=\"%s\"", name);
	html_raw(&r->c->out, ticked ? " checked> <span>" : "> <span>");
	room_said(r, key, NULL, 0);
	html_raw(&r->c->out, "</span></label>\n");
}

/* A password field would have the browser offer to remember it. */
void
room_secret(struct room *r, const char *name, const char *label,
    const char *hint)
{
	html(&r->c->out, "<div class=\"field\">\n<label for=\"%s\">%s</label>"
	    "\n<p class=\"hint\" id=\"%s-hint\">%s</p>\n<input type=\"text\" "
	    "class=\"covered\" id=\"%s\" name=\"%s\" autocomplete=\"off\" "
	    "autocapitalize=\"none\" spellcheck=\"false\" "
	    "aria-describedby=\"%s-hint\">\n", name, label, name, hint, name,
	    name, name);
	page_hidden(r->c, "desk.secret", name);
	html_raw(&r->c->out, "</div>\n");
}

/* ---- a permission ------------------------------------------------------ */

void
room_parts(struct room *r, const json_t *scopes)
{
	const json_t *s;
	char key[TONGUE_KEY_MAX + 1];
	size_t i;

	html_raw(&r->c->out, "<ul class=\"parts\">\n");
	json_array_foreach(scopes, i, s) {
		snprintf(key, sizeof key, "scope.%s", json_is_string(s) ?
		    json_string_value(s) : "");
		html_raw(&r->c->out, "<li>");
		room_said(r, key, NULL, 0);
		html_raw(&r->c->out, "</li>\n");
	}
	if (json_array_size(scopes) == 0) {
		html_raw(&r->c->out, "<li>");
		room_said(r, "seen.unnamed", NULL, 0);
		html_raw(&r->c->out, "</li>\n");
	}
	html_raw(&r->c->out, "</ul>\n");
}

void
room_line(struct room *r, const json_t *line)
{
	char purpose[TONGUE_KEY_MAX + 1], day[12];
	const struct words_value ends[] = {
		{ "from", room_name(r, json_str(line, "from")) },
		{ "to", room_name(r, json_str(line, "to")) },
	};
	const struct words_value why = { "@purpose", purpose };
	const struct words_value until = { "day", day };

	snprintf(purpose, sizeof purpose, "purpose.%s", json_str(line,
	    "purpose"));
	snprintf(day, sizeof day, "%.10s", json_str(line, "until"));
	html_raw(&r->c->out, "<h3>");
	room_said(r, "tell", ends, 2);
	html_raw(&r->c->out, "</h3>\n");
	room_parts(r, json_object_get(line, "scopes"));
	room_say(r, "for", &why, 1);
	room_say(r, "until", &until, 1);
}
