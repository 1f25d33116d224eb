/*
 * Messages on local sockets, and requests; the first byte chooses.
 * max_len: 65537
 */
#define MUTATE_AFTER 1
#include "ledger/request.h"
#include "tests/fuzz/wire.h"

enum { BOUND = 512 * 1024 };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct bytes in;
	struct arena *a;
	struct member_request request;
	struct why why;

	if (n < 1)
		return 0;
	in = bytes_of(data + 1, n - 1);
	switch (data[0] % 6) {
	case 0:
		FUZZ_ROUND_TRIP(in, struct local_ask, wire_local_ask_decode,
		    wire_local_ask_encode, BOUND);
		break;
	case 1:
		FUZZ_ROUND_TRIP(in, struct local_tell, wire_local_tell_decode,
		    wire_local_tell_encode, BOUND);
		break;
	case 2:
		FUZZ_ROUND_TRIP(in, struct sign_request,
		    wire_sign_request_decode, wire_sign_request_encode, BOUND);
		break;
	case 3:
		FUZZ_ROUND_TRIP(in, struct sign_answer,
		    wire_sign_answer_decode, wire_sign_answer_encode, BOUND);
		break;
	case 4:
		FUZZ_ROUND_TRIP(in, struct member_request,
		    wire_member_request_decode, wire_member_request_encode,
		    BOUND);
		break;
	default:
		a = arena_create(BOUND);
		(void)!request_parse(a, in, &request, NULL, &why);
		arena_destroy(&a);
	}
	return 0;
}
