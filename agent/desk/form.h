/*
 * What a browser sends in a query string or as
 * application/x-www-form-urlencoded: decoded, bounded, nothing else taken
 * (no multipart: there are no uploads).  Fuzzed: tests/fuzz/fuzz_form.c.
 */
#ifndef WAYLEAVE_AGENT_DESK_FORM_H
#define WAYLEAVE_AGENT_DESK_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

enum {
	FORM_FIELDS_MAX = 2048,        /* a grid of consent is large */
	FORM_NAME_MAX = 64,
	FORM_BYTES_MAX = 192 * 1024
};

struct form_field {
	const char *name, *value;      /* NUL-terminated, in the form's memory */
};

struct form {
	struct form_field *field;      /* owned */
	size_t n;
	char *memory;                  /* owned, wiped by form_free */
	size_t memory_n;
};

/*
 * Decodes n bytes.  ERR_SIZE over a bound; ERR_FORMAT for a bad escape, a NUL
 * byte, text that is not UTF-8, or a name outside [A-Za-z0-9_.:-].  On error
 * the form is empty.  Carriage returns before newlines are taken out.
 */
MUST_USE enum error_code form_parse(struct form *f, const char *data,
    size_t n);
/*
 * The same form back as text for form_parse, without the desk's own fields
 * ("desk."): a draft as it is kept.  And one field more of such a text.
 */
void form_write(const struct form *f, struct buf *out);
void form_put(struct buf *out, const char *name, const char *value);
/* Wipes and frees; the form is then empty. */
void form_free(struct form *f);

/* The first value of a name; NULL when there is none. */
const char *form_get(const struct form *f, const char *name);
/* The same, "" when there is none. */
const char *form_text(const struct form *f, const char *name);
/* The i-th value of a name that may come several times (checkboxes). */
const char *form_at(const struct form *f, const char *name, size_t i);
/* Is there name=value? */
bool form_has(const struct form *f, const char *name, const char *value);

#endif
