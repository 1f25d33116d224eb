/*
 * The consent room: an advocate and the survivor beside her (USERS 1.3).
 *
 *   room.c       what a page of it needs: the case, drafts, languages, agencies
 *   room_say.c   sentences in her language, ours beside them
 *   room_set.c   from what was answered to a consent set: pure
 *   room_usual.c what agencies of one kind usually tell those of another: pure
 *   pages/room_*.c the screens
 *
 * While one talks nothing is consent: every page is a draft of its own
 * (draft.h), "room/new/grid" or "room/3/grid", sealed at the agent.  The
 * case is opened when she is shown her words; all drafts go when she has
 * signed.  Nothing in here is for paper: the style sheet prints nothing.
 */
#ifndef WAYLEAVE_AGENT_DESK_ROOM_H
#define WAYLEAVE_AGENT_DESK_ROOM_H

#include "agent/desk/page.h"
#include "agent/tongue/tongues.h"

/* What is asked, in this order; each is a draft.  BEGIN: reference and
 * language; AGREED: what was read back and said yes to. */
#define ROOM_PAGES(X)                                                     \
	X(ROOM_BEGIN, "begin") X(ROOM_QUESTIONS, "questions")             \
	X(ROOM_AGENCIES, "agencies") X(ROOM_GRID, "grid")                 \
	X(ROOM_PEOPLE, "people") X(ROOM_AGREED, "agreed")
enum room_page {
#define X(id, name) id,
	ROOM_PAGES(X)
#undef X
	ROOM_END
};

enum { ROOM_PART = 16, ROOM_AGENCIES_MAX = 16, ROOM_CHILDREN = 6 };

struct room_facts;
struct room {
	struct desk_call *c;
	char part[ROOM_PART];          /* "new", or the case's number */
	long long no;                  /* 0: there is no case yet */
	json_t *status;                /* of a case: consent-status; owned */
	json_t *members;               /* the directory, a list; owned */
	json_t *people;                /* of a case: verb people, or NULL */
	struct form page[ROOM_END];    /* drafts */
	const struct tongue *hers, *ours;
};

/*
 * The room of c->part[0]; false: the reply has been made.  A case has to be
 * ours.  `need` is a set of ROOM_WITH.
 */
enum room_with { ROOM_MEMBERS = 1, ROOM_PEOPLE_TOO = 2 };
bool room_open(struct room *r, struct desk_call *c, unsigned need);
void room_close(struct room *r);

/* "room/new/grid": the draft of a page. */
enum { ROOM_DRAFT = 48 };
void room_draft(const struct room *r, enum room_page page,
    char out[static ROOM_DRAFT]);
/* Takes the form that came in as this page, and takes back what was agreed
 * when it says something new.  False: the reply has been made. */
bool room_keep(struct room *r, enum room_page page);
/* The form that came in stands for this page from now on. */
void room_take(struct room *r, enum room_page page);
/* Forgets every draft of this room. */
void room_forget(struct room *r);
/* The drafts of "new" become those of the case. */
void room_move(struct room *r, long long no);

/* A member by id, of the directory; NULL. */
const json_t *room_member(const struct room *r, const char *id);
/* What it is called; its id when it is not known. */
const char *room_name(const struct room *r, const char *id);
const char *room_own(const struct room *r);

/* Heading, then where the conversation stands. */
void room_begin(struct room *r, const char *heading, const char *step);
/* <form> of a page, kept every few seconds. */
void room_form(struct room *r, const char *step, enum room_page page);

/* Speaks this language on this page; an unknown one changes nothing. */
void room_speak(struct room *r, const char *code);
/* Permissions were handed in: drafts go, and it is shown what became of
 * them. */
void room_signed(struct room *r, int code, json_t *result,
    const char *words);
/* Is everything answered that comes before reading back?  Else the reply
 * leads to the first page where something is missing. */
bool room_ready(struct room *r, const struct room_facts *f);
/* The agent's refusal, with the way to where it is mended. */
void room_refused(struct room *r, const json_t *result, const char *words);
/* Has she said yes to just these answers? */
bool room_agreed(const struct room *r, const struct room_facts *f);
/*
 * Passphrase and phrases of a result, whichever it has: shown once, one after
 * the other, then `next` is where one goes on.  They are wiped in `result`.
 */
void room_words(struct room *r, json_t *result, const char *next,
    const char *next_label);

/* ---- room_say.c -------------------------------------------------------- */

/* A sentence as a paragraph, in her language and, smaller, in ours. */
void room_say(struct room *r, const char *key,
    const struct words_value *value, size_t n);
/* The same within a line: a label, an item, a heading. */
void room_said(struct room *r, const char *key,
    const struct words_value *value, size_t n);
/* In a box: "bad", "warn", "note". */
void room_box(struct room *r, const char *kind, const char *key,
    const struct words_value *value, size_t n);
/* A group of radio buttons; the question is a sentence, each choice too. */
struct room_choice {
	const char *value, *key;
	struct words_value fill;       /* name NULL: nothing to fill in */
};
void room_radio(struct room *r, const char *name, const char *key,
    const struct words_value *value, size_t n,
    const struct room_choice *choice, size_t n_choice);
/* One tick, its sentence beside it. */
void room_tick(struct room *r, const char *name, const char *value,
    const char *key);
/* A field for words that only she knows: nothing remembers what is typed. */
void room_secret(struct room *r, const char *name, const char *label,
    const char *hint);

/* One permission: who to whom, the parts, for what, until when.  `line` has
 * from, to, scopes, purpose, until; names from the directory. */
void room_line(struct room *r, const json_t *line);
/* The parts alone: <ul>. */
void room_parts(struct room *r, const json_t *scopes);

/* The choice of languages, named "language". */
void room_languages(struct desk_call *c, const char *now);

/* ---- room_set.c: pure -------------------------------------------------- */

/* What a set is made of: the pages, and what the desk knows. */
struct room_facts {
	const struct form *page;       /* ROOM_END of them */
	const json_t *members;         /* of verb members */
	const json_t *persons;         /* of the book, when there is a case */
	const char *language, *notice, *role;
	const char *today;             /* "2026-11-16" */
	const char *jurisdiction, *law_profile;
};

/* What a room's facts point to besides the room. */
struct room_asked {
	char notice[TONGUE_NOTICE], today[12];
};
void room_facts(const struct room *r, struct room_facts *f,
    struct room_asked *asked);

/* A short name for an agency in the names of fields: 8 hex digits. */
enum { ROOM_TAG = 9 };
void room_tag(const char *member, char out[static ROOM_TAG]);

/*
 * The request for verb consent without case, passphrase and dry_run: set,
 * and introduction, close, own_line, waiver where there are any.  NULL: no
 * memory.  What is not answered is left out, for terms_check to refuse.
 */
json_t *room_request(const struct room_facts *f);
/* What is missing before one may go on from a page: a field of it (id), and
 * words; false when nothing is.  What may not go on (R8, R10, R13, R18) is
 * missing, too. */
struct room_gap {
	char field[FORM_NAME_MAX + 1];
	char words[400];
};
bool room_missing(const struct room_facts *f, enum room_page page,
    struct room_gap *out);
/* Is this member told anything, by what is ticked? */
bool room_is_told(const struct room_facts *f, const char *member);
/* Is it in the conversation: ourselves, or chosen? */
bool room_takes_part(const struct room_facts *f, const char *member);
/* "s.1f0c93a2.b47d5e60": the ticks of an arrow; p: its purpose; d: days. */
void room_arrow(char kind, const char *from, const char *to,
    char out[static FORM_NAME_MAX + 1]);
/* "y.1f0c93a2": a question about one agency. */
void room_about(char kind, const char *member,
    char out[static FORM_NAME_MAX + 1]);
/* A hash of what is agreed: the same answers give the same 32 hex digits. */
enum { ROOM_SEAL = 33 };
void room_seal(const struct room_facts *f, char out[static ROOM_SEAL]);

/* ---- room_usual.c: pure ------------------------------------------------ */

struct room_usual {
	const char *from, *to;         /* kinds, "AG02" */
	const char *scopes;            /* "C1,C2" */
	const char *purpose;
};
/* NULL when nothing is usual between these kinds. */
const struct room_usual *room_usual(const char *from, const char *to);
bool room_usual_has(const struct room_usual *u, const char *scope);

#endif
