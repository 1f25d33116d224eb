/*
 * What arrow_seal.c and arrow_open.c share: the 32 bytes in front of what is
 * sealed, which say what it is and for whom, so that no seal can be passed
 * off as another.  For those two files alone.
 */
#ifndef WAYLEAVE_KEYS_ARROW_BOX_H
#define WAYLEAVE_KEYS_ARROW_BOX_H

#include "keys/arrow.h"

enum { ARROW_TAG = 32, ARROW_NAME_PADDED = ARROW_NAME_MAX + 1 };

/*
 * SHA-256(domain ‖ first (16 bytes) ‖ id(a) ‖ id(b)); `b` may be NULL and is
 * then left out.
 */
void arrow_tag(const char *domain, const uint8_t first[static 16],
    const char *a, const char *b, uint8_t out[static ARROW_TAG]);

#define ARROW_DOMAIN_KEY "wayleave/1 arrow-key\n"
#define ARROW_DOMAIN_CASE_KEY "wayleave/1 case-key\n"
#define ARROW_DOMAIN_NAME "wayleave/1 worker-name\n"

#endif
