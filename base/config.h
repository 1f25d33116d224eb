/*
 * Configuration: an INI file read against a table.
 *
 *     # a comment: whole line, or after a blank
 *     [section]
 *     key = value
 *
 * One line, one key; no continuation, no quoting, no includes.  The table is
 * all there is: a section or key it does not name is an error, as is a key
 * given twice.  Errors read "file:line: section.key: why" (line 0: the key
 * is not in the file and has no default).
 */
#ifndef WAYLEAVE_BASE_CONFIG_H
#define WAYLEAVE_BASE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/bytes.h"
#include "base/error.h"

#define CONFIG_MAX_BYTES (64u * 1024)
#define CONFIG_MAX_VALUE 1024u

enum config_type {
	CONFIG_TEXT,  /* const char *: the config's memory, never NULL */
	CONFIG_PATH,  /* the same, must be absolute (or empty if allowed) */
	CONFIG_NUMBER, /* int64_t within min..max */
	CONFIG_BOOL,  /* bool: yes|no */
	CONFIG_CHOICE /* int: position in `choices` */
};

struct config_key {
	const char *section, *key;
	enum config_type type;
	size_t offset;       /* of the field in the values struct */
	const char *preset;  /* default as text; NULL: must be given */
	int64_t min, max;    /* NUMBER: limits; TEXT, PATH: bytes, max 0: 1024 */
	const char *choices; /* CHOICE: "sqlite|postgres"; else NULL */
	const char *help;    /* one line for check-config --all */
};

struct config;

/*
 * Reads `path` into `values` (a struct that `table` describes).  Text fields
 * point into *out and live as long as it does.  ERR_CONFIG with the line in
 * `why`; ERR_NOTFOUND, ERR_DENIED, ERR_IO for the file itself.  On error
 * *out is NULL and `values` is not to be used.
 */
MUST_USE enum error_code config_load(const char *path,
    const struct config_key *table, size_t n, void *values,
    struct config **out, struct why *why);

/* The same from memory; `name` stands for the file in errors. */
MUST_USE enum error_code config_parse(const char *name, struct bytes text,
    const struct config_key *table, size_t n, void *values,
    struct config **out, struct why *why);

/*
 * Prints what is in force as a file that could be read back; with `all`
 * also the defaults, commented out, each under its help line.
 */
void config_print(const struct config *config, FILE *to, bool all);

/* The error for a value that only the program can judge: file:line: key. */
enum error_code config_error(const struct config *config,
    const char *section, const char *key, const char *text,
    struct why *why);

void config_destroy(struct config **config);

#endif
