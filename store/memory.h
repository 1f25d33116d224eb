/* The driver in memory; what store_open_memory() opens. */
#ifndef WAYLEAVE_STORE_MEMORY_H
#define WAYLEAVE_STORE_MEMORY_H

#include "store/driver.h"

/* Empty tables; `d` is freed by the driver's close. */
MUST_USE enum error_code memory_open(const struct store_driver **out,
    void **d);

#endif
