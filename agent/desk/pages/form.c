/* Forms, fields, and small things that pages share. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "agent/desk/page.h"
#include "agent/desk/part.h"
#include "proto/vocabulary.h"

enum { SAID = 1024 };

/* ---- the form ---------------------------------------------------------------- */

void
page_form(struct desk_call *c, const char *action)
{
	char token[GUARD_TOKEN], number[GUARD_TOKEN];

	guard_token(c->visitor, token);
	guard_random(number);
	html(&c->out, "<form method=\"post\" action=\"%s\" class=\"form\">\n",
	    action);
	page_hidden(c, DESK_FIELD_TOKEN, token);
	page_hidden(c, DESK_FIELD_NUMBER, number);
	if (c->who.account[0] != '\0')
		page_hidden(c, DESK_FIELD_WHO, c->who.account);
}

void
page_form_end(struct desk_call *c, const char *label)
{
	html(&c->out, "<p class=\"do\"><button class=\"primary\">%s</button>"
	    "</p>\n</form>\n", label);
}

/* ---- fields ------------------------------------------------------------------- */

/* What was typed, when this form has come in; else the page's own value. */
static const char *
typed(const struct desk_call *c, const char *name, const char *value)
{
	const char *s = c->filled ? form_get(&c->form, name) : NULL;

	return s != NULL ? s : value != NULL ? value : "";
}

static bool
ticked_now(const struct desk_call *c, const char *name, const char *value,
    bool preset)
{
	return c->filled && c->form.n > 0 ? form_has(&c->form, name, value) :
	    preset;
}

static void
label(struct desk_call *c, const char *name, const char *text,
    const char *hint)
{
	html(&c->out, "<div class=\"field\">\n<label for=\"%s\">%s</label>\n",
	    name, text);
	if (hint != NULL)
		html(&c->out, "<p class=\"hint\" id=\"%s-hint\">%s</p>\n",
		    name, hint);
}

static void
described(struct desk_call *c, const char *name, const char *hint)
{
	if (hint != NULL)
		html(&c->out, " aria-describedby=\"%s-hint\"", name);
}

void
page_text(struct desk_call *c, const char *name, const char *text,
    const char *hint, const char *value)
{
	label(c, name, text, hint);
	html(&c->out, "<input type=\"text\" id=\"%s\" name=\"%s\" "
	    "value=\"%s\" autocomplete=\"off\" spellcheck=\"false\"", name,
	    name, typed(c, name, value));
	described(c, name, hint);
	html_raw(&c->out, ">\n</div>\n");
}

void
page_password(struct desk_call *c, const char *name, const char *text,
    const char *autocomplete)
{
	label(c, name, text, NULL);
	html(&c->out, "<input type=\"password\" id=\"%s\" name=\"%s\" "
	    "autocomplete=\"%s\">\n", name, name, autocomplete);
	page_hidden(c, DESK_FIELD_SECRET, name);
	html_raw(&c->out, "</div>\n");
}

void
page_code_field(struct desk_call *c, const char *text, const char *hint)
{
	label(c, "code", text, hint);
	html_raw(&c->out, "<input type=\"text\" id=\"code\" name=\"code\" "
	    "inputmode=\"numeric\" autocomplete=\"one-time-code\" "
	    "maxlength=\"8\"");
	described(c, "code", hint);
	html_raw(&c->out, ">\n");
	page_hidden(c, DESK_FIELD_SECRET, "code");
	html_raw(&c->out, "</div>\n");
}

void
page_area(struct desk_call *c, const char *name, const char *text,
    const char *hint, const char *value, unsigned rows)
{
	label(c, name, text, hint);
	html(&c->out, "<textarea id=\"%s\" name=\"%s\" rows=\"%u\" "
	    "autocomplete=\"off\"", name, name, rows);
	described(c, name, hint);
	/* the first line end after the tag is not a part of the text */
	html(&c->out, ">\n%s</textarea>\n</div>\n", typed(c, name, value));
}

void
page_hidden(struct desk_call *c, const char *name, const char *value)
{
	html(&c->out, "<input type=\"hidden\" name=\"%s\" value=\"%s\">\n",
	    name, value);
}

void
page_select(struct desk_call *c, const char *name, const char *text,
    const struct page_choice *choice, size_t n, const char *value)
{
	const char *now = typed(c, name, value);

	label(c, name, text, NULL);
	html(&c->out, "<select id=\"%s\" name=\"%s\">\n", name, name);
	for (size_t i = 0; i < n; i++)
		html(&c->out, strcmp(choice[i].value, now) == 0 ?
		    "<option value=\"%s\" selected>%s</option>\n" :
		    "<option value=\"%s\">%s</option>\n", choice[i].value,
		    choice[i].label);
	html_raw(&c->out, "</select>\n</div>\n");
}

void
page_radio(struct desk_call *c, const char *name, const char *text,
    const struct page_choice *choice, size_t n, const char *value)
{
	const char *now = typed(c, name, value);

	html(&c->out, "<fieldset class=\"field\" id=\"%s\" tabindex=\"-1\">\n"
	    "<legend>%s</legend>\n", name, text);
	for (size_t i = 0; i < n; i++)
		html(&c->out, strcmp(choice[i].value, now) == 0 ?
		    "<label class=\"tick\"><input type=\"radio\" name=\"%s\" "
		    "value=\"%s\" checked> %s</label>\n" :
		    "<label class=\"tick\"><input type=\"radio\" name=\"%s\" "
		    "value=\"%s\"> %s</label>\n", name, choice[i].value,
		    choice[i].label);
	html_raw(&c->out, "</fieldset>\n");
}

void
page_check(struct desk_call *c, const char *name, const char *value,
    const char *text, bool ticked)
{
	html(&c->out, ticked_now(c, name, value, ticked) ?
	    "<label class=\"tick\"><input type=\"checkbox\" name=\"%s\" "
	    "value=\"%s\" checked> %s</label>\n" :
	    "<label class=\"tick\"><input type=\"checkbox\" name=\"%s\" "
	    "value=\"%s\"> %s</label>\n", name, value, text);
}

/* ---- what is said ---------------------------------------------------------------- */

/* "$.text: too long [V0]" is for systems: who writes reads "too long". */
static const char *
plain(char *said)
{
	char *rule = strrchr(said, '['), *path = strstr(said, ": ");

	if (rule != NULL && rule > said && rule[-1] == ' ' && rule[1] == 'V' &&
	    rule[strlen(rule) - 1] == ']')
		rule[-1] = '\0';
	return strncmp(said, "$.", 2) == 0 && path != NULL ? path + 2 : said;
}

void
page_error(struct desk_call *c, const char *field, const char *fmt, ...)
{
	char said[SAID];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(said, sizeof said, fmt, ap);
	va_end(ap);
	html_raw(&c->out, "<p class=\"error\" role=\"alert\">");
	html(&c->out, field != NULL ? "<a href=\"#%s\">%s</a></p>\n" :
	    "%s%s</p>\n", field != NULL ? field : "", plain(said));
}

void
page_error_of(struct desk_call *c, const char *words)
{
	const size_t n = strspn(words, "abcdefghijklmnopqrstuvwxyz0123456789"
	    "_.");
	char field[FORM_NAME_MAX + 1];

	if (n == 0 || n > FORM_NAME_MAX || strncmp(words + n, ": ", 2) != 0) {
		page_error(c, NULL, "%s", words);
		return;
	}
	memcpy(field, words, n);
	field[n] = '\0';
	page_error(c, field, "%s", words + n + 2);
}

void
page_box(struct desk_call *c, const char *kind, const char *fmt, ...)
{
	va_list ap;

	html(&c->out, "<div class=\"box %s\"><p>", kind);
	va_start(ap, fmt);
	html_v(&c->out, fmt, ap);
	va_end(ap);
	html_raw(&c->out, "</p></div>\n");
}

void
page_time_text(const char *iso, char out[static PAGE_TIME])
{
	struct tm at = { 0 }, here;
	time_t t;

	out[0] = '\0';
	if (iso == NULL || strptime(iso, "%Y-%m-%dT%H:%M:%SZ", &at) == NULL)
		return;
	t = timegm(&at);
	if (localtime_r(&t, &here) != NULL)
		strftime(out, PAGE_TIME, "%Y-%m-%d %H:%M", &here);
}

void
page_time(struct desk_call *c, const char *iso)
{
	char text[PAGE_TIME];

	page_time_text(iso, text);
	if (text[0] != '\0')
		html(&c->out, "<time datetime=\"%s\">%s</time>", iso, text);
}

void
page_code(struct desk_call *c, const char *code)
{
	const struct vocabulary_code *v = vocabulary_find(code);

	html(&c->out, "<span class=\"code\">%s</span>", code);
	if (v != NULL)
		html(&c->out, " %s", v->label);
}
