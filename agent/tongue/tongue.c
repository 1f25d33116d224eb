#include "agent/tongue/tongue.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/desk/html.h"
#include "keys/words.h"

enum { VALUES_MAX = 8 };

struct sentence {
	char *key, *text;              /* in tongue.memory */
};

struct tongue {
	char *memory;
	struct sentence *sentence;     /* sorted by key */
	size_t n;
};

/* ---- reading ----------------------------------------------------------- */

struct reading {
	struct tongue *t;
	char *to;                      /* where in t->memory to write on */
	unsigned line;
	struct why *why;
};

static enum error_code
wrong(struct reading *r, const char *what)
{
	why_set(r->why, "line %u: %s", r->line, what);
	return ERR_FORMAT;
}

static bool
clean(const char *s, size_t n)
{
	for (size_t i = 0, k; i < n; i += k) {
		k = html_utf8(s + i, n - i);
		if (k == 0 || (k == 1 && ((unsigned char)s[i] < 0x20 ||
		    s[i] == 0x7f)))
			return false;
	}
	return true;
}

static void
trim(const char **s, size_t *n)
{
	while (*n > 0 && ((*s)[0] == ' ' || (*s)[0] == '\t')) {
		(*s)++;
		(*n)--;
	}
	while (*n > 0 && ((*s)[*n - 1] == ' ' || (*s)[*n - 1] == '\t' ||
	    (*s)[*n - 1] == '\r'))
		(*n)--;
}

/* Copies n bytes and a NUL; the memory is as large as the file and twice the
 * number of lines. */
static char *
keep(struct reading *r, const char *s, size_t n)
{
	char *at = r->to;

	memcpy(at, s, n);
	at[n] = '\0';
	r->to += n + 1;
	return at;
}

static bool
key_ok(const char *s, size_t n)
{
	return n > 0 && n <= TONGUE_KEY_MAX && strspn(s, "ABCDEFGHIJKLMNOPQRST"
	    "UVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-") >= n;
}

/* "key = text" */
static enum error_code
read_sentence(struct reading *r, const char *s, size_t n)
{
	const char *eq = memchr(s, '=', n), *text;
	struct sentence *one = &r->t->sentence[r->t->n];
	size_t n_key, n_text;

	if (eq == NULL)
		return wrong(r, "\"key = sentence\" is needed");
	n_key = (size_t)(eq - s);
	text = eq + 1;
	n_text = n - n_key - 1;
	trim(&s, &n_key);
	trim(&text, &n_text);
	if (!key_ok(s, n_key))
		return wrong(r, "the key is too long or has other characters");
	if (n_text == 0 || n_text > TONGUE_SENTENCE_MAX)
		return wrong(r, "a sentence of 1 to 1000 bytes is needed");
	if (r->t->n == TONGUE_SENTENCES_MAX) {
		why_set(r->why, "line %u: too many sentences", r->line);
		return ERR_SIZE;
	}
	one->key = keep(r, s, n_key);
	one->text = keep(r, text, n_text);
	r->t->n++;
	return ERR_NONE;
}

/* The sentence goes on: it stands at the end of the memory. */
static enum error_code
read_more(struct reading *r, const char *s, size_t n)
{
	struct sentence *one = r->t->n > 0 ? &r->t->sentence[r->t->n - 1] :
	    NULL;

	trim(&s, &n);
	if (n == 0)
		return ERR_NONE;
	if (one == NULL)
		return wrong(r, "there is no sentence to go on with");
	if (strlen(one->text) + 1 + n > TONGUE_SENTENCE_MAX)
		return wrong(r, "the sentence is longer than 1000 bytes");
	r->to[-1] = ' ';
	(void)keep(r, s, n);
	return ERR_NONE;
}

static enum error_code
read_line(struct reading *r, const char *s, size_t n)
{
	const char *at = s;
	size_t left = n;

	trim(&at, &left);
	if (!clean(at, left))
		return wrong(r, "is not UTF-8 text");
	if (left == 0 || s[0] == '#')
		return ERR_NONE;
	return s[0] == ' ' || s[0] == '\t' ? read_more(r, s, n) :
	    read_sentence(r, s, n);
}

static enum error_code
read_lines(struct reading *r, const char *text, size_t n)
{
	enum error_code err = ERR_NONE;

	for (size_t i = 0; i < n && err == ERR_NONE;) {
		const char *end = memchr(text + i, '\n', n - i);
		size_t len = end != NULL ? (size_t)(end - text) - i : n - i;

		r->line++;
		err = read_line(r, text + i, len);
		i += len + 1;
	}
	return err;
}

/* ---- checking ---------------------------------------------------------- */

static int
by_key(const void *a, const void *b)
{
	return strcmp(((const struct sentence *)a)->key,
	    ((const struct sentence *)b)->key);
}

/* Does every {placeholder} of a stand in b? */
static bool
places_in(const char *a, const char *b)
{
	char place[TONGUE_KEY_MAX + 3];

	while ((a = strchr(a, '{')) != NULL) {
		const char *end = strchr(a, '}');
		const size_t n = end != NULL ? (size_t)(end - a) + 1 : 0;

		if (n < 3 || n >= sizeof place)
			return false;
		memcpy(place, a, n);
		place[n] = '\0';
		if (strstr(b, place) == NULL)
			return false;
		a = end;
	}
	return true;
}

static bool
is_setting(const char *key)
{
	return strncmp(key, "language.", 9) == 0;
}

static bool
settings_ok(const struct tongue *t)
{
	const char *code = tongue_text(t, "language.code");
	const char *name = tongue_text(t, "language.name");
	const char *direction = tongue_text(t, "language.direction");
	const char *words = tongue_text(t, "language.words");
	const size_t n = code != NULL ? strlen(code) : 0;

	return n >= 2 && n <= TONGUE_CODE_MAX && strspn(code,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-") == n &&
	    name != NULL && direction != NULL &&
	    (strcmp(direction, "ltr") == 0 || strcmp(direction, "rtl") == 0) &&
	    words != NULL && words_language_of(words) != WORDS_END;
}

static enum error_code
compare(const struct tongue *t, const struct tongue *model, struct why *why)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct sentence *s = &t->sentence[i];
		const char *m = model != NULL ? tongue_text(model, s->key) :
		    s->text;

		if (i > 0 && strcmp(s->key, t->sentence[i - 1].key) == 0)
			why_set(why, "%s: stands there twice", s->key);
		else if (m == NULL)
			why_set(why, "%s: there is no such sentence in "
			    "English", s->key);
		else if (!is_setting(s->key) && (!places_in(s->text, m) ||
		    !places_in(m, s->text)))
			why_set(why, "%s: not the placeholders of the English "
			    "sentence", s->key);
		else
			continue;
		return ERR_FORMAT;
	}
	for (size_t i = 0; model != NULL && i < model->n; i++)
		if (tongue_text(t, model->sentence[i].key) == NULL) {
			why_set(why, "%s: is missing", model->sentence[i].key);
			return ERR_FORMAT;
		}
	if (settings_ok(t))
		return ERR_NONE;
	why_set(why, "language.code, language.name, language.direction (ltr, "
	    "rtl) and language.words (en, pl) are needed");
	return ERR_FORMAT;
}

/* ---- life -------------------------------------------------------------- */

enum error_code
tongue_read(const char *text, size_t n, const struct tongue *model,
    struct tongue **out, struct why *why)
{
	struct tongue *t = calloc(1, sizeof *t);
	struct reading r = { .t = t, .why = why };
	enum error_code err = ERR_NOMEM;

	*out = NULL;
	if (n > TONGUE_FILE_MAX) {
		why_set(why, "longer than %d bytes", TONGUE_FILE_MAX);
		free(t);
		return ERR_SIZE;
	}
	if (t != NULL) {
		t->memory = malloc(n + 2 * TONGUE_SENTENCES_MAX);
		t->sentence = calloc(TONGUE_SENTENCES_MAX,
		    sizeof *t->sentence);
	}
	if (t != NULL && t->memory != NULL && t->sentence != NULL) {
		r.to = t->memory;
		err = read_lines(&r, text, n);
	}
	if (err == ERR_NONE) {
		qsort(t->sentence, t->n, sizeof *t->sentence, by_key);
		err = compare(t, model, why);
	}
	if (err == ERR_NONE)
		*out = t;
	else
		tongue_destroy(&t);
	return err;
}

void
tongue_destroy(struct tongue **t)
{
	if (t == NULL || *t == NULL)
		return;
	free((*t)->memory);
	free((*t)->sentence);
	free(*t);
	*t = NULL;
}

/* ---- saying ------------------------------------------------------------ */

const char *
tongue_text(const struct tongue *t, const char *key)
{
	size_t lo = 0, hi = t->n;

	while (lo < hi) {
		const size_t mid = lo + (hi - lo) / 2;
		const int c = strcmp(key, t->sentence[mid].key);

		if (c == 0)
			return t->sentence[mid].text;
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

size_t
tongue_count(const struct tongue *t)
{
	return t->n;
}

const char *
tongue_key(const struct tongue *t, size_t i)
{
	return i < t->n ? t->sentence[i].key : NULL;
}

bool
tongue_say(const struct tongue *t, const char *key,
    const struct words_value *values, size_t n_values, char *out, size_t n)
{
	struct words_value own[VALUES_MAX];
	const char *text = tongue_text(t, key);

	out[0] = '\0';
	if (text == NULL || n_values > VALUES_MAX)
		return false;
	for (size_t i = 0; i < n_values; i++) {
		own[i] = values[i];
		if (own[i].name[0] == '@') {
			own[i].name++;
			own[i].value = tongue_text(t, own[i].value);
		}
		if (own[i].value == NULL)
			return false;
	}
	words_fill(text, own, n_values, out, n);
	/* what is cut says something else */
	if (strlen(out) + 1 < n)
		return true;
	out[0] = '\0';
	return false;
}

void
tongue_notice(const struct tongue *t, char out[static TONGUE_NOTICE])
{
	const char *version = tongue_text(t, "notice-version");
	crypto_generichash_state h;
	uint8_t hash[crypto_generichash_BYTES];
	char hex[9];

	crypto_generichash_init(&h, NULL, 0, sizeof hash);
	for (size_t i = 0; i < t->n; i++) {
		if (strncmp(t->sentence[i].key, "notice.", 7) != 0)
			continue;
		crypto_generichash_update(&h, (const uint8_t *)
		    t->sentence[i].text, strlen(t->sentence[i].text) + 1);
	}
	crypto_generichash_final(&h, hash, sizeof hash);
	hex_encode(hex, hash, 4);
	snprintf(out, TONGUE_NOTICE, "consent-notice/%s/%.8s/%s",
	    tongue_text(t, "language.code"), version != NULL ? version : "0",
	    hex);
}
