#include "base/bytes.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}

void
buf_clear(struct buf *b)
{
	b->n = 0;
	b->failed = false;
}

void
buf_free(struct buf *b)
{
	if (b->data != NULL)
		sodium_memzero(b->data, b->cap);
	free(b->data);
	buf_init(b, b->max);
}

bool
buf_ok(const struct buf *b)
{
	return !b->failed;
}

struct bytes
buf_view(const struct buf *b)
{
	return (struct bytes){ b->data, b->n };
}

/*
 * Grows by doubling into fresh memory and wipes the old block: realloc could
 * leave a copy of a secret behind.
 */
static bool
grow(struct buf *b, size_t need)
{
	size_t cap = b->cap > 0 ? b->cap : 64;
	uint8_t *data;

	while (cap < need)
		cap = cap > b->max / 2 ? b->max : cap * 2;
	if (cap > b->max)
		cap = b->max;
	data = malloc(cap);
	if (data == NULL)
		return false;
	if (b->data != NULL) {
		memcpy(data, b->data, b->n);
		sodium_memzero(b->data, b->cap);
		free(b->data);
	}
	b->data = data;
	b->cap = cap;
	return true;
}

uint8_t *
buf_room(struct buf *b, size_t n)
{
	uint8_t *room;

	if (b->failed)
		return NULL;
	if (n > b->max - b->n || (b->n + n > b->cap && !grow(b, b->n + n))) {
		b->failed = true;
		return NULL;
	}
	if (b->data == NULL && !grow(b, 1)) {
		b->failed = true;
		return NULL;
	}
	room = b->data + b->n;
	b->n += n;
	return room;
}

void
buf_put(struct buf *b, const void *data, size_t n)
{
	uint8_t *room = buf_room(b, n);

	if (room != NULL && n > 0)
		memcpy(room, data, n);
}

void
buf_put_str(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void
buf_put_u8(struct buf *b, uint8_t v)
{
	buf_put(b, &v, 1);
}

void
buf_put_u16(struct buf *b, uint16_t v)
{
	const uint8_t be[2] = { (uint8_t)(v >> 8), (uint8_t)v };

	buf_put(b, be, sizeof be);
}

void
buf_put_u32(struct buf *b, uint32_t v)
{
	uint8_t be[4];

	put_be32(be, v);
	buf_put(b, be, sizeof be);
}

void
buf_put_u64(struct buf *b, uint64_t v)
{
	uint8_t be[8];

	put_be64(be, v);
	buf_put(b, be, sizeof be);
}

void
buf_put_str8(struct buf *b, const char *s)
{
	size_t n = strlen(s);

	if (n > 255) {
		b->failed = true;
		return;
	}
	buf_put_u8(b, (uint8_t)n);
	buf_put(b, s, n);
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	char line[1024];
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof line)
		b->failed = true;
	else
		buf_put(b, line, (size_t)n);
	sodium_memzero(line, sizeof line);
}

struct bytes
bytes_of(const void *data, size_t n)
{
	return (struct bytes){ data, n };
}

struct bytes
bytes_str(const char *s)
{
	return (struct bytes){ (const uint8_t *)s, strlen(s) };
}

bool
bytes_equal(struct bytes a, struct bytes b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.data, b.data, a.n) == 0);
}

bool
bytes_take(struct bytes *b, size_t n, const uint8_t **out)
{
	if (b->n < n)
		return false;
	*out = b->data;
	b->data += n;
	b->n -= n;
	return true;
}

bool
bytes_take_u8(struct bytes *b, uint8_t *out)
{
	const uint8_t *p;

	if (!bytes_take(b, 1, &p))
		return false;
	*out = p[0];
	return true;
}

bool
bytes_take_u16(struct bytes *b, uint16_t *out)
{
	const uint8_t *p;

	if (!bytes_take(b, 2, &p))
		return false;
	*out = (uint16_t)(p[0] << 8 | p[1]);
	return true;
}

bool
bytes_take_u32(struct bytes *b, uint32_t *out)
{
	const uint8_t *p;

	if (!bytes_take(b, 4, &p))
		return false;
	*out = get_be32(p);
	return true;
}

bool
bytes_take_u64(struct bytes *b, uint64_t *out)
{
	const uint8_t *p;

	if (!bytes_take(b, 8, &p))
		return false;
	*out = get_be64(p);
	return true;
}

void
put_be32(uint8_t out[static 4], uint32_t v)
{
	for (int i = 0; i < 4; i++)
		out[i] = (uint8_t)(v >> (24 - 8 * i));
}

void
put_be64(uint8_t out[static 8], uint64_t v)
{
	for (int i = 0; i < 8; i++)
		out[i] = (uint8_t)(v >> (56 - 8 * i));
}

uint32_t
get_be32(const uint8_t in[static 4])
{
	return (uint32_t)in[0] << 24 | (uint32_t)in[1] << 16 |
	    (uint32_t)in[2] << 8 | in[3];
}

uint64_t
get_be64(const uint8_t in[static 8])
{
	return (uint64_t)get_be32(in) << 32 | get_be32(in + 4);
}

void
hex_encode(char *out, const uint8_t *in, size_t n)
{
	static const char digit[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digit[in[i] >> 4];
		out[2 * i + 1] = digit[in[i] & 15];
	}
	out[2 * n] = '\0';
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
hex_decode(uint8_t *out, size_t n, const char *hex)
{
	if (strlen(hex) != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		int hi = hex_digit(hex[2 * i]), lo = hex_digit(hex[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		out[i] = (uint8_t)(hi << 4 | lo);
	}
	return true;
}

void
text_whole(char *s)
{
	char *to = s;

	while (*s != '\0') {
		const unsigned char c = (unsigned char)*s;
		const size_t want = c < 0x80 ? 1 : c < 0xc0 ? 0 : c < 0xe0 ?
		    2 : c < 0xf0 ? 3 : c < 0xf8 ? 4 : 0;
		size_t n = 1;

		while (n < want && ((unsigned char)s[n] & 0xc0) == 0x80)
			n++;
		if (n == want) {
			memmove(to, s, n);
			to += n;
		}
		s += n;
	}
	*to = '\0';
}
