#include "ledger/request.h"

#include <sodium.h>
#include <string.h>

#include "base/file.h"
#include "proto/wire_table.h"

enum { MAGIC = sizeof REQUEST_MAGIC - 1 };

/* What is signed. */
static void
put_signed(const struct member_request *r, struct buf *out)
{
	buf_put(out, REQUEST_MAGIC, MAGIC);
	buf_put_str8(out, r->id);
	buf_put_str8(out, r->name);
	buf_put(out, r->sign_key, WIRE_KEY);
	buf_put(out, r->link_key, WIRE_KEY);
	buf_put_u8(out, r->has_terms_key);
	if (r->has_terms_key)
		buf_put(out, r->terms_key, WIRE_KEY);
	buf_put_u64(out, r->created);
}

static enum error_code
finish(struct member_request *r, const struct sign_pair *sign, const char *id,
    const char *name, uint64_t now_ms, struct buf *out, struct why *why)
{
	struct arena *a = NULL;
	enum error_code error = ERR_FORMAT;
	struct member_request again;
	struct buf text;
	size_t from = out->n;

	buf_init(&text, REQUEST_MAX);
	if (!wire_id_ok(bytes_str(id))) {
		why_set(why, "\"%.60s\" is no member id: 2 to 48 of a-z, 0-9 "
		    "and -", id);
		goto out;
	}
	if (name[0] == '\0' || strlen(name) >= sizeof r->name) {
		why_set(why, "the name must have 1 to %zu bytes",
		    sizeof r->name - 1);
		goto out;
	}
	strcpy(r->id, id);
	strcpy(r->name, name);
	r->created = now_ms;
	memcpy(r->sign_key, sign->public, WIRE_KEY);
	put_signed(r, &text);
	identity_sign(sign, buf_view(&text), r->signature);
	buf_put(out, REQUEST_MAGIC, MAGIC);
	error = wire_member_request_encode(r, out);
	if (error != ERR_NONE)
		goto out;
	/* What the wire refuses is found here, not at the partnership. */
	a = arena_create(16 * REQUEST_MAX);
	error = a == NULL ? ERR_NOMEM : request_parse(a,
	    bytes_of(out->data + from, out->n - from), &again, NULL, why);
out:
	arena_destroy(&a);
	buf_free(&text);
	return error;
}

enum error_code
request_make(const struct identity *identity, const char *id,
    const char *name, uint64_t now_ms, struct buf *out, struct why *why)
{
	struct member_request r = { .has_terms_key = identity->has_terms };

	memcpy(r.link_key, identity->link.public, WIRE_KEY);
	if (identity->has_terms)
		memcpy(r.terms_key, identity->terms.public, WIRE_KEY);
	return finish(&r, &identity->sign, id, name, now_ms, out, why);
}

enum error_code
request_make_log(const struct sign_pair *log, const char *id,
    const char *name, uint64_t now_ms, struct buf *out, struct why *why)
{
	struct member_request r = { .has_terms_key = false };

	if (crypto_sign_ed25519_pk_to_curve25519(r.link_key, log->public) !=
	    0) {
		why_set(why, "the log key is none");
		return ERR_CRYPTO;
	}
	return finish(&r, log, id, name, now_ms, out, why);
}

static enum error_code
check(const struct member_request *r, struct why *why)
{
	enum error_code error;
	struct buf text;

	if (!identity_sign_key_ok(r->sign_key) ||
	    !identity_box_key_ok(r->link_key) ||
	    (r->has_terms_key && !identity_box_key_ok(r->terms_key))) {
		why_set(why, "one of its keys is none");
		return ERR_CRYPTO;
	}
	buf_init(&text, REQUEST_MAX);
	put_signed(r, &text);
	error = identity_verify(r->sign_key, buf_view(&text), r->signature);
	if (error != ERR_NONE)
		why_set(why, "its signature does not verify: damaged, or "
		    "changed on the way");
	buf_free(&text);
	return error;
}

enum error_code
request_parse(struct arena *a, struct bytes file, struct member_request *out,
    char *words, struct why *why)
{
	enum error_code error;

	if (file.n < MAGIC || memcmp(file.data, REQUEST_MAGIC, MAGIC) != 0) {
		why_set(why, "not a request");
		return ERR_FORMAT;
	}
	if (file.n > REQUEST_MAX) {
		why_set(why, "larger than a request can be");
		return ERR_SIZE;
	}
	error = wire_member_request_decode(a,
	    bytes_of(file.data + MAGIC, file.n - MAGIC), out, why);
	if (error == ERR_NONE)
		error = check(out, why);
	if (error == ERR_NONE && words != NULL)
		partnership_fingerprint(file, words);
	return error;
}

enum error_code
request_load(struct arena *a, const char *path, struct member_request *out,
    char *words, struct why *why)
{
	enum error_code error;
	struct why inner;
	struct buf in;

	buf_init(&in, REQUEST_MAX);
	error = file_read(path, 0, &in, why);
	if (error == ERR_NONE) {
		inner.text[0] = '\0';
		error = request_parse(a, buf_view(&in), out, words, &inner);
		if (error != ERR_NONE)
			why_set(why, "%s: %s", path, inner.text);
	}
	buf_free(&in);
	return error;
}
