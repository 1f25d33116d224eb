/*
 * What the targets over proto/wire.h share: what is taken can be written
 * again, the bytes then stay the same for ever, and no input of the allowed
 * size needs more memory than `bound`.
 */
#ifndef WAYLEAVE_TESTS_FUZZ_WIRE_H
#define WAYLEAVE_TESTS_FUZZ_WIRE_H

#include <stdlib.h>
#include <string.h>

#include "proto/wire.h"
#include "tests/fuzz/mutator.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static inline void
must(bool ok)
{
	if (!ok)
		abort();
}

#define FUZZ_ROUND_TRIP(in, type, decode, encode, bound)                    \
	do {                                                                \
		struct arena *a_ = arena_create(bound);                     \
		struct buf one_, two_;                                      \
		struct why why_ = { "" };                                   \
		type value_;                                                \
		enum error_code e_ = decode(a_, in, &value_, &why_);        \
		buf_init(&one_, 4 * 1024 * 1024);                           \
		buf_init(&two_, 4 * 1024 * 1024);                           \
		must(e_ != ERR_NOMEM);                                      \
		must(e_ == ERR_NONE || why_.text[0] != '\0');               \
		if (e_ == ERR_NONE) {                                       \
			must(encode(&value_, &one_) == ERR_NONE);           \
			arena_reset(a_);                                    \
			must(decode(a_, buf_view(&one_), &value_, &why_) == \
			    ERR_NONE);                                      \
			must(encode(&value_, &two_) == ERR_NONE);           \
			must(bytes_equal(buf_view(&one_), buf_view(&two_))); \
		}                                                           \
		buf_free(&one_);                                            \
		buf_free(&two_);                                            \
		arena_destroy(&a_);                                         \
	} while (0)

#endif
