/* Bodies; the first byte is the kind.  max_len: 16385 */
#define MUTATE_AFTER 1
#include "ledger/record.h"
#include "tests/fuzz/wire.h"

enum { BOUND = 128 * 1024 };

static enum wire_kind kind;

static enum error_code
decode(struct arena *a, struct bytes in, struct body *out, struct why *why)
{
	const struct record r = { .kind = kind, .body = in };

	return wire_body_decode(a, &r, out, why);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a;
	struct body b;
	struct why why;
	uint8_t h[WIRE_HASH];

	if (n < 1)
		return 0;
	kind = (enum wire_kind)(data[0] % (KIND_END + 1));
	FUZZ_ROUND_TRIP(bytes_of(data + 1, n - 1), struct body, decode,
	    wire_body_encode, BOUND);
	a = arena_create(BOUND);
	if (decode(a, bytes_of(data + 1, n - 1), &b, &why) == ERR_NONE &&
	    kind == KIND_SUBMISSION)
		must(submission_hash("refuge", &b, h) == ERR_NONE);
	arena_destroy(&a);
	return 0;
}
