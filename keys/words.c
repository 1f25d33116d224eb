#include "keys/words.h"

#include <stdbool.h>
#include <string.h>

/*
 * The files as they are, in read-only data; the compiler is run in the
 * project's folder.
 */
#define WORDS_FILE(name)                                                  \
	__asm__(".section .rodata\n"                                      \
	    ".global words_" #name "_begin, words_" #name "_end\n"        \
	    ".type words_" #name "_begin, @object\n"                      \
	    "words_" #name "_begin:\n"                                    \
	    ".incbin \"keys/words/" #name ".txt\"\n"                      \
	    "words_" #name "_end:\n"                                      \
	    ".byte 0\n"                                                   \
	    ".previous\n");                                               \
	extern const char words_##name##_begin[];                         \
	extern const char words_##name##_end[]

WORDS_FILE(en);
WORDS_FILE(pl);

static const struct {
	const char *name, *begin, *end;
} lists[WORDS_END] = {
	[WORDS_EN] = { "en", words_en_begin, words_en_end },
	[WORDS_PL] = { "pl", words_pl_begin, words_pl_end },
};

/* The plain letter of U+00C0..U+017F, '?' for what has none. */
static const char plain[] =
    "aaaaaa?ceeeeiiiidnooooo?ouuuuy??aaaaaa?ceeeeiiii"
    "dnooooo?ouuuuy?yaaaaaaccccccccddddeeeeeeeeeegggg"
    "gggghhhhiiiiiiiiii??jjkk?llllllllllnnnnnnn??oooo"
    "oo??rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

const char *
words_language_name(unsigned language)
{
	return language < WORDS_END ? lists[language].name : NULL;
}

enum words_language
words_language_of(const char *name)
{
	unsigned i;

	for (i = 0; i < WORDS_END; i++)
		if (strcmp(lists[i].name, name) == 0)
			break;
	return (enum words_language)i;
}

void
words_get(enum words_language language, unsigned number,
    char out[static WORDS_WORD_MAX])
{
	const char *at = lists[language].begin, *end = lists[language].end;
	size_t n = 0;

	for (; number > 0 && at < end; at++)
		if (*at == '\n')
			number--;
	while (at < end && *at != '\n' && n < WORDS_WORD_MAX - 1)
		out[n++] = *at++;
	out[n] = '\0';
}

/*
 * One character of UTF-8, at most two bytes long but for the apostrophe
 * U+2019: returns its length, 0 for anything else.
 */
static size_t
take(const char *s, size_t n, unsigned *c)
{
	const unsigned char *u = (const unsigned char *)s;

	*c = u[0];
	if (u[0] < 0x80)
		return 1;
	if (n >= 2 && u[0] >= 0xc2 && u[0] < 0xe0 && (u[1] & 0xc0) == 0x80) {
		*c = (u[0] & 0x1fu) << 6 | (u[1] & 0x3fu);
		return 2;
	}
	if (n >= 3 && memcmp(s, "\xe2\x80\x99", 3) == 0) {
		*c = '\'';
		return 3;
	}
	return 0;
}

/*
 * Lower case, without diacritics (composed or combining), hyphens and
 * apostrophes.  False for what can be no word of ours.
 */
static bool
fold(const char *s, size_t n, char out[static WORDS_WORD_MAX])
{
	size_t m = 0, used;
	unsigned c;

	for (; n > 0; s += used, n -= used) {
		used = take(s, n, &c);
		if (used == 0)
			return false;
		if (c == '-' || c == '\'' || (c >= 0x300 && c < 0x370))
			continue;
		if (c >= 0xc0 && c < 0x180)
			c = (unsigned char)plain[c - 0xc0];
		else if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		if (c < 'a' || c > 'z' || m == WORDS_WORD_MAX - 1)
			return false;
		out[m++] = (char)c;
	}
	out[m] = '\0';
	return m > 0;
}

/*
 * Goes through the whole list whatever it finds, since what is looked for
 * may be part of a secret; only words with another first letter are passed
 * over quickly.
 */
static bool
find_in(enum words_language language, const char *folded, unsigned *number)
{
	const char *at = lists[language].begin, *end = lists[language].end;
	char word[WORDS_WORD_MAX];
	bool found = false;

	for (unsigned i = 0; at < end; i++) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));

		if (stop == NULL)
			break;
		if (((unsigned char)*at >= 0x80 || *at == folded[0]) &&
		    fold(at, (size_t)(stop - at), word) &&
		    strcmp(word, folded) == 0) {
			*number = i;
			found = true;
		}
		at = stop + 1;
	}
	return found;
}

enum error_code
words_find(const char *word, size_t n, unsigned *number)
{
	char folded[WORDS_WORD_MAX];
	bool found = false;

	if (n == 0 || !fold(word, n, folded))
		return ERR_NOTFOUND;
	for (unsigned l = 0; l < WORDS_END; l++)
		found |= find_in((enum words_language)l, folded, number);
	explicit_bzero(folded, sizeof folded);
	return found ? ERR_NONE : ERR_NOTFOUND;
}
