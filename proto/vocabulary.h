/*
 * The vocabulary: every code that an observation, a permission or a gap can
 * carry, with a label in plain words.  The data is proto/vocabulary.txt; a
 * script turns it into a table at build time.  A code never changes meaning
 * and a retired one never comes back.
 *
 * A scope is what a permission is about ("C1", "SR", "SG2"); a label of a
 * message is made from its name (PROTOCOL 2, "Arrows and labels").
 */
#ifndef WAYLEAVE_PROTO_VOCABULARY_H
#define WAYLEAVE_PROTO_VOCABULARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Scopes in the order in which they are shown; segments come last. */
#define VOCABULARY_SCOPES(X)                                              \
	X(SCOPE_C1, "C1") X(SCOPE_C2, "C2") X(SCOPE_C3, "C3")             \
	X(SCOPE_C4, "C4") X(SCOPE_C5, "C5") X(SCOPE_SR, "SR")             \
	X(SCOPE_BC, "BC") X(SCOPE_BA, "BA") X(SCOPE_ID, "ID")             \
	X(SCOPE_Q, "Q") X(SCOPE_SG1, "SG1") X(SCOPE_SG2, "SG2")           \
	X(SCOPE_SG3, "SG3")

enum vocabulary_scope {
	SCOPE_NONE,
#define X(id, name) id,
	VOCABULARY_SCOPES(X)
#undef X
	SCOPE_END
};

/* A set of scopes: bit `s` for scope s; see SCOPE_BIT. */
typedef uint32_t scope_set;
#define SCOPE_BIT(s) ((scope_set)1 << (s))
/* The scopes that a component of an observation can have: C1..BA. */
#define SCOPE_COMPONENTS (SCOPE_BIT(SCOPE_ID) - SCOPE_BIT(SCOPE_C1))
#define SCOPE_SEGMENTS                                                    \
	(SCOPE_BIT(SCOPE_SG1) | SCOPE_BIT(SCOPE_SG2) | SCOPE_BIT(SCOPE_SG3))

#define VOCABULARY_GROUPS(X)                                              \
	X(CC) X(CH) X(PE) X(PP) X(PR) X(AI) X(IF) X(RL) X(PW) X(SR) X(BC) \
	X(BA) X(DM) X(SRC) X(CB) X(CT) X(RC) X(FQ) X(TR) X(TG) X(GP) X(AG)\
	X(PU) X(SG) X(LB) X(PT) X(CO)

/* Groups of codes; CO holds the scopes themselves as codes (C1, SR, ID). */
enum vocabulary_group {
	GROUP_NONE,
#define X(id) GROUP_##id,
	VOCABULARY_GROUPS(X)
#undef X
	GROUP_END
};

enum vocabulary_flag {
	VOCABULARY_RETIRED = 1 << 0,  /* known, no longer to be written */
	VOCABULARY_HARMFUL = 1 << 1,  /* SR01..SR12 */
	VOCABULARY_HELPFUL = 1 << 2,  /* SR20..SR29 */
	VOCABULARY_SHIELD = 1 << 3,   /* AG: what was told goes shielded (V10) */
	VOCABULARY_COURT = 1 << 4,    /* AG: never ticked beforehand */
	VOCABULARY_OPENS = 1 << 5,    /* AG: may open cases (R16) */
	VOCABULARY_NAMING = 1 << 6,   /* BC: admits, names what was done */
	VOCABULARY_CLAIMING = 1 << 7, /* BC: describes the harm */
	VOCABULARY_CHANGE = 1 << 8,   /* BC: about what has changed */
	VOCABULARY_SURVIVOR = 1 << 9  /* IF: the factor is the survivor's */
};

struct vocabulary_code {
	const char *id;       /* "CC02" */
	const char *label;    /* at most 10 words, no gender, no blame */
	const char *tags;     /* sources, comma between; "" if none */
	const char *words;    /* plain words that also find it; "" if none */
	const char *prompt;   /* what to ask next, in words; NULL if nothing */
	const char *ask;      /* codes the prompt suggests, comma between; "" */
	uint32_t uses;        /* bit n: agencies of kind AGnn often write it */
	uint16_t flags;       /* enum vocabulary_flag */
	uint8_t group;        /* enum vocabulary_group */
	uint8_t scope;        /* enum vocabulary_scope; SCOPE_NONE: takes the */
	                      /* component's, or is no part of a record */
};

/* The version of the vocabulary; a record with unknown codes is refused. */
unsigned vocabulary_version(void);
/* How many codes there are, and the i-th; NULL beyond the end. */
size_t vocabulary_count(void);
const struct vocabulary_code *vocabulary_at(size_t i);
/* The code with this id, exactly as written; NULL if there is none. */
const struct vocabulary_code *vocabulary_find(const char *id);
/* The same, but only when it is of this group. */
const struct vocabulary_code *vocabulary_find_in(enum vocabulary_group g,
    const char *id);
/*
 * Iterates over a group in the file's order: the first code with
 * after == NULL, NULL when there are no more.
 */
const struct vocabulary_code *vocabulary_next(enum vocabulary_group g,
    const struct vocabulary_code *after);

/* "CC", "SRC"...; and the title of the group.  Never NULL. */
const char *vocabulary_group_name(enum vocabulary_group g);
const char *vocabulary_group_title(enum vocabulary_group g);

/* "C1", "SG2": exactly the bytes that go into a label; NULL if none. */
const char *vocabulary_scope_name(enum vocabulary_scope s);
/* SCOPE_NONE when the name is none of them. */
enum vocabulary_scope vocabulary_scope_find(const char *name);
/* The scope of a segment code (SG1..SG3); SCOPE_NONE for all else. */
enum vocabulary_scope vocabulary_segment_scope(const struct vocabulary_code *c);
/* "C1,SG2" into out; cut at n (never without NUL). */
void vocabulary_scopes_text(scope_set set, char *out, size_t n);

/* Number of an AGnn code, 1..16; 0 when it is none. */
unsigned vocabulary_agency_number(const char *id);

/*
 * Finds codes by plain words ("strangled", "locks her in"): words are cut
 * to their stems and compared with labels and search words.  Best first,
 * at most `max` into out; retired ones never.  Returns how many.
 */
size_t vocabulary_search(const char *text, const struct vocabulary_code **out,
    size_t max);

/*
 * Cuts a lower-case ASCII word to a rough stem in place ("strangled" and
 * "strangles" give the same).  The search and the language check share it.
 */
void vocabulary_stem(char *word);

/* The generated table, for vocabulary.c alone. */
struct vocabulary_group_row {
	const char *name, *title;
};
extern const struct vocabulary_code vocabulary_table[];
extern const size_t vocabulary_table_n;
extern const unsigned vocabulary_table_version;
extern const struct vocabulary_group_row vocabulary_group_table[GROUP_END];

#endif
