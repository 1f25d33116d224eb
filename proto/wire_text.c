/*
 * What texts, ids and complaints look like.
 */
#include "proto/wire_table.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Takes one code point of strict UTF-8; false for anything else. */
static bool
take_point(struct bytes *s, uint32_t *out)
{
	static const uint32_t least[4] = { 0, 0x80, 0x800, 0x10000 };
	const uint8_t c = s->data[0];
	unsigned more;
	uint32_t v;

	if (c < 0x80) {
		more = 0;
		v = c;
	} else if (c >= 0xc2 && c < 0xe0) {
		more = 1;
		v = c & 0x1fu;
	} else if (c >= 0xe0 && c < 0xf0) {
		more = 2;
		v = c & 0x0fu;
	} else if (c >= 0xf0 && c < 0xf5) {
		more = 3;
		v = c & 0x07u;
	} else {
		return false;
	}
	if (s->n <= more)
		return false;
	for (unsigned i = 1; i <= more; i++) {
		if ((s->data[i] & 0xc0) != 0x80)
			return false;
		v = v << 6 | (s->data[i] & 0x3fu);
	}
	if (v < least[more] || v > 0x10ffff || (v >= 0xd800 && v < 0xe000))
		return false;
	s->data += more + 1;
	s->n -= more + 1;
	*out = v;
	return true;
}

/*
 * C0, DEL, C1, line and paragraph separators, and the marks that turn the
 * direction of writing: with those a name can be shown as another one.
 */
static bool
is_control(uint32_t v)
{
	return v < 0x20 || (v >= 0x7f && v < 0xa0) ||
	    (v >= 0x2028 && v <= 0x202e) || (v >= 0x2066 && v <= 0x2069);
}

bool
wire_text_ok(struct bytes s, bool lines)
{
	uint32_t v;

	while (s.n > 0) {
		if (!take_point(&s, &v))
			return false;
		if (is_control(v) && !(lines && (v == '\n' || v == '\t')))
			return false;
	}
	return true;
}

bool
wire_id_ok(struct bytes s)
{
	if (s.n < 2 || s.n > WIRE_ID_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		const uint8_t c = s.data[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		    c == '-'))
			return false;
	}
	return true;
}

bool
wire_signer_ok(struct bytes s)
{
	static const char form[] = "case:";
	const size_t n = sizeof form - 1;

	if (bytes_equal(s, bytes_str("root:")) ||
	    bytes_equal(s, bytes_str("duty:")))
		return true;
	if (s.n != n + 2 * WIRE_CASE || memcmp(s.data, form, n) != 0)
		return wire_id_ok(s);
	for (size_t i = n; i < s.n; i++) {
		const uint8_t c = s.data[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
	}
	return true;
}

/* Writes "up.items[3].share" from the outside in. */
static void
place(const struct wire_at *at, char *out, size_t size)
{
	size_t n;

	if (at == NULL) {
		out[0] = '\0';
		return;
	}
	place(at->up, out, size);
	n = strlen(out);
	if (n + 1 >= size)
		return;
	if (at->index >= 0)
		snprintf(out + n, size - n, "%s%s[%d]", n > 0 ? "." : "",
		    at->name, at->index);
	else
		snprintf(out + n, size - n, "%s%s", n > 0 ? "." : "",
		    at->name);
}

enum error_code
wire_bad(struct why *why, const struct wire_at *at, enum error_code e,
    const char *fmt, ...)
{
	char where[112], what[112];
	va_list ap;

	if (why == NULL)
		return e;
	place(at, where, sizeof where);
	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	why_set(why, "%s: %s", where, what);
	return e;
}

enum error_code
wire_number_ok(const struct wire_field *f, uint64_t v,
    const struct wire_at *at, struct why *why)
{
	if (v >= f->min && v <= f->max)
		return ERR_NONE;
	return wire_bad(why, at, ERR_SIZE,
	    "%" PRIu64 " is outside %" PRIu64 "..%" PRIu64, v, f->min, f->max);
}

static bool
in_steps(enum wire_type t, size_t n)
{
	if (t == W_HASHES)
		return n % WIRE_HASH == 0;
	if (t == W_LABELS)
		return n % WIRE_LABEL == 0;
	return true;
}

enum error_code
wire_size_ok(const struct wire_field *f, size_t n, const struct wire_at *at,
    struct why *why)
{
	if (n == 0 && f->min > 0)
		return wire_bad(why, at, ERR_FORMAT, "missing");
	if (f->type == W_FIXED && n == 0)
		return ERR_NONE;
	if (f->type == W_FIXED && n != f->max)
		return wire_bad(why, at, ERR_SIZE,
		    "%zu bytes, must be %" PRIu64, n, f->max);
	if (n < f->min || n > f->max)
		return wire_bad(why, at, ERR_SIZE,
		    "%zu is outside %" PRIu64 "..%" PRIu64, n, f->min, f->max);
	if (!in_steps(f->type, n))
		return wire_bad(why, at, ERR_SIZE,
		    "%zu bytes is not a whole number of items", n);
	return ERR_NONE;
}

enum error_code
wire_string_ok(const struct wire_field *f, struct bytes s,
    const struct wire_at *at, struct why *why)
{
	enum error_code e;

	if (f->type == W_KIND)
		return ERR_NONE;
	/* The limit of W_TEXTS is a count; its lines have one of their own. */
	if (f->type == W_TEXTS) {
		if (s.n < 1 || s.n > WIRE_NAME_MAX)
			return wire_bad(why, at, ERR_SIZE,
			    "%zu is outside 1..%d", s.n, WIRE_NAME_MAX);
	} else {
		e = wire_size_ok(f, s.n, at, why);
		if (e != ERR_NONE)
			return e;
	}
	if (!wire_text_ok(s, f->type == W_LINES))
		return wire_bad(why, at, ERR_FORMAT, "not plain text");
	if (f->type == W_ID && s.n > 0 && !wire_id_ok(s))
		return wire_bad(why, at, ERR_FORMAT,
		    "not a member id [a-z0-9-]{2,48}");
	if (f->type == W_SIGNER && !wire_signer_ok(s))
		return wire_bad(why, at, ERR_FORMAT,
		    "neither a member id nor root:, duty: or case:");
	return ERR_NONE;
}

enum error_code
wire_growing_ok(const uint64_t *v, size_t n, const struct wire_at *at,
    struct why *why)
{
	for (size_t i = 1; i < n; i++) {
		if (v[i] <= v[i - 1])
			return wire_bad(why, at, ERR_FORMAT,
			    "not in growing order");
	}
	return ERR_NONE;
}
