#include "base/config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

/* What one key of the table is set to. */
struct setting {
	char *text;   /* owned; NULL while not set */
	unsigned line; /* 0: the default */
};

struct config {
	char *name;
	const struct config_key *table;
	size_t n;
	struct setting *set; /* n of them */
};

/* One pass over a text. */
struct reader {
	struct config *config;
	char section[64];
	bool in_section;
	unsigned line;
	struct why *why;
};

static enum error_code
fail_at(const struct config *c, unsigned line, const char *key,
    const char *text, struct why *why)
{
	if (key == NULL)
		why_set(why, "%s:%u: %s", c->name, line, text);
	else if (line == 0)             /* of what does not stand there */
		why_set(why, "%s: %s: %s", c->name, key, text);
	else
		why_set(why, "%s:%u: %s: %s", c->name, line, key, text);
	return ERR_CONFIG;
}

static void
full_name(char *out, size_t cap, const struct config_key *k)
{
	snprintf(out, cap, "%s.%s", k->section, k->key);
}

static const struct config_key *
find(const struct config *c, const char *section, const char *key)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->table[i].section, section) == 0 &&
		    strcmp(c->table[i].key, key) == 0)
			return &c->table[i];
	return NULL;
}

static bool
section_known(const struct config *c, const char *section)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->table[i].section, section) == 0)
			return true;
	return false;
}

/* ---- values ----------------------------------------------------------- */

/* Position of `text` among "a|b|c", or -1. */
static int
choice_of(const char *choices, const char *text)
{
	size_t n = strlen(text);
	int i = 0;

	for (const char *p = choices; p != NULL; i++) {
		const char *bar = strchr(p, '|');
		size_t len = bar == NULL ? strlen(p) : (size_t)(bar - p);

		if (len == n && memcmp(p, text, n) == 0)
			return i;
		p = bar == NULL ? NULL : bar + 1;
	}
	return -1;
}

static const char *
set_number(const struct config_key *k, const char *text, void *field,
    char *problem, size_t cap)
{
	char *end;
	long long v;
	int64_t out;

	errno = 0;
	v = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || *text == '+') {
		snprintf(problem, cap, "\"%.40s\" is not a whole number",
		    text);
		return problem;
	}
	if (v < k->min || v > k->max) {
		snprintf(problem, cap, "%lld is %s the limit %" PRId64, v,
		    v < k->min ? "below" : "above",
		    v < k->min ? k->min : k->max);
		return problem;
	}
	out = v;
	memcpy(field, &out, sizeof out);
	return NULL;
}

static const char *
set_text(const struct config_key *k, const char *text, void *field,
    char *problem, size_t cap)
{
	size_t n = strlen(text);
	size_t max = k->max > 0 ? (size_t)k->max : CONFIG_MAX_VALUE;

	if (n > max || n < (size_t)k->min) {
		snprintf(problem, cap, n == 0 ? "may not be empty" :
		    "must be %" PRId64 " to %zu bytes long", k->min, max);
		return problem;
	}
	if (k->type == CONFIG_PATH && n > 0 && text[0] != '/')
		return "must be an absolute path";
	memcpy(field, &text, sizeof text);
	return NULL;
}

/*
 * Turns text into the field of `values`; NULL, or what is wrong with it
 * (which may be in `problem`).
 */
static const char *
set_field(const struct config_key *k, const char *text, void *values,
    char *problem, size_t cap)
{
	void *field = (char *)values + k->offset;
	bool yes;
	int choice;

	switch (k->type) {
	case CONFIG_TEXT:
	case CONFIG_PATH:
		return set_text(k, text, field, problem, cap);
	case CONFIG_NUMBER:
		return set_number(k, text, field, problem, cap);
	case CONFIG_BOOL:
		yes = strcmp(text, "yes") == 0;
		if (!yes && strcmp(text, "no") != 0)
			return "must be yes or no";
		memcpy(field, &yes, sizeof yes);
		return NULL;
	case CONFIG_CHOICE:
		choice = choice_of(k->choices, text);
		if (choice < 0) {
			snprintf(problem, cap, "must be one of %s",
			    k->choices);
			return problem;
		}
		memcpy(field, &choice, sizeof choice);
		return NULL;
	}
	return "has no type";
}

/* ---- lines ------------------------------------------------------------ */

static bool
blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Takes blanks off both ends, in place. */
static char *
trim(char *s)
{
	size_t n;

	while (blank(*s))
		s++;
	n = strlen(s);
	while (n > 0 && blank(s[n - 1]))
		s[--n] = '\0';
	return s;
}

/* Cuts a comment: '#' at the start or after a blank. */
static void
cut_comment(char *s)
{
	for (char *p = s; *p != '\0'; p++)
		if (*p == '#' && (p == s || blank(p[-1]))) {
			*p = '\0';
			return;
		}
}

static enum error_code
read_section(struct reader *r, char *s)
{
	size_t n = strlen(s);
	char name[64];

	if (n < 3 || s[n - 1] != ']')
		return fail_at(r->config, r->line, NULL,
		    "a section reads [name]", r->why);
	s[n - 1] = '\0';
	s = trim(s + 1);
	snprintf(name, sizeof name, "[%.40s]", s);
	if (!section_known(r->config, s))
		return fail_at(r->config, r->line, name, "no such section",
		    r->why);
	snprintf(r->section, sizeof r->section, "%s", s);
	r->in_section = true;
	return ERR_NONE;
}

static enum error_code
read_pair(struct reader *r, char *s)
{
	struct config *c = r->config;
	char *eq = strchr(s, '='), *value, name[160];
	const struct config_key *k;
	struct setting *set;

	if (eq == NULL)
		return fail_at(c, r->line, NULL, "neither [section] nor "
		    "key = value", r->why);
	*eq = '\0';
	s = trim(s);
	value = trim(eq + 1);
	if (!r->in_section)
		return fail_at(c, r->line, NULL, "stands before the first "
		    "[section]", r->why);
	snprintf(name, sizeof name, "%s.%.60s", r->section, s);
	k = find(c, r->section, s);
	if (k == NULL)
		return fail_at(c, r->line, name, "no such key", r->why);
	set = &c->set[k - c->table];
	if (set->text != NULL)
		return fail_at(c, r->line, name, "given twice", r->why);
	if (strlen(value) > CONFIG_MAX_VALUE)
		return fail_at(c, r->line, name, "too long", r->why);
	set->text = strdup(value);
	set->line = r->line;
	return set->text == NULL ? ERR_NOMEM : ERR_NONE;
}

static enum error_code
read_line(struct reader *r, char *s)
{
	for (const char *p = s; *p != '\0'; p++)
		if (((unsigned char)*p < 0x20 && !blank(*p)) || *p == 0x7f)
			return fail_at(r->config, r->line, NULL,
			    "a control character", r->why);
	cut_comment(s);
	s = trim(s);
	if (*s == '\0')
		return ERR_NONE;
	return *s == '[' ? read_section(r, s) : read_pair(r, s);
}

/* `text` is ours, NUL-terminated, and cut up. */
static enum error_code
read_text(struct reader *r, char *text)
{
	enum error_code error;
	char *end;

	for (char *s = text; s != NULL; s = end) {
		r->line++;
		end = strchr(s, '\n');
		if (end != NULL)
			*end++ = '\0';
		error = read_line(r, s);
		if (error != ERR_NONE)
			return error;
	}
	return ERR_NONE;
}

/* Fills in defaults, and the fields of `values`. */
static enum error_code
settle(struct config *c, void *values, struct why *why)
{
	char name[160], problem[160];
	const char *wrong;

	for (size_t i = 0; i < c->n; i++) {
		const struct config_key *k = &c->table[i];
		struct setting *set = &c->set[i];

		full_name(name, sizeof name, k);
		if (set->text == NULL && k->preset == NULL)
			return fail_at(c, 0, name, "is needed and has no "
			    "default", why);
		if (set->text == NULL)
			set->text = strdup(k->preset);
		if (set->text == NULL)
			return ERR_NOMEM;
		wrong = set_field(k, set->text, values, problem,
		    sizeof problem);
		if (wrong != NULL)
			return fail_at(c, set->line, name, wrong, why);
	}
	return ERR_NONE;
}

static struct config *
create(const char *name, const struct config_key *table, size_t n)
{
	struct config *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	c->table = table;
	c->n = n;
	c->name = strdup(name);
	c->set = calloc(n > 0 ? n : 1, sizeof *c->set);
	if (c->name == NULL || c->set == NULL)
		config_destroy(&c);
	return c;
}

enum error_code
config_parse(const char *name, struct bytes text,
    const struct config_key *table, size_t n, void *values,
    struct config **out, struct why *why)
{
	struct config *c = create(name, table, n);
	struct reader r = { .config = c, .why = why };
	enum error_code error = ERR_NOMEM;
	char *copy = NULL;

	*out = NULL;
	if (c == NULL)
		goto out;
	if (text.n > CONFIG_MAX_BYTES ||
	    (text.n > 0 && memchr(text.data, '\0', text.n) != NULL)) {
		error = fail_at(c, 1, NULL, "not a configuration file", why);
		goto out;
	}
	copy = malloc(text.n + 1);
	if (copy == NULL)
		goto out;
	if (text.n > 0)
		memcpy(copy, text.data, text.n);
	copy[text.n] = '\0';
	error = read_text(&r, copy);
	if (error == ERR_NONE)
		error = settle(c, values, why);
	if (error == ERR_NONE) {
		*out = c;
		c = NULL; /* transferred */
	}
out:
	free(copy);
	config_destroy(&c);
	return error;
}

enum error_code
config_load(const char *path, const struct config_key *table, size_t n,
    void *values, struct config **out, struct why *why)
{
	enum error_code error;
	struct buf text;

	*out = NULL;
	buf_init(&text, CONFIG_MAX_BYTES);
	error = file_read(path, 0, &text, why);
	if (error == ERR_NONE)
		error = config_parse(path, buf_view(&text), table, n, values,
		    out, why);
	buf_free(&text);
	return error;
}

void
config_print(const struct config *c, FILE *to, bool all)
{
	const char *section = "";

	for (size_t i = 0; i < c->n; i++) {
		const struct config_key *k = &c->table[i];
		const struct setting *set = &c->set[i];

		if (set->line == 0 && !all)
			continue;
		if (strcmp(section, k->section) != 0)
			fprintf(to, "%s[%s]\n", *section == '\0' ? "" : "\n",
			    k->section);
		section = k->section;
		if (all && k->help != NULL)
			fprintf(to, "# %s\n", k->help);
		fprintf(to, "%s%s = %s\n", set->line == 0 ? "#" : "", k->key,
		    set->text);
	}
}

enum error_code
config_error(const struct config *c, const char *section, const char *key,
    const char *text, struct why *why)
{
	const struct config_key *k = find(c, section, key);
	char name[160];

	snprintf(name, sizeof name, "%s.%s", section, key);
	return fail_at(c, k == NULL ? 0 : c->set[k - c->table].line, name,
	    text, why);
}

void
config_destroy(struct config **config)
{
	struct config *c;

	if (config == NULL || *config == NULL)
		return;
	c = *config;
	for (size_t i = 0; c->set != NULL && i < c->n; i++)
		free(c->set[i].text);
	free(c->set);
	free(c->name);
	free(c);
	*config = NULL;
}
