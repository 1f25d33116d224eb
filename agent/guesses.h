/*
 * Guesses at passwords, counted for every account name that is tried, known
 * here or not, so that counting tells nobody which accounts there are.
 *
 * The first five cost nothing; after each further one nothing is tried for
 * that name for a while: a minute, two, four, up to half an hour.  A day
 * without a guess and all is forgotten.  Names are kept as keyed hashes, as
 * somebody may have typed a password there.  In memory: a restart needs IT.
 */
#ifndef WAYLEAVE_AGENT_GUESSES_H
#define WAYLEAVE_AGENT_GUESSES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum { GUESSES_FREE = 5, GUESSES_NAMES = 1024 };

struct guesses;

MUST_USE enum error_code guesses_create(struct guesses **out);
void guesses_destroy(struct guesses **g);

/*
 * Counts one, before it is looked at, so that many at the same time are many.
 * ERR_BUSY: it must not be looked at for *wait_ms.  `known`: there is such an
 * account; its count is not given up for names made up.  ERR_FULL when there
 * is no place for another name.
 */
MUST_USE enum error_code guesses_try(struct guesses *g, const char *account,
    bool known, uint64_t boot, uint64_t *wait_ms);
/* The one just counted was none: it could not be looked at, or was right as
 * far as it went. */
void guesses_undo(struct guesses *g, const char *account);
/* It was right, or IT said so: begins anew. */
void guesses_clear(struct guesses *g, const char *account);

#endif
