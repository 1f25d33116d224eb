/*
 * Word lists: 7776 words for each language, numbered alike, compiled in
 * from the files in keys/words so that none can be missing at run time.
 */
#ifndef WAYLEAVE_KEYS_WORDS_H
#define WAYLEAVE_KEYS_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { WORDS_LIST = 7776, WORDS_WORD_MAX = 24 /* bytes, with the NUL */ };

enum words_language { WORDS_EN, WORDS_PL, WORDS_END };

/* "en", "pl"; NULL past the last. */
const char *words_language_name(unsigned language);
/* WORDS_END if it is none of ours. */
enum words_language words_language_of(const char *name);

/* Writes word `number` (below WORDS_LIST) to `out`. */
void words_get(enum words_language language, unsigned number,
    char out[static WORDS_WORD_MAX]);

/*
 * The number of these n bytes of UTF-8 in any of the lists, whatever the
 * case, with or without diacritics, hyphens or apostrophes.  No two words of
 * any lists are alike in that respect.  ERR_NOTFOUND.
 */
MUST_USE enum error_code words_find(const char *word, size_t n,
    unsigned *number);

#endif
