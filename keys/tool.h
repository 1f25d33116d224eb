/*
 * wayleave-keys: what its commands share.  The program runs on a laptop that
 * is never online; everything it makes is a file.
 */
#ifndef WAYLEAVE_KEYS_TOOL_H
#define WAYLEAVE_KEYS_TOOL_H

#include "base/cli.h"
#include "keys/keyfile.h"
#include "ledger/partnership.h"
#include "ledger/request.h"

enum {
	TOOL_KEYS_MAX = 3,      /* passphrases one command can need */
	TOOL_PASSPHRASE_MIN = 8 /* bytes, when a key file is made */
};

/* One run of one command. */
struct tool {
	struct cli *cli;
	struct arena *arena;
	struct why why;
	/* What --secret-file or --secret-fd held; NULL at a terminal. */
	char *secrets;
};

/* Starts libsodium; ERR_NOMEM.  tool_end() after it in any case. */
MUST_USE enum error_code tool_begin(struct cli *cli, struct tool *t);
void tool_end(struct tool *t);

/* Prints the error that t->why tells; returns the exit code. */
int tool_fail(struct tool *t, enum error_code error, const char *what);

/*
 * The passphrase number `i` of `n` that this command needs: line i of the
 * secret file (one line serves for all), or asked at the terminal, naming
 * `path`; twice when `is_new`.
 */
MUST_USE enum error_code tool_unlock(struct tool *t, unsigned i, unsigned n,
    const char *path, bool is_new, struct unlock **out);

/* --cost, moderate when it is not given. */
MUST_USE enum error_code tool_cost(struct tool *t, enum kdf_cost *out);

/* The partnership file: --partnership, else partnership.wlp. */
const char *tool_partnership_path(struct tool *t);
MUST_USE enum error_code tool_partnership(struct tool *t,
    struct partnership *out);

/*
 * Opens the key file that signs, passphrase `i` of `n`: --key, else the
 * first root's unless it is retired (`duty`: else duty.keys, and a duty key
 * will do).  It must be one of this partnership's that is in force.  `by`
 * gets "root:" or "duty:".
 */
MUST_USE enum error_code tool_key(struct tool *t, const struct partnership *p,
    bool duty, unsigned i, unsigned n, struct sign_pair **out,
    const char **by);
/* The path that tool_key() would open. */
const char *tool_key_path(struct tool *t, const struct partnership *p,
    bool duty);

/* An empty body of this kind, stamped now. */
struct body *tool_body(struct tool *t, enum wire_kind kind);
/* Signs it; bytes and path live in the arena. */
MUST_USE enum error_code tool_sign(struct tool *t, const char *partnership,
    const struct sign_pair *pair, const char *by, const struct body *b,
    struct record *out);

/* Writes one record as a .wlrec to --out, else to `preset`. */
MUST_USE enum error_code tool_save(struct tool *t,
    const struct partnership *p, const struct record *r, const char *preset);
/*
 * Writes a partnership's whole file: its chain with `next` at the end, and
 * `broker`, unless NULL, as the broker's member record.
 */
MUST_USE enum error_code tool_save_partnership(struct tool *t,
    const char *path, const uint8_t root[static WIRE_KEY],
    const struct record *chain, unsigned n, const struct record *next,
    const struct record *broker);

/* Text option into a fixed array; ERR_USAGE when it is too long. */
MUST_USE enum error_code tool_text(struct tool *t, const char *option,
    char *out, size_t cap);
/* "said:   value" unless --quiet. */
void tool_say(struct tool *t, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* tool_terms.c: what a partnership says, from options (and from `now`). */
MUST_USE enum error_code tool_terms(struct tool *t,
    struct wire_partnership *p);
/* The broker's `member` record for as long as --broker-days says. */
MUST_USE enum error_code tool_broker(struct tool *t,
    const struct member_request *req, const char *partnership,
    const struct sign_pair *root, struct record *out);

/* The commands. */
int tool_create(struct cli *cli);
int tool_update(struct cli *cli);
int tool_spare(struct cli *cli);
int tool_duty(struct cli *cli);
int tool_request(struct cli *cli);
int tool_member(struct cli *cli);
int tool_revoke(struct cli *cli);
int tool_suspend(struct cli *cli);
int tool_show(struct cli *cli);
int tool_fingerprint(struct cli *cli);
int tool_passwd(struct cli *cli);

/* Codes of `member-revoked` and `member-suspended`; NULL past the last. */
const char *tool_reason_name(unsigned reason);
/* Roles as "agency,terms". */
void tool_roles(uint32_t roles, char out[static 64]);

#endif
