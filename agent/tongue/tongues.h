/*
 * The languages there are: English and Polish are in the program, others are
 * files in a folder (desk.conf, languages).  A file of a language that is
 * there already takes its place.
 */
#ifndef WAYLEAVE_AGENT_TONGUE_TONGUES_H
#define WAYLEAVE_AGENT_TONGUE_TONGUES_H

#include "agent/tongue/tongue.h"

enum { TONGUES_MAX = 16 };

struct tongues {
	struct tongue *v[TONGUES_MAX]; /* owned; English first */
	size_t n;
};

/*
 * Reads "*.txt" of the folder in the order of their names; `dir` "" or NULL:
 * only our own.  ERR_FORMAT, ERR_SIZE with file and line in `why`: nothing
 * is half loaded.
 */
MUST_USE enum error_code tongues_load(struct tongues *t, const char *dir,
    struct why *why);
void tongues_free(struct tongues *t);

/* By code ("pl"); NULL when there is none. */
const struct tongue *tongues_find(const struct tongues *t, const char *code);
/* What the workers read. */
const struct tongue *tongues_english(const struct tongues *t);

#endif
