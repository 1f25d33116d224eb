#include "audit/news.h"

#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 4096 };

struct item {
	uint64_t position, time;
	uint8_t hash[HASH_BYTES];
};

struct stream {
	struct stream *next;
	char member[WIRE_ID_MAX + 1];
	struct item *item;
	size_t n, cap;
};

struct news {
	struct stream *bucket[BUCKETS];
};

enum error_code
news_create(struct news **out)
{
	*out = calloc(1, sizeof **out);
	return *out != NULL ? ERR_NONE : ERR_NOMEM;
}

void
news_destroy(struct news **n)
{
	struct stream *s, *next;

	if (n == NULL || *n == NULL)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		for (s = (*n)->bucket[i]; s != NULL; s = next) {
			next = s->next;
			free(s->item);
			free(s);
		}
	free(*n);
	*n = NULL;
}

static size_t
bucket_of(const char *member)
{
	uint32_t h = 2166136261u;

	for (; *member != '\0'; member++)
		h = (h ^ (uint8_t)*member) * 16777619u;
	return h % BUCKETS;
}

static struct stream *
find(const struct news *n, const char *member)
{
	struct stream *s = n->bucket[bucket_of(member)];

	while (s != NULL && strcmp(s->member, member) != 0)
		s = s->next;
	return s;
}

static struct stream *
make(struct news *n, const char *member)
{
	struct stream *s = find(n, member);
	const size_t i = bucket_of(member);

	if (s != NULL || strlen(member) > WIRE_ID_MAX)
		return s;
	s = calloc(1, sizeof *s);
	if (s == NULL)
		return NULL;
	memcpy(s->member, member, strlen(member) + 1);
	s->next = n->bucket[i];
	n->bucket[i] = s;
	return s;
}

enum error_code
news_add(struct news *n, const char *member, uint64_t position,
    uint64_t time, const uint8_t hash[static HASH_BYTES])
{
	struct stream *s = make(n, member);
	struct item *more;
	size_t cap;

	if (s == NULL)
		return ERR_NOMEM;
	if (s->n == s->cap) {
		cap = s->cap > 0 ? s->cap * 2 : 16;
		more = realloc(s->item, cap * sizeof *more);
		if (more == NULL)
			return ERR_NOMEM;
		s->item = more;
		s->cap = cap;
	}
	s->item[s->n].position = position;
	s->item[s->n].time = time;
	memcpy(s->item[s->n].hash, hash, HASH_BYTES);
	s->n++;
	return ERR_NONE;
}

enum news_verdict
news_judge(const struct news *n, const char *member,
    const struct citation *c, uint64_t since, uint64_t *position)
{
	static const uint8_t none[HASH_BYTES];
	const struct stream *s = find(n, member);
	const size_t held = s != NULL ? s->n : 0;
	const uint8_t *hash;

	*position = 0;
	if (c->news > held)
		return NEWS_AHEAD;
	hash = c->news == 0 ? none : s->item[c->news - 1].hash;
	if (memcmp(hash, c->news_hash, HASH_BYTES) != 0)
		return NEWS_DIFFERS;
	if (c->news == held || s->item[c->news].time >= since)
		return NEWS_AGREES;
	*position = s->item[c->news].position;
	return NEWS_WITHHELD;
}
