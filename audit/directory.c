#include "audit/directory.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 4096 };

struct person {
	struct person *next;
	char id[WIRE_SIGNER_MAX + 1];
	struct directory_key *newest;
};

struct directory {
	pthread_rwlock_t lock;
	struct person *bucket[BUCKETS];
};

enum error_code
directory_create(struct directory **out)
{
	*out = calloc(1, sizeof **out);
	if (*out == NULL)
		return ERR_NOMEM;
	pthread_rwlock_init(&(*out)->lock, NULL);
	return ERR_NONE;
}

static void
free_person(struct person *p)
{
	const struct directory_key *k = p->newest, *older;

	for (; k != NULL; k = older) {
		older = k->older;
		free((void *)(uintptr_t)k);
	}
	free(p);
}

void
directory_destroy(struct directory **d)
{
	struct person *p, *next;

	if (d == NULL || *d == NULL)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		for (p = (*d)->bucket[i]; p != NULL; p = next) {
			next = p->next;
			free_person(p);
		}
	pthread_rwlock_destroy(&(*d)->lock);
	free(*d);
	*d = NULL;
}

static struct person **
bucket_of(struct directory *d, const char *id)
{
	uint32_t h = 2166136261u;

	for (; *id != '\0'; id++)
		h = (h ^ (uint8_t)*id) * 16777619u;
	return &d->bucket[h % BUCKETS];
}

static struct person *
find(struct directory *d, const char *id)
{
	struct person *p = *bucket_of(d, id);

	while (p != NULL && strcmp(p->id, id) != 0)
		p = p->next;
	return p;
}

static bool
has(const struct person *p, const uint8_t key[static WIRE_KEY])
{
	const struct directory_key *k;

	for (k = p->newest; k != NULL; k = k->older)
		if (memcmp(k->key, key, WIRE_KEY) == 0)
			return true;
	return false;
}

/* With the lock held for writing. */
static enum error_code
add(struct directory *d, const char *id, const uint8_t key[static WIRE_KEY])
{
	struct person *p = find(d, id), **bucket = bucket_of(d, id);
	struct directory_key *k;

	if (p != NULL && has(p, key))
		return ERR_NONE;
	k = calloc(1, sizeof *k);
	if (k == NULL)
		return ERR_NOMEM;
	if (p == NULL) {
		p = calloc(1, sizeof *p);
		if (p == NULL) {
			free(k);
			return ERR_NOMEM;
		}
		memcpy(p->id, id, strlen(id) + 1);
		p->next = *bucket;
		*bucket = p;
	}
	memcpy(k->key, key, WIRE_KEY);
	k->older = p->newest;
	p->newest = k;
	return ERR_NONE;
}

enum error_code
directory_add(struct directory *d, const char *signer,
    const uint8_t key[static WIRE_KEY])
{
	enum error_code err;

	if (strlen(signer) > WIRE_SIGNER_MAX)
		return ERR_SIZE;
	pthread_rwlock_wrlock(&d->lock);
	err = add(d, signer, key);
	pthread_rwlock_unlock(&d->lock);
	return err;
}

enum error_code
directory_record(struct directory *d, const struct body *b)
{
	if (b->kind == KIND_MEMBER)
		return directory_add(d, b->u.member.id, b->u.member.sign_key);
	if (b->kind == KIND_PARTNERSHIP)
		return directory_add(d, "duty:", b->u.partnership.duty_key);
	return ERR_NONE;
}

const struct directory_key *
directory_find(struct directory *d, const char *signer)
{
	const struct directory_key *k;
	struct person *p;

	pthread_rwlock_rdlock(&d->lock);
	p = find(d, signer);
	k = p != NULL ? p->newest : NULL;
	pthread_rwlock_unlock(&d->lock);
	return k;
}
