/*
 * Bodies of ledger entries: 17 bytes in front, then a payload.
 * max_len: 40961
 */
#define MUTATE_AFTER 17
#include "ledger/entry.h"
#include "tests/fuzz/wire.h"

enum { BOUND = 512 * 1024 };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const uint8_t salt[ENTRY_SALT] = { 7 };
	static const char p[PARTNERSHIP_HEX + 1] =
	    "00000000000000000000000000000000"
	    "00000000000000000000000000000000";
	struct arena *a = arena_create(BOUND);
	struct entry e;
	struct why why = { "" };
	struct buf out;
	enum error_code err;

	buf_init(&out, ENTRY_BODY_MAX);
	err = entry_decode(a, p, bytes_of(data, n), salt, &e, &why);
	must(err != ERR_NOMEM);
	if (err == ERR_NONE) {
		must(entry_encode(e.index, e.time, e.kind, bytes_of(
		    data + ENTRY_PREFIX, n - ENTRY_PREFIX), &out) == ERR_NONE);
		must(bytes_equal(buf_view(&out), bytes_of(data, n)));
	}
	buf_free(&out);
	arena_destroy(&a);
	return 0;
}
