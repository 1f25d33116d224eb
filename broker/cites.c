#include "broker/cites.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/*
 * Direct-mapped: a signature's first bytes are as good as a hash.  Losing a
 * slot to another citation only costs one more verification.
 */
struct cites {
	pthread_rwlock_t lock;
	char origin[NOTE_NAME_MAX + 1];
	uint8_t public[NOTE_PUBLIC_BYTES];
	struct checkpoint slot[CITES_KEPT];
};

enum error_code
cites_create(const char *origin,
    const uint8_t public[static NOTE_PUBLIC_BYTES], struct cites **out)
{
	struct cites *c;

	*out = NULL;
	if (strlen(origin) > NOTE_NAME_MAX)
		return ERR_SIZE;
	c = calloc(1, sizeof *c);
	if (c == NULL)
		return ERR_NOMEM;
	pthread_rwlock_init(&c->lock, NULL);
	strcpy(c->origin, origin);
	memcpy(c->public, public, NOTE_PUBLIC_BYTES);
	*out = c;
	return ERR_NONE;
}

void
cites_destroy(struct cites **c)
{
	if (*c == NULL)
		return;
	pthread_rwlock_destroy(&(*c)->lock);
	free(*c);
	*c = NULL;
}

static struct checkpoint *
slot_of(struct cites *c, const uint8_t signature[static 4])
{
	return &c->slot[get_be32(signature) & (CITES_KEPT - 1)];
}

static bool
same(const struct checkpoint *a, const struct checkpoint *b)
{
	return a->size == b->size && hash_equal(&a->root, &b->root) &&
	    memcmp(a->signature, b->signature, sizeof a->signature) == 0;
}

void
cites_put(struct cites *c, const struct checkpoint *head)
{
	pthread_rwlock_wrlock(&c->lock);
	*slot_of(c, head->signature) = *head;
	pthread_rwlock_unlock(&c->lock);
}

bool
cites_signed(struct cites *c, const struct citation *cite)
{
	struct checkpoint want = { .size = cite->size };
	bool known;

	if (cite->size == 0)
		return true;
	memcpy(want.root.b, cite->root, HASH_BYTES);
	memcpy(want.signature, cite->signature, sizeof want.signature);
	pthread_rwlock_rdlock(&c->lock);
	known = same(slot_of(c, want.signature), &want);
	pthread_rwlock_unlock(&c->lock);
	if (known)
		return true;
	if (checkpoint_verify(c->origin, &want, c->public) != ERR_NONE)
		return false;
	cites_put(c, &want);
	return true;
}
