#include "agent/desk/form.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "agent/desk/html.h"

void
form_free(struct form *f)
{
	if (f->memory != NULL)
		sodium_memzero(f->memory, f->memory_n);
	free(f->memory);
	free(f->field);
	memset(f, 0, sizeof *f);
}

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/*
 * Decodes s[0..n) in place, with a NUL behind it (there is room: a
 * separator, or the end); false for what is no text.
 */
static bool
decode(char *s, size_t n)
{
	size_t out = 0;

	for (size_t i = 0; i < n; i++) {
		char c = s[i];

		if (c == '+') {
			c = ' ';
		} else if (c == '%') {
			const int high = i + 2 < n ? digit(s[i + 1]) : -1;
			const int low = high >= 0 ? digit(s[i + 2]) : -1;

			if (low < 0)
				return false;
			c = (char)(high * 16 + low);
			i += 2;
		}
		if (c == '\0')
			return false;
		if (c == '\n' && out > 0 && s[out - 1] == '\r')
			out--;
		s[out++] = c;
	}
	s[out] = '\0';
	for (size_t i = 0; i < out;) {
		const size_t k = html_utf8(s + i, out - i);

		if (k == 0)
			return false;
		i += k;
	}
	return true;
}

static bool
name_ok(const char *s)
{
	const size_t n = strlen(s);

	return n > 0 && n <= FORM_NAME_MAX && strspn(s,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789_.:-") == n;
}

/* One "name=value" of n bytes at s, where s[n] may be written. */
static enum error_code
take_field(struct form *f, char *s, size_t n)
{
	char *equals = memchr(s, '=', n);
	const size_t name_n = equals != NULL ? (size_t)(equals - s) : n;
	char *value = equals != NULL ? equals + 1 : s + n;

	if (name_n > (size_t)FORM_NAME_MAX * 3)
		return ERR_FORMAT;
	if (!decode(value, (size_t)(s + n - value)) || !decode(s, name_n))
		return ERR_FORMAT;
	if (equals == NULL)
		value = s + strlen(s);         /* the name's own NUL */
	if (!name_ok(s))
		return ERR_FORMAT;
	f->field[f->n++] = (struct form_field){ s, value };
	return ERR_NONE;
}

static size_t
count_fields(const char *data, size_t n)
{
	size_t fields = 1;

	for (size_t i = 0; i < n; i++)
		fields += data[i] == '&';
	return fields;
}

enum error_code
form_parse(struct form *f, const char *data, size_t n)
{
	enum error_code err = ERR_NONE;
	size_t fields;

	memset(f, 0, sizeof *f);
	if (n == 0)
		return ERR_NONE;
	if (n > FORM_BYTES_MAX)
		return ERR_SIZE;
	fields = count_fields(data, n);
	if (fields > FORM_FIELDS_MAX)
		return ERR_SIZE;
	f->memory = malloc(n + 1);
	f->field = calloc(fields, sizeof *f->field);
	if (f->memory == NULL || f->field == NULL) {
		form_free(f);
		return ERR_NOMEM;
	}
	f->memory_n = n + 1;
	memcpy(f->memory, data, n);
	f->memory[n] = '\0';
	for (size_t at = 0; at < n && err == ERR_NONE;) {
		char *s = f->memory + at;
		const char *end = memchr(s, '&', n - at);
		const size_t len = end != NULL ? (size_t)(end - s) : n - at;

		if (len > 0)
			err = take_field(f, s, len);
		at += len + 1;
	}
	if (err != ERR_NONE)
		form_free(f);
	return err;
}

const char *
form_at(const struct form *f, const char *name, size_t i)
{
	for (size_t k = 0; k < f->n; k++)
		if (strcmp(f->field[k].name, name) == 0 && i-- == 0)
			return f->field[k].value;
	return NULL;
}

const char *
form_get(const struct form *f, const char *name)
{
	return form_at(f, name, 0);
}

const char *
form_text(const struct form *f, const char *name)
{
	const char *s = form_get(f, name);

	return s != NULL ? s : "";
}

bool
form_has(const struct form *f, const char *name, const char *value)
{
	const char *s;

	for (size_t i = 0; (s = form_at(f, name, i)) != NULL; i++)
		if (strcmp(s, value) == 0)
			return true;
	return false;
}

/* ---- and back ------------------------------------------------------------ */

static void
encode(struct buf *out, const char *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:-";

	for (; *s != '\0'; s++) {
		if (strchr(plain, *s) != NULL)
			buf_put(out, s, 1);
		else
			buf_printf(out, "%%%02X", (unsigned)(unsigned char)*s);
	}
}

void
form_put(struct buf *out, const char *name, const char *value)
{
	if (out->n > 0)
		buf_put_str(out, "&");
	encode(out, name);
	buf_put_str(out, "=");
	encode(out, value);
}

void
form_write(const struct form *f, struct buf *out)
{
	for (size_t i = 0; i < f->n; i++)
		if (strncmp(f->field[i].name, "desk.", 5) != 0)
			form_put(out, f->field[i].name, f->field[i].value);
}
