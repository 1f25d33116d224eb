/* A Record, its body, its signature and who may have signed it. */
#include "ledger/record.h"
#include "tests/fuzz/wire.h"

enum { BOUND = 256 * 1024 };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const uint8_t key[WIRE_KEY] = { 1 };
	static const char p[PARTNERSHIP_HEX + 1] =
	    "00000000000000000000000000000000"
	    "00000000000000000000000000000000";
	const struct bytes in = bytes_of(data, n);
	struct arena *a = arena_create(BOUND);
	struct record r;
	struct body b;
	struct why why;
	uint8_t id[WIRE_HASH];

	FUZZ_ROUND_TRIP(in, struct record, wire_record_decode,
	    wire_record_encode, BOUND);
	if (wire_record_decode(a, in, &r, &why) == ERR_NONE) {
		(void)!record_verify(p, &r, r.has_key ? r.key : key,
		    r.has_cosignature ? key : NULL, NULL, id, &why);
		if (wire_body_decode(a, &r, &b, &why) == ERR_NONE)
			(void)!record_signers_ok(&r, &b, &why);
	}
	arena_destroy(&a);
	return 0;
}
