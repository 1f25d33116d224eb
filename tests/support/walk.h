/*
 * Reads a whole ledger from its first entry: from an auditor's mirror (a
 * folder) or from the database of a broker that is not running (a file).
 */
#ifndef WAYLEAVE_TESTS_SUPPORT_WALK_H
#define WAYLEAVE_TESTS_SUPPORT_WALK_H

#include "ledger/entry.h"
#include "ledger/partnership.h"

/* `e` and all it points to are gone when it returns. */
typedef enum error_code walk_visit(void *ctx, const struct entry *e);

/*
 * Visits every entry in order and stops at the first error.  The commitment
 * of each is compared with its body (ERR_PROOF); erased ones are left out.
 */
MUST_USE enum error_code walk_ledger(const struct partnership *p,
    const char *path, walk_visit *visit, void *ctx, struct why *why);

#endif
