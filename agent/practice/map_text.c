#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/practice/map_text.h"
#include "agent/practice/validate.h"

/* ---- lines ------------------------------------------------------------------- */

/* Columns of n bytes of UTF-8, one a character. */
static unsigned
columns(const char *s, size_t n)
{
	unsigned c = 0;
	size_t i;

	for (i = 0; i < n; i++)
		c += ((unsigned char)s[i] & 0xc0) != 0x80;
	return (c);
}

static void
spaces(struct buf *out, unsigned n)
{

	while (n-- > 0)
		buf_put(out, " ", 1);
}

void
pen_wrap(struct buf *out, unsigned width, unsigned indent, unsigned hang,
    const char *text)
{
	unsigned at = indent, len;
	bool first = true;
	size_t n;

	spaces(out, indent);
	while (*text != '\0') {
		n = strcspn(text, " ");
		len = columns(text, n);
		if (!first && at + 1 + len > width) {
			buf_put(out, "\n", 1);
			spaces(out, indent + hang);
			at = indent + hang;
		} else if (!first) {
			buf_put(out, " ", 1);
			at++;
		}
		buf_put(out, text, n);
		at += len;
		first = false;
		text += n;
		text += strspn(text, " ");
	}
	buf_put(out, "\n", 1);
}

void
pen_line(struct pen *p, unsigned indent, unsigned hang, const char *fmt, ...)
{
	char text[MAP_LINE_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	pen_wrap(p->out, p->width, indent, hang, text);
}

void
pen_heading(struct pen *p, const char *text)
{

	buf_put(p->out, "\n", 1);
	pen_line(p, 0, 3, "%s", text);
}

void
pen_title(struct pen *p, const char *text)
{

	pen_line(p, 0, 2, "%s", text);
}

/* ---- parts of lines ------------------------------------------------------------ */

/* Appends as far as there is room. */
static void __attribute__((format(printf, 3, 4)))
add(char *out, size_t n, const char *fmt, ...)
{
	size_t used = strlen(out);
	va_list ap;

	if (used + 1 >= n)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(out + used, n - used, fmt, ap);
	va_end(ap);
}

void
pen_codes(const struct observation *o,
    pick_want *want, char *out, size_t n)
{
	size_t i;

	out[0] = '\0';
	for (i = 0; i < o->codes.n; i++)
		if (want(o->codes.v[i]))
			add(out, n, "%s%s %s", out[0] ? "; " : "",
			    o->codes.v[i]->id, o->codes.v[i]->label);
}

void
pen_when(const struct observation *o, char *out, size_t n)
{
	bool earlier = strcmp(o->recency->id, "RC5") == 0;

	out[0] = '\0';
	if (o->from.s[0] && o->to.s[0] && strcmp(o->from.s, o->to.s) != 0)
		add(out, n, "%s to %s", o->from.s, o->to.s);
	else if (o->from.s[0] || o->to.s[0])
		add(out, n, "%s", o->from.s[0] ? o->from.s : o->to.s);
	else if (!earlier && strcmp(o->recency->id, "RC9") != 0)
		add(out, n, "%s", o->recency->label);
	else if (!earlier)
		add(out, n, "date not known");
	if (earlier)
		add(out, n, "%searlier relationship", out[0] ? ", " : "");
}

void
pen_persons(const struct person_list *l, char *out, size_t n)
{
	size_t i;

	out[0] = '\0';
	for (i = 0; i < l->n; i++)
		add(out, n, "%s%s", i > 0 ? ", " : "", l->v[i].s);
}

void
pen_tag(const struct held *h, char out[static 12])
{
	char hex[2 * RECORD_ID_LEN + 1];

	hex_encode(hex, h->id.b, RECORD_ID_LEN);
	(void)snprintf(out, 12, "[%.8s]", hex);
}

/* A label in the middle of a sentence begins small. */
static void
add_label(char *out, size_t n, const char *label)
{
	size_t used = strlen(out);

	add(out, n, "%s", label);
	if (out[used] >= 'A' && out[used] <= 'Z' && out[used + 1] >= 'a')
		out[used] = (char)(out[used] - 'A' + 'a');
}

void
pen_source(const struct pen *p, size_t record, char *out, size_t n)
{
	const struct held *h = &p->k.h[record];
	const struct observation *o = h->o;
	char tag[12];

	out[0] = '\0';
	pen_tag(h, tag);
	if (p->k.o->kind != NULL && validate_shield(o, p->k.o->kind))
		add(out, n, "NEVER PUT TO THE ACTOR OR ATTRIBUTE; ");
	add(out, n, "%s (%s), ", h->name != NULL ? h->name : h->member,
	    h->kind);
	add_label(out, n, o->source->label);
	if (strcmp(o->corroboration->id, "CB0") != 0) {
		add(out, n, ", ");
		add_label(out, n, o->corroboration->label);
	}
	if (strcmp(o->exactness->id, "CT3") == 0)
		add(out, n, ", worker's inference");
	add(out, n, " %s", tag);
}

/* "to P2; two to five times; when ...; DM02; "words"" */
static void
describe(const struct observation *o, char *out, size_t n)
{
	char who[128];
	size_t i;

	out[0] = '\0';
	pen_persons(&o->targets, who, sizeof(who));
	if (who[0] != '\0')
		add(out, n, "to %s", who);
	if (strcmp(o->frequency->id, "FQ9") != 0) {
		add(out, n, "%s", out[0] ? "; " : "");
		add_label(out, n, o->frequency->label);
	}
	if (strcmp(o->trend->id, "TR9") != 0) {
		add(out, n, "%s", out[0] ? "; " : "");
		add_label(out, n, o->trend->label);
	}
	for (i = 0; i < o->triggers.n; i++) {
		add(out, n, "%s", out[0] ? "; " : "");
		add_label(out, n, o->triggers.v[i]->label);
	}
	for (i = 0; i < o->danger.n; i++)
		add(out, n, "%s%s", out[0] ? "; " : "",
		    o->danger.v[i]->id);
	if (o->text[0] != '\0')
		add(out, n, "%s%s%s%s", out[0] ? "; " : "",
		    o->quoted ? "said: \"" : "", o->text,
		    o->quoted ? "\"" : "");
}

void
pen_entry(struct pen *p, size_t record,
    pick_want *want)
{
	const struct observation *o = p->k.h[record].o;
	char when[64], codes[1024], rest[1600], source[400];

	pen_when(o, when, sizeof(when));
	pen_codes(o, want, codes, sizeof(codes));
	describe(o, rest, sizeof(rest));
	pen_source(p, record, source, sizeof(source));
	pen_line(p, 2, 4, "%s: %s", when, codes);
	if (rest[0] != '\0')
		pen_line(p, 6, 0, "%s", rest);
	pen_line(p, 6, 0, "%s", source);
}

void
pen_entry_text(const struct pen *p, size_t record,
    pick_want *want, char *out, size_t n)
{
	const struct observation *o = p->k.h[record].o;
	char when[64], codes[1024], rest[1600], source[400];

	pen_when(o, when, sizeof(when));
	pen_codes(o, want, codes, sizeof(codes));
	describe(o, rest, sizeof(rest));
	pen_source(p, record, source, sizeof(source));
	(void)snprintf(out, n, "%s: %s. %s%s%s", when, codes, rest,
	    rest[0] ? ". " : "", source);
}

/* ---- notices ---------------------------------------------------------------------- */

static void
notice(struct pen *p, const struct notice *n)
{
	char behind[MAP_LINE_MAX] = "", tag[12];
	const struct held *h;
	size_t i;

	pen_line(p, 2, 4, "%s %s%s%s", n->pt->id, n->about.s,
	    n->about.s[0] ? ": " : "", n->text);
	for (i = 0; i < n->n_behind; i++) {
		h = &p->k.h[n->behind[i]];
		pen_tag(h, tag);
		add(behind, sizeof(behind), "%s%s %s", i > 0 ? ", " : "",
		    h->name != NULL ? h->name : h->member, tag);
	}
	pen_line(p, 6, 0, "rests on: %s", behind);
}

void
pen_notices(struct pen *p, unsigned section)
{
	const char *const *pts = pick_notices(section);
	bool titled = false;
	size_t i, k;

	for (i = 0; i < p->k.p->n_notices; i++)
		for (k = 0; pts[k] != NULL; k++) {
			if (strcmp(p->k.p->notices[i].pt->id, pts[k]) != 0)
				continue;
			if (!titled)
				pen_title(p, "Notices");
			titled = true;
			notice(p, &p->k.p->notices[i]);
		}
}
