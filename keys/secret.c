#include "keys/secret.h"

#include <sodium.h>
#include <string.h>
#include <sys/resource.h>

/* Unprivileged processes may move the soft limit up to the hard one. */
static void
raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 &&
	    limit.rlim_cur != limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_MEMLOCK, &limit);
	}
}

enum error_code
keys_init(struct why *why)
{
	int started = sodium_init();

	if (started < 0) {
		why_set(why, "libsodium does not start: no randomness here");
		return ERR_INTERNAL;
	}
	if (started == 0)
		raise_limit();
	return ERR_NONE;
}

static void
why_unlocked(struct why *why, size_t n)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0 ||
	    limit.rlim_cur == RLIM_INFINITY)
		why_set(why, "cannot lock %zu bytes of memory", n);
	else
		why_set(why, "cannot lock %zu bytes of memory: the limit is "
		    "%llu KiB; raise LimitMEMLOCK= in the unit, or ulimit -l",
		    n, (unsigned long long)limit.rlim_cur / 1024);
}

enum error_code
secret_alloc(size_t n, void **out, struct why *why)
{
	void *p;

	*out = NULL;
	p = sodium_malloc(n == 0 ? 1 : n);
	if (p == NULL) {
		why_set(why, "no guarded memory for %zu bytes", n);
		return ERR_NOMEM;
	}
	/* sodium_malloc() does not say whether it could lock: ask again. */
	if (sodium_mlock(p, n == 0 ? 1 : n) != 0) {
		why_unlocked(why, n);
		sodium_free(p);
		return ERR_NOMEM;
	}
	memset(p, 0, n);
	*out = p;
	return ERR_NONE;
}

void
secret_free(void *p)
{
	sodium_free(p);
}

void
secret_wipe(void *p, size_t n)
{
	sodium_memzero(p, n);
}

bool
secret_equal(const void *a, const void *b, size_t n)
{
	return sodium_memcmp(a, b, n) == 0;
}

bool
secret_is_zero(const void *p, size_t n)
{
	return sodium_is_zero(p, n) == 1;
}

void
secret_random(void *out, size_t n)
{
	randombytes_buf(out, n);
}

uint32_t
secret_below(uint32_t bound)
{
	return randombytes_uniform(bound);
}
