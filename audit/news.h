/*
 * Every member's news stream as the ledger gives it: the running hash after
 * each item, and the entry that brought it.  What a member's records cite is
 * held against it (PROTOCOL 2 "citation", 6 "News").
 */
#ifndef WAYLEAVE_AUDIT_NEWS_H
#define WAYLEAVE_AUDIT_NEWS_H

#include "store/store.h"

struct news;

MUST_USE enum error_code news_create(struct news **out);
void news_destroy(struct news **n);

/* The next item of this member's stream, which entry `position` brings. */
MUST_USE enum error_code news_add(struct news *n, const char *member,
    uint64_t position, uint64_t time, const uint8_t hash[static HASH_BYTES]);

enum news_verdict {
	NEWS_AGREES,
	NEWS_AHEAD,     /* more items than there were */
	NEWS_DIFFERS,   /* another item among them, or one left out */
	NEWS_WITHHELD,  /* items older than `since` are missing at the end */
};

/*
 * Does this member's citation agree with its stream as it stands?  `since`
 * is the time up to which everything must have come, 0 for no such bound;
 * *position is the entry whose news was withheld.
 */
enum news_verdict news_judge(const struct news *n, const char *member,
    const struct citation *c, uint64_t since, uint64_t *position);

#endif
