/*
 * One hash over what follows from the entries alone: two stores that were
 * given the same entries agree in it, whichever drivers they have and
 * whatever they have tidied away.
 */
#include <sodium.h>
#include <string.h>

#include "store/store_impl.h"

struct digesting {
	struct store *s;
	const struct table_info *info;
	enum table table;
	crypto_hash_sha256_state h;
};

static void
add_number(struct digesting *d, uint64_t v)
{
	uint8_t b[8];

	put_be64(b, v);
	(void)crypto_hash_sha256_update(&d->h, b, sizeof b);
}

static enum error_code
add_row(void *ctx, const struct cell *c, bool *stop)
{
	struct digesting *d = ctx;
	struct seen_row seen;
	enum error_code e;

	(void)stop;
	/* What is forgotten may or may not have been deleted yet. */
	if (d->table == T_SEEN) {
		e = rows_seen_read(c, &seen);
		if (e != ERR_NONE || !seen_in_force(d->s, &seen))
			return e;
	}
	for (unsigned i = 0; i < d->info->n; i++) {
		if (table_is_number(d->info, i)) {
			add_number(d, c[i].u);
			continue;
		}
		add_number(d, c[i].b.n);
		(void)crypto_hash_sha256_update(&d->h, c[i].b.data, c[i].b.n);
	}
	return ERR_NONE;
}

enum error_code
store_digest(struct store *s, uint8_t out[static WIRE_HASH])
{
	static const enum scan all[] = {
		S_ALL_SEEN, S_ALL_PARTNERSHIP, S_ALL_MEMBER, S_ALL_KEY,
		S_ALL_SEALING, S_ALL_WORKER, S_ALL_KASE, S_ALL_PHRASES,
		S_ALL_PHRASE, S_ALL_TOKEN, S_ALL_STOP, S_ALL_LEAVE,
		S_ALL_NAMED, S_ALL_MESSAGE, S_ALL_RECALLED, S_ALL_CHECKED,
		S_ALL_PARTY,
	};
	const struct cell none = { 0 };
	struct digesting d = { .s = s };
	enum error_code e = ERR_NONE;

	/* Some of what moved is still in memory alone. */
	if (s->open)
		e = roster_flush(s);
	if (e == ERR_NONE && s->open)
		e = cache_message_flush(s);
	(void)crypto_hash_sha256_init(&d.h);
	add_number(&d, s->head.size);
	add_number(&d, s->head.time);
	for (size_t i = 0; i < sizeof all / sizeof all[0] && e == ERR_NONE;
	    i++) {
		d.table = store_scan[all[i]].table;
		d.info = &store_table[d.table];
		(void)crypto_hash_sha256_update(&d.h,
		    (const uint8_t *)d.info->name, strlen(d.info->name) + 1);
		e = rows_scan(s, all[i], &none, add_row, &d);
	}
	(void)crypto_hash_sha256_final(&d.h, out);
	return e;
}
