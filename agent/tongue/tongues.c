#include "agent/tongue/tongues.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

enum { PATH_LEN = 4096 };

/* The files as they are, in read-only data (as keys/words.c does). */
#define TONGUE_FILE(name)                                                 \
	__asm__(".section .rodata\n"                                      \
	    ".global tongue_" #name "_begin, tongue_" #name "_end\n"      \
	    ".type tongue_" #name "_begin, @object\n"                     \
	    "tongue_" #name "_begin:\n"                                   \
	    ".incbin \"agent/tongue/" #name ".txt\"\n"                    \
	    "tongue_" #name "_end:\n"                                     \
	    ".byte 0\n"                                                   \
	    ".previous\n");                                               \
	extern const char tongue_##name##_begin[], tongue_##name##_end[]

TONGUE_FILE(en);
TONGUE_FILE(pl);

static const struct {
	const char *name, *begin, *end;
} own[] = {
	{ "en.txt", tongue_en_begin, tongue_en_end },
	{ "pl.txt", tongue_pl_begin, tongue_pl_end },
};

const struct tongue *
tongues_english(const struct tongues *t)
{
	return t->v[0];
}

const struct tongue *
tongues_find(const struct tongues *t, const char *code)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(tongue_text(t->v[i], "language.code"), code) == 0)
			return t->v[i];
	return NULL;
}

void
tongues_free(struct tongues *t)
{
	for (size_t i = 0; i < t->n; i++)
		tongue_destroy(&t->v[i]);
	t->n = 0;
}

/* Takes the place of the one with its code, or comes last. */
static enum error_code
add(struct tongues *t, struct tongue *one, struct why *why)
{
	const char *code = tongue_text(one, "language.code");
	size_t i = 0;

	while (i < t->n && strcmp(code, tongue_text(t->v[i],
	    "language.code")) != 0)
		i++;
	if (i == TONGUES_MAX) {
		why_set(why, "more than %d languages", TONGUES_MAX);
		tongue_destroy(&one);
		return ERR_SIZE;
	}
	if (i == t->n)
		t->n++;
	else
		tongue_destroy(&t->v[i]);
	t->v[i] = one;
	return ERR_NONE;
}

static enum error_code
take(struct tongues *t, const char *name, const char *text, size_t n,
    struct why *why)
{
	/* the model cannot be compared with a file that replaces it */
	const struct tongue *model = t->n > 0 ? t->v[0] : NULL;
	struct why what = { "" };
	struct tongue *one;
	enum error_code err = tongue_read(text, n, model, &one, &what);

	if (err == ERR_NONE)
		err = add(t, one, &what);
	if (err != ERR_NONE)
		why_set(why, "%s: %s", name, what.text[0] != '\0' ?
		    what.text : error_text(err));
	return err;
}

static enum error_code
take_file(struct tongues *t, const char *dir, const char *name,
    struct why *why)
{
	char path[PATH_LEN];
	enum error_code err = file_join(path, sizeof path, dir, name);
	struct buf b;

	buf_init(&b, TONGUE_FILE_MAX);
	if (err == ERR_NONE)
		err = file_read(path, 0, &b, why);
	if (err == ERR_NONE)
		err = take(t, path, (const char *)b.data, b.n, why);
	buf_free(&b);
	return err;
}

static int
is_tongue(const struct dirent *d)
{
	const size_t n = strlen(d->d_name);

	return d->d_name[0] != '.' && n > 4 &&
	    strcmp(d->d_name + n - 4, ".txt") == 0;
}

static enum error_code
take_folder(struct tongues *t, const char *dir, struct why *why)
{
	struct dirent **name;
	const int n = scandir(dir, &name, is_tongue, alphasort);
	enum error_code err = ERR_NONE;

	if (n < 0) {
		why_set(why, "%s: cannot be read", dir);
		return ERR_NOTFOUND;
	}
	for (int i = 0; i < n; i++) {
		if (err == ERR_NONE)
			err = take_file(t, dir, name[i]->d_name, why);
		free(name[i]);
	}
	free(name);
	return err;
}

enum error_code
tongues_load(struct tongues *t, const char *dir, struct why *why)
{
	enum error_code err = ERR_NONE;

	t->n = 0;
	for (size_t i = 0; i < sizeof own / sizeof own[0] && err == ERR_NONE;
	    i++)
		err = take(t, own[i].name, own[i].begin, (size_t)(own[i].end -
		    own[i].begin), why);
	if (err == ERR_NONE && dir != NULL && dir[0] != '\0')
		err = take_folder(t, dir, why);
	if (err != ERR_NONE)
		tongues_free(t);
	return err;
}
