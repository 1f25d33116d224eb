#include "keys/wrap.h"

#include <sodium.h>
#include <string.h>

_Static_assert(WRAP_KEY == crypto_aead_xchacha20poly1305_ietf_KEYBYTES &&
    WRAP_NONCE == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES &&
    WRAP_TAG == crypto_aead_xchacha20poly1305_ietf_ABYTES, "sizes");

void
wrap_seal(const uint8_t key[static WRAP_KEY], struct bytes ad,
    struct bytes plain, uint8_t *out)
{
	randombytes_buf(out, WRAP_NONCE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(out + WRAP_NONCE, NULL,
	    plain.data, plain.n, ad.data, ad.n, NULL, out, key);
}

enum error_code
wrap_open(const uint8_t key[static WRAP_KEY], struct bytes ad,
    struct bytes wrapped, uint8_t *out)
{
	if (wrapped.n < WRAP_OVERHEAD)
		return ERR_SIZE;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL,
	    wrapped.data + WRAP_NONCE, wrapped.n - WRAP_NONCE, ad.data, ad.n,
	    wrapped.data, key) != 0) {
		if (wrapped.n > WRAP_OVERHEAD)
			memset(out, 0, wrapped.n - WRAP_OVERHEAD);
		return ERR_CRYPTO;
	}
	return ERR_NONE;
}

enum error_code
wrap_seal_buf(const uint8_t key[static WRAP_KEY], struct bytes ad,
    struct bytes plain, struct buf *out)
{
	uint8_t *room = buf_room(out, plain.n + WRAP_OVERHEAD);

	if (room == NULL)
		return ERR_SIZE;
	wrap_seal(key, ad, plain, room);
	return ERR_NONE;
}

enum error_code
wrap_open_buf(const uint8_t key[static WRAP_KEY], struct bytes ad,
    struct bytes wrapped, struct buf *out)
{
	enum error_code error;
	uint8_t *room;

	if (wrapped.n < WRAP_OVERHEAD)
		return ERR_SIZE;
	room = buf_room(out, wrapped.n - WRAP_OVERHEAD);
	/* An empty plaintext needs no room, but libsodium a pointer. */
	if (room == NULL && wrapped.n > WRAP_OVERHEAD)
		return ERR_SIZE;
	error = wrap_open(key, ad, wrapped, room);
	if (error != ERR_NONE)
		out->n -= wrapped.n - WRAP_OVERHEAD;
	return error;
}
