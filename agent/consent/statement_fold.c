#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "agent/cases/entries.h"
#include "agent/keyring.h"
#include "agent/consent/statement.h"
#include "keys/arrow.h"

enum { LINES_MAX = 200000 };

/* A message sent in the case, delivered or not. */
struct sent {
	uint64_t idx;
	size_t line;                    /* its delivery, + 1; 0: none yet */
	char from[WIRE_ID_MAX + 1], to[WIRE_ID_MAX + 1];
	scope_set scopes;
};

struct folding {
	struct agent *a;
	const uint8_t *case_id;
	struct statement *s;
	struct sent *sent;
	size_t n, cap;
	enum error_code err;
};

/* ---- rooms ------------------------------------------------------------- */

static struct statement_line *
add(struct folding *f, enum statement_what what, const struct entry *e)
{
	struct statement *s = f->s;
	struct statement_line *grown;

	if (s->n == s->cap) {
		s->cap = s->cap == 0 ? 256 : 2 * s->cap;
		grown = s->cap > LINES_MAX ? NULL :
		    realloc(s->line, s->cap * sizeof *grown);
		if (grown == NULL) {
			f->err = ERR_NOMEM;
			s->cap = s->n;
			return NULL;
		}
		s->line = grown;
	}
	memset(&s->line[s->n], 0, sizeof s->line[0]);
	s->line[s->n].what = what;
	s->line[s->n].idx = e->index;
	s->line[s->n].at = e->time;
	return &s->line[s->n++];
}

static struct sent *
add_sent(struct folding *f)
{
	struct sent *grown;

	if (f->n == f->cap) {
		f->cap = f->cap == 0 ? 256 : 2 * f->cap;
		grown = f->cap > LINES_MAX ? NULL :
		    realloc(f->sent, f->cap * sizeof *grown);
		if (grown == NULL) {
			f->err = ERR_NOMEM;
			f->cap = f->n;
			return NULL;
		}
		f->sent = grown;
	}
	memset(&f->sent[f->n], 0, sizeof f->sent[0]);
	return &f->sent[f->n++];
}

/* Entries come in order, so the list is sorted. */
static struct sent *
find_sent(struct folding *f, uint64_t idx)
{
	size_t lo = 0, hi = f->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (f->sent[mid].idx < idx)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < f->n && f->sent[lo].idx == idx ? &f->sent[lo] : NULL;
}

static void
copy_ends(struct statement_line *l, const char *from, const char *to)
{
	memcpy(l->from, from, strlen(from) + 1);
	memcpy(l->to, to, strlen(to) + 1);
}

/* ---- what a message is about ------------------------------------------- */

/*
 * Her custodian holds the key of every arrow, so the labels of a message say
 * which parts it was of; nobody else on the way could tell.
 */
static scope_set
scopes_of(struct folding *f, const char *from, const char *to,
    const uint8_t (*label)[WIRE_LABEL], unsigned n)
{
	const struct vocabulary_code *pu = NULL;
	uint8_t key[ARROW_KEY], one[ARROW_LABEL];
	scope_set found = 0;

	if (keyring_arrow(f->a, f->case_id, from, to, key) != ERR_NONE)
		return 0;
	while ((pu = vocabulary_next(GROUP_PU, pu)) != NULL)
		for (int s = SCOPE_NONE + 1; s < SCOPE_END; s++) {
			arrow_label(key, vocabulary_scope_name(
			    (enum vocabulary_scope)s), pu->id, one);
			for (unsigned i = 0; i < n; i++)
				if (memcmp(one, label[i], sizeof one) == 0)
					found |= SCOPE_BIT(s);
		}
	sodium_memzero(key, sizeof key);
	return found;
}

/* ---- entries ----------------------------------------------------------- */

static void
on_submission(struct folding *f, const struct entry *e)
{
	const struct wire_submission *m = &e->b.u.submission;
	struct sent *s = add_sent(f);

	if (s == NULL)
		return;
	s->idx = e->index;
	strcpy(s->from, e->record.signer);
	strcpy(s->to, m->recipient);
	s->scopes = scopes_of(f, s->from, s->to,
	    (const uint8_t (*)[WIRE_LABEL])m->label, m->n_label);
}

static void
on_delivered(struct folding *f, const struct entry *e)
{
	struct sent *s = find_sent(f, e->u.delivered.message);
	struct statement_line *l;

	if (s == NULL || (l = add(f, STATEMENT_DELIVERY, e)) == NULL)
		return;
	l->message = s->idx;
	l->grant = e->u.delivered.grant;
	l->scopes = s->scopes;
	copy_ends(l, s->from, s->to);
	s->line = f->s->n;
}

static void
on_opened(struct folding *f, const struct entry *e)
{
	const struct wire_opening *o = &e->b.u.opening;

	for (unsigned i = 0; i < e->u.opened.n && i < o->n; i++) {
		struct sent *s = find_sent(f, o->message[i]);
		struct statement_line *l;

		if (e->u.opened.line[i].rule != RULE_ADMIT || s == NULL ||
		    s->line == 0)
			continue;
		l = &f->s->line[s->line - 1];
		if (l->n_opened < STATEMENT_OPENINGS) {
			l->opened[l->n_opened].at = e->time;
			memcpy(l->opened[l->n_opened].role, o->role,
			    sizeof o->role);
		}
		l->n_opened++;
	}
}

static void
on_dropped(struct folding *f, const struct entry *e)
{
	struct sent *s = find_sent(f, e->u.dropped.message);
	struct statement_line *l;

	if (s == NULL || (l = add(f, STATEMENT_DROPPED, e)) == NULL)
		return;
	l->message = s->idx;
	l->code = e->u.dropped.why;
	l->scopes = s->scopes;
	copy_ends(l, s->from, s->to);
}

/* Only what would have told somebody something: messages and openings. */
static void
on_refused(struct folding *f, const struct entry *e)
{
	const struct wire_submission *m = &e->b.u.submission;
	struct statement_line *l;
	struct sent *s;

	if (e->record.kind != KIND_SUBMISSION &&
	    e->record.kind != KIND_OPENING)
		return;
	l = add(f, STATEMENT_REFUSED, e);
	if (l == NULL)
		return;
	l->code = e->u.refused.rule;
	if (e->record.kind == KIND_SUBMISSION) {
		copy_ends(l, e->record.signer, m->recipient);
		l->scopes = scopes_of(f, l->from, l->to,
		    (const uint8_t (*)[WIRE_LABEL])m->label, m->n_label);
		return;
	}
	/* an opening: somebody wanted to read what was delivered */
	strcpy(l->to, e->record.signer);
	l->message = e->u.refused.message;
	s = find_sent(f, e->u.refused.message);
	if (s != NULL) {
		copy_ends(l, s->from, s->to);
		l->scopes = s->scopes;
	}
}

static void
on_grant(struct folding *f, const struct entry *e)
{
	const struct wire_grant *g = &e->b.u.grant;
	struct statement_line *l = add(f, STATEMENT_PERMISSION, e);

	if (l == NULL)
		return;
	l->grant = e->index;
	l->until = g->until;
	copy_ends(l, g->sender, g->recipient);
	l->scopes = scopes_of(f, g->sender, g->recipient,
	    (const uint8_t (*)[WIRE_LABEL])g->label, WIRE_GRANT_LABELS);
}

static void
on_outside(struct folding *f, const struct entry *e)
{
	const bool export = e->record.kind == KIND_EXPORT;
	struct statement_line *l = add(f, export ? STATEMENT_EXPORT :
	    STATEMENT_OUTSIDE, e);

	if (l == NULL)
		return;
	copy_ends(l, e->record.signer, export ? e->b.u.export.to :
	    e->b.u.mandated.to);
	l->code = export ? e->b.u.export.n : e->b.u.mandated.ground;
	l->told = export ? 0 : e->b.u.mandated.told;
}

static uint64_t
grant_named(struct folding *f, const uint8_t id[static WIRE_HASH])
{
	struct grant g;
	struct store_arrow arrow;
	uint8_t case_id[WIRE_CASE];
	bool withdrawn;

	return store_grant_named(f->a->slice, id, &g, &arrow, case_id,
	    &withdrawn) == ERR_NONE ? g.idx : 0;
}

static void
on_withdrawal(struct folding *f, const struct entry *e)
{
	struct statement_line *l = add(f, STATEMENT_WITHDRAWN, e);
	const struct statement_line *p;

	if (l == NULL || e->b.u.withdrawal.all)
		return;
	l->grant = grant_named(f, e->b.u.withdrawal.grant);
	for (size_t i = 0; l->grant != 0 && i < f->s->n; i++) {
		p = &f->s->line[i];
		if (p->what == STATEMENT_PERMISSION && p->grant == l->grant)
			copy_ends(l, p->from, p->to);
	}
}

static void
on_record(struct folding *f, const struct entry *e)
{
	switch (e->record.kind) {
	case KIND_SUBMISSION:
		on_submission(f, e);
		break;
	case KIND_GRANT:
		on_grant(f, e);
		break;
	case KIND_MANDATED:
	case KIND_EXPORT:
		on_outside(f, e);
		break;
	case KIND_WITHDRAWAL:
		on_withdrawal(f, e);
		break;
	case KIND_RESUME:
		(void)add(f, STATEMENT_RESUMED, e);
		break;
	case KIND_CASE_CLOSED:
		(void)add(f, STATEMENT_CLOSED, e);
		break;
	case KIND_RECALL: {
		struct statement_line *l = add(f, STATEMENT_RECALLED, e);

		if (l != NULL) {
			strcpy(l->from, e->record.signer);
			l->code = e->b.u.recall.reason;
		}
		break;
	}
	default:
		break;
	}
}

static enum error_code
fold_entry(void *ctx, const struct entry *e)
{
	struct folding *f = ctx;

	switch (e->kind) {
	case ENTRY_RECORD:
		on_record(f, e);
		break;
	case ENTRY_DELIVERED:
		on_delivered(f, e);
		break;
	case ENTRY_OPENED:
		on_opened(f, e);
		break;
	case ENTRY_DROPPED:
		on_dropped(f, e);
		break;
	case ENTRY_REFUSED:
		on_refused(f, e);
		break;
	case ENTRY_FROZEN:
		(void)add(f, STATEMENT_STOPPED, e);
		break;
	default:
		break;
	}
	return f->err;
}

enum error_code
statement_fold(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    struct statement *out)
{
	struct folding f = { .a = a, .case_id = case_id, .s = out };
	enum error_code err;

	memset(out, 0, sizeof *out);
	err = cases_entries(a, case_id, fold_entry, &f);
	free(f.sent);
	if (err != ERR_NONE)
		statement_free(out);
	return err;
}

void
statement_free(struct statement *s)
{
	free(s->line);
	memset(s, 0, sizeof *s);
}
