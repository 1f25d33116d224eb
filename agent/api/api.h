/*
 * The local socket (base/local.h): command line and desk ask, the agent
 * tells.  One table: verb, who may call it, handler; what is not in it is
 * refused.  A request is LocalAsk {verb, text: JSON in body}; the answer is
 * one or more LocalTell {code, text: words for a person, body: JSON}, the
 * last with cursor 0.  Codes are the exit codes of the command line.
 *
 * Who is calling is the kernel's word (SO_PEERCRED): the uid's worker, or
 * the agent's own uid and root as IT; or, for the desk, the session that it
 * names (agent/api/who.h).
 */
#ifndef WAYLEAVE_AGENT_API_H
#define WAYLEAVE_AGENT_API_H

#include <jansson.h>
#include <poll.h>

#include "agent/agent.h"
#include "agent/signin/seats.h"
#include "agent/signin/workers.h"
#include "base/cli.h"

/* X(id, name, who, handler): numbers are the order, append only. */
#define API_VERBS(X)                                                      \
	X(VERB_STATUS, "status", API_ANY, api_status)                     \
	X(VERB_UNLOCK, "unlock", API_IT, api_unlock)                      \
	X(VERB_LOCK, "lock", API_IT, api_lock)                            \
	X(VERB_TEST, "test", API_IT, api_test)                            \
	X(VERB_WORKER_ADD, "worker-add", API_IT, api_worker_add)          \
	X(VERB_WORKER_END, "worker-end", API_IT, api_worker_end)          \
	X(VERB_WORKER_LIST, "worker-list", API_IT, api_worker_list)       \
	X(VERB_OUTBOX, "outbox", API_IT, api_outbox)                      \
	X(VERB_QUARANTINE, "quarantine", API_IT, api_quarantine)          \
	X(VERB_INBOX, "inbox", API_WORKER, api_inbox)                     \
	X(VERB_OPEN, "open", API_WORKER, api_open)                        \
	X(VERB_MAP, "map", API_WORKER, api_map)                           \
	X(VERB_GAPS, "gaps", API_WORKER, api_gaps)                        \
	X(VERB_GAP_ASSIGN, "gap-assign", API_WORKER, api_gap_assign)      \
	X(VERB_SEND, "send", API_WORKER, api_send)                        \
	X(VERB_PREVIEW, "preview", API_WORKER, api_preview)               \
	X(VERB_CORRECT, "correct", API_WORKER, api_correct)               \
	X(VERB_RECALL, "recall", API_WORKER, api_recall)                  \
	X(VERB_ASK, "ask", API_WORKER, api_ask)                           \
	X(VERB_ANSWER, "answer", API_WORKER, api_answer)                  \
	X(VERB_TRACK, "track", API_WORKER, api_track)                     \
	X(VERB_SEEN, "seen", API_WORKER, api_seen)                        \
	X(VERB_LINT, "lint", API_WORKER, api_lint)                        \
	X(VERB_MANDATED, "mandated", API_WORKER, api_mandated)            \
	X(VERB_EXPORT, "export", API_WORKER, api_export)                  \
	X(VERB_STOP, "stop", API_ACCOUNT, api_stop)                       \
	X(VERB_CASES, "cases", API_WORKER, api_cases)                     \
	X(VERB_CHECKED, "conflict-checked", API_OFFICER, api_checked)     \
	X(VERB_CASE_OPEN, "case-open", API_ADVOCATE, api_case_open)       \
	X(VERB_CONSENT, "consent", API_ADVOCATE, api_consent)             \
	X(VERB_CONSENT_STATUS, "consent-status", API_ADVOCATE, api_consent_status) \
	X(VERB_CASE_RENEW, "case-renew", API_ADVOCATE, api_case_renew)    \
	X(VERB_WITHDRAW, "withdraw", API_WORKER, api_withdraw)            \
	X(VERB_RESUME, "resume", API_ADVOCATE, api_resume)                \
	X(VERB_PHRASES, "phrases", API_ADVOCATE, api_phrases)             \
	X(VERB_REHEARSE, "rehearse", API_ADVOCATE, api_rehearse)          \
	X(VERB_EXCLUDE, "exclude", API_ADVOCATE, api_exclude)             \
	X(VERB_INTRODUCE, "introduce", API_ADVOCATE, api_introduce)       \
	X(VERB_CASE_CLOSE, "case-close", API_ADVOCATE, api_case_close)    \
	X(VERB_STATEMENT, "statement", API_ADVOCATE, api_statement)       \
	X(VERB_CHANGED, "changed", API_WORKER, api_changed)               \
	X(VERB_PEOPLE, "people", API_WORKER, api_people)                  \
	X(VERB_SHARING, "sharing", API_WORKER, api_sharing)               \
	X(VERB_MEMBERS, "members", API_ACCOUNT, api_members)              \
	X(VERB_WORKER_NOTICE, "worker-notice", API_IT, api_worker_notice) \
	X(VERB_ACKNOWLEDGE, "acknowledge", API_WORKER, api_acknowledge)     \
	X(VERB_SIGN_IN, "sign-in", API_DESK, api_sign_in)                 \
	X(VERB_SIGN_OUT, "sign-out", API_SESSION, api_sign_out)           \
	X(VERB_SESSION, "session", API_SESSION, api_session)              \
	X(VERB_PASSWORD, "password", API_SESSION, api_password)           \
	X(VERB_SESSIONS, "sessions", API_LEAD, api_sessions)              \
	X(VERB_WORKER_PASSWORD, "worker-password", API_IT, api_worker_password) \
	X(VERB_TOTP_RESET, "totp-reset", API_IT, api_totp_reset)  \
	X(VERB_REVIEW, "review", API_WORKER, api_review)          \
	X(VERB_DRAFT_PUT, "draft-put", API_WORKER, api_draft_put) \
	X(VERB_DRAFT_GET, "draft-get", API_WORKER, api_draft_get) \
	X(VERB_DRAFT_LIST, "draft-list", API_WORKER, api_draft_list) \
	X(VERB_DRAFT_DROP, "draft-drop", API_WORKER, api_draft_drop) \
	X(VERB_TRUST, "trust", API_IT, api_trust)                 \
	X(VERB_HANDOVER, "handover", API_WORKER, api_handover)    \
	X(VERB_SERVICE_ADD, "service-add", API_IT, api_service_add)       \
	X(VERB_SERVICE_END, "service-end", API_IT, api_service_end)       \
	X(VERB_SERVICE_LIST, "service-list", API_IT, api_service_list)    \
	X(VERB_EVENTS, "events", API_SERVICE, api_events)

/*
 * LocalAsk.flags.  ASK_DESK: in the name of the session in LocalAsk.text, and
 * of nobody when that is empty; the caller's own uid gives no rights then.
 * CLI_LOCKED for a session that has ended.  ASK_PEEK with it: nobody did
 * anything (a page that looks by itself for news), its idle time goes on.
 */
enum api_flag { ASK_DESK = 1, ASK_PEEK = 2 };

/* API_DESK: the desk, for whoever is signing in; API_SESSION: who is signed
 * in; API_LEAD: a lead, or IT. */

enum api_who {
	API_ANY, API_IT, API_WORKER, API_ADVOCATE, API_OFFICER, API_DESK,
	API_SESSION, API_LEAD,
	API_ACCOUNT,                   /* anybody who works here, IT as well */
	API_SERVICE                    /* a service's token: tells of all cases,
	                                * and a worker may be kept out of one */
};
/* How the caller is known. */
enum api_by { BY_NOBODY, BY_UID, BY_SESSION, BY_SERVICE };

enum api_verb {
	VERB_NONE = 0,
#define X(id, name, who, handler) id,
	API_VERBS(X)
#undef X
	VERB_END
};

/* One request being answered.  The handler must end it exactly once with
 * api_tell or api_no, now or later (after outgoing_wait). */
struct api_session;
struct api_call {
	struct agent *agent;
	struct worker worker;         /* of the caller; zero when it has none */
	bool it;                      /* root, or the agent's own uid; of a
	                               * session: its account may `it` */
	bool desk;                    /* came with ASK_DESK, rightly */
	enum api_by by;
	char token[SEAT_HEX];      /* BY_SESSION: whose */
	enum api_verb verb;
	json_t *in;                   /* request, an object; owned by the call */
	struct arena *arena;          /* freed with the call */
	struct api_session *session;  /* which connection; NULL once it is gone */
	void *state;                  /* the handler's, e.g. across a wait */
	void (*state_free)(void *);
};

typedef void api_handler(struct api_call *c);
#define X(id, name, who, handler) api_handler handler;
API_VERBS(X)
#undef X

/* Ends the call: result (stolen, may be NULL) and words (may be NULL). */
void api_tell(struct api_call *c, enum cli_exit code, json_t *result,
    const char *words);
/* Ends it with a "no" or an error; `id` is the WL number or 0. */
void api_no(struct api_call *c, enum cli_exit code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Ends it with an error code and why's text. */
void api_error(struct api_call *c, enum error_code e, const struct why *why);

/* Fields of the request; NULL or false when absent or of another type. */
const char *api_text(const struct api_call *c, const char *key);
bool api_number(const struct api_call *c, const char *key, uint64_t *out);
bool api_true(const struct api_call *c, const char *key);

/* Life, for the daemon's loop. */
MUST_USE enum error_code api_create(struct agent *a, const char *socket,
    unsigned mode, struct api **out, struct why *why);
void api_destroy(struct api **api);
/* Fills in the listener and every session; returns how many. */
unsigned api_poll(const struct api *api, struct pollfd *fds, unsigned max);
/* After poll(2): accepts, reads, answers what is ready. */
void api_ready(struct api *api, const struct pollfd *fds, unsigned n);
/* Ends the connections of a worker at once: those of the uid, and what the
 * desk asks in the account's name. */
void api_forget_worker(struct api *api, const struct worker *w);
const char *api_verb_name(enum api_verb v);
enum api_verb api_verb_of(const char *name);

#endif
