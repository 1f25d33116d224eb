/*
 * Names of what people compare: the partnership's id, and fingerprints to be
 * read out over the telephone.
 */
#ifndef WAYLEAVE_KEYS_PARTNERSHIP_H
#define WAYLEAVE_KEYS_PARTNERSHIP_H

#include "base/bytes.h"
#include "keys/identity.h"

enum {
	PARTNERSHIP_ID = 64,          /* characters, without the NUL */
	PARTNERSHIP_FINGERPRINT = 6,  /* words */
	PARTNERSHIP_FINGERPRINT_MAX = 128
};

/*
 * P of PROTOCOL 2: lower-case hex SHA-256 of the first root's public key,
 * also after that root is retired.
 */
void partnership_id(const uint8_t first_root[static KEY_PUBLIC],
    char out[static PARTNERSHIP_ID + 1]);

/*
 * Six English words, a blank between, for these bytes of a file: word i is
 * bytes 4i..4i+3 of SHA-256("wayleave/1 fingerprint\n" ‖ file) as a
 * big-endian number, mod 7776.
 */
void partnership_fingerprint(struct bytes file,
    char out[static PARTNERSHIP_FINGERPRINT_MAX]);

#endif
