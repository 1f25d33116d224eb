#include "tests/support/account.h"

#include <stdlib.h>
#include <string.h>

#include "ledger/rules.h"

/* Room for one more in an array of this element size; NULL: no memory. */
static void *
grow(void **v, size_t *n, size_t *cap, size_t size)
{
	if (*n == *cap) {
		size_t more = *cap > 0 ? 2 * *cap : 256;
		void *now = realloc(*v, more * size);

		if (now == NULL)
			return NULL;
		*v = now;
		*cap = more;
	}
	memset((char *)*v + *n * size, 0, size);
	return (char *)*v + (*n)++ * size;
}

#define GROW(a, what)                                                     \
	grow((void **)&(a)->what, &(a)->n_##what, &(a)->cap_##what,       \
	    sizeof *(a)->what)

/* Both arrays are in ledger order. */
struct account_message *
account_message(const struct account *a, uint64_t idx)
{
	size_t lo = 0, hi = a->n_message;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (a->message[mid].idx < idx)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < a->n_message && a->message[lo].idx == idx ?
	    &a->message[lo] : NULL;
}

struct account_grant *
account_grant(const struct account *a, uint64_t idx)
{
	for (size_t i = 0; i < a->n_grant; i++)
		if (a->grant[i].idx == idx)
			return &a->grant[i];
	return NULL;
}

uint64_t
account_uncovered(const struct account *a, const struct account_message *m,
    const struct account_grant *g)
{
	uint64_t end = g->ended;

	for (size_t i = 0; i < a->n_grant; i++) {
		const struct account_grant *o = &a->grant[i];

		if (o->idx > end || o->ended <= end ||
		    memcmp(o->case_id, m->case_id, WIRE_CASE) != 0 ||
		    strcmp(o->sender, m->sender) != 0 ||
		    strcmp(o->recipient, m->recipient) != 0 ||
		    !rules_labels_cover(o->label, WIRE_GRANT_LABELS, m->label,
		    m->n_label))
			continue;
		end = o->ended;
		i = (size_t)-1;         /* one before it may reach further */
	}
	return end;
}

/* ---- entries ----------------------------------------------------------------- */

/* Ends what has not ended: one grant by id, or all of a case. */
static void
end_grants(struct account *a, uint64_t idx, const uint8_t *id,
    const uint8_t *case_id)
{
	for (size_t i = 0; i < a->n_grant; i++) {
		struct account_grant *g = &a->grant[i];

		if (g->ended == ACCOUNT_NEVER &&
		    (id != NULL ? memcmp(g->id, id, WIRE_HASH) == 0 :
		    memcmp(g->case_id, case_id, WIRE_CASE) == 0))
			g->ended = idx;
	}
}

static enum error_code
take_submission(struct account *a, const struct entry *e)
{
	struct account_message *m = GROW(a, message);

	if (m == NULL)
		return ERR_NOMEM;
	m->idx = e->index;
	m->time = e->time;
	m->delivered = m->dropped = ACCOUNT_NEVER;
	memcpy(m->stamp, e->b.stamp, WIRE_STAMP);
	memcpy(m->case_id, e->b.case_id, WIRE_CASE);
	memcpy(m->label, e->b.u.submission.label, sizeof m->label);
	m->n_label = e->b.u.submission.n_label;
	strcpy(m->sender, e->record.signer);
	strcpy(m->recipient, e->b.u.submission.recipient);
	return ERR_NONE;
}

static enum error_code
take_grant(struct account *a, const struct entry *e)
{
	struct account_grant *g = GROW(a, grant);

	if (g == NULL)
		return ERR_NOMEM;
	g->idx = e->index;
	g->ended = ACCOUNT_NEVER;
	memcpy(g->id, e->record_id, WIRE_HASH);
	memcpy(g->case_id, e->b.case_id, WIRE_CASE);
	memcpy(g->label, e->b.u.grant.label, sizeof g->label);
	strcpy(g->sender, e->b.u.grant.sender);
	strcpy(g->recipient, e->b.u.grant.recipient);
	return ERR_NONE;
}

static void
take_receipt(struct account *a, uint64_t idx, const struct wire_receipt *r)
{
	for (unsigned i = 0; i < r->n; i++) {
		struct account_message *m = account_message(a,
		    r->line[i].message);

		if (m == NULL)
			continue;
		m->receipted = true;
		m->receipt = idx;
		m->outcome = r->line[i].outcome;
	}
}

static enum error_code
take_record(struct account *a, const struct entry *e)
{
	struct account_record *r = GROW(a, record);

	if (r == NULL)
		return ERR_NOMEM;
	r->idx = e->index;
	r->time = e->time;
	r->kind = e->record.kind;
	strcpy(r->signer, e->record.signer);
	memcpy(r->stamp, e->b.stamp, WIRE_STAMP);
	memcpy(r->id, e->record_id, WIRE_HASH);
	memcpy(r->case_id, e->b.case_id, WIRE_CASE);
	switch (e->record.kind) {
	case KIND_SUBMISSION:
		return take_submission(a, e);
	case KIND_GRANT:
		return take_grant(a, e);
	case KIND_RECEIPT:
		take_receipt(a, e->index, &e->b.u.receipt);
		break;
	case KIND_WITHDRAWAL:
		r->all = e->b.u.withdrawal.all;
		memcpy(r->grant, e->b.u.withdrawal.grant, WIRE_HASH);
		end_grants(a, e->index, r->all ? NULL : r->grant,
		    e->b.case_id);
		break;
	case KIND_CASE_CLOSED:
		end_grants(a, e->index, NULL, e->b.case_id);
		break;
	default:
		break;
	}
	return ERR_NONE;
}

/* An opening's lines are in its `opened`; the record counts as one too. */
static enum error_code
take_opened(struct account *a, const struct entry *e)
{
	const struct wire_opening *o = &e->b.u.opening;
	struct account_record *r = GROW(a, record);

	if (r == NULL)
		return ERR_NOMEM;
	r->idx = e->index;
	r->time = e->time;
	r->kind = KIND_OPENING;
	strcpy(r->signer, e->record.signer);
	memcpy(r->stamp, e->b.stamp, WIRE_STAMP);
	memcpy(r->id, e->record_id, WIRE_HASH);
	memcpy(r->case_id, e->b.case_id, WIRE_CASE);
	for (unsigned i = 0; i < e->u.opened.n && i < o->n; i++) {
		struct account_opened *line;

		if (e->u.opened.line[i].rule != 0)
			continue;
		line = GROW(a, opened);
		if (line == NULL)
			return ERR_NOMEM;
		line->idx = e->index;
		line->time = e->time;
		line->message = o->message[i];
		line->grant = e->u.opened.line[i].grant;
		strcpy(line->by, e->record.signer);
	}
	return ERR_NONE;
}

static enum error_code
take(void *ctx, const struct entry *e)
{
	struct account *a = ctx;
	struct account_message *m;

	a->size = e->index + 1;
	switch (e->kind) {
	case ENTRY_RECORD:
		return take_record(a, e);
	case ENTRY_OPENED:
		return take_opened(a, e);
	case ENTRY_DELIVERED:
		m = account_message(a, e->u.delivered.message);
		if (m == NULL)
			return ERR_FORMAT;
		m->delivered = e->index;
		m->grant = e->u.delivered.grant;
		m->deliveries++;
		break;
	case ENTRY_DROPPED:
		m = account_message(a, e->u.dropped.message);
		if (m == NULL)
			return ERR_FORMAT;
		m->dropped = e->index;
		m->drops++;
		break;
	case ENTRY_FROZEN:
		if (e->u.frozen.has_case)
			end_grants(a, e->index, NULL, e->u.frozen.case_id);
		break;
	case ENTRY_REFUSED:
		a->refused++;
		break;
	default:
		break;
	}
	return ERR_NONE;
}

enum error_code
account_read(struct account *a, const struct partnership *p,
    const char *path, struct why *why)
{
	memset(a, 0, sizeof *a);
	return walk_ledger(p, path, take, a, why);
}

void
account_free(struct account *a)
{
	free(a->message);
	free(a->opened);
	free(a->grant);
	free(a->record);
	memset(a, 0, sizeof *a);
}
