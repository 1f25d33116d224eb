#include "store/memory_map.h"

#include <stdlib.h>
#include <string.h>

struct map_node {
	uint32_t n_key, n_value, room, height;
	uint8_t *value;             /* beside the node: it may be replaced */
	struct map_node *next[];    /* `height` of them, then the key */
};

static uint8_t *
key_of(const struct map_node *n)
{
	return (uint8_t *)(uintptr_t)(n->next + n->height);
}

static int
compare(const struct map_node *n, struct bytes key)
{
	size_t least = n->n_key < key.n ? n->n_key : key.n;
	int c = least > 0 ? memcmp(key_of(n), key.data, least) : 0;

	if (c != 0)
		return c;
	return n->n_key < key.n ? -1 : n->n_key > key.n;
}

void
map_init(struct map *m)
{
	*m = (struct map){ .chance = 0x9e3779b97f4a7c15u };
}

void
map_clear(struct map *m)
{
	struct map_node *n = m->head[0], *next;

	for (; n != NULL; n = next) {
		next = n->next[0];
		free(n->value);
		free(n);
	}
	map_init(m);
}

/* Every fourth node reaches the next level; any sequence does, ours repeats. */
static uint32_t
draw_height(struct map *m)
{
	uint32_t h = 1;
	uint64_t x = m->chance;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	m->chance = x;
	for (; h < MAP_LEVELS && (x & 3) == 0; x >>= 2)
		h++;
	return h;
}

/*
 * The links that lead past `key` on each level: a node put at `key` goes
 * behind them.  NULL in before[] is the head.
 */
static struct map_node *
search(const struct map *m, struct bytes key,
    struct map_node *before[static MAP_LEVELS])
{
	struct map_node *at = NULL, *next = NULL;

	for (int l = MAP_LEVELS - 1; l >= 0; l--) {
		next = at == NULL ? m->head[l] : at->next[l];
		while (next != NULL && compare(next, key) < 0) {
			at = next;
			next = at->next[l];
		}
		before[l] = at;
	}
	return next;
}

struct map_node *
map_from(const struct map *m, struct bytes key)
{
	struct map_node *before[MAP_LEVELS];

	/* The end is asked for more often than any other place. */
	if (m->tail[0] != NULL && compare(m->tail[0], key) < 0)
		return NULL;
	return search(m, key, before);
}

struct map_node *
map_find(const struct map *m, struct bytes key)
{
	struct map_node *n = map_from(m, key);

	return n != NULL && compare(n, key) == 0 ? n : NULL;
}

struct map_node *
map_next(const struct map_node *n)
{
	return n->next[0];
}

struct bytes
map_key(const struct map_node *n)
{
	return bytes_of(key_of(n), n->n_key);
}

struct bytes
map_value(const struct map_node *n)
{
	return bytes_of(n->value, n->n_value);
}

static bool
set_value(struct map_node *n, struct bytes value)
{
	uint8_t *fresh;

	if (value.n > n->room) {
		fresh = malloc(value.n);
		if (fresh == NULL)
			return false;
		free(n->value);
		n->value = fresh;
		n->room = (uint32_t)value.n;
	}
	if (value.n > 0)
		memcpy(n->value, value.data, value.n);
	n->n_value = (uint32_t)value.n;
	return true;
}

static struct map_node *
node_create(uint32_t height, struct bytes key, struct bytes value)
{
	struct map_node *n = calloc(1, sizeof *n +
	    height * sizeof n->next[0] + key.n);

	if (n == NULL)
		return NULL;
	n->height = height;
	n->n_key = (uint32_t)key.n;
	if (key.n > 0)
		memcpy(key_of(n), key.data, key.n);
	if (!set_value(n, value)) {
		free(n);
		return NULL;
	}
	return n;
}

enum error_code
map_put(struct map *m, struct bytes key, struct bytes value)
{
	struct map_node *before[MAP_LEVELS], *n;

	if (key.n > UINT32_MAX || value.n > UINT32_MAX)
		return ERR_SIZE;
	if (m->tail[0] != NULL && compare(m->tail[0], key) < 0) {
		memcpy(before, m->tail, sizeof before);
	} else {
		n = search(m, key, before);
		if (n != NULL && compare(n, key) == 0)
			return set_value(n, value) ? ERR_NONE : ERR_NOMEM;
	}
	n = node_create(draw_height(m), key, value);
	if (n == NULL)
		return ERR_NOMEM;
	for (uint32_t l = 0; l < n->height; l++) {
		struct map_node **link = before[l] == NULL ? &m->head[l] :
		    &before[l]->next[l];

		n->next[l] = *link;
		*link = n;
		if (n->next[l] == NULL)
			m->tail[l] = n;
	}
	m->n++;
	return ERR_NONE;
}

bool
map_del(struct map *m, struct bytes key)
{
	struct map_node *before[MAP_LEVELS], *n = search(m, key, before);

	if (n == NULL || compare(n, key) != 0)
		return false;
	for (uint32_t l = 0; l < n->height; l++) {
		struct map_node **link = before[l] == NULL ? &m->head[l] :
		    &before[l]->next[l];

		*link = n->next[l];
		if (n->next[l] == NULL)
			m->tail[l] = before[l];
	}
	free(n->value);
	free(n);
	m->n--;
	return true;
}
