#include "agent/guesses.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum { HASH = 16, KEY = 32, DOUBLINGS = 5, LONGEST_MIN = 30 };

struct name {
	uint8_t hash[HASH];
	uint32_t n;                 /* guesses; 0: a free place */
	bool known;
	uint64_t until;             /* boot ms: no further guess before */
	uint64_t last;              /* boot ms */
};

struct guesses {
	uint8_t key[KEY];
	struct name name[GUESSES_NAMES];
};

enum error_code
guesses_create(struct guesses **out)
{
	*out = calloc(1, sizeof **out);
	if (*out == NULL)
		return ERR_NOMEM;
	randombytes_buf((*out)->key, KEY);
	return ERR_NONE;
}

void
guesses_destroy(struct guesses **g)
{
	if (g == NULL || *g == NULL)
		return;
	sodium_memzero(*g, sizeof **g);
	free(*g);
	*g = NULL;
}

static void
hash_of(const struct guesses *g, const char *account,
    uint8_t out[static HASH])
{
	crypto_generichash(out, HASH, (const uint8_t *)account,
	    strlen(account), g->key, KEY);
}

static struct name *
find(struct guesses *g, const char *account)
{
	uint8_t hash[HASH];

	hash_of(g, account, hash);
	for (size_t i = 0; i < GUESSES_NAMES; i++)
		if (g->name[i].n > 0 &&
		    memcmp(g->name[i].hash, hash, HASH) == 0)
			return &g->name[i];
	return NULL;
}

/* A free place, else that of the name made up that was tried longest ago. */
static struct name *
place(struct guesses *g)
{
	struct name *oldest = NULL;

	for (size_t i = 0; i < GUESSES_NAMES; i++) {
		struct name *w = &g->name[i];

		if (w->n == 0)
			return w;
		if (!w->known && (oldest == NULL || w->last < oldest->last))
			oldest = w;
	}
	return oldest;
}

static void
forget_old(struct guesses *g, uint64_t boot)
{
	for (size_t i = 0; i < GUESSES_NAMES; i++)
		if (g->name[i].n > 0 &&
		    boot - g->name[i].last >= CLOCK_DAY_MS)
			memset(&g->name[i], 0, sizeof g->name[i]);
}

/* How long after the n-th guess. */
static uint64_t
pause_of(uint32_t n)
{
	const uint32_t over = n > GUESSES_FREE ? n - GUESSES_FREE - 1 : 0;
	const uint64_t minutes = over < DOUBLINGS ? 1ull << over :
	    LONGEST_MIN;

	return n > GUESSES_FREE ? minutes * CLOCK_MINUTE_MS : 0;
}

enum error_code
guesses_try(struct guesses *g, const char *account, bool known,
    uint64_t boot, uint64_t *wait_ms)
{
	struct name *w;

	forget_old(g, boot);
	w = find(g, account);
	if (w != NULL && boot < w->until) {
		*wait_ms = w->until - boot;
		return ERR_BUSY;
	}
	if (w == NULL) {
		w = place(g);
		if (w == NULL)
			return ERR_FULL;
		memset(w, 0, sizeof *w);
		hash_of(g, account, w->hash);
	}
	w->known = known;
	w->last = boot;
	w->n += w->n < UINT32_MAX;
	/* the fifth wrong one is what begins the waiting */
	w->until = boot + pause_of(w->n + 1);
	return ERR_NONE;
}

void
guesses_undo(struct guesses *g, const char *account)
{
	struct name *w = find(g, account);

	if (w == NULL)
		return;
	w->until = 0;
	if (--w->n == 0)
		memset(w, 0, sizeof *w);
}

void
guesses_clear(struct guesses *g, const char *account)
{
	struct name *w = find(g, account);

	if (w != NULL)
		memset(w, 0, sizeof *w);
}
