/*
 * Cases and arrows: ids, keys and labels (PROTOCOL 2, "The case", "Arrows
 * and labels", "Grant"; PROTOCOL 1, "Worker").  An arrow is one sender and
 * one recipient in one case.
 *
 * In the layouts, id(x) is u8 length ‖ member id.  Member ids have 2 to 48
 * characters; a longer one is cut off by nobody: it is the caller's business
 * to have checked it.
 */
#ifndef WAYLEAVE_KEYS_ARROW_H
#define WAYLEAVE_KEYS_ARROW_H

#include "base/bytes.h"
#include "keys/identity.h"

enum {
	ARROW_CASE = 16,
	ARROW_CASE_KEY = 32,
	ARROW_KEY = 32,
	ARROW_LABEL = 16,
	ARROW_LABELS = 16,        /* a grant's */
	ARROW_WHATS = 16,         /* at most so many scopes and segments */
	ARROW_PSEUDONYM = 16,
	ARROW_SEAL = 48,          /* what crypto_box_seal adds */
	ARROW_KEY_BOX = 32 + 32 + ARROW_SEAL,
	ARROW_NAME_MAX = 127,     /* a worker's name and staff number */
	ARROW_NAME_BOX = 32 + 128 + ARROW_SEAL,
	ARROW_TERMS_OVERHEAD = 40,
	ARROW_TERMS_MAX = 4096    /* with the overhead */
};

/*
 * BLAKE2b-128("wayleave/1 case\n" ‖ P ‖ consent public key ‖ id(custodian)).
 * P is partnership_id()'s text.
 */
void arrow_case_id(const char *partnership,
    const uint8_t consent_key[static KEY_PUBLIC], const char *custodian,
    uint8_t out[static ARROW_CASE]);

/*
 * BLAKE2b-256(key = case key, "wayleave/1 arrow\n" ‖ case ‖ id(sender) ‖
 * id(recipient)).
 */
void arrow_key(const uint8_t case_key[static ARROW_CASE_KEY],
    const uint8_t case_id[static ARROW_CASE], const char *sender,
    const char *recipient, uint8_t out[static ARROW_KEY]);

/*
 * BLAKE2b-128(key = arrow key, "wayleave/1 label\n" ‖ what ‖ "/" ‖ purpose);
 * what: "C1".."C5", "SR", "BC", "BA", "ID", "Q", "SG1".."SG3"; purpose:
 * "PU1"..
 */
void arrow_label(const uint8_t key[static ARROW_KEY], const char *what,
    const char *purpose, uint8_t out[static ARROW_LABEL]);
/* BLAKE2b-128(key = arrow key, "wayleave/1 filler\n" ‖ u8 i), i from 1. */
void arrow_filler(const uint8_t key[static ARROW_KEY], uint8_t i,
    uint8_t out[static ARROW_LABEL]);
/* BLAKE2b-128(key = arrow key, "wayleave/1 urgent\n" ‖ message id). */
void arrow_urgency(const uint8_t key[static ARROW_KEY],
    const uint8_t message[static 16], uint8_t out[static 16]);

/*
 * The 16 labels of a grant in byte order: those of the n distinct scopes and
 * segments, filled up.  ERR_SIZE unless 1 <= n <= ARROW_WHATS, ERR_EXISTS if
 * one is named twice.
 */
MUST_USE enum error_code arrow_labels(const uint8_t key[static ARROW_KEY],
    const char *const *what, size_t n, const char *purpose,
    uint8_t out[ARROW_LABELS][ARROW_LABEL]);
/* Sorts labels into byte order. */
void arrow_sort(uint8_t (*label)[ARROW_LABEL], size_t n);

/*
 * Seals an arrow key to one of its ends (record `arrow-key`): crypto_box_seal
 * to its sealing key of SHA-256("wayleave/1 arrow-key\n" ‖ case ‖ id(sender)
 * ‖ id(recipient)) ‖ arrow key.  ERR_CRYPTO for a low-order sealing key.
 */
MUST_USE enum error_code arrow_key_seal(
    const uint8_t sealing[static KEY_PUBLIC],
    const uint8_t case_id[static ARROW_CASE], const char *sender,
    const char *recipient, const uint8_t key[static ARROW_KEY],
    uint8_t box[static ARROW_KEY_BOX]);
/*
 * Opens it (keys/arrow_open.c).  ERR_CRYPTO if it was not sealed to this
 * pair, or for another case or arrow; ERR_SIZE.
 */
MUST_USE enum error_code arrow_key_open(const struct box_pair *sealing,
    const uint8_t case_id[static ARROW_CASE], const char *sender,
    const char *recipient, struct bytes box,
    uint8_t key[static ARROW_KEY]);

/*
 * Seals a case key to an auditor with the role `terms` (records
 * `case-opened`, `audit-share`): crypto_box_seal of
 * SHA-256("wayleave/1 case-key\n" ‖ case ‖ id(auditor)) ‖ case key.
 */
MUST_USE enum error_code arrow_case_key_seal(
    const uint8_t terms_key[static KEY_PUBLIC],
    const uint8_t case_id[static ARROW_CASE], const char *auditor,
    const uint8_t case_key[static ARROW_CASE_KEY],
    uint8_t box[static ARROW_KEY_BOX]);
/* keys/arrow_open.c */
MUST_USE enum error_code arrow_case_key_open(const struct box_pair *terms,
    const uint8_t case_id[static ARROW_CASE], const char *auditor,
    struct bytes box, uint8_t case_key[static ARROW_CASE_KEY]);

/*
 * Terms of a grant: nonce (24) ‖ XChaCha20-Poly1305 under BLAKE2b-256(key =
 * arrow key, "wayleave/1 terms\n"), additional data case ‖ id(sender) ‖
 * id(recipient); appended to `out`.  The plaintext's own 32 random bytes in
 * front are the caller's.
 */
MUST_USE enum error_code arrow_terms_seal(
    const uint8_t key[static ARROW_KEY],
    const uint8_t case_id[static ARROW_CASE], const char *sender,
    const char *recipient, struct bytes plain, struct buf *out);
MUST_USE enum error_code arrow_terms_open(
    const uint8_t key[static ARROW_KEY],
    const uint8_t case_id[static ARROW_CASE], const char *sender,
    const char *recipient, struct bytes terms, struct buf *out);

/*
 * A worker's pseudonym: BLAKE2b-128(key = agency secret,
 * "wayleave/1 worker\n" ‖ local account).
 */
void arrow_pseudonym(const uint8_t agency[static KEY_SECRET],
    const char *account, uint8_t out[static ARROW_PSEUDONYM]);
/*
 * A worker's name and staff number (at most ARROW_NAME_MAX bytes, else
 * ERR_SIZE), sealed to an auditor with the role `terms`: crypto_box_seal of
 * SHA-256("wayleave/1 worker-name\n" ‖ pseudonym ‖ id(agency) ‖ id(auditor))
 * ‖ the text, sodium_pad to 128.
 */
MUST_USE enum error_code arrow_name_seal(
    const uint8_t terms_key[static KEY_PUBLIC],
    const uint8_t pseudonym[static ARROW_PSEUDONYM], const char *agency,
    const char *auditor, const char *name,
    uint8_t box[static ARROW_NAME_BOX]);
/* keys/arrow_open.c */
MUST_USE enum error_code arrow_name_open(const struct box_pair *terms,
    const uint8_t pseudonym[static ARROW_PSEUDONYM], const char *agency,
    const char *auditor, struct bytes box,
    char name[static ARROW_NAME_MAX + 1]);

#endif
