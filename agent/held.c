#include "agent/held.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "agent/cases/cases.h"
#include "agent/links.h"
#include "agent/intake/opening.h"
#include "agent/outgoing/own.h"

enum {
	ITEMS_MAX = PATTERN_RECORDS_MAX,
	ARENA_MAX = 64 * 1024 * 1024,
};

struct loading {
	struct agent *a;
	const struct worker *w;
	struct held_case *h;
	size_t cap;
	struct why *why;
};

/* NULL when there are too many; `why` says so, since no disk is full. */
static struct held_item *
add_item(struct loading *l)
{
	struct held_case *h = l->h;
	struct held_item *more;
	size_t cap;

	if (h->n < l->cap)
		return &h->item[h->n];
	cap = l->cap > 0 ? 2 * l->cap : 16;
	if (cap > ITEMS_MAX)
		cap = ITEMS_MAX;
	if (h->n >= cap) {
		why_set(l->why, "This case has more than %d records here, "
		    "which is more than can be looked at together. Nothing "
		    "was done; please tell IT.", ITEMS_MAX);
		return NULL;
	}
	more = arena_zalloc(h->arena, cap * sizeof *more);
	if (more == NULL)
		return NULL;
	if (h->n > 0) {
		memcpy(more, h->item, h->n * sizeof *more);
		sodium_memzero(h->item, h->n * sizeof *more);
	}
	h->item = more;
	l->cap = cap;
	return &h->item[h->n];
}

static enum error_code
take_own(void *ctx, const struct own *o, const struct content *c)
{
	struct loading *l = ctx;
	struct held_item *it = add_item(l);

	if (it == NULL)
		return ERR_FULL;
	it->content = *c;
	it->own = true;
	it->recalled = o->recalled;
	it->at = o->at;
	l->h->n++;
	return ERR_NONE;
}

static enum error_code
take_mail(void *ctx, const struct mail *m)
{
	struct loading *l = ctx;
	struct held_item *it;
	enum error_code err;

	if (m->state == MAIL_REJECTED || m->introduction)
		return ERR_NONE;
	it = add_item(l);
	if (it == NULL)
		return ERR_FULL;
	err = m->state == MAIL_STORED ? opening_plain_slots(l->a, l->w, m->idx,
	    &it->content, it->slots, l->why) : ERR_LOCKED;
	if (err == ERR_LOCKED || err == ERR_REFUSED) {
		l->h->closed += err == ERR_LOCKED;
		return ERR_NONE;
	}
	if (err != ERR_NONE)
		return err;
	it->own = false;
	it->recalled = false;
	it->mail = *m;
	it->at = m->at;
	l->h->n++;
	return ERR_NONE;
}

/* ---- observations, for maps ---------------------------------------------------- */

/* How the records of a case are numbered for finding links (agent/links.h). */
struct numbering {
	struct links_case *links;
	unsigned *of;                   /* number of a held record */
	size_t *held;                   /* and back; SIZE_MAX: not held now */
};

static bool
number_all(struct held_case *h, struct numbering *b)
{
	for (size_t i = 0; i < PATTERN_RECORDS_MAX; i++)
		b->held[i] = SIZE_MAX;
	for (size_t i = 0; i < h->n_held; i++) {
		b->of[i] = links_number(b->links, &h->held[i].id);
		if (b->of[i] == LINKS_FULL)
			return false;
		b->held[b->of[i]] = i;
	}
	return true;
}

static enum error_code
numbering_make(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    struct held_case *h, struct numbering *b)
{
	b->links = links_of(a->links, case_id);
	b->of = arena_alloc(h->arena, PATTERN_RECORDS_MAX * sizeof *b->of);
	b->held = arena_alloc(h->arena, PATTERN_RECORDS_MAX *
	    sizeof *b->held);
	if (b->of == NULL || b->held == NULL)
		return ERR_NOMEM;
	if (number_all(h, b))
		return ERR_NONE;
	links_restart(b->links);
	return number_all(h, b) ? ERR_NONE : ERR_INTERNAL;
}

/* Records held here that a received one links to, found by its slots. */
static void
resolve_slots(struct held_case *h, const struct numbering *b,
    const struct held_item *it, size_t record)
{
	unsigned found[OBSERVATION_LINKS_MAX], n;
	struct held *out = &h->held[record];

	n = links_find(b->links, b->of[record], it->mail.idx, it->mail.id,
	    (const uint8_t (*)[16])it->slots, found);
	for (unsigned i = 0; i < n; i++)
		if (b->held[found[i]] != SIZE_MAX)
			out->links[out->n_links++] = b->held[found[i]];
}

static void
resolve_ids(struct held_case *h, struct held *out)
{
	const struct id_list *links = &out->o->links;

	for (size_t i = 0; i < links->n; i++) {
		bool found = false;

		for (size_t k = 0; k < h->n_held && !found; k++)
			if (record_id_equal(&h->held[k].id, &links->v[i])) {
				out->links[out->n_links++] = k;
				found = true;
			}
		out->n_unresolved += !found;
	}
}

static void
add_link(struct held_item *it, size_t record)
{
	if (record != SIZE_MAX && it->n_links < OBSERVATION_LINKS_MAX)
		it->links[it->n_links++] = record;
}

/* What a task, a question or the like is about, as far as it is held. */
static void
resolve_item(struct held_case *h, const struct numbering *b,
    struct held_item *it)
{
	const struct id_list *ids = content_links(&it->content);
	unsigned found[OBSERVATION_LINKS_MAX], n, own;

	if (it->own) {
		for (size_t i = 0; i < ids->n; i++)
			for (size_t k = 0; k < h->n_held; k++)
				if (record_id_equal(&h->held[k].id,
				    &ids->v[i]))
					add_link(it, k);
		return;
	}
	own = links_number(b->links, &it->content.id);
	if (own == LINKS_FULL)
		return;
	n = links_find(b->links, own, it->mail.idx, it->mail.id,
	    (const uint8_t (*)[16])it->slots, found);
	for (unsigned i = 0; i < n; i++)
		add_link(it, b->held[found[i]]);
}

static bool
is_replaced(const struct held_case *h, const struct record_id *id)
{
	for (size_t i = 0; i < h->n; i++) {
		const struct content *c = &h->item[i].content;

		if (c->kind == CONTENT_CORRECTION &&
		    c->u.correction.now.has_supersedes &&
		    record_id_equal(&c->u.correction.now.supersedes, id))
			return true;
	}
	return false;
}

static enum error_code
describe(struct agent *a, struct held_case *h, const struct held_item *it,
    struct held *out)
{
	const struct store_member *m;
	const char *id = it->own ? a->member : it->mail.sender;
	char *kind = arena_alloc(h->arena, 8);
	char *member = arena_dup(h->arena, id, strlen(id) + 1);
	enum error_code err = store_member(a->slice, id, &m);

	if (err != ERR_NONE)
		return err;
	if (kind == NULL || member == NULL)
		return ERR_NOMEM;
	snprintf(kind, 8, "AG%02u", (unsigned)(m->m.agency % 100));
	memset(out, 0, sizeof *out);
	out->o = content_observation(&it->content);
	out->id = it->content.id;
	out->member = member;
	out->kind = kind;
	out->name = arena_dup(h->arena, m->m.name, strlen(m->m.name) + 1);
	out->own = it->own;
	out->message = it->own ? 0 : it->mail.idx;
	out->at = it->at;
	out->replaced = it->recalled || is_replaced(h, &it->content.id);
	return out->name != NULL ? ERR_NONE : ERR_NOMEM;
}

static enum error_code
build_held(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    struct held_case *h)
{
	const struct held_item **from = arena_alloc(h->arena,
	    (h->n + 1) * sizeof *from);
	struct numbering numbering;
	enum error_code err = ERR_NONE;

	h->held = arena_zalloc(h->arena, (h->n + 1) * sizeof *h->held);
	if (h->held == NULL || from == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < h->n && err == ERR_NONE; i++) {
		if (content_observation(&h->item[i].content) == NULL)
			continue;
		from[h->n_held] = &h->item[i];
		err = describe(a, h, &h->item[i], &h->held[h->n_held]);
		h->n_held++;
	}
	if (err == ERR_NONE)
		err = numbering_make(a, case_id, h, &numbering);
	for (size_t i = 0; i < h->n_held && err == ERR_NONE; i++)
		if (from[i]->own)
			resolve_ids(h, &h->held[i]);
		else
			resolve_slots(h, &numbering, from[i], i);
	for (size_t i = 0; i < h->n && err == ERR_NONE; i++)
		if (content_observation(&h->item[i].content) == NULL)
			resolve_item(h, &numbering, &h->item[i]);
	return err;
}

static void
default_people(struct case_people *p)
{
	memset(p, 0, sizeof *p);
	strcpy(p->causing_harm.v[0].s, "P1");
	p->causing_harm.n = 1;
	strcpy(p->survivors.v[0].s, "P2");
	p->survivors.n = 1;
}

/* Gaps that an answer held here settles. */
static void
note_answers(struct held_case *h)
{
	struct code_list *answered = &h->people.answered;

	for (size_t i = 0; i < h->n; i++) {
		const struct content *c = &h->item[i].content;
		const struct vocabulary_code *gap;

		gap = c->kind == CONTENT_ANSWER ? c->u.answer.gap : NULL;
		if (gap != NULL && !h->item[i].recalled &&
		    answered->n < OBSERVATION_CODES_MAX)
			answered->v[answered->n++] = gap;
	}
}

enum error_code
held_load(struct agent *a, const struct worker *w,
    const uint8_t case_id[static WIRE_CASE], struct held_case *out,
    struct why *why)
{
	struct loading l = { a, w, out, 0, why };
	enum error_code err;

	memset(out, 0, sizeof *out);
	out->arena = arena_create(ARENA_MAX);
	if (out->arena == NULL)
		return ERR_NOMEM;
	default_people(&out->people);
	err = cases_excluded(a, case_id, w->account) ? ERR_NOTFOUND : ERR_NONE;
	if (err == ERR_NONE)
		err = own_list(a, case_id, take_own, &l);
	if (err == ERR_NONE)
		err = mailbox_list(a, case_id, take_mail, &l);
	if (err == ERR_NONE)
		err = build_held(a, case_id, out);
	if (err == ERR_NONE)
		note_answers(out);
	if (err != ERR_NONE)
		held_free(out);
	return err;
}

void
held_free(struct held_case *h)
{
	for (size_t i = 0; i < h->n; i++)
		content_wipe(&h->item[i].content);
	arena_destroy(&h->arena);
	memset(h, 0, sizeof *h);
}

/* ---- what is closed -------------------------------------------------------------- */

struct unopened {
	struct agent *a;
	const struct worker *w;
	uint64_t *idx;
	unsigned max, n;
};

static enum error_code
note_unopened(void *ctx, const struct mail *m)
{
	struct unopened *u = ctx;
	uint8_t share[32];

	if (u->n == u->max || m->state != MAIL_STORED || m->introduction)
		return ERR_NONE;
	if (!leases_get(u->a->leases, m->idx, u->w->pseudonym,
	    clock_boot(&u->a->clock), share))
		u->idx[u->n++] = m->idx;
	sodium_memzero(share, sizeof share);
	return ERR_NONE;
}

enum error_code
held_unopened(struct agent *a, const struct worker *w,
    const uint8_t case_id[static WIRE_CASE], uint64_t *idx, unsigned max,
    unsigned *n)
{
	struct unopened u = { a, w, idx, max, 0 };
	enum error_code err;

	if (cases_excluded(a, case_id, w->account))
		return ERR_NOTFOUND;
	err = mailbox_list(a, case_id, note_unopened, &u);
	*n = u.n;
	return err;
}
