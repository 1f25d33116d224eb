/*
 * Secrets in memory: guarded, locked, wiped.
 *
 * Long-lived secrets (identities, passphrases, leases) live in memory from
 * secret_alloc(): never swapped, never in a core dump, with guard pages, and
 * wiped when freed.  libsodium stops locking silently at RLIMIT_MEMLOCK; here
 * that is an error that says what to raise.
 */
#ifndef WAYLEAVE_KEYS_SECRET_H
#define WAYLEAVE_KEYS_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/*
 * Starts libsodium and raises the soft limit of locked memory to the hard
 * one.  To be called once before anything else of keys/; calling it again is
 * harmless.  ERR_INTERNAL if the library has no source of randomness.
 */
MUST_USE enum error_code keys_init(struct why *why);

/*
 * n bytes of locked, guarded, zeroed memory in *out; freed by secret_free().
 * ERR_NOMEM when memory or the limit of locked memory is out (`why` tells
 * the limit); *out is then NULL.
 */
MUST_USE enum error_code secret_alloc(size_t n, void **out, struct why *why);
/* Wipes and frees; accepts NULL. */
void secret_free(void *p);

/* Overwrites n bytes in a way that the compiler keeps. */
void secret_wipe(void *p, size_t n);
/* Compares in constant time. */
bool secret_equal(const void *a, const void *b, size_t n);
bool secret_is_zero(const void *p, size_t n);
/* n unpredictable bytes. */
void secret_random(void *out, size_t n);
/* An unbiased number below `bound` (at least 2). */
uint32_t secret_below(uint32_t bound);

#endif
