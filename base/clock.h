/*
 * Time.  Milliseconds since 1970 UTC for what is written down, milliseconds
 * since boot (running through suspend) for what has to end by itself.
 * Whoever decides by time takes a `const struct clock *`, so that a test can
 * hold it.
 */
#ifndef WAYLEAVE_BASE_CLOCK_H
#define WAYLEAVE_BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define CLOCK_SECOND_MS 1000ull
#define CLOCK_MINUTE_MS (60 * CLOCK_SECOND_MS)
#define CLOCK_HOUR_MS (60 * CLOCK_MINUTE_MS)
#define CLOCK_DAY_MS (24 * CLOCK_HOUR_MS)

/* "2026-11-21T09:00:04.123Z" and its NUL. */
#define CLOCK_ISO_BYTES 25

struct clock {
	uint64_t (*now)(void *ctx);  /* like clock_ms() */
	uint64_t (*boot)(void *ctx); /* like clock_boot_ms() */
	void *ctx;
};

/* The machine's clocks. */
extern const struct clock clock_system;

/* A clock that stands still until told; for tests. */
struct clock_fake {
	uint64_t now, boot;
};
/* A clock reading `f`, which must outlive it. */
struct clock clock_fake_of(struct clock_fake *f);
/* Moves both hands. */
void clock_fake_add(struct clock_fake *f, uint64_t ms);

uint64_t clock_ms(void);      /* CLOCK_REALTIME */
uint64_t clock_boot_ms(void); /* CLOCK_BOOTTIME */
uint64_t clock_mono_us(void); /* CLOCK_MONOTONIC, microseconds, for figures */

/* What `c` shows; NULL is the machine's clock. */
uint64_t clock_now(const struct clock *c);
uint64_t clock_boot(const struct clock *c);

/* "2026-11-21T09:00:04Z", UTC, whole seconds; a year past 9999 as "-". */
void clock_iso(char out[static CLOCK_ISO_BYTES], uint64_t ms);
/* The same with milliseconds. */
void clock_iso_ms(char out[static CLOCK_ISO_BYTES], uint64_t ms);
/* "2026-11-21". */
void clock_iso_day(char out[static CLOCK_ISO_BYTES], uint64_t ms);
/*
 * Reads YYYY-MM-DD, or YYYY-MM-DDThh:mm[:ss[.fff]] followed by Z or +hh:mm
 * or -hh:mm; years 1970 to 9999; nothing else.
 */
MUST_USE bool clock_parse_iso(const char *text, uint64_t *ms);

#endif
