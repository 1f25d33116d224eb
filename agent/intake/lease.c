#include <sodium.h>
#include <string.h>

#include "agent/intake/opening.h"

/* A free place has end 0.  All of it is one locked block. */
struct lease {
	uint64_t idx, end;          /* end: boot ms */
	uint8_t worker[WIRE_PSEUDONYM];
	uint8_t share[32];
};

struct leases {
	size_t high;                /* places from here on are free */
	struct lease lease[LEASES_MAX];
};

enum error_code
leases_create(struct leases **out)
{
	*out = sodium_malloc(sizeof **out);
	if (*out == NULL)
		return ERR_NOMEM;
	memset(*out, 0, sizeof **out);
	return ERR_NONE;
}

void
leases_destroy(struct leases **l)
{
	if (l == NULL || *l == NULL)
		return;
	sodium_free(*l);
	*l = NULL;
}

static struct lease *
find(struct leases *l, uint64_t idx,
    const uint8_t worker[static WIRE_PSEUDONYM])
{
	for (size_t i = 0; i < l->high; i++)
		if (l->lease[i].end != 0 && l->lease[i].idx == idx &&
		    memcmp(l->lease[i].worker, worker, WIRE_PSEUDONYM) == 0)
			return &l->lease[i];
	return NULL;
}

static void
wipe(struct leases *l, struct lease *lease)
{
	sodium_memzero(lease, sizeof *lease);
	while (l->high > 0 && l->lease[l->high - 1].end == 0)
		l->high--;
}

/* The lowest free place, so that few leases lie close together. */
static struct lease *
place(struct leases *l)
{
	for (size_t i = 0; i < LEASES_MAX; i++) {
		if (l->lease[i].end != 0)
			continue;
		if (i >= l->high)
			l->high = i + 1;
		return &l->lease[i];
	}
	return NULL;
}

enum error_code
leases_put(struct leases *l, uint64_t idx,
    const uint8_t worker[static WIRE_PSEUDONYM], uint64_t end_boot,
    const uint8_t share[static 32])
{
	struct lease *lease = find(l, idx, worker);

	if (lease == NULL)
		lease = place(l);
	if (lease == NULL)
		return ERR_FULL;
	lease->idx = idx;
	lease->end = end_boot > 0 ? end_boot : 1;
	memcpy(lease->worker, worker, WIRE_PSEUDONYM);
	memcpy(lease->share, share, sizeof lease->share);
	return ERR_NONE;
}

bool
leases_get(struct leases *l, uint64_t idx,
    const uint8_t worker[static WIRE_PSEUDONYM], uint64_t boot,
    uint8_t share[static 32])
{
	struct lease *lease = find(l, idx, worker);

	if (lease == NULL)
		return false;
	if (boot >= lease->end) {
		wipe(l, lease);
		return false;
	}
	memcpy(share, lease->share, sizeof lease->share);
	return true;
}

uint64_t
leases_end(struct leases *l, uint64_t idx,
    const uint8_t worker[static WIRE_PSEUDONYM])
{
	const struct lease *lease = find(l, idx, worker);

	return lease != NULL ? lease->end : 0;
}

void
leases_wipe_message(struct leases *l, uint64_t idx)
{
	for (size_t i = 0; i < l->high; i++)
		if (l->lease[i].end != 0 && l->lease[i].idx == idx)
			wipe(l, &l->lease[i]);
}

void
leases_wipe_worker(struct leases *l, const uint8_t *worker)
{
	for (size_t i = 0; i < l->high; i++)
		if (l->lease[i].end != 0 && memcmp(l->lease[i].worker, worker,
		    WIRE_PSEUDONYM) == 0)
			wipe(l, &l->lease[i]);
}

void
leases_expire(struct leases *l, uint64_t boot)
{
	for (size_t i = 0; i < l->high; i++)
		if (l->lease[i].end != 0 && boot >= l->lease[i].end)
			wipe(l, &l->lease[i]);
}

bool
leases_none(const struct leases *l)
{
	return l->high == 0;
}

void
leases_each(struct leases *l, bool (*keep)(void *ctx, uint64_t idx),
    void *ctx)
{
	for (size_t i = 0; i < l->high; i++)
		if (l->lease[i].end != 0 && !keep(ctx, l->lease[i].idx))
			wipe(l, &l->lease[i]);
}

void
leases_wipe(struct leases *l)
{
	sodium_memzero(l, sizeof *l);
}
