/* Frames to an agent.  max_len: 294913 */
#include "tests/fuzz/wire.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	FUZZ_ROUND_TRIP(bytes_of(data, n), struct parcel, wire_parcel_decode,
	    wire_parcel_encode, 4 * 1024 * 1024);
	return 0;
}
