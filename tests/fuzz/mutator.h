/*
 * A mutator that knows the protobuf wire format but no schema: it takes a
 * message apart, changes one field somewhere in it, and mends the lengths
 * around.  Plain mutation hardly ever gets past a length.
 *
 * Included by a target, which then has LLVMFuzzerCustomMutator.  MUTATE_AFTER
 * is how many bytes in front are the target's own (default 0).
 */
#ifndef WAYLEAVE_TESTS_FUZZ_MUTATOR_H
#define WAYLEAVE_TESTS_FUZZ_MUTATOR_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifndef MUTATE_AFTER
#define MUTATE_AFTER 0
#endif

enum { MUTATE_FIELDS = 96, MUTATE_DEPTH = 5, MUTATE_ROOM = 400 * 1024 };

size_t LLVMFuzzerMutate(uint8_t *data, size_t n, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t max,
    unsigned seed);

struct mutate_field {
	const uint8_t *at;      /* the tag */
	size_t n;               /* with tag and length */
	unsigned tag, type;
	const uint8_t *in;      /* what follows tag and length */
	size_t n_in;
};

static uint64_t mutate_state;

static uint64_t
mutate_random(void)
{
	mutate_state ^= mutate_state << 13;
	mutate_state ^= mutate_state >> 7;
	mutate_state ^= mutate_state << 17;
	return mutate_state;
}

static size_t
mutate_put(uint8_t *out, uint64_t v)
{
	size_t n = 0;

	for (; v > 127; v >>= 7)
		out[n++] = (uint8_t)(v | 128);
	out[n++] = (uint8_t)v;
	return n;
}

static bool
mutate_take(const uint8_t **p, const uint8_t *end, uint64_t *v)
{
	*v = 0;
	for (unsigned i = 0; i < 10 && *p < end; i++) {
		const uint8_t c = *(*p)++;

		*v |= (uint64_t)(c & 127) << (7 * i);
		if (!(c & 128))
			return true;
	}
	return false;
}

/* The fields of a message; 0 when it is none. */
static size_t
mutate_split(const uint8_t *data, size_t n, struct mutate_field *f)
{
	const uint8_t *p = data, *end = data + n;
	size_t count = 0;

	while (p < end) {
		struct mutate_field *at = &f[count];
		uint64_t v;

		if (count++ == MUTATE_FIELDS)
			return 0;
		at->at = p;
		if (!mutate_take(&p, end, &v) || v >> 3 == 0 || v >> 3 > 64)
			return 0;
		at->tag = (unsigned)(v >> 3);
		at->type = (unsigned)(v & 7);
		if (!mutate_take(&p, end, &v))
			return 0;
		at->in = p;
		at->n_in = 0;
		if (at->type == 2) {
			if (v > (size_t)(end - p))
				return 0;
			at->n_in = (size_t)v;
			p += v;
		} else if (at->type != 0) {
			return 0;
		}
		at->n = (size_t)(p - at->at);
	}
	return count;
}

static size_t
mutate_wrap(unsigned tag, const uint8_t *in, size_t n, uint8_t *out)
{
	size_t m = mutate_put(out, (uint64_t)tag << 3 | 2);

	m += mutate_put(out + m, n);
	memcpy(out + m, in, n);
	return m + n;
}

/* The same in place; `out` has room for 16 bytes more. */
static size_t
mutate_nest(unsigned tag, uint8_t *out, size_t n)
{
	uint8_t head[16];
	size_t m = mutate_put(head, (uint64_t)tag << 3 | 2);

	m += mutate_put(head + m, n);
	memmove(out + m, out, n);
	memcpy(out, head, m);
	return m + n;
}

static size_t mutate_message(const uint8_t *in, size_t n, uint8_t *out,
    size_t max, unsigned depth);

static size_t
mutate_number(const struct mutate_field *f, uint8_t *out)
{
	static const uint64_t some[] = { 0, 1, 2, 15, 16, 63, 64, 255, 256, 511,
		512, 513, 1024, 65535, 65536, UINT32_MAX, (uint64_t)1 << 32,
		INT64_MAX, (uint64_t)INT64_MAX + 1, UINT64_MAX };
	const size_t n_some = sizeof some / sizeof some[0];
	size_t m = mutate_put(out, (uint64_t)f->tag << 3);

	m += mutate_put(out + m, mutate_random() % 2 != 0 ?
	    some[mutate_random() % n_some] : mutate_random() >>
	    (mutate_random() % 64));
	if (mutate_random() % 16 == 0) {   /* not minimal */
		out[m - 1] |= 128;
		out[m++] = 0;
	}
	return m;
}

/* What comes in place of one field; at most max bytes. */
static size_t
mutate_field(const struct mutate_field *f, uint8_t *out, size_t max,
    unsigned depth)
{
	uint8_t *room;
	size_t m;

	if (f->n + 64 > max)
		return 0;
	switch (mutate_random() % 8) {
	case 0:
		return 0;
	case 1:
		memcpy(out, f->at, f->n);
		if (2 * f->n > max)
			return f->n;
		memcpy(out + f->n, f->at, f->n);
		return 2 * f->n;
	case 2:                         /* another number */
		m = mutate_put(out, (mutate_random() % 20 + 1) << 3 | f->type);
		memcpy(out + m, f->at + 1, f->n - 1);
		return m + f->n - 1;
	case 3:                         /* a message within a message */
		memcpy(out, f->at, f->n);
		m = f->n;
		for (uint64_t i = mutate_random() % 30; i > 0 &&
		    m + 16 < max; i--)
			m = mutate_nest(f->tag, out, m);
		return m;
	default:
		break;
	}
	if (f->type == 0)
		return mutate_number(f, out);
	room = malloc(max);
	if (room == NULL)
		return 0;
	m = mutate_message(f->in, f->n_in, room, max - 64, depth + 1);
	m = mutate_wrap(f->tag, room, m, out);
	free(room);
	return m;
}

static size_t
mutate_plain(const uint8_t *in, size_t n, uint8_t *out, size_t max)
{
	if (n > max)
		n = max;
	memcpy(out, in, n);
	return LLVMFuzzerMutate(out, n, max);
}

static size_t
mutate_message(const uint8_t *in, size_t n, uint8_t *out, size_t max,
    unsigned depth)
{
	struct mutate_field f[MUTATE_FIELDS];
	const size_t count = mutate_split(in, n, f);
	size_t m = 0, which;
	uint8_t *room;

	if (count == 0 || depth > MUTATE_DEPTH || mutate_random() % 16 == 0 ||
	    n > max)
		return mutate_plain(in, n, out, max);
	room = malloc(MUTATE_ROOM);
	if (room == NULL)
		return 0;
	which = mutate_random() % count;
	for (size_t i = 0; i < count; i++) {
		size_t k = f[i].n;
		const uint8_t *from = f[i].at;

		if (i == which) {
			k = mutate_field(&f[i], room, max < MUTATE_ROOM ? max :
			    MUTATE_ROOM, depth);
			from = room;
		}
		if (m + k > max)
			break;
		memcpy(out + m, from, k);
		m += k;
	}
	free(room);
	return m;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t max, unsigned seed)
{
	uint8_t *copy;

	mutate_state = (uint64_t)seed * 0x9e3779b97f4a7c15u + 1;
	if (n <= MUTATE_AFTER || mutate_random() % 8 == 0)
		return LLVMFuzzerMutate(data, n, max);
	copy = malloc(n);
	if (copy == NULL)
		return n;
	memcpy(copy, data, n);
	n = MUTATE_AFTER + mutate_message(copy + MUTATE_AFTER,
	    n - MUTATE_AFTER, data + MUTATE_AFTER, max - MUTATE_AFTER, 0);
	free(copy);
	return n;
}

#endif
