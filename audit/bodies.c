#include "audit/bodies.h"

#include <string.h>

void
bodies_put(struct buf *out, const uint8_t *salt, struct bytes body)
{
	buf_put_u32(out, salt != NULL ? (uint32_t)body.n : 0);
	if (salt == NULL)
		return;
	buf_put(out, salt, ENTRY_SALT);
	buf_put(out, body.data, body.n);
}

enum error_code
bodies_next(struct bytes *entries, struct bytes *bodies,
    struct bodies_item *out)
{
	const uint8_t *data;
	struct bytes entry;
	uint32_t n;
	enum error_code err = bundle_next(entries, &entry);

	memset(out, 0, sizeof *out);
	if (err != ERR_NONE)
		return err;
	if (entry.n != ENTRY_BYTES || entry.data[0] != 1 ||
	    entry.data[1] != 1 || !bytes_take_u32(bodies, &n))
		return ERR_FORMAT;
	out->commitment = entry.data + 2;
	if (n == 0)
		return ERR_NONE;
	if (n > ENTRY_BODY_MAX || !bytes_take(bodies, ENTRY_SALT, &out->salt) ||
	    !bytes_take(bodies, n, &data))
		return ERR_FORMAT;
	out->body = bytes_of(data, n);
	return ERR_NONE;
}

enum error_code
bodies_check(const struct bodies_item *item)
{
	uint8_t check[HASH_BYTES];

	if (item->salt == NULL)
		return ERR_NONE;
	entry_commitment(item->body, item->salt, check);
	return memcmp(check, item->commitment, HASH_BYTES) == 0 ? ERR_NONE :
	    ERR_PROOF;
}
