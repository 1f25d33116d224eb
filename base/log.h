/*
 * Logging: trouble on stderr, one line, in the form
 *
 *     program: what: why: what to do [WL-nnn]
 *
 * prefixed by "<priority>" when systemd's journal reads stderr.  No name,
 * case, count, key or content of a case ever goes into a line; the caller
 * holds to that, this file only keeps the form: control characters become
 * '?', and a place in the code that says the same again and again is heard
 * five times a minute, then once more as "(repeated)".
 * Thread-safe: each line is one write(2).
 */
#ifndef WAYLEAVE_BASE_LOG_H
#define WAYLEAVE_BASE_LOG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* Values are the journal's priorities. */
enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_NOTICE = 5,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7
};

/* One place in the code that logs; the macros below make one each. */
struct log_site {
	_Atomic uint64_t window; /* start of the running minute, boot ms */
	_Atomic uint32_t said;   /* lines in it */
};

/*
 * Names the program (the part after the last '/', kept by copy) and looks
 * whether the journal listens.  Before the first call the name is "wayleave".
 */
void log_open(const char *program);
/* Lines above `level` are dropped; the default is LOG_LEVEL_NOTICE. */
void log_set_level(enum log_level level);
const char *log_program(void);

/*
 * Writes one line.  `id` is the number in [WL-nnn], 0 for none; `todo` may
 * be NULL; `site` NULL means no rate limit.  Use the macros.
 */
void log_write(struct log_site *site, enum log_level level, unsigned id,
    const char *what, const char *todo, const char *why, ...)
    __attribute__((format(printf, 6, 7)));

/* log_error(id, what, todo, why format, ...) and its sisters. */
#define LOG_AT(level, id, what, todo, ...)                                \
	do {                                                              \
		static struct log_site log_site_;                         \
		log_write(&log_site_, (level), (id), (what), (todo),      \
		    __VA_ARGS__);                                         \
	} while (0)
#define log_error(id, what, todo, ...)                                    \
	LOG_AT(LOG_LEVEL_ERROR, (id), (what), (todo), __VA_ARGS__)
#define log_warning(id, what, todo, ...)                                  \
	LOG_AT(LOG_LEVEL_WARNING, (id), (what), (todo), __VA_ARGS__)
#define log_notice(what, ...)                                             \
	LOG_AT(LOG_LEVEL_NOTICE, 0, (what), NULL, __VA_ARGS__)
#define log_info(what, ...)                                               \
	LOG_AT(LOG_LEVEL_INFO, 0, (what), NULL, __VA_ARGS__)
#define log_debug(what, ...)                                              \
	LOG_AT(LOG_LEVEL_DEBUG, 0, (what), NULL, __VA_ARGS__)

/*
 * One more who hears every number but 0 that is logged, also of lines that
 * the level or the rate limit keeps silent; NULL: nobody.  To be set while
 * there is one thread.  `hear` may be called on any thread that logs.
 */
void log_on_number(void (*hear)(void *ctx, unsigned id), void *ctx);

/*
 * The audit file (USERS 3): one JSON object a line, appended by one write:
 *   {"time","host","ref","event","user_kind","auth","outcome","reason"}
 * No case and no person in any field.  Fields left NULL are written as "".
 */
struct log_event {
	const char *ref;       /* this line's reference, shown to the user */
	const char *event;     /* what was tried: "send", "open", "unlock" */
	const char *user_kind; /* "worker", "it", "service", "system" */
	const char *auth;      /* how the user is known: "peer-uid", "none" */
	const char *outcome;   /* "ok", "refused", "failed" */
	const char *reason;    /* rule or error in few words */
};

/* Opens (0640, append, created) the process's audit file. */
MUST_USE enum error_code log_audit_open(const char *path, struct why *why);
/* ERR_NONE also when no audit file is open; ERR_FULL, ERR_IO. */
enum error_code log_audit(const struct log_event *event);
void log_audit_close(void);

#endif
