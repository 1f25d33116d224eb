/*
 * The real broker and signer as processes over real sockets, with the keys of
 * a world (tests/support/world.h): for benches that need more members than
 * there could be agents.
 *
 * Anything that fails ends the program with a sentence.
 */
#ifndef WAYLEAVE_TESTS_SUPPORT_FIELD_H
#define WAYLEAVE_TESTS_SUPPORT_FIELD_H

#include <sys/types.h>

#include "tests/support/test.h"
#include "tests/support/world.h"

struct field {
	struct world *w;
	const char *build;              /* where the programs are */
	char dir[TEST_PATH];
	unsigned port;
	pid_t broker, signer;           /* 0: not running */
	pid_t counter;                  /* perf, likewise */
	unsigned files;
};

/*
 * Writes keys, partnership file and configurations into `dir`, a fresh
 * folder (test_dir()) that stays when something failed.
 */
void field_make(struct field *f, struct world *w, const char *build);
/* Both daemons, until the broker answers; returns how long that took, ns. */
uint64_t field_start(struct field *f);
/* SIGTERM, then waits; removes nothing. */
void field_stop(struct field *f);
/* Through `wayleave-broker admit`; any number of records. */
void field_admit(struct field *f, struct record *const *r, unsigned n);
/* dir/name. */
void field_path(const struct field *f, const char *name,
    char out[static TEST_PATH]);
/* Bytes of ledger.db and its WAL. */
uint64_t field_disk(const struct field *f);

/*
 * Counts the syncs (fdatasync, fsync) of both daemons between begin and end,
 * with perf(1); -1 where there is none.
 */
void field_syncs_begin(struct field *f);
int64_t field_syncs_end(struct field *f);

#endif
