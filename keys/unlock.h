/*
 * Unlocking: where the passphrase of a key file comes from.
 *
 *   prompt      a person types it, or --secret-file / --secret-fd
 *   credential  systemd hands it over in $CREDENTIALS_DIRECTORY
 *   command     a program prints it
 *
 * Apart from that a key file can be bound to a second credential, a key that
 * is mixed into the passphrase's: whoever has disk and passphrase still
 * lacks it.
 */
#ifndef WAYLEAVE_KEYS_UNLOCK_H
#define WAYLEAVE_KEYS_UNLOCK_H

#include "base/bytes.h"

enum {
	UNLOCK_PASSPHRASE_MAX = 1024,
	UNLOCK_BINDING_MAX = 1024,
	UNLOCK_COMMAND_SECONDS = 60
};

/* In the order of "prompt|credential|command" (a choice in config files). */
enum unlock_mode { UNLOCK_PROMPT, UNLOCK_CREDENTIAL, UNLOCK_COMMAND };
#define UNLOCK_MODES "prompt|credential|command"

/* What opens a key file; lives in guarded memory. */
struct unlock {
	size_t n_passphrase;
	char passphrase[UNLOCK_PASSPHRASE_MAX];
	size_t n_binding; /* 0: not bound to a credential */
	uint8_t binding[UNLOCK_BINDING_MAX];
};

/*
 * A copy of these 1 to UNLOCK_PASSPHRASE_MAX bytes; one newline at the end is
 * taken off first.  ERR_SIZE if nothing or too much is there.
 */
MUST_USE enum error_code unlock_of(struct bytes passphrase,
    struct unlock **out, struct why *why);
/* From a file that only its owner can touch. */
MUST_USE enum error_code unlock_of_file(const char *path,
    struct unlock **out, struct why *why);
/* From an open file or pipe, to its end. */
MUST_USE enum error_code unlock_of_fd(int fd, struct unlock **out,
    struct why *why);
/*
 * From the systemd credential `name` (no slash in it).  ERR_NOTFOUND when
 * this process was given no credentials, or not that one.
 */
MUST_USE enum error_code unlock_of_credential(const char *name,
    struct unlock **out, struct why *why);
/*
 * What /bin/sh -c `command` prints; its environment is ours less nothing, its
 * standard input /dev/null.  ERR_DENIED if it fails, ERR_BUSY if it takes
 * longer than UNLOCK_COMMAND_SECONDS.
 */
MUST_USE enum error_code unlock_of_command(const char *command,
    struct unlock **out, struct why *why);
/* Binds to the systemd credential `name` as well. */
MUST_USE enum error_code unlock_bind(struct unlock *unlock, const char *name,
    struct why *why);
/* Wipes, frees, sets the handle NULL; accepts NULL. */
void unlock_destroy(struct unlock **unlock);

#endif
