/*
 * The operator's local socket: `wayleave-broker admit` and `status`
 * (LocalAsk, LocalTell).  Served by the link's thread; whatever needs the
 * ledger goes through the lane like any frame.  Root and the broker's own
 * user alone are heard.
 */
#ifndef WAYLEAVE_BROKER_OPERATOR_H
#define WAYLEAVE_BROKER_OPERATOR_H

#include "base/bytes.h"
#include "proto/wire.h"

enum operator_verb {
	OPERATOR_ADMIT = 1,      /* body: a record file; flags: more follows */
	OPERATOR_STATUS = 2,     /* text: member id, or "" */
};
enum { OPERATOR_CLIENTS = 8 };

struct operator;

/* What the link does for it. */
struct operator_calls {
	/* A record file (RecordFile) into the lane; false: busy. */
	bool (*admit)(void *ctx, int local, struct bytes file);
	/* Words for status; text is appended to. */
	void (*status)(void *ctx, const char *member, struct buf *text);
	void *ctx;
};

MUST_USE enum error_code operator_create(const char *path,
    const struct operator_calls *calls, struct operator **out,
    struct why *why);
void operator_destroy(struct operator **o);

/* Descriptors to poll for reading: up to 1 + OPERATOR_CLIENTS. */
unsigned operator_fds(const struct operator *o,
    int fd[static 1 + OPERATOR_CLIENTS]);
/* This one is readable. */
void operator_ready(struct operator *o, int fd);
/* The answer to client `local`, which then is done. */
void operator_tell(struct operator *o, int local, enum error_code code,
    struct bytes text);

#endif
