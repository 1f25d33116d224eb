/*
 * Debian's libzmq is not instrumented, so what it hands from thread to thread
 * looks like a race to TSan.  There frames are copied, by code that TSan does
 * not watch, where they cross over; nothing of this is in any other build.
 */
#ifndef WAYLEAVE_BASE_CROSSING_H
#define WAYLEAVE_BASE_CROSSING_H

#include <stddef.h>
#include <stdint.h>

#ifdef __SANITIZE_THREAD__
__attribute__((no_sanitize("thread"))) static inline void
crossing_copy(volatile uint8_t *to, const volatile uint8_t *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = from[i];
}
#endif

#endif
