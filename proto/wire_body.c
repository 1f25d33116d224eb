/*
 * The bodies of records: one table per kind, all into struct body.
 */
#include "proto/wayleave.pb-c.h"
#include "proto/wire_table.h"

#include <string.h>

/* Every offset is one into struct body; `u` is its union. */
#define B_U32(nm, m, lo, hi) F_U32(nm, struct body, u.m, lo, hi)
#define B_CODE(nm, m) F_CODE(nm, struct body, u.m)
#define B_U64(nm, m) F_U64(nm, struct body, u.m)
#define B_BOOL(nm, m) F_BOOL(nm, struct body, u.m)
#define B_TEXT(nm, m, lo, hi) F_TEXT(nm, struct body, u.m, lo, hi)
#define B_ID(nm, m) F_ID(nm, struct body, u.m)
#define B_FIXED(nm, m, size) F_FIXED(nm, struct body, u.m, size)
#define B_VIEW(nm, ty, m, lo, hi) F_VIEW(nm, ty, struct body, u.m, lo, hi)
#define B_HEAD                                                              \
	F_("head", W_SUB, 0, WIRE_NONE, WIRE_NONE, 1, 1, &head_table)
#define B_CASE                                                              \
	F_("case", W_FIXED, offsetof(struct body, case_id),                 \
	    offsetof(struct body, has_case), WIRE_NONE, WIRE_CASE, WIRE_CASE, \
	    NULL)

enum {
	/* crypto_box_seal's own 48 bytes, 32 that say what it is, and ... */
	BOX_KEY = 48 + 32 + 32,         /* a case key or an arrow key */
	BOX_NAME = 48 + 32 + 128,       /* a padded name */
	TERMS_MIN = 24 + 16 + 32,       /* nonce, tag, the random beginning */
	POLICY_MAX = 4096,
	RETENTION_MAX = 36500,
	KEEP_READ_MAX = 30,
};

/* ---- what all begin with ------------------------------------------------- */

static enum error_code
bad(struct why *why, enum error_code e, const char *text)
{
	why_set(why, "%s", text);
	return e;
}

static bool
is_zero(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] != 0)
			return false;
	}
	return true;
}

static enum error_code
check_citation(const void *plain, struct why *why)
{
	const struct citation *c = plain;

	if (c->news == 0 && !is_zero(c->news_hash, sizeof c->news_hash))
		return bad(why, ERR_FORMAT, "news_hash: not zero before any news");
	return ERR_NONE;
}

static const struct wire_field citation_rows[] = {
	F_NUM("size", W_U64, struct citation, size, 1, WIRE_U64_MAX),
	F_FIXED("root", struct citation, root, WIRE_HASH),
	F_FIXED("signature", struct citation, signature, WIRE_SIG),
	F_U64("news", struct citation, news),
	F_FIXED("news_hash", struct citation, news_hash, WIRE_HASH),
};
WIRE_TABLE(wire_table_citation, "citation",
    wayleave__pb__citation__descriptor, citation_rows, struct citation, 256,
    check_citation);

static const struct wire_field head_rows[] = {
	F_FIXED("stamp", struct body, stamp, WIRE_STAMP),
	F_CITE("citation", struct body, cite),
};
static WIRE_TABLE(head_table, "head", wayleave__pb__head__descriptor,
    head_rows, struct body, 300, NULL);

static const struct wire_field sealed_rows[] = {
	F_ID("to", struct wire_sealed, to),
	F_VIEW("box", W_BYTES, struct wire_sealed, box, BOX_KEY, BOX_NAME),
};
static WIRE_TABLE(sealed_table, "sealed", wayleave__pb__sealed__descriptor,
    sealed_rows, struct wire_sealed, BOX_NAME + 64, NULL);

static enum error_code
check_labels(const uint8_t (*label)[WIRE_LABEL], unsigned n, struct why *why)
{
	for (unsigned i = 1; i < n; i++) {
		if (memcmp(label[i - 1], label[i], WIRE_LABEL) >= 0)
			return bad(why, ERR_FORMAT,
			    "labels: not distinct and in byte order");
	}
	return ERR_NONE;
}

/* ---- who is who ------------------------------------------------------------ */

static const struct wire_field partnership_rows[] = {
	B_HEAD,
	B_U64("serial", partnership.serial),
	B_TEXT("name", partnership.name, 1, WIRE_NAME_MAX),
	B_TEXT("origin", partnership.origin, 1, WIRE_NAME_MAX),
	B_FIXED("log_key", partnership.log_key, WIRE_KEY),
	B_ID("broker", partnership.broker),
	B_FIXED("broker_sign_key", partnership.broker_sign_key, WIRE_KEY),
	B_FIXED("broker_link_key", partnership.broker_link_key, WIRE_KEY),
	F_MANY("addresses", W_TEXTS, struct body, u.partnership.address,
	    u.partnership.n_address, 1, WIRE_ADDRESSES_MAX, NULL),
	B_VIEW("policy", W_LINES, partnership.policy, 0, POLICY_MAX),
	B_U32("freshness_seconds", partnership.freshness_s, 60, 3600),
	B_U32("lease_seconds", partnership.lease_s, 60, 86400),
	B_U32("retention_days", partnership.retention_days, 0, RETENTION_MAX),
	B_U32("keep_read_days", partnership.keep_read_days, 0, KEEP_READ_MAX),
	B_FIXED("roots", partnership.root, 2 * WIRE_KEY),
	B_U32("retired", partnership.retired, 0, 2),
	B_FIXED("duty_key", partnership.duty_key, WIRE_KEY),
};

static const struct wire_field member_rows[] = {
	B_HEAD,
	B_U64("serial", member.serial),
	B_ID("id", member.id),
	B_TEXT("name", member.name, 1, WIRE_NAME_MAX),
	B_U32("agency", member.agency, 0, 16),
	B_U32("roles", member.roles, 0, 31),
	B_BOOL("may_open_cases", member.may_open_cases),
	B_U32("onward_duty", member.onward_duty, 0, 2),
	B_TEXT("languages", member.languages, 0, WIRE_NAME_MAX),
	B_TEXT("duty_phone", member.duty_phone, 0, WIRE_PHONE_MAX),
	B_FIXED("sign_key", member.sign_key, WIRE_KEY),
	B_FIXED("link_key", member.link_key, WIRE_KEY),
	F_MAYBE("terms_key", struct body, u.member.terms_key, WIRE_KEY,
	    u.member.has_terms_key),
	B_U64("valid_from", member.valid_from),
	B_U64("valid_until", member.valid_until),
};

static const struct wire_field standing_rows[] = {
	B_HEAD,
	B_ID("id", standing.id),
	B_CODE("reason", standing.reason),
};

static const struct wire_field sealing_key_rows[] = {
	B_HEAD,
	B_U64("epoch", sealing_key.epoch),
	B_FIXED("key", sealing_key.key, WIRE_KEY),
	B_U64("until", sealing_key.until),
};

static enum error_code
check_boxes(const struct wire_sealed *s, unsigned n, size_t size,
    struct why *why)
{
	for (unsigned i = 0; i < n; i++) {
		if (s[i].box.n != size) {
			why_set(why, "box: %zu bytes, must be %zu",
			    s[i].box.n, size);
			return ERR_SIZE;
		}
	}
	return ERR_NONE;
}

static enum error_code
check_worker(const void *plain, struct why *why)
{
	const struct wire_worker *w = &((const struct body *)plain)->u.worker;

	return check_boxes(w->name, w->n_name, BOX_NAME, why);
}

static const struct wire_field worker_rows[] = {
	B_HEAD,
	B_FIXED("pseudonym", worker.pseudonym, WIRE_PSEUDONYM),
	B_TEXT("role", worker.role, 1, WIRE_ROLE_MAX),
	B_TEXT("team", worker.team, 0, WIRE_ROLE_MAX),
	F_MANY("names", W_ARRAY, struct body, u.worker.name, u.worker.n_name,
	    0, WIRE_AUDITORS_MAX, &sealed_table),
	B_BOOL("ended", worker.ended),
};

/* ---- cases and consent ------------------------------------------------------- */

static enum error_code
check_case_opened(const void *plain, struct why *why)
{
	const struct wire_case_opened *c =
	    &((const struct body *)plain)->u.case_opened;

	return check_boxes(c->key, c->n_key, BOX_KEY, why);
}

static const struct wire_field case_opened_rows[] = {
	B_HEAD,
	B_CASE,
	B_FIXED("consent_key", case_opened.consent_key, WIRE_KEY),
	F_MANY("keys", W_ARRAY, struct body, u.case_opened.key,
	    u.case_opened.n_key, 0, WIRE_AUDITORS_MAX, &sealed_table),
};

static enum error_code
check_phrases(const void *plain, struct why *why)
{
	const struct wire_phrases *p = &((const struct body *)plain)->u.phrases;

	if (memcmp(p->hash[0], p->hash[1], WIRE_HASH) >= 0)
		return bad(why, ERR_FORMAT,
		    "second: not after the first in byte order");
	return ERR_NONE;
}

static const struct wire_field phrases_rows[] = {
	B_HEAD,
	B_CASE,
	B_FIXED("first", phrases.hash[0], WIRE_HASH),
	B_FIXED("second", phrases.hash[1], WIRE_HASH),
};

static const struct wire_field resume_rows[] = {
	B_HEAD,
	B_CASE,
	B_U64("stop", resume.stop),
	B_FIXED("phrases", resume.phrases, WIRE_HASH),
};

static enum error_code
check_grant(const void *plain, struct why *why)
{
	const struct wire_grant *g = &((const struct body *)plain)->u.grant;

	return check_labels(g->label, WIRE_GRANT_LABELS, why);
}

static const struct wire_field grant_rows[] = {
	B_HEAD,
	B_CASE,
	B_ID("sender", grant.sender),
	B_ID("recipient", grant.recipient),
	B_FIXED("labels", grant.label, WIRE_GRANT_LABELS * WIRE_LABEL),
	B_U64("from", grant.from),
	B_U64("until", grant.until),
	B_BOOL("introduction", grant.introduction),
	B_U32("keep_read_days", grant.keep_read_days, 0, KEEP_READ_MAX),
	B_FIXED("worker", grant.worker, WIRE_PSEUDONYM),
	F_MAYBE("waiver", struct body, u.grant.waiver, WIRE_PSEUDONYM,
	    u.grant.has_waiver),
	B_FIXED("terms_hash", grant.terms_hash, WIRE_HASH),
	B_VIEW("terms", W_BYTES, grant.terms, TERMS_MIN, WIRE_TERMS_MAX),
};

static const struct wire_field arrow_key_rows[] = {
	B_HEAD,
	B_CASE,
	B_ID("sender", arrow_key.sender),
	B_ID("recipient", arrow_key.recipient),
	B_ID("to", arrow_key.to),
	B_U64("epoch", arrow_key.epoch),
	B_VIEW("box", W_BYTES, arrow_key.box, BOX_KEY, BOX_KEY),
};

static const struct wire_field audit_share_rows[] = {
	B_HEAD,
	B_CASE,
	B_ID("auditor", audit_share.auditor),
	B_VIEW("box", W_BYTES, audit_share.box, BOX_KEY, BOX_KEY),
};

static enum error_code
check_withdrawal(const void *plain, struct why *why)
{
	const struct wire_withdrawal *w =
	    &((const struct body *)plain)->u.withdrawal;

	if (w->all != is_zero(w->grant, sizeof w->grant))
		return bad(why, ERR_FORMAT,
		    "grant: named exactly when not all are withdrawn");
	return ERR_NONE;
}

static const struct wire_field withdrawal_rows[] = {
	B_HEAD,
	B_CASE,
	B_BOOL("all", withdrawal.all),
	F_ZERO("grant", struct body, u.withdrawal.grant, WIRE_HASH),
	B_U32("method", withdrawal.method, 0, HEARD_END - 1),
};

static const struct wire_field case_closed_rows[] = {
	B_HEAD,
	B_CASE,
	B_CODE("reason", case_closed.reason),
};

static const struct wire_field stop_rows[] = {
	B_HEAD,
	B_FIXED("token", stop.token, WIRE_HASH),
};

/* ---- messages ------------------------------------------------------------------ */

static enum error_code
check_submission(const void *plain, struct why *why)
{
	const struct wire_submission *s =
	    &((const struct body *)plain)->u.submission;

	if (s->padded != 1024 && s->padded != 4096 && s->padded != 16384 &&
	    s->padded != 65536)
		return bad(why, ERR_SIZE,
		    "padded: not 1024, 4096, 16384 or 65536");
	return check_labels(s->label, s->n_label, why);
}

static const struct wire_field submission_rows[] = {
	B_HEAD,
	B_CASE,
	B_U32("suite", submission.suite, WIRE_SUITE, WIRE_SUITE),
	B_ID("recipient", submission.recipient),
	B_U64("epoch", submission.epoch),
	B_U64("created", submission.created),
	B_U64("expires", submission.expires),
	B_U32("padded", submission.padded, 1024, 65536),
	B_FIXED("urgency", submission.urgency, 16),
	F_MANY("labels", W_LABELS, struct body, u.submission.label,
	    u.submission.n_label, WIRE_LABEL, WIRE_MESSAGE_LABELS * WIRE_LABEL,
	    NULL),
	B_FIXED("sealed", submission.sealed, WIRE_SEALED_SHARE),
	B_FIXED("share_commitment", submission.share_commitment, WIRE_HASH),
	B_FIXED("key_commitment", submission.key_commitment, WIRE_HASH),
	B_FIXED("ciphertext_hash", submission.ciphertext_hash, WIRE_HASH),
};

static const struct wire_field recall_rows[] = {
	B_HEAD,
	B_CASE,
	B_FIXED("message", recall.message, WIRE_STAMP),
	B_CODE("reason", recall.reason),
};

static enum error_code
check_receipt(const void *plain, struct why *why)
{
	const struct wire_receipt *r = &((const struct body *)plain)->u.receipt;

	for (unsigned i = 1; i < r->n; i++) {
		if (r->line[i].message <= r->line[i - 1].message)
			return bad(why, ERR_FORMAT,
			    "lines: not in growing order");
	}
	return ERR_NONE;
}

static const struct wire_field receipt_line_rows[] = {
	F_U64("message", struct wire_receipt_line, message),
	F_CODE("outcome", struct wire_receipt_line, outcome),
};
static WIRE_TABLE(receipt_line_table, "line",
    wayleave__pb__receipt_line__descriptor, receipt_line_rows,
    struct wire_receipt_line, 24, NULL);

static const struct wire_field receipt_rows[] = {
	B_HEAD,
	B_CASE,
	F_MANY("lines", W_LIST, struct body, u.receipt.line, u.receipt.n, 1,
	    WIRE_RECEIPT_MAX, &receipt_line_table),
};

static const struct wire_field opening_rows[] = {
	B_HEAD,
	B_CASE,
	B_FIXED("worker", opening.worker, WIRE_PSEUDONYM),
	B_TEXT("role", opening.role, 1, WIRE_ROLE_MAX),
	F_MANY("messages", W_U64S, struct body, u.opening.message,
	    u.opening.n, 1, WIRE_OPENING_MAX, NULL),
};

static const struct wire_field conflict_checked_rows[] = {
	B_HEAD,
	B_CASE,
	B_U64("introduction", conflict_checked.introduction),
	B_FIXED("worker", conflict_checked.worker, WIRE_PSEUDONYM),
};

static const struct wire_field mandated_rows[] = {
	B_HEAD,
	B_CASE,
	B_ID("to", mandated.to),
	B_CODE("ground", mandated.ground),
	B_CODE("told", mandated.told),
	B_CODE("why", mandated.why),
};

static const struct wire_field export_rows[] = {
	B_HEAD,
	B_CASE,
	B_FIXED("worker", export.worker, WIRE_PSEUDONYM),
	B_ID("to", export.to),
	B_CODE("why", export.why),
	F_MANY("messages", W_U64S, struct body, u.export.message, u.export.n,
	    1, WIRE_OPENING_MAX, NULL),
};

/* ---- kind -> table --------------------------------------------------------------- */

/* X(kind, message of the schema, rows, check) */
#define BODY_TABLE(X)                                                       \
	X(KIND_PARTNERSHIP, partnership, partnership_rows, NULL)            \
	X(KIND_MEMBER, member, member_rows, NULL)                           \
	X(KIND_MEMBER_REVOKED, member_revoked, standing_rows, NULL)         \
	X(KIND_MEMBER_SUSPENDED, member_suspended, standing_rows, NULL)     \
	X(KIND_SEALING_KEY, sealing_key, sealing_key_rows, NULL)            \
	X(KIND_WORKER, worker, worker_rows, check_worker)                   \
	X(KIND_CASE_OPENED, case_opened, case_opened_rows, check_case_opened) \
	X(KIND_PHRASES, phrases, phrases_rows, check_phrases)               \
	X(KIND_RESUME, resume, resume_rows, NULL)                           \
	X(KIND_GRANT, grant, grant_rows, check_grant)                       \
	X(KIND_ARROW_KEY, arrow_key, arrow_key_rows, NULL)                  \
	X(KIND_AUDIT_SHARE, audit_share, audit_share_rows, NULL)            \
	X(KIND_WITHDRAWAL, withdrawal, withdrawal_rows, check_withdrawal)   \
	X(KIND_CASE_CLOSED, case_closed, case_closed_rows, NULL)            \
	X(KIND_STOP, stop, stop_rows, NULL)                                 \
	X(KIND_SUBMISSION, submission, submission_rows, check_submission)   \
	X(KIND_RECALL, recall, recall_rows, NULL)                           \
	X(KIND_RECEIPT, receipt, receipt_rows, check_receipt)               \
	X(KIND_OPENING, opening, opening_rows, NULL)                        \
	X(KIND_CONFLICT_CHECKED, conflict_checked, conflict_checked_rows, NULL) \
	X(KIND_MANDATED, mandated, mandated_rows, NULL)                     \
	X(KIND_EXPORT, export, export_rows, NULL)

#define X(kind, message, rows, check)                                       \
	static WIRE_TABLE(message##_table, #message,                        \
	    wayleave__pb__##message##__descriptor, rows, struct body,       \
	    WIRE_BODY_MAX, check);
BODY_TABLE(X)
#undef X

const struct wire_table *const wire_tables_body[] = {
#define X(kind, message, rows, check) [kind - 1] = &message##_table,
	BODY_TABLE(X)
#undef X
	NULL
};

enum error_code
wire_body_decode(struct arena *a, const struct record *r, struct body *out,
    struct why *why)
{
	enum error_code e;

	if (r->kind <= KIND_NONE || r->kind >= KIND_END)
		return bad(why, ERR_FORMAT, "kind: unknown");
	e = wire_decode(wire_tables_body[r->kind - 1], a, r->body, out, why);
	out->kind = r->kind;
	return e;
}

enum error_code
wire_body_encode(const struct body *b, struct buf *out)
{
	if (b->kind <= KIND_NONE || b->kind >= KIND_END)
		return ERR_FORMAT;
	return wire_encode(wire_tables_body[b->kind - 1], b, out);
}
