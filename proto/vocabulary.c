#include "proto/vocabulary.h"

#include <string.h>

/* A person's gender, articles and the like find nothing. */
static const char *const stop_words[] = {
	"the", "and", "her", "him", "his", "she", "they", "them", "their",
	"with", "when", "was", "were", "has", "had", "have", "for", "from",
	"that", "this", "who", "into", "then", "not", NULL
};

static const char *const scope_names[SCOPE_END] = {
	[SCOPE_NONE] = NULL,
#define X(id, name) [id] = name,
	VOCABULARY_SCOPES(X)
#undef X
};

unsigned
vocabulary_version(void)
{

	return (vocabulary_table_version);
}

size_t
vocabulary_count(void)
{

	return (vocabulary_table_n);
}

const struct vocabulary_code *
vocabulary_at(size_t i)
{

	return (i < vocabulary_table_n ? &vocabulary_table[i] : NULL);
}

const struct vocabulary_code *
vocabulary_find(const char *id)
{
	size_t i;

	if (id == NULL || id[0] == '\0')
		return (NULL);
	/* every content looks up dozens: two letters tell most apart */
	for (i = 0; i < vocabulary_table_n; i++)
		if (vocabulary_table[i].id[0] == id[0] &&
		    vocabulary_table[i].id[1] == id[1] &&
		    strcmp(vocabulary_table[i].id, id) == 0)
			return (&vocabulary_table[i]);
	return (NULL);
}

const struct vocabulary_code *
vocabulary_find_in(enum vocabulary_group g, const char *id)
{
	const struct vocabulary_code *c = vocabulary_find(id);

	return (c != NULL && c->group == g ? c : NULL);
}

const struct vocabulary_code *
vocabulary_next(enum vocabulary_group g, const struct vocabulary_code *after)
{
	size_t i;

	i = after == NULL ? 0 : (size_t)(after - vocabulary_table) + 1;
	for (; i < vocabulary_table_n; i++)
		if (vocabulary_table[i].group == g)
			return (&vocabulary_table[i]);
	return (NULL);
}

const char *
vocabulary_group_name(enum vocabulary_group g)
{

	if (g >= GROUP_END || vocabulary_group_table[g].name == NULL)
		return ("");
	return (vocabulary_group_table[g].name);
}

const char *
vocabulary_group_title(enum vocabulary_group g)
{

	if (g >= GROUP_END || vocabulary_group_table[g].title == NULL)
		return ("");
	return (vocabulary_group_table[g].title);
}

const char *
vocabulary_scope_name(enum vocabulary_scope s)
{

	return (s < SCOPE_END ? scope_names[s] : NULL);
}

enum vocabulary_scope
vocabulary_scope_find(const char *name)
{
	unsigned s;

	if (name == NULL)
		return (SCOPE_NONE);
	for (s = SCOPE_NONE + 1; s < SCOPE_END; s++)
		if (strcmp(scope_names[s], name) == 0)
			return ((enum vocabulary_scope)s);
	return (SCOPE_NONE);
}

enum vocabulary_scope
vocabulary_segment_scope(const struct vocabulary_code *c)
{

	if (c == NULL || c->group != GROUP_SG)
		return (SCOPE_NONE);
	return (vocabulary_scope_find(c->id));
}

void
vocabulary_scopes_text(scope_set set, char *out, size_t n)
{
	unsigned s;
	size_t len, used = 0;

	if (n == 0)
		return;
	out[0] = '\0';
	for (s = SCOPE_NONE + 1; s < SCOPE_END; s++) {
		if ((set & SCOPE_BIT(s)) == 0)
			continue;
		len = strlen(scope_names[s]);
		if (used + len + 2 > n)
			return;
		if (used > 0)
			out[used++] = ',';
		memcpy(out + used, scope_names[s], len + 1);
		used += len;
	}
}

unsigned
vocabulary_agency_number(const char *id)
{

	if (vocabulary_find_in(GROUP_AG, id) == NULL)
		return (0);
	return ((unsigned)(id[2] - '0') * 10 + (unsigned)(id[3] - '0'));
}

/* Does the word end so, with at least three letters before it? */
static bool
cut(char *word, size_t *n, const char *end)
{
	size_t m = strlen(end);

	if (*n < m + 3 || strcmp(word + *n - m, end) != 0)
		return (false);
	*n -= m;
	word[*n] = '\0';
	return (true);
}

void
vocabulary_stem(char *word)
{
	size_t n = strlen(word);

	/* One ending at most, the longest first; then the bare stem. */
	(void)(cut(word, &n, "'s") || cut(word, &n, "edly") ||
	    cut(word, &n, "ings") || cut(word, &n, "ing") ||
	    cut(word, &n, "ed") || cut(word, &n, "es") ||
	    (n > 1 && word[n - 2] != 's' && cut(word, &n, "s")));
	(void)cut(word, &n, "e");
	if (n > 3 && word[n - 1] == 'y')
		word[n - 1] = 'i';
	if (n > 3 && word[n - 1] == word[n - 2] &&
	    strchr("aeiou", word[n - 1]) == NULL)
		word[--n] = '\0';
}

/*
 * Takes the next word from *s, lower case and stemmed, into w (n bytes);
 * false at the end.  Bytes outside ASCII count as letters.
 */
static bool
next_stem(const char **s, char *w, size_t n)
{
	const char *p = *s;
	size_t used = 0;
	char c;

	for (; *p != '\0'; p++) {
		c = *p;
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if ((c >= 'a' && c <= 'z') || c == '\'' || (c & 0x80) != 0) {
			if (used + 1 < n)
				w[used++] = c;
		} else if (used > 0)
			break;
	}
	*s = p;
	w[used] = '\0';
	if (used > 0)
		vocabulary_stem(w);
	return (used > 0);
}

/* Moves *s to the next word that begins with `c`, any case; false if none. */
static bool
skip_to(const char **s, char c)
{
	const char *p = *s;

	for (; *p != '\0'; p++)
		if ((*p | 0x20) == (c | 0x20) && (p == *s || p[-1] == ' ' ||
		    p[-1] == '-')) {
			*s = p;
			return (true);
		}
	return (false);
}

/* 3 for the same stem, 1 for one that begins with four letters of it. */
static unsigned
score_in(const char *text, const char *stem)
{
	unsigned best = 0;
	char w[32];

	/* A stem keeps its first letter: only such words are cut. */
	while (skip_to(&text, stem[0]) && next_stem(&text, w, sizeof(w))) {
		if (strcmp(w, stem) == 0)
			return (3);
		if (strlen(stem) >= 4 && strncmp(w, stem, strlen(stem)) == 0)
			best = 1;
	}
	return (best);
}

static bool
is_stop_word(const char *raw)
{
	char w[16];
	size_t i;

	for (i = 0; stop_words[i] != NULL; i++) {
		(void)memset(w, 0, sizeof(w));
		memcpy(w, stop_words[i], strlen(stop_words[i]));
		vocabulary_stem(w);
		if (strcmp(w, raw) == 0)
			return (true);
	}
	return (strlen(raw) < 3);
}

/* Only what a worker writes about a family is looked for. */
static bool
searchable(const struct vocabulary_code *c)
{

	return ((c->flags & VOCABULARY_RETIRED) == 0 &&
	    (c->scope != SCOPE_NONE || c->group == GROUP_DM));
}

enum { QUERY_WORDS = 24, STEM_LEN = 32 };

struct query {
	char stem[QUERY_WORDS][STEM_LEN];
	size_t n;
};

/* The stems worth looking for, each once cut. */
static void
read_query(const char *text, struct query *q)
{

	q->n = 0;
	while (q->n < QUERY_WORDS &&
	    next_stem(&text, q->stem[q->n], STEM_LEN))
		if (!is_stop_word(q->stem[q->n]))
			q->n++;
}

static unsigned
score_code(const struct vocabulary_code *c, const struct query *q)
{
	unsigned total = 0, a, b;
	size_t i;

	for (i = 0; i < q->n; i++) {
		a = score_in(c->words, q->stem[i]);
		b = score_in(c->label, q->stem[i]);
		total += a > b ? a : b;
	}
	return (total);
}

size_t
vocabulary_search(const char *text, const struct vocabulary_code **out,
    size_t max)
{
	unsigned score, scores[64];
	size_t i, at, n = 0;
	struct query q;

	if (max > 64)
		max = 64;
	if (text == NULL || max == 0)
		return (0);
	read_query(text, &q);
	for (i = 0; i < vocabulary_table_n; i++) {
		if (!searchable(&vocabulary_table[i]))
			continue;
		score = score_code(&vocabulary_table[i], &q);
		if (score == 0)
			continue;
		/* Insertion: equal scores keep the order of the file. */
		for (at = n; at > 0 && scores[at - 1] < score; at--)
			continue;
		if (at >= max)
			continue;
		if (n < max)
			n++;
		memmove(&scores[at + 1], &scores[at],
		    (n - 1 - at) * sizeof(scores[0]));
		memmove(&out[at + 1], &out[at],
		    (n - 1 - at) * sizeof(out[0]));
		scores[at] = score;
		out[at] = &vocabulary_table[i];
	}
	return (n);
}
