#include "agent/seal.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/fault.h"

enum {
	CORRESPONDENCES = 512,      /* recipients and epochs at one time */
	AGREED = 256,               /* senders' ends, likewise */
	SHARE_PLAIN = WIRE_HASH + 32,   /* h ‖ k1 */
	SEALED_E = 0, SEALED_NONCE = 32, SEALED_BOX = 56,
};

/* One key pair e towards one sealing key; `shared` is beforenm's key. */
struct correspondence {
	uint8_t recipient[WIRE_KEY];
	uint8_t e[WIRE_KEY];
	uint8_t shared[crypto_box_BEFORENMBYTES];
	uint64_t born;              /* boot ms */
	uint64_t used;              /* turn of last use; 0: free */
};

struct seal_sender {
	struct correspondence c[CORRESPONDENCES];
	uint64_t turn;
};

enum error_code
seal_sender_create(struct seal_sender **out)
{
	*out = sodium_malloc(sizeof **out);
	if (*out == NULL)
		return ERR_NOMEM;
	memset(*out, 0, sizeof **out);
	return ERR_NONE;
}

void
seal_sender_destroy(struct seal_sender **s)
{
	if (s == NULL || *s == NULL)
		return;
	sodium_free(*s);            /* wipes */
	*s = NULL;
}

void
seal_sender_forget(struct seal_sender *s, const uint8_t key[static WIRE_KEY])
{
	for (size_t i = 0; i < CORRESPONDENCES; i++)
		if (s->c[i].used != 0 &&
		    memcmp(s->c[i].recipient, key, WIRE_KEY) == 0)
			sodium_memzero(&s->c[i], sizeof s->c[i]);
}

void
seal_sender_expire(struct seal_sender *s, uint64_t boot_ms)
{
	for (size_t i = 0; i < CORRESPONDENCES; i++) {
		struct correspondence *c = &s->c[i];

		if (c->used != 0 && boot_ms - c->born >= CLOCK_DAY_MS)
			sodium_memzero(c, sizeof *c);
	}
}

uint32_t
seal_padded(size_t plaintext)
{
	static const uint32_t size[] = { 1024, 4096, 16384, 65536 };

	/* sodium_pad always adds at least one byte */
	for (size_t i = 0; i < sizeof size / sizeof size[0]; i++)
		if (plaintext < size[i])
			return size[i];
	return 0;
}

/* The live correspondence with this key, or the place for a new one: a free
 * one, else that longest unused. */
static struct correspondence *
find(struct seal_sender *s, const uint8_t key[static WIRE_KEY],
    uint64_t boot_ms, bool *live)
{
	struct correspondence *place = &s->c[0];

	for (size_t i = 0; i < CORRESPONDENCES; i++) {
		struct correspondence *c = &s->c[i];

		if (c->used != 0 && memcmp(c->recipient, key, WIRE_KEY) == 0) {
			*live = boot_ms - c->born < CLOCK_DAY_MS;
			return c;
		}
		if (c->used < place->used)
			place = c;
	}
	*live = false;
	return place;
}

static enum error_code
correspond(struct seal_sender *s, const uint8_t key[static WIRE_KEY],
    uint64_t boot_ms, struct correspondence **out)
{
	uint8_t secret[WIRE_KEY];
	enum error_code err = ERR_NONE;
	struct correspondence *c;
	bool live;

	c = find(s, key, boot_ms, &live);
	if (!live) {
		sodium_memzero(c, sizeof *c);
		crypto_box_keypair(c->e, secret);
		if (crypto_box_beforenm(c->shared, key, secret) != 0)
			err = ERR_CRYPTO;       /* a low-order key */
		sodium_memzero(secret, sizeof secret);
		memcpy(c->recipient, key, WIRE_KEY);
		c->born = boot_ms;
	}
	if (err == ERR_NONE)
		c->used = ++s->turn;
	else
		sodium_memzero(c, sizeof *c);
	*out = c;
	return err;
}

static void
share_commitment(const uint8_t k2[static 32], uint8_t out[static WIRE_HASH])
{
	crypto_hash_sha256_state st;

	crypto_hash_sha256_init(&st);
	crypto_hash_sha256_update(&st,
	    (const uint8_t *)"wayleave/1 share\n", 17);
	crypto_hash_sha256_update(&st, k2, 32);
	crypto_hash_sha256_final(&st, out);
	sodium_memzero(&st, sizeof st);
}

static void
content_key(const uint8_t k1[static 32], const uint8_t k2[static 32],
    const uint8_t h[static WIRE_HASH], uint8_t out[static 32])
{
	crypto_generichash_state st;

	crypto_generichash_init(&st, k1, 32, 32);
	crypto_generichash_update(&st,
	    (const uint8_t *)"wayleave/1 content\n", 19);
	crypto_generichash_update(&st, k2, 32);
	crypto_generichash_update(&st, h, WIRE_HASH);
	crypto_generichash_final(&st, out, 32);
	sodium_memzero(&st, sizeof st);
}

static void
key_commitment(const uint8_t key[static 32], uint8_t out[static WIRE_HASH])
{
	crypto_generichash(out, WIRE_HASH,
	    (const uint8_t *)"wayleave/1 commit\n", 18, key, 32);
}

/* Pads in `out` and encrypts in place: nonce zero, since a key is used once. */
static enum error_code
encrypt(const uint8_t key[static 32], struct bytes header,
    struct bytes plain, uint32_t padded, struct buf *out)
{
	static const uint8_t nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES];
	const size_t size = padded + crypto_aead_xchacha20poly1305_ietf_ABYTES;
	uint8_t *room = buf_room(out, size);
	size_t n = 0;

	if (room == NULL)
		return ERR_NOMEM;
	if (plain.n > 0)
		memcpy(room, plain.data, plain.n);
	if (sodium_pad(&n, room, plain.n, padded, padded) != 0 || n != padded)
		return ERR_SIZE;
	if (crypto_aead_xchacha20poly1305_ietf_encrypt(room, NULL, room,
	    padded, header.data, header.n, NULL, nonce, key) != 0)
		return ERR_CRYPTO;
	if (fault_break("p2"))
		memcpy(room, plain.data, plain.n);
	return ERR_NONE;
}

static void
seal_share(const struct correspondence *c, const uint8_t h[static WIRE_HASH],
    const uint8_t k1[static 32], uint8_t out[static WIRE_SEALED_SHARE])
{
	uint8_t plain[SHARE_PLAIN];

	memcpy(plain, h, WIRE_HASH);
	memcpy(plain + WIRE_HASH, k1, 32);
	memcpy(out + SEALED_E, c->e, WIRE_KEY);
	randombytes_buf(out + SEALED_NONCE, crypto_box_NONCEBYTES);
	/* cannot fail: the length is fixed and the key was agreed before */
	(void)crypto_box_easy_afternm(out + SEALED_BOX, plain, sizeof plain,
	    out + SEALED_NONCE, c->shared);
	sodium_memzero(plain, sizeof plain);
}

enum error_code
seal_message(struct seal_sender *s, const char *sender,
    const uint8_t recipient_key[static 32], uint64_t boot_ms, struct body *b,
    struct bytes plain, struct buf *out, uint8_t k2[static 32])
{
	struct wire_submission *m = &b->u.submission;
	struct correspondence *c = NULL;
	uint8_t k1[32], key[32], h[WIRE_HASH];
	const size_t start = out->n;
	enum error_code err;
	struct buf header;

	buf_init(&header, SUBMISSION_HEADER_MAX);
	m->padded = seal_padded(plain.n);
	randombytes_buf(k1, sizeof k1);
	randombytes_buf(k2, 32);
	err = m->padded == 0 ? ERR_SIZE : submission_header(sender, b, &header);
	if (err != ERR_NONE)
		goto out;
	crypto_hash_sha256(h, header.data, header.n);
	err = correspond(s, recipient_key, boot_ms, &c);
	if (err != ERR_NONE)
		goto out;
	seal_share(c, h, k1, m->sealed);
	share_commitment(k2, m->share_commitment);
	content_key(k1, k2, h, key);
	key_commitment(key, m->key_commitment);
	err = encrypt(key, buf_view(&header), plain, m->padded, out);
	if (err != ERR_NONE)
		goto out;
	crypto_hash_sha256(m->ciphertext_hash, out->data + start,
	    out->n - start);
out:
	sodium_memzero(k1, sizeof k1);
	sodium_memzero(key, sizeof key);
	buf_free(&header);
	return err;
}

bool
seal_share_fits(const struct body *b, const uint8_t k2[static 32])
{
	uint8_t commitment[WIRE_HASH];

	share_commitment(k2, commitment);
	return memcmp(commitment, b->u.submission.share_commitment,
	    sizeof commitment) == 0;
}

/* ---- the receiving end --------------------------------------------------------- */

/* What e and our secret agree on; `born` 0: free. */
struct agreed {
	uint8_t e[WIRE_KEY], secret[WIRE_KEY];
	uint8_t shared[crypto_box_BEFORENMBYTES];
	uint64_t born;              /* boot ms */
};

struct seal_receiver {
	struct agreed a[AGREED];
};

enum error_code
seal_receiver_create(struct seal_receiver **out)
{
	*out = sodium_malloc(sizeof **out);
	if (*out == NULL)
		return ERR_NOMEM;
	memset(*out, 0, sizeof **out);
	return ERR_NONE;
}

void
seal_receiver_destroy(struct seal_receiver **r)
{
	if (r == NULL || *r == NULL)
		return;
	sodium_free(*r);            /* wipes */
	*r = NULL;
}

void
seal_receiver_wipe(struct seal_receiver *r)
{
	if (r != NULL)
		sodium_memzero(r, sizeof *r);
}

void
seal_receiver_expire(struct seal_receiver *r, uint64_t boot_ms)
{
	for (size_t i = 0; r != NULL && i < AGREED; i++) {
		struct agreed *a = &r->a[i];

		if (a->born != 0 && boot_ms - a->born >= CLOCK_DAY_MS)
			sodium_memzero(a, sizeof *a);
	}
}

/* The key that e and our secret give; 0 as of crypto_box_beforenm. */
static int
agree(struct seal_receiver *r, uint64_t boot_ms,
    const uint8_t e[static WIRE_KEY], const uint8_t secret[static WIRE_KEY],
    uint8_t shared[static crypto_box_BEFORENMBYTES])
{
	struct agreed *a = r != NULL ? &r->a[get_be32(e) % AGREED] : NULL;

	if (a != NULL && a->born != 0 && memcmp(a->e, e, WIRE_KEY) == 0 &&
	    sodium_memcmp(a->secret, secret, WIRE_KEY) == 0) {
		memcpy(shared, a->shared, sizeof a->shared);
		return 0;
	}
	if (crypto_box_beforenm(shared, e, secret) != 0)
		return -1;
	if (a != NULL) {
		memcpy(a->e, e, WIRE_KEY);
		memcpy(a->secret, secret, WIRE_KEY);
		memcpy(a->shared, shared, sizeof a->shared);
		a->born = boot_ms != 0 ? boot_ms : 1;
	}
	return 0;
}

enum error_code
seal_open_share_again(struct seal_receiver *r, uint64_t boot_ms,
    const char *sender, const struct body *b,
    const uint8_t epoch_secret[static 32], uint8_t k1[static 32])
{
	const uint8_t *sealed = b->u.submission.sealed;
	uint8_t shared[crypto_box_BEFORENMBYTES], plain[SHARE_PLAIN];
	uint8_t h[WIRE_HASH];
	enum error_code err;

	err = submission_hash(sender, b, h);
	if (err != ERR_NONE)
		return err;
	err = ERR_CRYPTO;
	if (agree(r, boot_ms, sealed + SEALED_E, epoch_secret, shared) == 0 &&
	    crypto_box_open_easy_afternm(plain, sealed + SEALED_BOX,
	    sizeof plain + crypto_box_MACBYTES, sealed + SEALED_NONCE,
	    shared) == 0 && sodium_memcmp(plain, h, WIRE_HASH) == 0) {
		memcpy(k1, plain + WIRE_HASH, 32);
		err = ERR_NONE;
	}
	sodium_memzero(shared, sizeof shared);
	sodium_memzero(plain, sizeof plain);
	return err;
}

enum error_code
seal_open_share(const char *sender, const struct body *b,
    const uint8_t epoch_secret[static 32], uint8_t k1[static 32])
{
	return seal_open_share_again(NULL, 0, sender, b, epoch_secret, k1);
}

/* Decrypts into the room at the end of `out` and takes the padding off. */
static enum error_code
decrypt(const uint8_t key[static 32], struct bytes header,
    struct bytes ciphertext, uint32_t padded, struct buf *out,
    struct why *why)
{
	static const uint8_t nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES];
	const size_t start = out->n;
	uint8_t *room = buf_room(out, padded);
	size_t n;

	if (room == NULL)
		return ERR_NOMEM;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(room, NULL, NULL,
	    ciphertext.data, ciphertext.n, header.data, header.n, nonce,
	    key) != 0) {
		why_set(why, "ciphertext does not verify");
		goto fail;
	}
	if (sodium_unpad(&n, room, padded, padded) != 0) {
		why_set(why, "padding is wrong");
		goto fail;
	}
	out->n = start + n;
	return ERR_NONE;
fail:
	sodium_memzero(room, padded);
	out->n = start;
	return ERR_CRYPTO;
}

enum error_code
seal_open_message(const char *sender, const struct body *b,
    const uint8_t k1[static 32], const uint8_t k2[static 32],
    struct bytes ciphertext, struct buf *out, struct why *why)
{
	const struct wire_submission *m = &b->u.submission;
	uint8_t key[32], h[WIRE_HASH], commitment[WIRE_HASH];
	enum error_code err;
	struct buf header;

	buf_init(&header, SUBMISSION_HEADER_MAX);
	err = submission_header(sender, b, &header);
	if (err != ERR_NONE)
		goto out;
	err = ERR_CRYPTO;
	share_commitment(k2, commitment);
	if (memcmp(commitment, m->share_commitment, WIRE_HASH) != 0) {
		why_set(why, "the broker's share is not the one committed to");
		goto out;
	}
	crypto_hash_sha256(h, header.data, header.n);
	content_key(k1, k2, h, key);
	key_commitment(key, commitment);
	if (memcmp(commitment, m->key_commitment, WIRE_HASH) != 0) {
		why_set(why, "the content key is not the one committed to");
		goto out;
	}
	if (ciphertext.n != m->padded +
	    crypto_aead_xchacha20poly1305_ietf_ABYTES) {
		why_set(why, "ciphertext has another size than the header says");
		goto out;
	}
	err = decrypt(key, buf_view(&header), ciphertext, m->padded, out, why);
out:
	sodium_memzero(key, sizeof key);
	buf_free(&header);
	return err;
}
