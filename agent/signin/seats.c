#include "agent/signin/seats.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"

enum { TOKEN = 32, HASH = 32 };

/* A free place has no account. */
struct place {
	uint8_t hash[HASH];         /* of the token */
	struct seat one;
};

struct seats {
	uint64_t idle_ms;
	struct place place[SEATS_MAX];
};

enum error_code
seats_create(uint64_t idle_ms, struct seats **out)
{
	*out = calloc(1, sizeof **out);
	if (*out == NULL)
		return ERR_NOMEM;
	(*out)->idle_ms = idle_ms;
	return ERR_NONE;
}

void
seats_destroy(struct seats **s)
{
	if (s == NULL || *s == NULL)
		return;
	sodium_memzero(*s, sizeof **s);
	free(*s);
	*s = NULL;
}

/* ---- places ------------------------------------------------------------ */

static void
set_used(const struct seats *s, struct seat *one, uint64_t boot)
{
	const uint64_t last = one->since + SEAT_HOURS * CLOCK_HOUR_MS;

	one->used = boot;
	one->ends = boot + s->idle_ms < last ? boot + s->idle_ms : last;
}

static void
expire(struct seats *s, uint64_t boot)
{
	for (size_t i = 0; i < SEATS_MAX; i++)
		if (s->place[i].one.account[0] != '\0' &&
		    boot >= s->place[i].one.ends)
			sodium_memzero(&s->place[i], sizeof s->place[i]);
}

static bool
hash_of(const char *token, uint8_t hash[static HASH])
{
	uint8_t raw[TOKEN];
	const bool ok = token != NULL && strlen(token) == SEAT_HEX - 1 &&
	    hex_decode(raw, TOKEN, token);

	if (ok)
		crypto_generichash(hash, HASH, raw, TOKEN, NULL, 0);
	sodium_memzero(raw, sizeof raw);
	return ok;
}

/* All places are looked at, so that time tells nothing of a token. */
static struct place *
find(struct seats *s, const char *token)
{
	struct place *found = NULL;
	uint8_t hash[HASH];

	if (!hash_of(token, hash))
		return NULL;
	for (size_t i = 0; i < SEATS_MAX; i++)
		if (sodium_memcmp(s->place[i].hash, hash, HASH) == 0 &&
		    s->place[i].one.account[0] != '\0')
			found = &s->place[i];
	sodium_memzero(hash, sizeof hash);
	return found;
}

/* Room for one more of this account. */
static struct place *
room(struct seats *s, const char *account)
{
	struct place *empty = NULL, *oldest = NULL;
	unsigned mine = 0;

	for (size_t i = 0; i < SEATS_MAX; i++) {
		struct place *p = &s->place[i];

		if (p->one.account[0] == '\0') {
			empty = empty != NULL ? empty : p;
			continue;
		}
		if (strcmp(p->one.account, account) != 0)
			continue;
		mine++;
		if (oldest == NULL || p->one.used < oldest->one.used)
			oldest = p;
	}
	return mine >= SEATS_EACH ? oldest : empty;
}

/* ---- life -------------------------------------------------------------- */

enum error_code
seats_open(struct seats *s, const char *account, uint64_t boot,
    char token[static SEAT_HEX])
{
	uint8_t raw[TOKEN];
	struct place *p;

	if (account[0] == '\0' || strlen(account) >= SEAT_ACCOUNT)
		return ERR_SIZE;
	expire(s, boot);
	p = room(s, account);
	if (p == NULL)
		return ERR_FULL;
	memset(p, 0, sizeof *p);
	randombytes_buf(raw, TOKEN);
	hex_encode(token, raw, TOKEN);
	crypto_generichash(p->hash, HASH, raw, TOKEN, NULL, 0);
	sodium_memzero(raw, sizeof raw);
	snprintf(p->one.account, sizeof p->one.account, "%s", account);
	p->one.since = boot;
	set_used(s, &p->one, boot);
	return ERR_NONE;
}

enum error_code
seats_find(struct seats *s, const char *token, uint64_t boot,
    struct seat *out)
{
	const struct place *p;

	expire(s, boot);
	p = find(s, token);
	if (p == NULL)
		return ERR_NOTFOUND;
	*out = p->one;
	return ERR_NONE;
}

enum error_code
seats_use(struct seats *s, const char *token, uint64_t boot,
    struct seat *out)
{
	struct place *p;

	expire(s, boot);
	p = find(s, token);
	if (p == NULL)
		return ERR_NOTFOUND;
	set_used(s, &p->one, boot);
	*out = p->one;
	return ERR_NONE;
}

void
seats_end(struct seats *s, const char *token)
{
	struct place *p = find(s, token);

	if (p != NULL)
		sodium_memzero(p, sizeof *p);
}

void
seats_end_account(struct seats *s, const char *account,
    const char *but)
{
	const struct place *keep = but != NULL ? find(s, but) : NULL;

	for (size_t i = 0; i < SEATS_MAX; i++)
		if (&s->place[i] != keep &&
		    strcmp(s->place[i].one.account, account) == 0)
			sodium_memzero(&s->place[i], sizeof s->place[i]);
}

void
seats_each(struct seats *s, uint64_t boot, seats_visit *visit,
    void *ctx)
{
	expire(s, boot);
	for (size_t i = 0; i < SEATS_MAX; i++)
		if (s->place[i].one.account[0] != '\0')
			visit(ctx, &s->place[i].one);
}
