#include "ledger/statement.h"

#include <string.h>

#include "base/bytes.h"

#define PREFIX "wayleave/1 news\n"

size_t
statement_bytes(const char *partnership, const char *agent, uint64_t size,
    const uint8_t root[static HASH_BYTES], const struct wire_statement *s,
    uint8_t out[static STATEMENT_BYTES_MAX])
{
	size_t n_p = strlen(partnership), n_a = strlen(agent);
	uint8_t *p = out;

	if (n_p > 64 || n_a > WIRE_ID_MAX)
		return 0;
	memcpy(p, PREFIX, sizeof PREFIX - 1);
	p += sizeof PREFIX - 1;
	memcpy(p, partnership, n_p);
	p += n_p;
	*p++ = '\n';
	*p++ = (uint8_t)n_a;
	memcpy(p, agent, n_a);
	p += n_a;
	put_be64(p, size);
	memcpy(p + 8, root, HASH_BYTES);
	p += 8 + HASH_BYTES;
	put_be64(p, s->time);
	put_be64(p + 8, s->count);
	memcpy(p + 16, s->hash, HASH_BYTES);
	p += 16 + HASH_BYTES;
	return (size_t)(p - out);
}
