/* The text layer of note.h: UTF-8, lines, base64, decimal numbers. */
#include "ledger/note.h"

#include <sodium.h>
#include <string.h>

/* Smallest code point that needs so many bytes: shorter forms are refused. */
static const uint32_t utf8_least[5] = { 0, 0, 0x80, 0x800, 0x10000 };

bool
note_utf8_take(struct bytes *in, uint32_t *c)
{
	size_t n;

	if (in->n == 0)
		return false;
	*c = in->data[0];
	if (*c < 0x80)
		n = 1;
	else if (*c >= 0xc2 && *c < 0xe0)
		n = 2, *c &= 0x1f;
	else if (*c >= 0xe0 && *c < 0xf0)
		n = 3, *c &= 0x0f;
	else if (*c >= 0xf0 && *c < 0xf5)
		n = 4, *c &= 0x07;
	else
		return false;
	if (in->n < n)
		return false;
	for (size_t i = 1; i < n; i++) {
		if ((in->data[i] & 0xc0) != 0x80)
			return false;
		*c = *c << 6 | (in->data[i] & 0x3f);
	}
	if (*c < utf8_least[n] || *c > 0x10ffff ||
	    (*c >= 0xd800 && *c < 0xe000))
		return false;
	in->data += n;
	in->n -= n;
	return true;
}

bool
note_is_space(uint32_t c)
{
	static const uint32_t space[] = { 0x20, 0x85, 0xa0, 0x1680, 0x2028,
		0x2029, 0x202f, 0x205f, 0x3000 };

	if ((c >= 0x09 && c <= 0x0d) || (c >= 0x2000 && c <= 0x200a))
		return true;
	for (size_t i = 0; i < sizeof space / sizeof space[0]; i++)
		if (c == space[i])
			return true;
	return false;
}

bool
note_text_ok(struct bytes text)
{
	uint32_t c;

	if (text.n == 0 || text.data[text.n - 1] != '\n')
		return false;
	while (text.n > 0)
		if (!note_utf8_take(&text, &c) || (c < 0x20 && c != '\n'))
			return false;
	return true;
}

bool
note_line_take(struct bytes *in, struct bytes *line)
{
	const uint8_t *end = in->n == 0 ? NULL :
	    memchr(in->data, '\n', in->n);

	if (end == NULL)
		return false;
	*line = bytes_of(in->data, (size_t)(end - in->data));
	in->data += line->n + 1;
	in->n -= line->n + 1;
	return true;
}

bool
note_decimal(struct bytes in, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (in.n == 0 || in.n > 20 || (in.n > 1 && in.data[0] == '0'))
		return false;
	for (size_t i = 0; i < in.n; i++) {
		unsigned digit = in.data[i] - (unsigned)'0';

		if (digit > 9 || v > (UINT64_MAX - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	if (v > max)
		return false;
	*out = v;
	return true;
}

void
note_base64_put(struct buf *out, struct bytes in)
{
	size_t room = sodium_base64_ENCODED_LEN(in.n,
	    sodium_base64_VARIANT_ORIGINAL);
	uint8_t *to = buf_room(out, room);

	if (to == NULL)
		return;
	sodium_bin2base64((char *)to, room, in.data, in.n,
	    sodium_base64_VARIANT_ORIGINAL);
	out->n--;	/* its NUL */
}

static int
base64_digit(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Four characters to three bytes; pads '=' are given as n_digits < 4. */
static bool
base64_group(const uint8_t *in, size_t n_digits, uint8_t out[static 3])
{
	uint32_t v = 0;

	for (size_t i = 0; i < 4; i++) {
		int d = i < n_digits ? base64_digit(in[i]) : 0;

		if (d < 0)
			return false;
		v = v << 6 | (uint32_t)d;
	}
	out[0] = (uint8_t)(v >> 16);
	out[1] = (uint8_t)(v >> 8);
	out[2] = (uint8_t)v;
	/* Bits that no byte holds must be zero: one spelling for all. */
	return (n_digits == 4) || (n_digits == 3 && out[2] == 0) ||
	    (n_digits == 2 && out[1] == 0 && out[2] == 0);
}

enum error_code
note_base64_take(struct bytes in, uint8_t *out, size_t max, size_t *n)
{
	uint8_t three[3];
	size_t at = 0;

	*n = 0;
	if (in.n % 4 != 0)
		return ERR_FORMAT;
	for (size_t i = 0; i < in.n; i += 4) {
		size_t digits = 4;

		if (i + 4 == in.n && in.data[i + 3] == '=')
			digits = in.data[i + 2] == '=' ? 2 : 3;
		if (!base64_group(in.data + i, digits, three))
			return ERR_FORMAT;
		if (digits - 1 > max - at)
			return ERR_SIZE;
		if (out != NULL)
			memcpy(out + at, three, digits - 1);
		at += digits - 1;
	}
	*n = at;
	return ERR_NONE;
}
