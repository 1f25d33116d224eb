/*
 * Server-sent events: that something changed, never what.  A page with
 * [data-live] then looks again (assets/live.js).  The agent is asked with
 * ASK_PEEK, so that a browser left alone does not keep its session alive.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/desk/part.h"

desk_page page_events;

enum { MARK = 64, ASK_MS = 5000, ASK_EVERY = 2, BEAT_EVERY = 10 };

struct events {
	const char *agent;             /* the configuration's */
	char token[GUARD_TOKEN], mark[MARK];
	unsigned turn;                 /* seconds, about */
};

/* CLI_DONE, or CLI_LOCKED when the session has ended. */
static int
look(const struct events *e, char mark[static MARK])
{
	struct client_answer a;
	struct why why;
	int code;

	if (client_peek_as(e->agent, e->token, VERB_CHANGED, NULL, ASK_MS, &a,
	    &why) != ERR_NONE)
		return CLI_NOT_NOW;
	code = a.code;
	snprintf(mark, MARK, "%s", json_str(a.result, "mark"));
	client_answer_free(&a);
	return code;
}

static bool
next(void *ctx, struct buf *out)
{
	static const struct timespec second = { 1, 0 };
	struct events *e = ctx;
	char mark[MARK];
	int code;

	nanosleep(&second, NULL);
	e->turn++;
	/* a line now and then finds out that the browser has gone */
	if (e->turn % BEAT_EVERY == 0)
		buf_put_str(out, ":\n\n");
	if (e->turn % ASK_EVERY != 0)
		return true;
	code = look(e, mark);
	if (code == CLI_LOCKED)
		buf_put_str(out, "event: ended\ndata:\n\n");
	if (code != CLI_DONE)
		return false;          /* the browser asks again */
	if (strcmp(mark, e->mark) != 0)
		buf_put_str(out, "event: changed\ndata:\n\n");
	memcpy(e->mark, mark, MARK);
	return true;
}

static void
end(void *ctx)
{
	sodium_memzero(ctx, sizeof(struct events));
	free(ctx);
}

void
page_events(struct desk_call *c)
{
	struct events *e = calloc(1, sizeof *e);

	c->type = "text/event-stream";
	if (e == NULL) {
		c->status = 503;
		return;
	}
	e->agent = c->config->agent;
	memcpy(e->token, c->who.token, sizeof e->token);
	if (look(e, e->mark) != CLI_DONE) {
		end(e);
		c->status = 503;
		return;
	}
	c->stream = (struct http_stream){ next, end, e };
}
