/*
 * Bytes: a borrowed view, a bounded growing buffer, big-endian integers, hex.
 *
 * struct bytes never owns.  struct buf owns and has a hard maximum; a put
 * that fails (memory, maximum) marks the buffer failed and later puts do
 * nothing, so a writer checks once, at the end, with buf_ok().
 * Invariants: n <= cap <= max; data != NULL when cap > 0.
 */
#ifndef WAYLEAVE_BASE_BYTES_H
#define WAYLEAVE_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct bytes {
	const uint8_t *data;
	size_t n;
};

struct buf {
	uint8_t *data;
	size_t n, cap, max;
	bool failed;
};

/* An empty buffer that will never hold more than `max` bytes. */
void buf_init(struct buf *b, size_t max);
/* Forgets the content, keeps the memory; clears the failed mark. */
void buf_clear(struct buf *b);
/* Wipes and frees; the buffer is then empty with the same maximum. */
void buf_free(struct buf *b);
bool buf_ok(const struct buf *b);
struct bytes buf_view(const struct buf *b);

/* n bytes of uninitialised room at the end, or NULL (then failed). */
uint8_t *buf_room(struct buf *b, size_t n);
void buf_put(struct buf *b, const void *data, size_t n);
void buf_put_str(struct buf *b, const char *s);      /* without the NUL */
void buf_put_u8(struct buf *b, uint8_t v);
void buf_put_u16(struct buf *b, uint16_t v);         /* big-endian */
void buf_put_u32(struct buf *b, uint32_t v);
void buf_put_u64(struct buf *b, uint64_t v);
/* u8 length, then the bytes; longer than 255 marks the buffer failed. */
void buf_put_str8(struct buf *b, const char *s);
void buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

struct bytes bytes_of(const void *data, size_t n);
struct bytes bytes_str(const char *s);
bool bytes_equal(struct bytes a, struct bytes b);    /* not constant time */

/* Reading, front to back: each takes from the head of `b`, false if short. */
bool bytes_take(struct bytes *b, size_t n, const uint8_t **out);
bool bytes_take_u8(struct bytes *b, uint8_t *out);
bool bytes_take_u16(struct bytes *b, uint16_t *out);
bool bytes_take_u32(struct bytes *b, uint32_t *out);
bool bytes_take_u64(struct bytes *b, uint64_t *out);

void put_be32(uint8_t out[static 4], uint32_t v);
void put_be64(uint8_t out[static 8], uint64_t v);
uint32_t get_be32(const uint8_t in[static 4]);
uint64_t get_be64(const uint8_t in[static 8]);

/* out gets 2 * n + 1 characters, lower case, NUL-terminated. */
void hex_encode(char *out, const uint8_t *in, size_t n);
/* Exactly 2 * n hex digits and nothing else; false otherwise. */
bool hex_decode(uint8_t *out, size_t n, const char *hex);

/* Takes out of UTF-8 what a precision or a full buffer has cut in two. */
void text_whole(char *s);

#endif
