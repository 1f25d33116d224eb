#include "keys/keyfile.h"

#include <sodium.h>
#include <string.h>

#include "base/file.h"
#include "keys/secret.h"
#include "keys/wrap.h"

#define MAGIC "wayleave/1 key\n"

enum {
	MAGIC_BYTES = sizeof MAGIC - 1,
	HASH = crypto_hash_sha256_BYTES,
	AT_KIND = MAGIC_BYTES,
	AT_COST = AT_KIND + 1,
	AT_BOUND = AT_COST + 1,
	AT_SALT = AT_BOUND + 1,
	AT_PUBLIC = AT_SALT + KDF_SALT,
	/* seed, link, agency, store, flag, terms */
	IDENTITY = 4 * KEY_SECRET + 1 + KEY_SECRET,
	SECRETS_MAX = IDENTITY
};
_Static_assert(AT_PUBLIC + KEY_PUBLIC == KEYFILE_HEAD, "head");
_Static_assert(KEYFILE_HEAD + SECRETS_MAX + WRAP_OVERHEAD + HASH <=
    KEYFILE_MAX, "size");

const char *
keyfile_kind_name(unsigned kind)
{
	static const char *const name[] = {
		[KEYFILE_ROOT] = "root", [KEYFILE_DUTY] = "duty",
		[KEYFILE_LOG] = "log", [KEYFILE_IDENTITY] = "identity",
		[KEYFILE_WITNESS] = "witness",
	};

	return kind < sizeof name / sizeof *name ? name[kind] : NULL;
}

/* ---- bytes -------------------------------------------------------------- */

static enum error_code
derive(const uint8_t *head, const struct unlock *unlock,
    uint8_t kek[static WRAP_KEY], struct why *why)
{
	uint8_t slow[KDF_KEY], binding[32];
	enum error_code error;

	error = kdf_derive((enum kdf_cost)head[AT_COST], unlock->passphrase,
	    unlock->n_passphrase, head + AT_SALT, slow);
	if (error == ERR_NOMEM)
		why_set(why, "not enough memory to work with a passphrase: "
		    "256 MiB must be free");
	if (error == ERR_NONE && head[AT_BOUND]) {
		crypto_generichash(binding, sizeof binding, unlock->binding,
		    unlock->n_binding, NULL, 0);
		crypto_generichash(kek, WRAP_KEY, slow, sizeof slow, binding,
		    sizeof binding);
	} else if (error == ERR_NONE) {
		crypto_generichash(kek, WRAP_KEY, slow, sizeof slow, NULL, 0);
	}
	secret_wipe(slow, sizeof slow);
	secret_wipe(binding, sizeof binding);
	return error;
}

enum error_code
keyfile_encode(const struct keyfile_info *info, struct bytes secrets,
    const struct unlock *unlock, struct buf *out)
{
	uint8_t head[KEYFILE_HEAD], kek[WRAP_KEY], hash[HASH];
	enum error_code error;
	size_t from = out->n;

	if (secrets.n > SECRETS_MAX)
		return ERR_SIZE;
	memcpy(head, MAGIC, MAGIC_BYTES);
	head[AT_KIND] = (uint8_t)info->kind;
	head[AT_COST] = (uint8_t)info->cost;
	head[AT_BOUND] = unlock->n_binding > 0;
	randombytes_buf(head + AT_SALT, KDF_SALT);
	memcpy(head + AT_PUBLIC, info->public, KEY_PUBLIC);
	error = derive(head, unlock, kek, NULL);
	if (error != ERR_NONE)
		return error;
	buf_put(out, head, sizeof head);
	error = wrap_seal_buf(kek, bytes_of(head, sizeof head), secrets, out);
	secret_wipe(kek, sizeof kek);
	if (error != ERR_NONE)
		return error;
	crypto_hash_sha256(hash, out->data + from, out->n - from);
	buf_put(out, hash, sizeof hash);
	return buf_ok(out) ? ERR_NONE : ERR_SIZE;
}

/* Everything that can be said without the passphrase. */
static enum error_code
check(struct bytes file, struct keyfile_info *info, struct why *why)
{
	const uint8_t *head = file.data;
	uint8_t hash[HASH];

	if (file.n < MAGIC_BYTES || memcmp(head, MAGIC, MAGIC_BYTES) != 0) {
		why_set(why, "not a key file");
		return ERR_FORMAT;
	}
	if (file.n < KEYFILE_HEAD + WRAP_OVERHEAD + HASH ||
	    file.n > KEYFILE_MAX)
		goto damaged;
	crypto_hash_sha256(hash, file.data, file.n - HASH);
	if (memcmp(hash, file.data + file.n - HASH, HASH) != 0)
		goto damaged;
	if (keyfile_kind_name(head[AT_KIND]) == NULL ||
	    kdf_cost_name(head[AT_COST]) == NULL || head[AT_BOUND] > 1) {
		why_set(why, "a key file of a kind that this version does "
		    "not know");
		return ERR_FORMAT;
	}
	info->kind = (enum keyfile_kind)head[AT_KIND];
	info->cost = (enum kdf_cost)head[AT_COST];
	info->bound = head[AT_BOUND] == 1;
	memcpy(info->public, head + AT_PUBLIC, KEY_PUBLIC);
	return ERR_NONE;
damaged:
	why_set(why, "the key file is damaged: take the copy from the "
	    "backup");
	return ERR_FORMAT;
}

enum error_code
keyfile_decode(struct bytes file, const struct unlock *unlock,
    struct keyfile_info *info, uint8_t *secrets, size_t cap, size_t *n,
    struct why *why)
{
	uint8_t kek[WRAP_KEY];
	enum error_code error;
	struct bytes wrapped;

	error = check(file, info, why);
	if (error != ERR_NONE)
		return error;
	if (info->bound && unlock->n_binding == 0) {
		why_set(why, "this key file is bound to a credential, and "
		    "none was given");
		return ERR_DENIED;
	}
	wrapped = bytes_of(file.data + KEYFILE_HEAD,
	    file.n - KEYFILE_HEAD - HASH);
	if (wrapped.n - WRAP_OVERHEAD > cap) {
		why_set(why, "the key file is longer than its kind can be");
		return ERR_FORMAT;
	}
	error = derive(file.data, unlock, kek, why);
	if (error != ERR_NONE)
		return error;
	*n = wrapped.n - WRAP_OVERHEAD;
	if (wrap_open(kek, bytes_of(file.data, KEYFILE_HEAD), wrapped,
	    secrets) != ERR_NONE) {
		why_set(why, info->bound ?
		    "wrong passphrase, or another credential" :
		    "wrong passphrase");
		error = ERR_DENIED;
	}
	secret_wipe(kek, sizeof kek);
	return error;
}

/* ---- files ----------------------------------------------------------- */

static enum error_code
write_file(const char *path, const struct keyfile_info *info,
    struct bytes secrets, const struct unlock *unlock, unsigned flags,
    struct why *why)
{
	enum error_code error;
	struct buf out;

	buf_init(&out, KEYFILE_MAX);
	error = keyfile_encode(info, secrets, unlock, &out);
	if (error == ERR_NOMEM)
		why_set(why, "%s: not enough memory to work with a "
		    "passphrase: 256 MiB must be free", path);
	if (error == ERR_NONE)
		error = file_write(path, out.data, out.n, 0400, flags, why);
	buf_free(&out);
	return error;
}

static enum error_code
load(const char *path, struct buf *file, struct why *why)
{
	buf_init(file, KEYFILE_MAX);
	return file_read(path, FILE_SECRET, file, why);
}

static void
why_path(struct why *why, const char *path)
{
	struct why inner;

	if (why == NULL)
		return;
	inner = *why;
	why_set(why, "%s: %s", path, inner.text);
}

/* Opens a key file of this kind into `secrets` (SECRETS_MAX bytes). */
static enum error_code
open_file(const char *path, const struct unlock *unlock,
    struct keyfile_info *info, uint8_t *secrets, size_t *n, struct why *why)
{
	enum error_code error;
	struct buf file;

	error = load(path, &file, why);
	if (error == ERR_NONE) {
		error = keyfile_decode(buf_view(&file), unlock, info,
		    secrets, SECRETS_MAX, n, why);
		if (error != ERR_NONE)
			why_path(why, path);
	}
	buf_free(&file);
	return error;
}

static enum error_code
wrong_kind(const char *path, enum keyfile_kind is, enum keyfile_kind wanted,
    struct why *why)
{
	why_set(why, "%s: this is a key file of kind \"%s\", wanted is "
	    "\"%s\"", path, keyfile_kind_name(is), keyfile_kind_name(wanted));
	return ERR_FORMAT;
}

/* Before a second is spent on a passphrase for the wrong file. */
static enum error_code
expect_kind(const char *path, enum keyfile_kind wanted, struct why *why)
{
	struct keyfile_info info;
	enum error_code error = keyfile_peek(path, &info, why);

	if (error == ERR_NONE && info.kind != wanted)
		error = wrong_kind(path, info.kind, wanted, why);
	return error;
}

enum error_code
keyfile_peek(const char *path, struct keyfile_info *out, struct why *why)
{
	enum error_code error;
	struct buf file;

	error = load(path, &file, why);
	if (error == ERR_NONE) {
		error = check(buf_view(&file), out, why);
		if (error != ERR_NONE)
			why_path(why, path);
	}
	buf_free(&file);
	return error;
}

enum error_code
keyfile_change(const char *path, const struct unlock *old,
    const struct unlock *new, enum kdf_cost cost, struct why *why)
{
	struct keyfile_info info;
	enum error_code error;
	void *secrets;
	size_t n;

	error = secret_alloc(SECRETS_MAX, &secrets, why);
	if (error != ERR_NONE)
		return error;
	error = open_file(path, old, &info, secrets, &n, why);
	if (error == ERR_NONE) {
		info.cost = cost;
		error = write_file(path, &info, bytes_of(secrets, n), new, 0,
		    why);
	}
	secret_free(secrets);
	return error;
}

/* ---- one signing pair ------------------------------------------------ */

enum error_code
keyfile_write_sign(const char *path, enum keyfile_kind kind,
    const struct sign_pair *pair, const struct unlock *unlock,
    enum kdf_cost cost, struct why *why)
{
	struct keyfile_info info = { .kind = kind, .cost = cost };

	memcpy(info.public, pair->public, KEY_PUBLIC);
	return write_file(path, &info, bytes_of(pair->secret, KEY_SECRET),
	    unlock, FILE_NEW, why);
}

enum error_code
keyfile_read_sign(const char *path, enum keyfile_kind kind,
    const struct unlock *unlock, struct sign_pair **out, struct why *why)
{
	struct keyfile_info info;
	struct sign_pair *pair = NULL;
	enum error_code error;
	void *secrets;
	size_t n;

	*out = NULL;
	error = expect_kind(path, kind, why);
	if (error != ERR_NONE)
		return error;
	error = secret_alloc(SECRETS_MAX, &secrets, why);
	if (error != ERR_NONE)
		return error;
	error = open_file(path, unlock, &info, secrets, &n, why);
	if (error != ERR_NONE)
		goto out;
	error = identity_sign_create(&pair, why);
	if (error != ERR_NONE)
		goto out;
	if (n == KEY_SECRET)
		identity_sign_pair_of(secrets, pair);
	if (info.kind != kind || n != KEY_SECRET ||
	    memcmp(pair->public, info.public, KEY_PUBLIC) != 0) {
		why_set(why, "%s: its secret is not that of its public key",
		    path);
		identity_sign_destroy(&pair);
		error = ERR_FORMAT;
	}
	*out = pair;
out:
	secret_free(secrets);
	return error;
}

/* ---- an identity ----------------------------------------------------- */

static void
identity_put(const struct identity *it, uint8_t out[static IDENTITY])
{
	memcpy(out, it->sign.secret, KEY_SECRET);
	memcpy(out + KEY_SECRET, it->link.secret, KEY_SECRET);
	memcpy(out + 2 * KEY_SECRET, it->agency, KEY_SECRET);
	memcpy(out + 3 * KEY_SECRET, it->store, KEY_SECRET);
	out[4 * KEY_SECRET] = it->has_terms;
	memset(out + 4 * KEY_SECRET + 1, 0, KEY_SECRET);
	if (it->has_terms)
		memcpy(out + 4 * KEY_SECRET + 1, it->terms.secret,
		    KEY_SECRET);
}

static bool
identity_take(const uint8_t *in, size_t n, struct identity *it)
{
	if (n != IDENTITY || in[4 * KEY_SECRET] > 1)
		return false;
	identity_sign_pair_of(in, &it->sign);
	identity_box_pair_of(in + KEY_SECRET, &it->link);
	memcpy(it->agency, in + 2 * KEY_SECRET, KEY_SECRET);
	memcpy(it->store, in + 3 * KEY_SECRET, KEY_SECRET);
	it->has_terms = in[4 * KEY_SECRET] == 1;
	memset(&it->terms, 0, sizeof it->terms);
	if (it->has_terms)
		identity_box_pair_of(in + 4 * KEY_SECRET + 1, &it->terms);
	return true;
}

enum error_code
keyfile_write_identity(const char *path, const struct identity *identity,
    const struct unlock *unlock, enum kdf_cost cost, struct why *why)
{
	struct keyfile_info info = { .kind = KEYFILE_IDENTITY, .cost = cost };
	enum error_code error;
	void *secrets;

	error = secret_alloc(IDENTITY, &secrets, why);
	if (error != ERR_NONE)
		return error;
	memcpy(info.public, identity->sign.public, KEY_PUBLIC);
	identity_put(identity, secrets);
	error = write_file(path, &info, bytes_of(secrets, IDENTITY), unlock,
	    FILE_NEW, why);
	secret_free(secrets);
	return error;
}

enum error_code
keyfile_read_identity(const char *path, const struct unlock *unlock,
    struct identity **out, struct why *why)
{
	struct keyfile_info info;
	struct identity *it = NULL;
	enum error_code error;
	void *secrets;
	size_t n;

	*out = NULL;
	error = expect_kind(path, KEYFILE_IDENTITY, why);
	if (error != ERR_NONE)
		return error;
	error = secret_alloc(SECRETS_MAX, &secrets, why);
	if (error != ERR_NONE)
		return error;
	error = open_file(path, unlock, &info, secrets, &n, why);
	if (error != ERR_NONE)
		goto out;
	error = identity_create(false, &it, why);
	if (error != ERR_NONE)
		goto out;
	if (info.kind != KEYFILE_IDENTITY || !identity_take(secrets, n, it) ||
	    memcmp(it->sign.public, info.public, KEY_PUBLIC) != 0) {
		why_set(why, "%s: its secret is not that of its public key",
		    path);
		identity_destroy(&it);
		error = ERR_FORMAT;
	}
	*out = it;
out:
	secret_free(secrets);
	return error;
}
