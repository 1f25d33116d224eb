#include "agent/practice/lint.h"

#include <string.h>

#include "agent/practice/validate.h"

enum { WORDS_MAX = 400, WORD_LEN = 24, GAP_WORDS = 4 };

struct word {
	char stem[WORD_LEN];
	size_t at, n;                  /* in the text */
	bool first;                    /* of its sentence */
	bool quoted;                   /* between quotation marks */
};

struct words {
	struct word v[WORDS_MAX];
	size_t n;
	bool any_quotes;
};

static const struct row {
	unsigned number, classes;
	bool survivor;
	const char *pattern, *offer;
} rows[] = {
#define ROW(number, classes, survivor, pattern, offer)                    \
	{ number, classes, survivor, pattern, offer },
#include "agent/practice/lint_rules.def"
#undef ROW
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

/* Bytes of the mark at p that count as `what`, 0 if none. */
static size_t
apostrophe(const char *p)
{

	if (p[0] == '\'')
		return (1);
	return (strncmp(p, "\xe2\x80\x99", 3) == 0 ? 3 : 0);
}

static size_t
quotation(const char *p)
{
	static const char *const marks[] = { "\"", "\xe2\x80\x9c",
		"\xe2\x80\x9d", "\xe2\x80\x9e", "\xc2\xab", "\xc2\xbb" };
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (strncmp(p, marks[i], strlen(marks[i])) == 0)
			return (strlen(marks[i]));
	return (0);
}

static bool
is_letter(char c)
{

	return ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || (c & 0x80) != 0);
}

/* Reads one word at *p into w, lower case and stemmed; moves *p behind. */
static void
take_word(const char *text, const char **p, struct word *w)
{
	const char *s = *p;
	size_t used = 0, mark;

	w->at = (size_t)(s - text);
	while (*s != '\0') {
		mark = apostrophe(s);
		if (mark == 0 && (quotation(s) > 0 || !is_letter(*s)))
			break;
		if (used + 1 < WORD_LEN) {
			if (mark > 0)
				w->stem[used] = '\'';
			else if (*s >= 'A' && *s <= 'Z')
				w->stem[used] = (char)(*s - 'A' + 'a');
			else
				w->stem[used] = *s;
			used++;
		}
		s += mark > 0 ? mark : 1;
	}
	w->stem[used] = '\0';
	w->n = (size_t)(s - *p);
	vocabulary_stem(w->stem);
	*p = s;
}

static void
split(const char *text, struct words *out)
{
	bool first = true, quoted = false;
	const char *p = text;
	struct word *w;
	size_t mark;

	out->n = 0;
	out->any_quotes = false;
	while (*p != '\0' && out->n < WORDS_MAX) {
		mark = quotation(p);
		if (mark > 0) {
			quoted = !quoted;
			out->any_quotes = true;
			p += mark;
			continue;
		}
		if (!is_letter(*p)) {
			if (strchr(".;:!?\n", *p) != NULL)
				first = true;
			p++;
			continue;
		}
		w = &out->v[out->n++];
		take_word(text, &p, w);
		w->first = first;
		w->quoted = quoted;
		first = false;
	}
}

/* Is the word at i one of the choices "a/b/c" (n bytes)? */
static bool
is_one_of(const struct word *w, const char *choice, size_t n)
{
	char stem[WORD_LEN];
	const char *end;
	size_t len;

	while (n > 0) {
		end = memchr(choice, '/', n);
		len = end == NULL ? n : (size_t)(end - choice);
		/* A stem keeps its first letter. */
		if (len < WORD_LEN && choice[0] == w->stem[0]) {
			memcpy(stem, choice, len);
			stem[len] = '\0';
			vocabulary_stem(stem);
			if (strcmp(stem, w->stem) == 0)
				return (true);
		}
		if (end == NULL)
			return (false);
		choice = end + 1;
		n -= len + 1;
	}
	return (false);
}

/* None of the next four words of the sentence is the choice. */
static bool
does_not_follow(const struct words *w, size_t i, const char *choice, size_t n)
{
	size_t k;

	for (k = i; k < w->n && k < i + GAP_WORDS && !w->v[k].first; k++)
		if (is_one_of(&w->v[k], choice, n))
			return (false);
	return (true);
}

/*
 * Matches the alternative `p` (n bytes) from word i on; the words of a match
 * are of one sentence.  Returns the word behind the match, 0 for none.  The
 * recursion is as deep as the pattern has words.
 */
static size_t
match_from(const struct words *w, size_t i, size_t start, const char *p,
    size_t n)
{
	const char *space = memchr(p, ' ', n);
	size_t len = space == NULL ? n : (size_t)(space - p);
	const char *rest = space == NULL ? p + n : space + 1;
	size_t left = n - (size_t)(rest - p), k, end;

	if (n == 0)
		return (i);
	if (p[0] == '!')
		return (does_not_follow(w, i, p + 1, len - 1) ? i : 0);
	if (len == 1 && p[0] == '*') {
		for (k = 0; k <= GAP_WORDS; k++) {
			end = match_from(w, i + k, start, rest, left);
			if (end > 0)
				return (end);
			if (i + k >= w->n || w->v[i + k].first)
				return (0);
		}
		return (0);
	}
	if (i >= w->n || (i != start && w->v[i].first) ||
	    !is_one_of(&w->v[i], p, len))
		return (0);
	return (match_from(w, i + 1, start, rest, left));
}

/* The same over the alternatives "a b|c d". */
static size_t
match(const struct words *w, size_t i, const char *pattern)
{
	const char *bar;
	size_t len, end;

	for (;;) {
		bar = strchr(pattern, '|');
		len = bar == NULL ? strlen(pattern) : (size_t)(bar - pattern);
		end = match_from(w, i, i, pattern, len);
		if (end > 0 || bar == NULL)
			return (end);
		pattern = bar + 1;
	}
}

size_t
lint_text(const char *text, const struct lint_context *c,
    struct lint_hit *hits, size_t max)
{
	size_t i, end, row, n = 0;
	struct words w;

	split(text, &w);
	if (c->quoted && !w.any_quotes)
		return (0);
	for (i = 0; i < w.n && n < max; i++) {
		if (c->quoted && w.v[i].quoted)
			continue;
		for (row = 0; row < ROWS && n < max; row++) {
			if (rows[row].survivor && !c->survivor)
				continue;
			end = match(&w, i, rows[row].pattern);
			if (end == 0)
				continue;
			hits[n].row = rows[row].number;
			hits[n].classes = rows[row].classes;
			hits[n].at = w.v[i].at;
			hits[n].n = w.v[end - 1].at + w.v[end - 1].n -
			    w.v[i].at;
			hits[n].offer = rows[row].offer;
			n++;
		}
	}
	return (n);
}

size_t
lint_observation(const struct observation *o, const char *survivor,
    struct lint_hit *hits, size_t max)
{
	struct lint_context c;

	/* What cannot wait is never held up by advice on words. */
	if (validate_danger(o))
		return (0);
	c.survivor = strcmp(o->actor.s, survivor) == 0 ||
	    strcmp(o->owner.s, survivor) == 0 || o->component == SCOPE_C3 ||
	    o->component == SCOPE_C5 || o->component == SCOPE_SR;
	c.quoted = o->quoted;
	return (lint_text(o->text, &c, hits, max));
}

void
lint_classes_text(unsigned classes, char out[static 16])
{
	static const char letters[] = "VPRBMAX";
	size_t i, n = 0;

	for (i = 0; i < sizeof(letters) - 1; i++) {
		if ((classes & 1u << i) == 0)
			continue;
		if (n > 0)
			out[n++] = ',';
		out[n++] = letters[i];
	}
	out[n] = '\0';
}

size_t
lint_rows(void)
{

	return (ROWS);
}

const char *
lint_row_pattern(unsigned row)
{

	return (row >= 1 && row <= ROWS ? rows[row - 1].pattern : NULL);
}

const char *
lint_row_offer(unsigned row)
{

	return (row >= 1 && row <= ROWS ? rows[row - 1].offer : NULL);
}
