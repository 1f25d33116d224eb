/*
 * What is said to the survivor, in her language: plain sentences as data, one
 * file for each language.  English is the model: every other file has the
 * same keys, and in each sentence the same placeholders.  Pure.
 *
 *     # a comment
 *     scope.C1 = what the person causing harm does to you
 *       or to other adults
 *     tell = {from} may tell {to}:
 *
 * A line that begins with a blank goes on with the sentence before it.  Keys
 * are [A-Za-z0-9.-], at most 40 bytes.  The keys "language.*" are not
 * sentences: code ("pl"), name ("polski"), direction (ltr, rtl) and words
 * (whose list of words phrases are drawn in: keys/words.h).
 */
#ifndef WAYLEAVE_AGENT_TONGUE_TONGUE_H
#define WAYLEAVE_AGENT_TONGUE_TONGUE_H

#include <stdbool.h>
#include <stddef.h>

#include "agent/words.h"
#include "base/bytes.h"
#include "base/error.h"

enum {
	TONGUE_FILE_MAX = 64 * 1024,
	TONGUE_KEY_MAX = 40,
	TONGUE_SENTENCE_MAX = 1000,    /* bytes */
	TONGUE_SENTENCES_MAX = 512,
	TONGUE_CODE_MAX = 11           /* as terms have it: "en", "pt-BR" */
};

struct tongue;

/*
 * Reads n bytes of UTF-8.  `model` NULL: this is the model itself, and
 * nothing is compared.  ERR_SIZE over a bound, ERR_FORMAT for anything else;
 * `why` names the line or the key.  Destroy with tongue_destroy.
 */
MUST_USE enum error_code tongue_read(const char *text, size_t n,
    const struct tongue *model, struct tongue **out, struct why *why);
void tongue_destroy(struct tongue **t);     /* accepts NULL */

/* The sentence with its placeholders; NULL when the model has no such key,
 * which is our own mistake. */
const char *tongue_text(const struct tongue *t, const char *key);
size_t tongue_count(const struct tongue *t);
/* The i-th key in byte order. */
const char *tongue_key(const struct tongue *t, size_t i);

/*
 * The sentence with placeholders filled in.  The value of a name that begins
 * with '@' is itself the key of a sentence, said in the same language: for
 * {purpose}, { "@purpose", "purpose.PU01" }.  At most 8 values.  False when a
 * key is unknown or it does not fit; out then is "".
 */
bool tongue_say(const struct tongue *t, const char *key,
    const struct words_value *values, size_t n_values, char *out, size_t n);

/* Which text of the notice she was read: "consent-notice/pl/1/5f3a90c2",
 * the last part from a hash of its sentences ("notice.*"), so that a changed
 * text cannot pass for the old one. */
enum { TONGUE_NOTICE = 48 };
void tongue_notice(const struct tongue *t, char out[static TONGUE_NOTICE]);

#endif
