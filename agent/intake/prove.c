/* What is believed of a parcel: signatures, and the ledger's proof. */
#include <stdlib.h>
#include <string.h>

#include "agent/intake/part.h"
#include "agent/outgoing/outgoing.h"
#include "ledger/proof.h"
#include "ledger/range.h"

static enum error_code
member_key(struct agent *a, const char *id, const uint8_t **key,
    struct why *why)
{
	const struct store_member *m;
	enum error_code err = store_member(a->slice, id, &m);

	if (err == ERR_NOTFOUND) {
		strcpy(a->intake->unknown, id);
		why_set(why, "a record is signed by an unknown member");
	}
	if (err == ERR_NONE)
		*key = m->m.sign_key;
	return err;
}

/*
 * What opens a case (or resumes it) comes to a new end of it late, and may be
 * cosigned with a key that its custodian has replaced since.  Then her key,
 * from which the case id follows, is what is believed; the grant that comes
 * after it is cosigned with the key in force.
 */
static bool
older_than_its_key(struct agent *a, const struct entry *e)
{
	const struct store_member *m;

	return e->kind == ENTRY_RECORD && (e->record.kind == KIND_CASE_OPENED ||
	    e->record.kind == KIND_RESUME) && store_member(a->slice,
	    e->record.cosigner, &m) == ERR_NONE && e->index < m->idx;
}

static enum error_code
verify_case_signed(struct agent *a, const struct entry *e, struct why *why)
{
	const char *custodian = e->record.cosigner;
	const uint8_t *cokey = NULL;
	struct store_case c;
	uint8_t id[WIRE_CASE];
	enum error_code err;

	err = store_case(a->slice, e->b.case_id, &c);
	if (err == ERR_NONE &&
	    memcmp(c.consent_key, e->record.key, WIRE_KEY) != 0)
		return ERR_CRYPTO;
	/* a withdrawal has no cosigner: then we know the case already */
	if (custodian[0] == '\0' && err == ERR_NONE)
		custodian = c.custodian;
	else if (err == ERR_NONE || err == ERR_NOTFOUND)
		err = member_key(a, custodian, &cokey, why);
	if (err != ERR_NONE)
		return err;
	record_case_id(a->partnership, e->record.key, custodian, id);
	if (memcmp(id, e->b.case_id, WIRE_CASE) != 0) {
		why_set(why, "a case id does not follow from its key");
		return ERR_CRYPTO;
	}
	err = record_verify(a->partnership, &e->record, e->record.key, cokey,
	    a->intake->cache, NULL, why);
	if (err == ERR_CRYPTO && older_than_its_key(a, e))
		err = record_verify_signer(a->partnership, &e->record,
		    e->record.key, why);
	return err;
}

enum error_code
intake_known(struct agent *a, const struct entry *e, struct why *why)
{
	const struct record *r = &e->record;
	const uint8_t *key;

	if (e->kind != ENTRY_RECORD && e->kind != ENTRY_OPENED)
		return ERR_NONE;
	if (record_signer_form(r->signer) == SIGNER_MEMBER)
		return member_key(a, r->signer, &key, why);
	return r->cosigner[0] != '\0' ? member_key(a, r->cosigner, &key,
	    why) : ERR_NONE;
}

/* Signed with the key of a case of ours alone: a withdrawal. */
static bool
her_own(const struct agent *a, const struct entry *e)
{
	struct store_case c;

	return e->record.cosigner[0] == '\0' &&
	    record_signer_form(e->record.signer) == SIGNER_CASE &&
	    store_case(a->slice, e->b.case_id, &c) == ERR_NONE &&
	    strcmp(c.custodian, a->member) == 0;
}

bool
intake_ours(const struct agent *a, const struct entry *e)
{
	return (e->kind == ENTRY_RECORD || e->kind == ENTRY_OPENED) &&
	    (strcmp(e->record.signer, a->member) == 0 ||
	    strcmp(e->record.cosigner, a->member) == 0 ||
	    her_own(a, e));
}

enum error_code
intake_is_kept(struct agent *a, const struct entry *e, bool *same)
{
	enum wire_kind kind;
	enum error_code err;
	struct buf kept;

	buf_init(&kept, WIRE_RECORD_MAX);
	err = outgoing_record(a, e->b.stamp, &kept, &kind);
	*same = err == ERR_NONE && bytes_equal(buf_view(&kept),
	    e->record.wire);
	buf_free(&kept);
	return err == ERR_NOTFOUND ? ERR_NONE : err;
}

/* Whoever signed the record inside this entry did sign it. */
enum error_code
intake_verify(struct agent *a, const struct entry *e, struct why *why)
{
	const uint8_t *key;
	struct body scratch;
	enum error_code err;

	err = record_signers_ok(&e->record, &e->b, why);
	if (err != ERR_NONE)
		return err;
	switch (record_signer_form(e->record.signer)) {
	case SIGNER_ROOT:
	case SIGNER_DUTY:
		return partnership_signed(a->intake->arena, &a->pship,
		    &e->record, &scratch, why);
	case SIGNER_CASE:
		return verify_case_signed(a, e, why);
	case SIGNER_MEMBER:
		err = member_key(a, e->record.signer, &key, why);
		if (err != ERR_NONE)
			return err;
		return record_verify(a->partnership, &e->record, key, NULL,
		    a->intake->cache, NULL, why);
	default:
		return ERR_FORMAT;
	}
}

/* ---- pieces -------------------------------------------------------------------- */

/* The entry's body: as sent, or rebuilt around our own record. */
static enum error_code
piece_body(struct agent *a, const struct wire_piece *p, struct bytes *out,
    struct why *why)
{
	enum wire_kind kind;
	struct buf record, body;
	enum error_code err;

	/* ours we know: what else it might hold is not believed */
	if ((p->what == PIECE_OWN) != (p->body.n == 0) ||
	    (p->what == PIECE_OWN && !p->has_stamp)) {
		why_set(why, "a piece with a body too many or too few");
		return ERR_FORMAT;
	}
	if (p->what != PIECE_OWN) {
		*out = p->body;
		return ERR_NONE;
	}
	buf_init(&record, WIRE_RECORD_MAX);
	buf_init(&body, ENTRY_BODY_MAX);
	err = outgoing_record(a, p->stamp, &record, &kind);
	if (err == ERR_NOTFOUND)
		why_set(why, "the ledger holds a record in our name that "
		    "this agent did not sign");
	if (err == ERR_NONE)
		err = entry_encode(p->index, p->time, ENTRY_RECORD,
		    buf_view(&record), &body);
	if (err == ERR_NONE) {
		out->n = body.n;
		out->data = arena_dup(a->intake->arena, body.data, body.n);
		err = out->data != NULL ? ERR_NONE : ERR_NOMEM;
	}
	buf_free(&record);
	buf_free(&body);
	return err == ERR_NOTFOUND ? ERR_PROOF : err;
}

enum error_code
intake_take_piece(struct agent *a, const struct wire_piece *p, struct taken *t,
    struct why *why)
{
	uint8_t commitment[HASH_BYTES];
	struct bytes body;
	enum error_code err = piece_body(a, p, &body, why);

	if (err != ERR_NONE)
		return err;
	t->piece = p;
	entry_commitment(body, p->salt, commitment);
	entry_leaf(commitment, &t->leaf);
	err = entry_decode(a->intake->arena, a->partnership, body, p->salt,
	    &t->entry, why);
	if (err != ERR_NONE)
		return err;
	if (t->entry.index != p->index || t->entry.time != p->time) {
		why_set(why, "an entry says another index or time");
		return ERR_PROOF;
	}
	return ERR_NONE;
}

static int
by_index(const void *x, const void *y)
{
	const struct taken *const *a = x, *const *b = y;

	if ((*a)->entry.index == (*b)->entry.index)
		return 0;
	return (*a)->entry.index < (*b)->entry.index ? -1 : 1;
}

/* Range proof for what is new, inclusion paths for what lies below. */
enum error_code
intake_prove(struct agent *a, const struct parcel *p, struct taken *t,
    struct edge *edge, struct why *why)
{
	struct arena *arena = a->intake->arena;
	struct taken **sorted = arena_alloc(arena,
	    (p->n_piece + 1) * sizeof *sorted);
	uint64_t *index = arena_alloc(arena, (p->n_piece + 1) * 8);
	struct hash *leaf = arena_alloc(arena, (p->n_piece + 1) * sizeof *leaf);
	struct hash root;
	enum error_code err = ERR_NONE;
	unsigned n = 0, wanted = 0;

	if (sorted == NULL || index == NULL || leaf == NULL)
		return ERR_NOMEM;
	memcpy(root.b, p->head.root, HASH_BYTES);
	if (p->from != a->edge.size || p->range.n % HASH_BYTES != 0) {
		why_set(why, "a parcel starts from another size than ours");
		return ERR_PROOF;
	}
	for (unsigned i = 0; i < p->n_piece && err == ERR_NONE; i++) {
		if (t[i].entry.index >= p->from) {
			sorted[n++] = &t[i];
			continue;
		}
		if (t[i].piece->path.n % HASH_BYTES != 0)
			return ERR_PROOF;
		err = proof_inclusion_verify(t[i].entry.index, p->head.size,
		    &t[i].leaf, (const struct hash *)t[i].piece->path.data,
		    t[i].piece->path.n / HASH_BYTES, &root);
	}
	qsort(sorted, n, sizeof *sorted, by_index);
	for (unsigned i = 0; i < n; i++) {
		if (wanted > 0 && index[wanted - 1] == sorted[i]->entry.index) {
			if (!hash_equal(&leaf[wanted - 1], &sorted[i]->leaf))
				return ERR_PROOF;
			continue;
		}
		index[wanted] = sorted[i]->entry.index;
		leaf[wanted++] = sorted[i]->leaf;
	}
	if (err == ERR_NONE)
		err = range_advance(edge, p->head.size, index, leaf, wanted,
		    (const struct hash *)p->range.data,
		    p->range.n / HASH_BYTES, &root);
	if (err != ERR_NONE)
		why_set(why, "a parcel's proof does not lead to its checkpoint");
	return err;
}
