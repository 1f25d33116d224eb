#include "ledger/checkpoint.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

static bool
origin_ok(struct bytes origin)
{
	uint32_t c;

	if (origin.n == 0 || origin.n > NOTE_NAME_MAX)
		return false;
	while (origin.n > 0)
		if (!note_utf8_take(&origin, &c) || c < 0x20)
			return false;
	return true;
}

size_t
checkpoint_body(const char *origin, uint64_t size, const struct hash *root,
    char out[static CHECKPOINT_BODY_MAX])
{
	char root64[sodium_base64_ENCODED_LEN(HASH_BYTES,
	    sodium_base64_VARIANT_ORIGINAL)];

	if (!origin_ok(bytes_str(origin)) || size > TREE_SIZE_MAX)
		return 0;
	sodium_bin2base64(root64, sizeof root64, root->b, HASH_BYTES,
	    sodium_base64_VARIANT_ORIGINAL);
	return (size_t)snprintf(out, CHECKPOINT_BODY_MAX,
	    "%s\n%" PRIu64 "\n%s\n", origin, size, root64);
}

enum error_code
checkpoint_parse(struct bytes text, struct bytes *origin,
    struct checkpoint *c, struct why *why)
{
	struct bytes line;
	struct hash empty;
	size_t n;

	memset(c, 0, sizeof *c);
	if (!note_line_take(&text, origin) || !origin_ok(*origin)) {
		why_set(why, "checkpoint line 1 is no origin");
		return ERR_FORMAT;
	}
	if (!note_line_take(&text, &line) ||
	    !note_decimal(line, TREE_SIZE_MAX, &c->size)) {
		why_set(why, "checkpoint line 2 is no tree size");
		return ERR_FORMAT;
	}
	if (!note_line_take(&text, &line) ||
	    note_base64_take(line, c->root.b, HASH_BYTES, &n) != ERR_NONE ||
	    n != HASH_BYTES) {
		why_set(why, "checkpoint line 3 is not base64 of 32 bytes");
		return ERR_FORMAT;
	}
	tree_empty(&empty);
	if (c->size == 0 && !hash_equal(&c->root, &empty)) {
		why_set(why, "checkpoint line 3 is not the root of the empty "
		    "tree, as line 2 says");
		return ERR_FORMAT;
	}
	if (text.n != 0) {
		why_set(why, "checkpoint has more than three lines");
		return ERR_FORMAT;
	}
	return ERR_NONE;
}

enum error_code
checkpoint_sign(const char *origin, struct checkpoint *c,
    const uint8_t secret[static NOTE_SECRET_BYTES])
{
	char body[CHECKPOINT_BODY_MAX];
	size_t n = checkpoint_body(origin, c->size, &c->root, body);

	if (n == 0)
		return ERR_FORMAT;
	if (crypto_sign_detached(c->signature, NULL, (const uint8_t *)body, n,
	    secret) != 0)
		return ERR_CRYPTO;
	return ERR_NONE;
}

enum error_code
checkpoint_verify(const char *origin, const struct checkpoint *c,
    const uint8_t public[static NOTE_PUBLIC_BYTES])
{
	char body[CHECKPOINT_BODY_MAX];
	size_t n = checkpoint_body(origin, c->size, &c->root, body);

	if (n == 0 || crypto_sign_verify_detached(c->signature,
	    (const uint8_t *)body, n, public) != 0)
		return ERR_CRYPTO;
	return ERR_NONE;
}

void
checkpoint_note(const struct note_key *log, const struct checkpoint *c,
    struct buf *out)
{
	char body[CHECKPOINT_BODY_MAX];
	size_t n = checkpoint_body(log->name, c->size, &c->root, body);

	if (n == 0) {
		out->failed = true;
		return;
	}
	buf_put(out, body, n);
	buf_put_u8(out, '\n');
	note_put_line(out, log, bytes_of(c->signature, sizeof c->signature));
}

enum error_code
checkpoint_read(struct bytes in, const struct note_key *log,
    struct checkpoint *c, struct why *why)
{
	uint8_t raw[NOTE_KEY_ID_BYTES + NOTE_SIGNATURE_BYTES];
	struct note_seen seen;
	struct bytes origin;
	struct note note;
	enum error_code err;
	size_t n;

	err = note_parse(in, &note, why);
	if (err == ERR_NONE)
		err = checkpoint_parse(note.text, &origin, c, why);
	if (err != ERR_NONE)
		return err;
	if (!bytes_equal(origin, bytes_str(log->name))) {
		why_set(why, "checkpoint is another log's than %s",
		    log->name);
		return ERR_FORMAT;
	}
	err = note_verify(&note, log, 1, &seen);
	if (err != ERR_NONE) {
		why_set(why, "checkpoint is not signed by %s", log->name);
		return err;
	}
	for (size_t i = 0; i < note.n_lines; i++) {
		if (!note_line_is_by(&note.line[i], log))
			continue;
		if (note_base64_take(note.line[i].base64, raw, sizeof raw,
		    &n) != ERR_NONE || n != sizeof raw)
			return ERR_CRYPTO;
		memcpy(c->signature, raw + NOTE_KEY_ID_BYTES,
		    NOTE_SIGNATURE_BYTES);
		return ERR_NONE;
	}
	return ERR_CRYPTO;
}

/* The message of a cosignature over the checkpoint; 0 when there is none. */
static size_t
cosigned(const char *origin, const struct checkpoint *c, uint64_t time,
    char out[static CHECKPOINT_BODY_MAX + 64])
{
	char body[CHECKPOINT_BODY_MAX];
	size_t n = checkpoint_body(origin, c->size, &c->root, body);

	if (n == 0 || time == 0 || time > (uint64_t)INT64_MAX)
		return 0;
	return (size_t)snprintf(out, CHECKPOINT_BODY_MAX + 64,
	    "cosignature/v1\ntime %" PRIu64 "\n%s", time, body);
}

enum error_code
checkpoint_cosign(const char *origin, const struct checkpoint *c,
    uint64_t time, const uint8_t secret[static NOTE_SECRET_BYTES],
    uint8_t out[static NOTE_COSIGNATURE_BYTES])
{
	char message[CHECKPOINT_BODY_MAX + 64];
	size_t n = cosigned(origin, c, time, message);

	if (n == 0)
		return ERR_FORMAT;
	put_be64(out, time);
	if (crypto_sign_detached(out + 8, NULL, (const uint8_t *)message, n,
	    secret) != 0)
		return ERR_CRYPTO;
	return ERR_NONE;
}

enum error_code
checkpoint_cosign_verify(const char *origin, const struct checkpoint *c,
    const uint8_t cosignature[static NOTE_COSIGNATURE_BYTES],
    const uint8_t public[static NOTE_PUBLIC_BYTES], uint64_t *time)
{
	char message[CHECKPOINT_BODY_MAX + 64];
	size_t n;

	*time = get_be64(cosignature);
	n = cosigned(origin, c, *time, message);
	if (n == 0 || crypto_sign_verify_detached(cosignature + 8,
	    (const uint8_t *)message, n, public) != 0)
		return ERR_CRYPTO;
	return ERR_NONE;
}
