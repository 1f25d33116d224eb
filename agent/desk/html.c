#include "agent/desk/html.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* U+FFFD, for what is no character. */
#define REPLACEMENT "\xef\xbf\xbd"

size_t
html_utf8(const char *text, size_t n)
{
	const unsigned char *s = (const unsigned char *)text;
	const unsigned c = n > 0 ? s[0] : 0xff;
	const size_t want = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 :
	    c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;

	if (want == 0 || want > n)
		return 0;
	for (size_t i = 1; i < want; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if (want > 2 && ((c == 0xe0 && s[1] < 0xa0) ||
	    (c == 0xed && s[1] >= 0xa0) || (c == 0xf0 && s[1] < 0x90) ||
	    (c == 0xf4 && s[1] >= 0x90)))
		return 0;
	return want;
}

/* What stands for the byte c, or NULL when it may stand for itself. */
static const char *
escape(unsigned char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	case '\t':
	case '\n':
		return NULL;
	default:
		return c < 0x20 || c == 0x7f ? REPLACEMENT : NULL;
	}
}

/* U+202A to U+202E, U+2066 to U+2069: they turn around what stands behind. */
static bool
turns(const unsigned char *s, size_t n)
{
	return n == 3 && s[0] == 0xe2 && ((s[1] == 0x80 && s[2] >= 0xaa &&
	    s[2] <= 0xae) || (s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9));
}

void
html_text(struct buf *b, const char *s, size_t n)
{
	size_t i = 0;

	while (i < n) {
		const size_t k = html_utf8(s + i, n - i);
		const char *e = k == 0 || turns((const unsigned char *)s + i,
		    k) ? REPLACEMENT : escape((unsigned char)s[i]);

		if (e != NULL)
			buf_put_str(b, e);
		else
			buf_put(b, s + i, k);
		i += k > 0 ? k : 1;
	}
}

void
html_raw(struct buf *b, const char *markup)
{
	buf_put_str(b, markup);
}

/* ---- html() ------------------------------------------------------------- */

enum length { LENGTH_INT, LENGTH_LONG, LENGTH_LLONG, LENGTH_SIZE };

static void
put_signed(struct buf *b, enum length l, va_list *ap)
{
	buf_printf(b, "%lld", l == LENGTH_INT ? va_arg(*ap, int) :
	    l == LENGTH_LONG ? va_arg(*ap, long) : va_arg(*ap, long long));
}

static void
put_unsigned(struct buf *b, enum length l, va_list *ap)
{
	unsigned long long v;

	if (l == LENGTH_INT)
		v = va_arg(*ap, unsigned);
	else if (l == LENGTH_LONG)
		v = va_arg(*ap, unsigned long);
	else if (l == LENGTH_SIZE)
		v = va_arg(*ap, size_t);
	else
		v = va_arg(*ap, unsigned long long);
	buf_printf(b, "%llu", v);
}

static void
put_char(struct buf *b, va_list *ap)
{
	const char c = (char)va_arg(*ap, int);

	html_text(b, &c, 1);
}

static void
put_string(struct buf *b, va_list *ap)
{
	const char *s = va_arg(*ap, const char *);

	if (s != NULL)
		html_text(b, s, strlen(s));
}

static enum length
take_length(const char **f)
{
	enum length l = LENGTH_INT;

	if (**f == 'z') {
		l = LENGTH_SIZE;
		(*f)++;
	}
	for (; **f == 'l' && l < LENGTH_LLONG; (*f)++)
		l++;
	return l;
}

/* One conversion, f behind its %; returns what follows, NULL: not ours. */
static const char *
convert(struct buf *b, const char *f, va_list *ap)
{
	enum length l;

	if (f[0] == '.' && f[1] >= '0' && f[1] <= '9' && f[2] == 'f') {
		buf_printf(b, "%.*f", f[1] - '0', va_arg(*ap, double));
		return f + 3;
	}
	l = take_length(&f);
	if (*f == 'd' && l != LENGTH_SIZE)
		put_signed(b, l, ap);
	else if (*f == 'u')
		put_unsigned(b, l, ap);
	else if (l != LENGTH_INT)
		return NULL;
	else if (*f == 's')
		put_string(b, ap);
	else if (*f == 'c')
		put_char(b, ap);
	else if (*f == '%')
		buf_put_u8(b, '%');
	else
		return NULL;
	return f + 1;
}

void
html_v(struct buf *b, const char *fmt, va_list ap)
{
	const char *f = fmt;
	va_list mine;

	va_copy(mine, ap);
	while (f != NULL && *f != '\0') {
		const size_t plain = strcspn(f, "%");

		buf_put(b, f, plain);
		f += plain;
		if (*f == '%')
			f = convert(b, f + 1, &mine);
	}
	va_end(mine);
	if (f == NULL)
		b->failed = true;
}

void
html(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	html_v(b, fmt, ap);
	va_end(ap);
}

/* ---- JSON --------------------------------------------------------------- */

const char *
json_str(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

long long
json_int(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

bool
json_yes(const json_t *o, const char *key)
{
	return json_is_true(json_object_get(o, key));
}
