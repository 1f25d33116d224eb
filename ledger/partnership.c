#include "ledger/partnership.h"

#include <string.h>

#include "keys/identity.h"

static enum error_code
refuse(struct why *why, const char *text)
{
	why_set(why, "%s", text);
	return ERR_REFUSED;
}

/* The record with all its bytes in `a`, whatever becomes of the original. */
static enum error_code
keep(struct arena *a, const struct record *r, struct record *out,
    struct why *why)
{
	enum error_code error;
	struct bytes wire = r->wire;
	struct buf made;

	buf_init(&made, RECORD_FILE_MAX);
	if (wire.n == 0) {
		error = wire_record_encode(r, &made);
		if (error != ERR_NONE)
			goto out;
		wire = buf_view(&made);
	}
	wire.data = arena_dup(a, wire.data, wire.n);
	error = wire.data == NULL ? ERR_NOMEM :
	    wire_record_decode(a, wire, out, why);
out:
	buf_free(&made);
	return error;
}

unsigned
partnership_roots(const struct wire_partnership *p,
    uint8_t out[2][WIRE_KEY])
{
	unsigned n = 0;

	for (unsigned i = 0; i < 2; i++)
		if (p->retired != i + 1)
			memcpy(out[n++], p->root[i], WIRE_KEY);
	return n;
}

/* ERR_CRYPTO unless one of these keys signed it; says which. */
static enum error_code
signed_by(const char *id, const struct record *r,
    uint8_t (*key)[WIRE_KEY], unsigned n, unsigned *which,
    struct why *why)
{
	enum error_code error = ERR_CRYPTO;

	why_set(why, "no key in force could have signed it");
	for (unsigned i = 0; i < n; i++) {
		error = record_verify(id, r, key[i], NULL, NULL, NULL, why);
		if (error == ERR_NONE) {
			*which = i;
			return ERR_NONE;
		}
	}
	return error;
}

/* Every key is one that both sides of a link agree on, and none is two. */
static enum error_code
keys_ok(const struct wire_partnership *p, struct why *why)
{
	const uint8_t *sign[] = { p->root[0], p->root[1], p->duty_key,
	    p->log_key, p->broker_sign_key };
	const size_t n = sizeof sign / sizeof *sign;

	for (size_t i = 0; i < n; i++) {
		if (!identity_sign_key_ok(sign[i]))
			return refuse(why, "partnership: one of its signing "
			    "keys is none");
		for (size_t j = 0; j < i; j++)
			if (memcmp(sign[i], sign[j], WIRE_KEY) == 0)
				return refuse(why, "partnership: one key "
				    "serves two purposes");
	}
	if (!identity_box_key_ok(p->broker_link_key))
		return refuse(why, "partnership: broker_link_key is none");
	return ERR_NONE;
}

/* Decodes a `partnership` record and looks at what it says by itself. */
static enum error_code
take(struct arena *a, const struct record *r, struct wire_partnership *out,
    struct why *why)
{
	enum error_code error;
	struct body *b = arena_alloc(a, sizeof *b);

	if (b == NULL)
		return ERR_NOMEM;
	error = wire_body_decode(a, r, b, why);
	if (error != ERR_NONE)
		return error;
	error = record_signers_ok(r, b, why);
	if (error != ERR_NONE)
		return error;
	*out = b->u.partnership;
	return keys_ok(out, why);
}

/* May `next`, signed by root `by` of 0 and 1, come after `have`? */
static enum error_code
may_follow(const struct wire_partnership *have,
    const struct wire_partnership *next, unsigned by, struct why *why)
{
	if (next->serial <= have->serial)
		return refuse(why, "partnership: its serial does not grow");
	if (memcmp(next->root, have->root, sizeof have->root) != 0)
		return refuse(why, "partnership: its roots are others");
	if (have->retired != 0 && next->retired != have->retired)
		return refuse(why, "partnership: a retired root stays "
		    "retired");
	if (next->retired == by + 1)
		return refuse(why, "partnership: a root retires the other, "
		    "not itself");
	return ERR_NONE;
}

/* Which of the two roots this key is. */
static unsigned
root_number(const struct wire_partnership *p, const uint8_t *key)
{
	return memcmp(p->root[0], key, WIRE_KEY) == 0 ? 0 : 1;
}

enum error_code
partnership_follow(struct arena *a, const struct partnership *have,
    const struct record *r, struct partnership *out, struct why *why)
{
	struct partnership next = *have;
	uint8_t root[2][WIRE_KEY];
	enum error_code error;
	struct record *chain;
	unsigned n, which;

	if (r->kind != KIND_PARTNERSHIP)
		return refuse(why, "not a partnership record");
	chain = arena_alloc(a, (have->n + 1) * sizeof *chain);
	if (chain == NULL)
		return ERR_NOMEM;
	if (have->n > 0)
		memcpy(chain, have->records, have->n * sizeof *chain);
	error = keep(a, r, &chain[have->n], why);
	if (error != ERR_NONE)
		return error;
	n = partnership_roots(&have->now, root);
	error = signed_by(have->id, r, root, n, &which, why);
	if (error != ERR_NONE)
		return error;
	error = take(a, &chain[have->n], &next.now, why);
	if (error == ERR_NONE)
		error = may_follow(&have->now, &next.now,
		    root_number(&have->now, root[which]), why);
	if (error != ERR_NONE)
		return error;
	next.records = chain;
	next.n = have->n + 1;
	next.record = chain[have->n];
	*out = next;
	return ERR_NONE;
}

/* The first record: only the first root vouches for it. */
static enum error_code
found(struct arena *a, const struct record *r, const uint8_t *root,
    struct partnership *out, struct why *why)
{
	struct record *kept = arena_alloc(a, sizeof *kept);
	enum error_code error;

	if (kept == NULL)
		return ERR_NOMEM;
	memset(out, 0, sizeof *out);
	record_partnership(root, out->id);
	error = record_verify(out->id, r, root, NULL, NULL, NULL, why);
	if (error == ERR_NONE)
		error = keep(a, r, kept, why);
	if (error == ERR_NONE)
		error = take(a, kept, &out->now, why);
	if (error != ERR_NONE)
		return error;
	if (memcmp(out->now.root[0], root, WIRE_KEY) != 0)
		return refuse(why, "partnership: its first root is another");
	if (out->now.retired == 1)
		return refuse(why, "partnership: a root retires the other, "
		    "not itself");
	memcpy(out->root, out->now.root, sizeof out->root);
	out->records = kept;
	out->record = *kept;
	out->n = 1;
	return ERR_NONE;
}

enum error_code
partnership_verify(struct arena *a, const struct record_file *file,
    const uint8_t *pinned, struct partnership *out, struct why *why)
{
	struct partnership p = { .n = 0 };
	enum error_code error;

	if (pinned != NULL && memcmp(pinned, file->root, WIRE_KEY) != 0) {
		why_set(why, "of another partnership than the one that is "
		    "pinned here");
		return ERR_CRYPTO;
	}
	if (!identity_sign_key_ok(file->root)) {
		why_set(why, "root: not a key");
		return ERR_CRYPTO;
	}
	for (unsigned i = 0; i < file->n; i++) {
		const struct record *r = &file->record[i];

		if (r->kind != KIND_PARTNERSHIP)
			continue;
		error = p.n == 0 ? found(a, r, file->root, &p, why) :
		    partnership_follow(a, &p, r, &p, why);
		if (error != ERR_NONE)
			return error;
	}
	if (p.n == 0) {
		why_set(why, "holds no partnership record");
		return ERR_NOTFOUND;
	}
	*out = p;
	return ERR_NONE;
}

static void
prefix(struct why *why, const char *path)
{
	struct why inner;

	if (why == NULL)
		return;
	inner = *why;
	why_set(why, "%s: %s", path, inner.text);
}

enum error_code
partnership_load(struct arena *a, const char *path, const uint8_t *pinned,
    struct partnership *out, struct why *why)
{
	struct record_file file;
	enum error_code error;

	error = record_file_load(a, path, &file, why);
	if (error != ERR_NONE)
		return error;
	error = partnership_verify(a, &file, pinned, out, why);
	if (error != ERR_NONE)
		prefix(why, path);
	return error;
}

enum error_code
partnership_signed(struct arena *a, const struct partnership *p,
    const struct record *r, struct body *out, struct why *why)
{
	uint8_t key[2][WIRE_KEY];
	enum error_code error;
	unsigned n = 1, which;

	switch (record_signer_form(r->signer)) {
	case SIGNER_ROOT:
		n = partnership_roots(&p->now, key);
		break;
	case SIGNER_DUTY:
		memcpy(key[0], p->now.duty_key, WIRE_KEY);
		break;
	case SIGNER_NONE:
	case SIGNER_MEMBER:
	case SIGNER_CASE:
		return refuse(why, "signer: neither root nor duty key");
	}
	error = signed_by(p->id, r, key, n, &which, why);
	if (error == ERR_NONE)
		error = wire_body_decode(a, r, out, why);
	if (error == ERR_NONE)
		error = record_signers_ok(r, out, why);
	return error;
}

enum error_code
member_record_verify(struct arena *a, const struct partnership *p,
    const struct record *r, struct wire_member *out, struct why *why)
{
	enum error_code error;
	struct body *b;

	if (r->kind != KIND_MEMBER)
		return refuse(why, "not a member record");
	b = arena_alloc(a, sizeof *b);
	if (b == NULL)
		return ERR_NOMEM;
	error = partnership_signed(a, p, r, b, why);
	if (error != ERR_NONE)
		return error;
	*out = b->u.member;
	if (!identity_sign_key_ok(out->sign_key))
		return refuse(why, "member: sign_key is none");
	if (!identity_box_key_ok(out->link_key))
		return refuse(why, "member: link_key is none");
	if (out->has_terms_key && !identity_box_key_ok(out->terms_key))
		return refuse(why, "member: terms_key is none");
	if (out->valid_from >= out->valid_until)
		return refuse(why, "member: valid_until is not after "
		    "valid_from");
	return ERR_NONE;
}

/* Goes on to the next member record of `id`, keeping the newest. */
static enum error_code
newest(struct arena *a, const struct record_file *file,
    const struct partnership *p, const char *id, struct wire_member *out,
    const struct record **at, struct why *why)
{
	struct wire_member m;
	enum error_code error;

	*at = NULL;
	for (unsigned i = 0; i < file->n; i++) {
		const struct record *r = &file->record[i];

		if (r->kind != KIND_MEMBER)
			continue;
		error = member_record_verify(a, p, r, &m, why);
		if (error != ERR_NONE)
			return error;
		if (id != NULL && strcmp(m.id, id) != 0)
			continue;
		if (*at != NULL && strcmp(m.id, out->id) != 0)
			return refuse(why, "holds more than one member: say "
			    "which");
		if (*at == NULL || m.serial > out->serial) {
			*out = m;
			*at = r;
		}
	}
	if (*at == NULL) {
		why_set(why, "holds no member record%s%s",
		    id == NULL ? "" : " of ", id == NULL ? "" : id);
		return ERR_NOTFOUND;
	}
	return ERR_NONE;
}

enum error_code
member_file_load(struct arena *a, const char *path,
    const struct partnership *p, const char *id, struct wire_member *out,
    struct record *record, struct why *why)
{
	const struct record *at = NULL;
	struct record_file file;
	enum error_code error;

	error = record_file_load(a, path, &file, why);
	if (error != ERR_NONE)
		return error;
	if (memcmp(file.root, p->root[0], WIRE_KEY) != 0) {
		why_set(why, "%s: of another partnership", path);
		return ERR_CRYPTO;
	}
	error = newest(a, &file, p, id, out, &at, why);
	if (error != ERR_NONE)
		prefix(why, path);
	else if (record != NULL)
		*record = *at;
	return error;
}
