/*
 * An ordered map from byte strings to byte strings: a skip list.
 *
 * Keys are compared as memcmp does, a prefix before what it begins.  Look-up,
 * insertion and removal are O(log n); insertion of ever larger keys is O(1),
 * which is how a ledger grows.  Internal to store/memory.c.
 */
#ifndef WAYLEAVE_STORE_MEMORY_MAP_H
#define WAYLEAVE_STORE_MEMORY_MAP_H

#include "base/bytes.h"
#include "base/error.h"

enum { MAP_LEVELS = 24 };

struct map_node;

struct map {
	struct map_node *head[MAP_LEVELS]; /* first node of each level */
	struct map_node *tail[MAP_LEVELS]; /* and the last */
	uint64_t chance;                   /* draws the heights */
	size_t n;
};

void map_init(struct map *m);
/* Frees all nodes; the map is then empty. */
void map_clear(struct map *m);

/* NULL when the key is not there. */
struct map_node *map_find(const struct map *m, struct bytes key);
/* The first node whose key is not before `key`, NULL when none. */
struct map_node *map_from(const struct map *m, struct bytes key);
struct map_node *map_next(const struct map_node *n);
struct bytes map_key(const struct map_node *n);
struct bytes map_value(const struct map_node *n);

/* Sets key to value, whether it is there or not.  ERR_NOMEM: unchanged. */
MUST_USE enum error_code map_put(struct map *m, struct bytes key,
    struct bytes value);
/* False when it was not there. */
bool map_del(struct map *m, struct bytes key);

#endif
