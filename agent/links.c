#include "agent/links.h"

#include <sodium.h>
#include <string.h>

#include "agent/outgoing/compose.h"

struct links_row {
	uint64_t message;               /* 0: none yet */
	uint16_t compared;              /* records with lower numbers are */
	uint16_t link[OBSERVATION_LINKS_MAX];
	uint8_t n;
};

struct links_case {
	uint8_t case_id[WIRE_CASE];
	uint64_t used;                  /* turn of the last use; 0: free */
	unsigned n;
	struct record_id id[PATTERN_RECORDS_MAX];
	struct links_row row[PATTERN_RECORDS_MAX];
};

struct links {
	uint64_t turn;
	struct links_case kase[LINKS_CASES];
};

enum error_code
links_create(struct links **out)
{
	*out = sodium_malloc(sizeof **out);
	if (*out == NULL)
		return ERR_NOMEM;
	sodium_memzero(*out, sizeof **out);
	return ERR_NONE;
}

void
links_destroy(struct links **l)
{
	if (l == NULL || *l == NULL)
		return;
	sodium_free(*l);
	*l = NULL;
}

void
links_wipe(struct links *l)
{
	for (unsigned i = 0; l != NULL && i < LINKS_CASES; i++)
		if (l->kase[i].used != 0)
			sodium_memzero(&l->kase[i], sizeof l->kase[i]);
}

struct links_case *
links_of(struct links *l, const uint8_t case_id[static WIRE_CASE])
{
	struct links_case *c;

	if (l == NULL)
		return NULL;
	c = &l->kase[0];
	for (unsigned i = 0; i < LINKS_CASES; i++) {
		struct links_case *k = &l->kase[i];

		if (k->used != 0 && memcmp(k->case_id, case_id,
		    WIRE_CASE) == 0) {
			k->used = ++l->turn;
			return k;
		}
		if (k->used < c->used)
			c = k;
	}
	sodium_memzero(c, sizeof *c);
	memcpy(c->case_id, case_id, WIRE_CASE);
	c->used = ++l->turn;
	return c;
}

unsigned
links_number(struct links_case *c, const struct record_id *id)
{
	for (unsigned i = 0; i < c->n; i++)
		if (record_id_equal(&c->id[i], id))
			return i;
	if (c->n == PATTERN_RECORDS_MAX)
		return LINKS_FULL;
	c->id[c->n] = *id;
	return c->n++;
}

void
links_restart(struct links_case *c)
{
	sodium_memzero(c->id, sizeof c->id);
	sodium_memzero(c->row, sizeof c->row);
	c->n = 0;
}

unsigned
links_find(struct links_case *c, unsigned own, uint64_t message,
    const uint8_t stamp[static WIRE_STAMP], const uint8_t slots[8][16],
    unsigned *out)
{
	struct links_row *r = &c->row[own];

	/* the same record may have come in another message as well */
	if (r->message != message)
		*r = (struct links_row){ .message = message };
	for (; r->compared < c->n; r->compared++)
		if (r->n < OBSERVATION_LINKS_MAX && compose_slot_of(slots,
		    stamp, &c->id[r->compared]) >= 0)
			r->link[r->n++] = r->compared;
	for (unsigned i = 0; i < r->n; i++)
		out[i] = r->link[i];
	return r->n;
}
