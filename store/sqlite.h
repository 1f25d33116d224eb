/* The driver over SQLite; what store_open_sqlite() opens. */
#ifndef WAYLEAVE_STORE_SQLITE_H
#define WAYLEAVE_STORE_SQLITE_H

#include "store/db.h"
#include "store/driver.h"

/* Creates or checks the store's tables in `db`, which stays the caller's. */
MUST_USE enum error_code sqlite_open(struct db *db,
    const struct store_driver **out, void **d, struct why *why);

#endif
