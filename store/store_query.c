/* Questions about members, cases and messages. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "store/store_impl.h"

static void
copy_id(char out[static WIRE_ID_MAX + 1], const char *id)
{
	size_t n = strlen(id);

	if (n > WIRE_ID_MAX)
		n = 0;
	memcpy(out, id, n);
	out[n] = '\0';
}

/* ---- retries ------------------------------------------------------------- */

enum error_code
seen_signer(struct store *s, const char *signer, bool intern,
    uint8_t out[static SEEN_SIGNER_MAX], size_t *n)
{
	struct member_slot *m;
	enum error_code e = ERR_NONE;

	if (strcmp(signer, "root:") == 0 || strcmp(signer, "duty:") == 0) {
		out[0] = (uint8_t)signer[0];
		*n = 1;
		return ERR_NONE;
	}
	if (strncmp(signer, "case:", 5) == 0) {
		out[0] = 'c';
		*n = 1 + WIRE_CASE;
		return hex_decode(out + 1, WIRE_CASE, signer + 5) ? ERR_NONE :
		    ERR_FORMAT;
	}
	m = roster_find(s, signer);
	if (m == NULL && intern)
		e = roster_intern(s, signer, &m);
	if (e != ERR_NONE || m == NULL)
		return e != ERR_NONE ? e : ERR_NOTFOUND;
	out[0] = 'm';
	put_be32(out + 1, m->no);
	*n = 5;
	return ERR_NONE;
}

bool
seen_in_force(const struct store *s, const struct seen_row *r)
{
	return r->kept || s->head.time < SEEN_DAYS * DAY_MS ||
	    wire_stamp_ms(r->stamp) >= s->head.time - SEEN_DAYS * DAY_MS;
}

enum error_code
store_seen(struct store *s, const char *signer,
    const uint8_t stamp[static WIRE_STAMP], const uint8_t id[static WIRE_HASH],
    struct store_seen *out)
{
	uint8_t key[SEEN_SIGNER_MAX];
	size_t n;
	struct seen_row r;
	bool found;
	enum error_code e = seen_signer(s, signer, false, key, &n);

	*out = (struct store_seen){ 0 };
	if (e != ERR_NONE)
		return e == ERR_NOTFOUND ? s->failed : e;
	e = rows_seen_get(s, stamp, key, n, &r, &found);
	if (e != ERR_NONE || !found || !seen_in_force(s, &r))
		return e;
	out->found = true;
	out->same = memcmp(r.record, id, WIRE_HASH) == 0;
	out->outcome = (uint32_t)r.outcome;
	out->idx = r.idx;
	return ERR_NONE;
}

/* ---- members ------------------------------------------------------------- */

enum error_code
store_partnership(struct store *s, const struct wire_partnership **out)
{
	*out = s->has_partnership ? &s->partnership : NULL;
	if (s->failed != ERR_NONE)
		return s->failed;
	return s->has_partnership ? ERR_NONE : ERR_NOTFOUND;
}

enum error_code
store_member(struct store *s, const char *id, const struct store_member **out)
{
	const struct member_slot *m = roster_find(s, id);

	*out = NULL;
	if (s->failed != ERR_NONE)
		return s->failed;
	if (m == NULL || !m->known)
		return ERR_NOTFOUND;
	*out = &m->m;
	return ERR_NONE;
}

enum error_code
store_members(struct store *s, store_visit_member *visit, void *ctx)
{
	enum error_code e = s->failed;

	for (size_t i = 0; i < s->roster.n && e == ERR_NONE; i++)
		if (s->roster.slot[i]->known)
			e = visit(ctx, &s->roster.slot[i]->m);
	return e;
}

struct visiting_case {
	store_visit_case *visit;
	void *ctx;
};

static enum error_code
visit_case(void *ctx, const struct cell *c, bool *stop)
{
	const struct visiting_case *v = ctx;

	(void)stop;
	return c[1].b.n == WIRE_CASE ? v->visit(v->ctx, c[1].b.data) :
	    ERR_FORMAT;
}

enum error_code
store_cases_of(struct store *s, const char *member, store_visit_case *visit,
    void *ctx)
{
	const struct member_slot *m = roster_find(s, member);
	struct visiting_case v = { visit, ctx };
	struct cell bound;

	if (m == NULL)
		return s->failed;
	bound = cell_u(m->no);
	return rows_scan(s, S_PARTY_OF, &bound, visit_case, &v);
}

enum error_code
store_key_owner(struct store *s, const uint8_t key[static WIRE_KEY],
    char id[static WIRE_ID_MAX + 1])
{
	const struct cell k = cell_b(key, WIRE_KEY);
	struct cell c[CELLS_MAX];
	bool found;
	enum error_code e = rows_get(s, T_KEY, &k, c, &found);

	if (e != ERR_NONE || !found)
		return e != ERR_NONE ? e : ERR_NOTFOUND;
	copy_id(id, roster_id(s, c[0].u));
	rows_done(s);
	return ERR_NONE;
}

/* The newest key is asked for with every submission. */
static enum error_code
read_newest(struct store *s, struct member_slot *m)
{
	struct sealing_row r;
	bool found;
	enum error_code e;

	if (m->sealing_read)
		return ERR_NONE;
	e = rows_sealing_get(s, m->no, m->m.epoch, &r, &found);
	if (e != ERR_NONE)
		return e;
	m->sealing_read = true;
	m->sealing_found = found && !r.ended;
	if (found) {
		m->sealing = r.k;
		m->announced = r.announced;
		m->sealing_idx = r.idx;
	}
	return ERR_NONE;
}

enum error_code
store_sealing(struct store *s, const char *member, uint64_t epoch,
    struct wire_sealing_key *out, uint64_t *announced, uint64_t *idx)
{
	struct member_slot *m = roster_find(s, member);
	struct sealing_row r;
	bool found;
	enum error_code e;

	if (m == NULL)
		return s->failed != ERR_NONE ? s->failed : ERR_NOTFOUND;
	if (epoch == 0 || epoch == m->m.epoch) {
		e = read_newest(s, m);
		if (e != ERR_NONE || !m->sealing_found)
			return e != ERR_NONE ? e : ERR_NOTFOUND;
		*out = m->sealing;
		*announced = m->announced;
		*idx = m->sealing_idx;
		return s->failed;
	}
	e = rows_sealing_get(s, m->no, epoch, &r, &found);
	if (e != ERR_NONE || !found || r.ended)
		return e != ERR_NONE ? e : ERR_NOTFOUND;
	*out = r.k;
	*announced = r.announced;
	*idx = r.idx;
	return ERR_NONE;
}

enum error_code
store_worker(struct store *s, const char *member,
    const uint8_t pseudonym[static WIRE_PSEUDONYM], bool *ended, uint64_t *idx)
{
	const struct member_slot *m = roster_find(s, member);
	struct cell k[2], c[CELLS_MAX];
	bool found;
	enum error_code e;

	if (m == NULL)
		return s->failed != ERR_NONE ? s->failed : ERR_NOTFOUND;
	k[0] = cell_u(m->no);
	k[1] = cell_b(pseudonym, WIRE_PSEUDONYM);
	e = rows_get(s, T_WORKER, k, c, &found);
	if (e != ERR_NONE || !found)
		return e != ERR_NONE ? e : ERR_NOTFOUND;
	*ended = c[0].u != 0;
	*idx = c[1].u;
	rows_done(s);
	return ERR_NONE;
}

static enum error_code
has_row(struct store *s, enum table t, const char *member, const uint8_t *id,
    bool *out)
{
	const struct member_slot *m = roster_find(s, member);
	struct cell k[2], c[CELLS_MAX];
	enum error_code e;

	*out = false;
	if (m == NULL)
		return s->failed;
	k[0] = cell_u(m->no);
	k[1] = cell_b(id, 16);
	e = rows_get(s, t, k, c, out);
	rows_done(s);
	return e;
}

enum error_code
store_conflict_checked(struct store *s, const char *member,
    const uint8_t case_id[static WIRE_CASE], bool *out)
{
	return has_row(s, T_CHECKED, member, case_id, out);
}

enum error_code
store_recalled(struct store *s, const char *sender,
    const uint8_t id[static WIRE_STAMP], bool *out)
{
	return has_row(s, T_RECALLED, sender, id, out);
}

/* ---- messages ------------------------------------------------------------ */

/* The end of the last grant that covered it, by its keep_read_days. */
static uint64_t
read_until(const struct message_row *m, const struct grant *g, unsigned n)
{
	const struct grant *last = NULL;

	for (unsigned i = 0; i < n; i++) {
		if (!rules_labels_cover(g[i].label, WIRE_GRANT_LABELS, m->label,
		    m->n_label))
			continue;
		if (g[i].ended_by != ENDED_NOT)
			return 0;
		if (last == NULL || g[i].until >= last->until)
			last = &g[i];
	}
	return last == NULL ? 0 : last->until + last->keep_read_days *
	    (uint64_t)DAY_MS;
}

static enum error_code
message_out(struct store *s, const struct message_row *r,
    struct store_message *out)
{
	struct grant g[RULES_GRANTS_MAX];
	unsigned n = 0;
	enum error_code e = query_leaves(s, r->kase, r->sender, r->recipient, g,
	    &n);

	if (e != ERR_NONE)
		return e;
	memset(out, 0, sizeof *out);
	out->idx = r->idx;
	out->delivered_idx = r->delivered;
	out->grant_idx = r->leave;
	out->opened_idx = r->opened;
	out->state = r->state;
	memcpy(out->case_id, r->kase, WIRE_CASE);
	memcpy(out->id, r->id, WIRE_STAMP);
	copy_id(out->sender, roster_id(s, r->sender));
	copy_id(out->recipient, roster_id(s, r->recipient));
	out->created = r->created;
	out->expires = r->expires;
	memcpy(out->label, r->label, r->n_label * (size_t)WIRE_LABEL);
	out->n_label = r->n_label;
	out->read_until = read_until(r, g, n);
	out->closes_at = rules_message_closes(g, n, r->label, r->n_label,
	    r->idx);
	return ERR_NONE;
}

enum error_code
store_message(struct store *s, uint64_t idx, struct store_message *out)
{
	struct message_row r;
	bool found;
	enum error_code e = cache_message_get(s, idx, &r, &found);

	if (e != ERR_NONE || !found)
		return e != ERR_NONE ? e : ERR_NOTFOUND;
	return message_out(s, &r, out);
}

/* The way from stamp and signer to the entry is `seen`: no index beside it. */
enum error_code
store_message_by_id(struct store *s, const char *sender,
    const uint8_t id[static WIRE_STAMP], struct store_message *out)
{
	uint8_t key[SEEN_SIGNER_MAX];
	size_t n;
	struct seen_row seen;
	struct message_row r;
	bool found;
	enum error_code e = seen_signer(s, sender, false, key, &n);

	if (e == ERR_NONE)
		e = rows_seen_get(s, id, key, n, &seen, &found);
	if (e != ERR_NONE || !found)
		return e != ERR_NONE ? e : ERR_NOTFOUND;
	e = cache_message_get(s, seen.idx, &r, &found);
	if (e != ERR_NONE || !found || memcmp(r.id, id, WIRE_STAMP) != 0 ||
	    strcmp(roster_id(s, r.sender), sender) != 0)
		return e != ERR_NONE ? e : ERR_NOTFOUND;
	return message_out(s, &r, out);
}
