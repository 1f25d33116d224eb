#include "agent/words.h"

#include <string.h>

static const struct row {
	const char *rule;
	enum words_face face;
	const char *text;
} rows[] = {
#define WORDS(rule, face, text) { rule, WORDS_##face, text },
#include "agent/words.def"
#undef WORDS
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static const struct row *
find(const char *rule, enum words_face face)
{
	size_t i;

	for (i = 0; i < ROWS; i++)
		if (rows[i].face == face && strcmp(rows[i].rule, rule) == 0)
			return (&rows[i]);
	return (NULL);
}

/* What stands for a rule that this face has no words for. */
static const struct row *
find_or_face(const char *rule, enum words_face face)
{
	const struct row *row = find(rule, face);

	/* States are for all to read; rules have the face's own no. */
	if (row == NULL && rule[0] != 'R')
		row = find(rule, WORDS_ANYONE);
	return (row != NULL ? row : find("R1", face));
}

const char *
words_rule(const char *rule, enum words_face face)
{
	const struct row *row;

	if (face != WORDS_SENDER && face != WORDS_READER)
		return (rule);
	/* V rules name what the writer can mend: never hidden. */
	if (rule[0] == 'V' && face == WORDS_SENDER)
		return (rule);
	row = find(rule, face);
	return (row == NULL ? "R1" : row->rule);
}

const char *
words_text(const char *rule, enum words_face face)
{
	const struct row *row = find_or_face(rule, face);

	return (row == NULL ? NULL : row->text);
}

static const char *
value_of(const struct words_value *values, size_t n_values, const char *name,
    size_t n)
{
	size_t i;

	for (i = 0; i < n_values; i++)
		if (strlen(values[i].name) == n &&
		    memcmp(values[i].name, name, n) == 0)
			return (values[i].value);
	return (NULL);
}

/* Appends n bytes as far as there is room for them and a NUL. */
static size_t
append(char *out, size_t size, size_t used, const char *s, size_t n)
{

	if (n > size - 1 - used)
		n = size - 1 - used;
	memcpy(out + used, s, n);
	out[used + n] = '\0';
	return (used + n);
}

/* A placeholder that nobody filled in reads as its own name. */
static size_t
append_name(char *out, size_t size, size_t used, const char *s, size_t n)
{
	size_t i;

	used = append(out, size, used, "the ", 4);
	for (i = 0; i < n; i++)
		used = append(out, size, used, s[i] == '_' ? " " : s + i, 1);
	return (used);
}

char *
words_fill(const char *text, const struct words_value *values,
    size_t n_values, char *out, size_t n)
{
	const char *end, *value;
	size_t used = 0;

	if (n == 0)
		return (out);
	out[0] = '\0';
	while (text != NULL && *text != '\0') {
		end = *text == '{' ? strchr(text, '}') : NULL;
		if (end == NULL) {
			used = append(out, n, used, text, 1);
			text++;
			continue;
		}
		value = value_of(values, n_values, text + 1,
		    (size_t)(end - text - 1));
		if (value != NULL)
			used = append(out, n, used, value, strlen(value));
		else
			used = append_name(out, n, used, text + 1,
			    (size_t)(end - text - 1));
		text = end + 1;
	}
	return (out);
}

char *
words_say(const char *rule, enum words_face face,
    const struct words_value *values, size_t n_values, char *out, size_t n)
{

	return (words_fill(words_text(rule, face), values, n_values, out, n));
}
