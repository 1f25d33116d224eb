/*
 * The signer: the one process that has the log key (INTERNALS 1, PROTOCOL 5
 * "Signer").  It signs only an extension of what it last signed: it is sent
 * the new leaf hashes, appends them to its own edge and signs the checkpoint
 * it builds itself.
 *
 * Its memory is a file of two 4 KiB slots, each with its own SHA-256.  The
 * older slot is overwritten in place and made durable before the signature
 * leaves, so whatever moment it is killed at, one slot is whole:
 *
 *   killed before the sync  the old slot stands, nothing was signed
 *   killed after it         the new slot stands; the broker asks again with
 *                           no leaves and gets the same signature (Ed25519
 *                           signs the same text the same way)
 *
 * The file is in no backup.  Without it the signer does not start.
 */
#ifndef WAYLEAVE_BROKER_SIGNER_H
#define WAYLEAVE_BROKER_SIGNER_H

#include "base/bytes.h"
#include "ledger/checkpoint.h"
#include "ledger/edge.h"
#include "proto/wire.h"

enum {
	SIGNER_SLOT = 4096,
	SIGNER_FILE = 2 * SIGNER_SLOT,
};

/* sign_answer.code */
enum signer_code {
	SIGNER_OK = 0,
	SIGNER_NOT_NEXT = 1,   /* `from` is not the signer's size */
	SIGNER_BAD = 2,        /* not a request */
	SIGNER_FAILED = 3,     /* the state could not be made durable */
};

struct signer;

/*
 * Creates the state file for a ledger of `origin` and log key `public` that
 * stands at `start` (NULL: empty).  ERR_EXISTS when there is one: a signer
 * never forgets by accident.
 */
MUST_USE enum error_code signer_init(const char *path, const char *origin,
    const uint8_t public[static NOTE_PUBLIC_BYTES], const struct edge *start,
    struct why *why);

/*
 * Takes up the state.  `secret` is borrowed and must outlive the signer.
 * ERR_NOTFOUND: no state file.  ERR_FORMAT: neither slot is whole, or it is
 * the state of another ledger or key.
 */
MUST_USE enum error_code signer_open(const char *path, const char *origin,
    const uint8_t secret[static NOTE_SECRET_BYTES], struct signer **out,
    struct why *why);
void signer_close(struct signer **s);

uint64_t signer_size(const struct signer *s);

/* How far the state in this file is, without taking it up. */
MUST_USE enum error_code signer_look(const char *path, const char *origin,
    const uint8_t public[static NOTE_PUBLIC_BYTES], uint64_t *size,
    struct why *why);

/*
 * Answers one request.  No leaves: signs what it stands at, whatever `from`
 * says, so that the broker can find out where it is.  An error means that the
 * state on disk is unknown: the process must end (never retried, PITFALLS).
 */
MUST_USE enum error_code signer_answer(struct signer *s,
    const struct sign_request *q, struct sign_answer *a);

/* The same from bytes to bytes; what cannot be read is SIGNER_BAD. */
MUST_USE enum error_code signer_message(struct signer *s, struct bytes in,
    struct buf *out);

/*
 * Serves connections on `listener`, one at a time (there is one broker),
 * until `stop` (a descriptor) becomes readable.  Only a peer of uid `uid`,
 * root or the signer's own uid is heard.  ERR_NONE when stopped.
 */
MUST_USE enum error_code signer_serve(struct signer *s, int listener,
    int stop, unsigned uid);

#endif
