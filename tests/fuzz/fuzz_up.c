/* Frames to the broker.  max_len: 98305 */
#include "tests/fuzz/wire.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	FUZZ_ROUND_TRIP(bytes_of(data, n), struct up, wire_up_decode,
	    wire_up_encode, 1024 * 1024);
	return 0;
}
