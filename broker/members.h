/*
 * Who is admitted, for the threads that must not touch the store: the link
 * asks by link key (ZAP) and whether a member is still in good standing, the
 * verifiers ask for signing keys.  The sequencer writes it after each commit
 * that changed a member or the partnership.  Thread-safe (one rwlock).
 */
#ifndef WAYLEAVE_BROKER_MEMBERS_H
#define WAYLEAVE_BROKER_MEMBERS_H

#include "store/store.h"

struct members;

struct member_view {
	char id[WIRE_ID_MAX + 1];
	uint8_t sign_key[WIRE_KEY], link_key[WIRE_KEY];
	uint64_t idx;                   /* entry of the certificate */
	uint64_t valid_from, valid_until;
	uint32_t roles;
	bool barred;                    /* revoked or suspended */
};

struct members_roots {
	uint8_t root[2][WIRE_KEY];      /* those in force */
	unsigned n;
	uint8_t duty[WIRE_KEY];
	bool has_duty;
};

MUST_USE enum error_code members_create(struct members **out);
void members_destroy(struct members **m);

/* Adds or replaces.  ERR_NOMEM leaves the snapshot as it was. */
MUST_USE enum error_code members_put(struct members *m,
    const struct store_member *member);
void members_put_roots(struct members *m, const struct members_roots *roots);

bool members_get(struct members *m, const char *id, struct member_view *out);
/* The member with this link key that may have a link at `now` (ms). */
bool members_admit(struct members *m, const uint8_t key[static WIRE_KEY],
    uint64_t now, char id[static WIRE_ID_MAX + 1]);
/* May this member (still) have a link, under this link key, at `now`? */
bool members_linkable(struct members *m, const char *id,
    const uint8_t key[static WIRE_KEY], uint64_t now);
void members_get_roots(struct members *m, struct members_roots *out);

/* Grows with every put: cheap to watch. */
uint64_t members_version(struct members *m);
/* Members in all, barred ones too. */
size_t members_count(struct members *m);

/* Fills the snapshot from the store; at start. */
MUST_USE enum error_code members_load(struct members *m, struct store *s);
/* Takes over the partnership's keys from the store; nothing before one. */
MUST_USE enum error_code members_load_roots(struct members *m,
    struct store *s);

#endif
