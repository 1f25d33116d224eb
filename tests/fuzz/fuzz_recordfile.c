/* Files of records (.wlp, .wlrec), and the partnership they prove. */
#include "ledger/partnership.h"
#include "tests/fuzz/wire.h"

enum { BOUND = 2 * 1024 * 1024 };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct bytes in = bytes_of(data, n);
	struct arena *a = arena_create(BOUND);
	struct record_file file;
	struct partnership p;
	struct why why = { "" };
	struct buf out;

	buf_init(&out, RECORD_FILE_MAX);
	if (record_file_parse(a, in, &file, &why) == ERR_NONE) {
		(void)!partnership_verify(a, &file, NULL, &p, &why);
		must(record_file_format(&file, &out) == ERR_NONE);
	}
	buf_free(&out);
	arena_destroy(&a);
	FUZZ_ROUND_TRIP(in, struct record_file, wire_record_file_decode,
	    wire_record_file_encode, BOUND);
	return 0;
}
