/*
 * What a record's bytes are, and what is derived from them.
 */
#include "ledger/record.h"

#include <sodium.h>
#include <string.h>

static const char magic[] = "wayleave/1\n";

/* All of the record bytes before the body; always short. */
enum { PREFIX_MAX = sizeof magic + PARTNERSHIP_HEX + 32 +
	WIRE_SIGNER_MAX + WIRE_ID_MAX + 8 };

struct prefix {
	uint8_t b[PREFIX_MAX];
	size_t n;
};

static void
prefix_add(struct prefix *p, const char *text, size_t max)
{
	const size_t n = strnlen(text, max);

	memcpy(p->b + p->n, text, n);
	p->n += n;
}

static void
prefix_line(struct prefix *p, const char *text, size_t max)
{
	prefix_add(p, text, max);
	p->b[p->n++] = '\n';
}

static void
prefix_make(struct prefix *p, const char *partnership, const struct record *r)
{
	p->n = 0;
	prefix_add(p, magic, sizeof magic);
	prefix_line(p, partnership, PARTNERSHIP_HEX);
	prefix_line(p, wire_kind_name(r->kind), 32);
	prefix_line(p, r->signer, WIRE_SIGNER_MAX);
	prefix_line(p, r->cosigner, WIRE_ID_MAX);
}

void
record_partnership(const uint8_t root[static WIRE_KEY],
    char out[static PARTNERSHIP_HEX + 1])
{
	uint8_t hash[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(hash, root, WIRE_KEY);
	hex_encode(out, hash, sizeof hash);
}

void
record_case_id(const char *partnership,
    const uint8_t consent_key[static WIRE_KEY], const char *custodian,
    uint8_t out[static WIRE_CASE])
{
	static const char text[] = "wayleave/1 case\n";
	const uint8_t len = (uint8_t)strnlen(custodian, WIRE_ID_MAX);
	crypto_generichash_state st;

	crypto_generichash_init(&st, NULL, 0, WIRE_CASE);
	crypto_generichash_update(&st, (const uint8_t *)text,
	    sizeof text - 1);
	crypto_generichash_update(&st, (const uint8_t *)partnership,
	    strnlen(partnership, PARTNERSHIP_HEX));
	crypto_generichash_update(&st, consent_key, WIRE_KEY);
	crypto_generichash_update(&st, &len, 1);
	crypto_generichash_update(&st, (const uint8_t *)custodian, len);
	crypto_generichash_final(&st, out, WIRE_CASE);
}

void
record_bytes(const char *partnership, const struct record *r,
    struct buf *out)
{
	struct prefix p;

	prefix_make(&p, partnership, r);
	buf_put(out, p.b, p.n);
	buf_put(out, r->body.data, r->body.n);
}

void
record_hash(const char *partnership, const struct record *r, uint8_t *id,
    struct hash *leaf)
{
	static const uint8_t leaf_mark = 0x00;
	crypto_hash_sha256_state st;
	struct prefix p;

	prefix_make(&p, partnership, r);
	if (id != NULL) {
		crypto_hash_sha256_init(&st);
		crypto_hash_sha256_update(&st, p.b, p.n);
		if (r->body.n > 0)
			crypto_hash_sha256_update(&st, r->body.data, r->body.n);
		crypto_hash_sha256_final(&st, id);
	}
	if (leaf != NULL) {
		crypto_hash_sha256_init(&st);
		crypto_hash_sha256_update(&st, &leaf_mark, 1);
		crypto_hash_sha256_update(&st, p.b, p.n);
		if (r->body.n > 0)
			crypto_hash_sha256_update(&st, r->body.data, r->body.n);
		crypto_hash_sha256_final(&st, leaf->b);
	}
}

void
record_id(const char *partnership, const struct record *r,
    uint8_t id[static WIRE_HASH])
{
	record_hash(partnership, r, id, NULL);
}

void
record_leaf(const char *partnership, const struct record *r,
    struct hash *leaf)
{
	record_hash(partnership, r, NULL, leaf);
}

void
stamp_make(uint64_t ms, const uint8_t random[static 10],
    uint8_t out[static WIRE_STAMP])
{
	for (int i = 0; i < 6; i++)
		out[i] = (uint8_t)(ms >> (40 - 8 * i));
	memcpy(out + 6, random, 10);
}

/* ---- who may sign what ------------------------------------------------------ */

enum signer_form
record_signer_form(const char *signer)
{
	if (strcmp(signer, "root:") == 0)
		return SIGNER_ROOT;
	if (strcmp(signer, "duty:") == 0)
		return SIGNER_DUTY;
	if (strncmp(signer, "case:", 5) == 0)
		return strlen(signer) == 5 + 2 * WIRE_CASE ? SIGNER_CASE :
		    SIGNER_NONE;
	return signer[0] != '\0' && strchr(signer, ':') == NULL ?
	    SIGNER_MEMBER : SIGNER_NONE;
}

/* The table of PROTOCOL "Records"; which member it is, the rules know. */
static const struct {
	unsigned signers;
	bool cosigned;
} may_sign[KIND_END] = {
	[KIND_PARTNERSHIP] = { SIGNER_ROOT, false },
	[KIND_MEMBER] = { SIGNER_ROOT, false },
	[KIND_MEMBER_REVOKED] = { SIGNER_ROOT, false },
	[KIND_MEMBER_SUSPENDED] = { SIGNER_ROOT | SIGNER_DUTY, false },
	[KIND_SEALING_KEY] = { SIGNER_MEMBER, false },
	[KIND_WORKER] = { SIGNER_MEMBER, false },
	[KIND_CASE_OPENED] = { SIGNER_CASE, true },
	[KIND_PHRASES] = { SIGNER_CASE, true },
	[KIND_RESUME] = { SIGNER_CASE, true },
	[KIND_GRANT] = { SIGNER_CASE, true },
	[KIND_ARROW_KEY] = { SIGNER_MEMBER, false },
	[KIND_AUDIT_SHARE] = { SIGNER_MEMBER, false },
	[KIND_WITHDRAWAL] = { SIGNER_CASE | SIGNER_MEMBER, false },
	[KIND_CASE_CLOSED] = { SIGNER_MEMBER | SIGNER_ROOT, false },
	[KIND_STOP] = { SIGNER_MEMBER, false },
	[KIND_SUBMISSION] = { SIGNER_MEMBER, false },
	[KIND_RECALL] = { SIGNER_MEMBER, false },
	[KIND_RECEIPT] = { SIGNER_MEMBER, false },
	[KIND_OPENING] = { SIGNER_MEMBER, false },
	[KIND_CONFLICT_CHECKED] = { SIGNER_MEMBER, false },
	[KIND_MANDATED] = { SIGNER_MEMBER, false },
	[KIND_EXPORT] = { SIGNER_MEMBER, false },
};

static enum error_code
refuse(struct why *why, const char *text)
{
	why_set(why, "%s", text);
	return ERR_REFUSED;
}

/* A consent key signs for its own case and shows its public key. */
static enum error_code
case_signer_ok(const struct record *r, const struct body *b, struct why *why)
{
	char hex[2 * WIRE_CASE + 1];

	if (!b->has_case)
		return refuse(why, "signer: a consent key signs for a case");
	hex_encode(hex, b->case_id, WIRE_CASE);
	if (strcmp(r->signer + 5, hex) != 0)
		return refuse(why, "signer: another case than the body's");
	if (!r->has_key)
		return refuse(why, "key: missing");
	return ERR_NONE;
}

enum error_code
record_signers_ok(const struct record *r, const struct body *b,
    struct why *why)
{
	const enum signer_form form = record_signer_form(r->signer);

	if (r->kind <= KIND_NONE || r->kind >= KIND_END || b->kind != r->kind)
		return refuse(why, "kind: unknown");
	if ((may_sign[r->kind].signers & form) == 0)
		return refuse(why, "signer: may not sign this kind");
	if (may_sign[r->kind].cosigned != (r->cosigner[0] != '\0'))
		return refuse(why, may_sign[r->kind].cosigned ?
		    "cosigner: missing" : "cosigner: this kind has none");
	if (form == SIGNER_CASE)
		return case_signer_ok(r, b, why);
	if ((form == SIGNER_ROOT || form == SIGNER_DUTY) &&
	    (b->cite.size != 0 || b->cite.news != 0))
		return refuse(why, "citation: root and duty key cite nothing");
	return ERR_NONE;
}

/* ---- the header of a message -------------------------------------------------- */

enum error_code
submission_header(const char *sender, const struct body *b, struct buf *out)
{
	const struct wire_submission *s = &b->u.submission;

	if (b->kind != KIND_SUBMISSION || s->n_label < 1 ||
	    s->n_label > WIRE_MESSAGE_LABELS || !b->has_case)
		return ERR_FORMAT;
	buf_put_str(out, "wayleave/1 message\n");
	buf_put_u8(out, (uint8_t)s->suite);
	buf_put(out, b->stamp, WIRE_STAMP);
	buf_put(out, b->case_id, WIRE_CASE);
	buf_put_str8(out, sender);
	buf_put_str8(out, s->recipient);
	buf_put_u64(out, s->epoch);
	buf_put_u64(out, s->created);
	buf_put_u64(out, s->expires);
	buf_put_u32(out, s->padded);
	buf_put(out, s->urgency, sizeof s->urgency);
	buf_put_u8(out, (uint8_t)s->n_label);
	buf_put(out, s->label, (size_t)s->n_label * WIRE_LABEL);
	return buf_ok(out) ? ERR_NONE : ERR_SIZE;
}

enum error_code
submission_hash(const char *sender, const struct body *b,
    uint8_t h[static WIRE_HASH])
{
	enum error_code e;
	struct buf out;

	buf_init(&out, SUBMISSION_HEADER_MAX);
	e = submission_header(sender, b, &out);
	if (e == ERR_NONE)
		crypto_hash_sha256(h, out.data, out.n);
	buf_free(&out);
	return e;
}
