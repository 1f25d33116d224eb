#include "agent/desk/once.h"

#include <sodium.h>
#include <string.h>

bool
once_take(struct once *o, const char *cookie, const char *number)
{
	crypto_generichash_state st;
	uint8_t hash[ONCE_HASH];
	bool first = true;

	crypto_generichash_init(&st, NULL, 0, sizeof hash);
	crypto_generichash_update(&st, (const uint8_t *)cookie,
	    strlen(cookie) + 1);
	crypto_generichash_update(&st, (const uint8_t *)number,
	    strlen(number));
	crypto_generichash_final(&st, hash, sizeof hash);
	pthread_mutex_lock(&o->lock);
	for (unsigned i = 0; i < ONCE_KEPT && first; i++)
		first = memcmp(o->seen[i], hash, sizeof hash) != 0;
	if (first) {
		memcpy(o->seen[o->next], hash, sizeof hash);
		o->next = (o->next + 1) % ONCE_KEPT;
	}
	pthread_mutex_unlock(&o->lock);
	return first;
}
