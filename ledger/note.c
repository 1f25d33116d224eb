#include "ledger/note.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#define LINE_PREFIX "\xe2\x80\x94 "	/* em dash, space */

bool
note_name_ok(struct bytes name)
{
	uint32_t c;

	if (name.n == 0 || name.n > NOTE_NAME_MAX)
		return false;
	while (name.n > 0) {
		if (!note_utf8_take(&name, &c) || c < 0x20 || c == '+' ||
		    note_is_space(c))
			return false;
	}
	return true;
}

void
note_key_id(const char *name, uint8_t type, struct bytes public,
    uint8_t id[static NOTE_KEY_ID_BYTES])
{
	const uint8_t middle[2] = { 0x0a, type };
	uint8_t digest[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_state st;

	crypto_hash_sha256_init(&st);
	crypto_hash_sha256_update(&st, (const uint8_t *)name, strlen(name));
	crypto_hash_sha256_update(&st, middle, sizeof middle);
	if (public.n > 0)
		crypto_hash_sha256_update(&st, public.data, public.n);
	crypto_hash_sha256_final(&st, digest);
	memcpy(id, digest, NOTE_KEY_ID_BYTES);
}

enum error_code
note_key_init(struct note_key *key, const char *name, uint8_t type,
    const uint8_t public[static NOTE_PUBLIC_BYTES])
{
	if (!note_name_ok(bytes_str(name)) ||
	    (type != NOTE_ED25519 && type != NOTE_COSIGNATURE))
		return ERR_FORMAT;
	memset(key, 0, sizeof *key);
	memcpy(key->name, name, strlen(name));
	key->type = type;
	memcpy(key->public, public, NOTE_PUBLIC_BYTES);
	note_key_id(name, type, bytes_of(public, NOTE_PUBLIC_BYTES), key->id);
	return ERR_NONE;
}

enum error_code
note_vkey_parse(const char *vkey, struct note_key *key, struct why *why)
{
	const char *plus = strchr(vkey, '+'), *second;
	char name[NOTE_NAME_MAX + 1] = "", id_hex[2 * NOTE_KEY_ID_BYTES + 1];
	uint8_t raw[1 + NOTE_PUBLIC_BYTES];
	size_t n_name, n;

	second = plus == NULL ? NULL : strchr(plus + 1, '+');
	if (second == NULL || second - plus != 1 + 2 * NOTE_KEY_ID_BYTES) {
		why_set(why, "key is not of the form name+id+base64");
		return ERR_FORMAT;
	}
	n_name = (size_t)(plus - vkey);
	if (!note_name_ok(bytes_of(vkey, n_name))) {
		why_set(why, "key name is empty, too long or has a space");
		return ERR_FORMAT;
	}
	memcpy(name, vkey, n_name);
	if (note_base64_take(bytes_str(second + 1), raw, sizeof raw, &n) !=
	    ERR_NONE || n != sizeof raw) {
		why_set(why, "key %s: not base64 of 33 bytes", name);
		return ERR_FORMAT;
	}
	if (note_key_init(key, name, raw[0], raw + 1) != ERR_NONE) {
		why_set(why, "key %s: type %u is not 1 or 4", name, raw[0]);
		return ERR_FORMAT;
	}
	hex_encode(id_hex, key->id, NOTE_KEY_ID_BYTES);
	if (memcmp(id_hex, plus + 1, 2 * NOTE_KEY_ID_BYTES) != 0) {
		why_set(why, "key %s: its id should be %s", name, id_hex);
		return ERR_FORMAT;
	}
	return ERR_NONE;
}

void
note_vkey_format(const struct note_key *key, char out[static NOTE_VKEY_MAX])
{
	uint8_t raw[1 + NOTE_PUBLIC_BYTES];
	size_t n = strlen(key->name);

	raw[0] = key->type;
	memcpy(raw + 1, key->public, NOTE_PUBLIC_BYTES);
	memcpy(out, key->name, n);
	out[n++] = '+';
	hex_encode(out + n, key->id, NOTE_KEY_ID_BYTES);
	n += 2 * NOTE_KEY_ID_BYTES;
	out[n++] = '+';
	sodium_bin2base64(out + n, NOTE_VKEY_MAX - n, raw, sizeof raw,
	    sodium_base64_VARIANT_ORIGINAL);
}

static enum error_code
parse_line(struct bytes *rest, struct note_line *line)
{
	struct bytes text;
	const uint8_t *prefix, *space;
	uint8_t head[6];
	size_t n;

	if (!note_line_take(rest, &text) ||
	    !bytes_take(&text, strlen(LINE_PREFIX), &prefix) ||
	    memcmp(prefix, LINE_PREFIX, strlen(LINE_PREFIX)) != 0)
		return ERR_FORMAT;
	space = text.n == 0 ? NULL : memchr(text.data, ' ', text.n);
	if (space == NULL)
		return ERR_FORMAT;
	line->name = bytes_of(text.data, (size_t)(space - text.data));
	line->base64 = bytes_of(space + 1, text.n - line->name.n - 1);
	if (!note_name_ok(line->name))
		return ERR_FORMAT;
	/* Only who knows the key decodes it whole; the id is in front. */
	if (note_base64_take(line->base64, NULL, SIZE_MAX,
	    &line->n_signature) != ERR_NONE ||
	    line->n_signature <= NOTE_KEY_ID_BYTES)
		return ERR_FORMAT;
	line->n_signature -= NOTE_KEY_ID_BYTES;
	if (note_base64_take(bytes_of(line->base64.data, 8), head,
	    sizeof head, &n) != ERR_NONE)
		return ERR_FORMAT;
	memcpy(line->id, head, NOTE_KEY_ID_BYTES);
	return ERR_NONE;
}

/* The last empty line parts text and signatures. */
static bool
split(struct bytes in, struct bytes *text, struct bytes *rest)
{
	for (size_t i = in.n; i >= 2; i--) {
		if (in.data[i - 1] == '\n' && in.data[i - 2] == '\n') {
			*text = bytes_of(in.data, i - 1);
			*rest = bytes_of(in.data + i, in.n - i);
			return true;
		}
	}
	return false;
}

enum error_code
note_parse(struct bytes in, struct note *note, struct why *why)
{
	struct bytes rest;

	memset(note, 0, sizeof *note);
	if (in.n > NOTE_BYTES_MAX) {
		why_set(why, "note is over %d bytes", NOTE_BYTES_MAX);
		return ERR_SIZE;
	}
	if (!note_text_ok(in)) {
		why_set(why, "note is not UTF-8 without control characters, "
		    "or does not end in a newline");
		return ERR_FORMAT;
	}
	if (!split(in, &note->text, &rest) || rest.n == 0) {
		why_set(why, "note has no empty line or no signature");
		return ERR_FORMAT;
	}
	while (rest.n > 0) {
		if (note->n_lines == NOTE_LINES_MAX) {
			why_set(why, "note has over %d signatures",
			    NOTE_LINES_MAX);
			return ERR_SIZE;
		}
		if (parse_line(&rest, &note->line[note->n_lines]) !=
		    ERR_NONE) {
			why_set(why, "signature line %zu of the note is "
			    "malformed", note->n_lines + 1);
			return ERR_FORMAT;
		}
		note->n_lines++;
	}
	return ERR_NONE;
}

void
note_cosigned(struct bytes text, uint64_t time, struct buf *out)
{
	buf_printf(out, "cosignature/v1\ntime %" PRIu64 "\n", time);
	buf_put(out, text.data, text.n);
}

static enum error_code
verify_cosigned(struct bytes text, const uint8_t *cosignature,
    const uint8_t *public, uint64_t *time)
{
	enum error_code err = ERR_CRYPTO;
	struct buf message;

	*time = get_be64(cosignature);
	if (*time == 0 || *time > (uint64_t)INT64_MAX)
		return ERR_CRYPTO;
	buf_init(&message, NOTE_BYTES_MAX + 64);
	note_cosigned(text, *time, &message);
	if (!buf_ok(&message))
		err = ERR_NOMEM;
	else if (crypto_sign_verify_detached(cosignature + 8, message.data,
	    message.n, public) == 0)
		err = ERR_NONE;
	buf_free(&message);
	return err;
}

static enum error_code
verify_line(struct bytes text, const struct note_line *line,
    const struct note_key *key, struct note_seen *seen)
{
	uint8_t raw[NOTE_KEY_ID_BYTES + NOTE_COSIGNATURE_BYTES];
	size_t want = key->type == NOTE_ED25519 ? NOTE_SIGNATURE_BYTES :
	    NOTE_COSIGNATURE_BYTES, n;
	enum error_code err;
	uint64_t time = 0;

	if (line->n_signature != want || note_base64_take(line->base64, raw,
	    sizeof raw, &n) != ERR_NONE)
		return ERR_CRYPTO;
	if (key->type == NOTE_COSIGNATURE) {
		err = verify_cosigned(text, raw + NOTE_KEY_ID_BYTES,
		    key->public, &time);
		if (err != ERR_NONE)
			return err;
	} else if (key->type != NOTE_ED25519 || crypto_sign_verify_detached(
	    raw + NOTE_KEY_ID_BYTES, text.data, text.n, key->public) != 0) {
		return ERR_CRYPTO;
	}
	seen->verified = true;
	if (time > seen->time)
		seen->time = time;
	return ERR_NONE;
}

bool
note_line_is_by(const struct note_line *line, const struct note_key *key)
{
	return memcmp(line->id, key->id, NOTE_KEY_ID_BYTES) == 0 &&
	    bytes_equal(line->name, bytes_str(key->name));
}

enum error_code
note_verify(const struct note *note, const struct note_key *keys,
    size_t n_keys, struct note_seen *seen)
{
	enum error_code err;
	bool any = false;

	for (size_t k = 0; k < n_keys; k++)
		seen[k] = (struct note_seen){ 0 };
	for (size_t i = 0; i < note->n_lines; i++) {
		for (size_t k = 0; k < n_keys; k++) {
			if (!note_line_is_by(&note->line[i], &keys[k]))
				continue;
			err = verify_line(note->text, &note->line[i],
			    &keys[k], &seen[k]);
			if (err != ERR_NONE)
				return err;
			any = true;
		}
	}
	return any ? ERR_NONE : ERR_CRYPTO;
}

size_t
note_count(const struct note_key *keys, const struct note_seen *seen,
    size_t n_keys)
{
	size_t count = 0;

	for (size_t i = 0; i < n_keys; i++) {
		bool first = seen[i].verified;

		for (size_t j = 0; first && j < i; j++)
			first = !seen[j].verified || memcmp(keys[j].public,
			    keys[i].public, NOTE_PUBLIC_BYTES) != 0;
		count += first;
	}
	return count;
}

void
note_put_line(struct buf *out, const struct note_key *key,
    struct bytes signature)
{
	uint8_t raw[NOTE_KEY_ID_BYTES + NOTE_COSIGNATURE_BYTES];

	if (signature.n > NOTE_COSIGNATURE_BYTES) {
		out->failed = true;
		return;
	}
	memcpy(raw, key->id, NOTE_KEY_ID_BYTES);
	memcpy(raw + NOTE_KEY_ID_BYTES, signature.data, signature.n);
	buf_put_str(out, LINE_PREFIX);
	buf_put_str(out, key->name);
	buf_put_u8(out, ' ');
	note_base64_put(out, bytes_of(raw, NOTE_KEY_ID_BYTES + signature.n));
	buf_put_u8(out, '\n');
}
