/*
 * One error table for the whole program: what a function returns, and the
 * text a person reads.  Results come back through out-parameters; a function
 * that can fail returns enum error_code and nothing else.
 */
#ifndef WAYLEAVE_BASE_ERROR_H
#define WAYLEAVE_BASE_ERROR_H

#include <stdbool.h>

#define ERROR_TABLE(X)                                                    \
	X(ERR_NONE, "no error")                                           \
	X(ERR_NOMEM, "out of memory")                                     \
	X(ERR_IO, "input or output failed")                               \
	X(ERR_FULL, "no space left")                                      \
	X(ERR_FORMAT, "malformed")                                        \
	X(ERR_SIZE, "too large or too small")                             \
	X(ERR_CRYPTO, "signature, seal or hash does not verify")          \
	X(ERR_PROOF, "ledger proof does not verify")                      \
	X(ERR_NOTFOUND, "not found")                                      \
	X(ERR_EXISTS, "exists already")                                   \
	X(ERR_REFUSED, "refused by a rule")                               \
	X(ERR_BUSY, "busy, try again later")                              \
	X(ERR_LOCKED, "locked")                                           \
	X(ERR_DENIED, "not permitted")                                    \
	X(ERR_CLOCK, "clocks disagree")                                   \
	X(ERR_CONFIG, "configuration is wrong")                           \
	X(ERR_USAGE, "usage")                                             \
	X(ERR_OFFLINE, "not connected")                                   \
	X(ERR_CLOSED, "closed by the other side")                         \
	X(ERR_INTERNAL, "fault in this program")

enum error_code {
#define X(code, text) code,
	ERROR_TABLE(X)
#undef X
};

#define MUST_USE __attribute__((warn_unused_result))

/* The table's text for `e`; never NULL, static storage. */
const char *error_text(enum error_code e);

/*
 * Why something was refused, for the one who must mend it: which field or
 * file, which value, which rule.  Never holds secrets or case content.
 * `why` may be NULL wherever a function takes one.
 */
struct why {
	char text[240];
};

void why_set(struct why *why, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
