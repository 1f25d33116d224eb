#include "agent/cases/facts.h"

#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "agent/books.h"
#include "agent/cases/cases.h"
#include "agent/config.h"

enum { ROW_MAX = 8192 };

/* ---- the row ----------------------------------------------------------- */

static json_t *
to_json(const struct case_facts *f)
{
	json_t *close = json_array(), *roles = json_array();
	char hex[2 * WIRE_CASE + 1];

	for (size_t i = 0; i < f->n_close; i++)
		json_array_append_new(close, json_string(f->close[i]));
	for (size_t i = 0; i < f->n_roles; i++) {
		hex_encode(hex, f->roles[i].other, WIRE_CASE);
		json_array_append_new(roles, json_pack("{s:s, s:b}", "other",
		    hex, "reviewed", f->roles[i].reviewed));
	}
	return json_pack("{s:o, s:o, s:b}", "close", close, "roles", roles,
	    "file", f->file);
}

/* Our own row, so what does not fit was not written by us. */
static enum error_code
from_json(const json_t *o, struct case_facts *f)
{
	const json_t *v;
	size_t i;

	json_array_foreach(json_object_get(o, "close"), i, v)
		if (!json_is_string(v) || case_facts_add_close(f,
		    json_string_value(v)) != ERR_NONE)
			return ERR_FORMAT;
	json_array_foreach(json_object_get(o, "roles"), i, v) {
		const char *hex = json_string_value(json_object_get(v,
		    "other"));

		if (f->n_roles == FACTS_ROLES_MAX || hex == NULL ||
		    !hex_decode(f->roles[f->n_roles].other, WIRE_CASE, hex))
			return ERR_FORMAT;
		f->roles[f->n_roles++].reviewed = json_is_true(
		    json_object_get(v, "reviewed"));
	}
	f->file = json_is_true(json_object_get(o, "file"));
	return ERR_NONE;
}

static enum error_code
read_row(struct bytes plain, struct case_facts *out)
{
	json_t *o = json_loadb((const char *)plain.data, plain.n,
	    JSON_REJECT_DUPLICATES, NULL);
	enum error_code err = json_is_object(o) ? from_json(o, out) :
	    ERR_FORMAT;

	json_decref(o);
	return err;
}

enum error_code
case_facts_get(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    struct case_facts *out)
{
	struct db_stmt *st = a->sql[SQL_FACTS_GET];
	struct buf plain;
	enum error_code err;
	bool row;

	memset(out, 0, sizeof *out);
	db_bind_blob(st, 1, case_id, WIRE_CASE);
	err = db_step(st, &row);
	if (err != ERR_NONE || !row)
		return err;
	buf_init(&plain, ROW_MAX);
	err = books_open(a, "facts", bytes_of(case_id, WIRE_CASE),
	    db_col_blob(st, 0), &plain);
	db_done(st);
	if (err == ERR_NONE)
		err = read_row(buf_view(&plain), out);
	buf_free(&plain);
	return err;
}

static enum error_code
put_row(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    struct bytes plain)
{
	struct db_stmt *st = a->sql[SQL_FACTS_PUT];
	struct buf sealed;
	enum error_code err;

	buf_init(&sealed, ROW_MAX + 64);
	err = books_seal(a, "facts", bytes_of(case_id, WIRE_CASE), plain,
	    &sealed);
	if (err == ERR_NONE)
		err = agent_begin(a);
	if (err == ERR_NONE) {
		db_bind_blob(st, 1, case_id, WIRE_CASE);
		db_bind_blob(st, 2, sealed.data, sealed.n);
		err = agent_end(a, db_run(st));
	}
	buf_free(&sealed);
	return err;
}

enum error_code
case_facts_put(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const struct case_facts *f)
{
	json_t *o = to_json(f);
	char *text = json_dumps(o, JSON_COMPACT);
	enum error_code err = text == NULL ? ERR_NOMEM : put_row(a, case_id,
	    bytes_str(text));

	if (text != NULL)
		sodium_memzero(text, strlen(text));
	free(text);
	json_decref(o);
	return err;
}

/* ---- R13 --------------------------------------------------------------- */

bool
case_facts_is_close(const struct case_facts *f, const char *member)
{
	for (size_t i = 0; i < f->n_close; i++)
		if (strcmp(f->close[i], member) == 0)
			return true;
	return false;
}

enum error_code
case_facts_add_close(struct case_facts *f, const char *member)
{
	if (case_facts_is_close(f, member))
		return ERR_NONE;
	if (!member_id_ok(member))
		return ERR_FORMAT;
	if (f->n_close == FACTS_CLOSE_MAX)
		return ERR_SIZE;
	memcpy(f->close[f->n_close++], member, strlen(member) + 1);
	return ERR_NONE;
}

/* ---- R16 --------------------------------------------------------------- */

static const struct content_person *
person(const struct introduction *in, const char *id)
{
	for (size_t i = 0; i < in->n_persons; i++)
		if (strcmp(in->persons[i].id.s, id) == 0)
			return &in->persons[i];
	return NULL;
}

/* Births fit as far as both are known: "2019" fits "2019-05". */
static bool
births_fit(const struct content_person *x, const struct content_person *y)
{
	const size_t nx = strlen(x->born.s), ny = strlen(y->born.s);

	return strncmp(x->born.s, y->born.s, nx < ny ? nx : ny) == 0;
}

static bool
same_person(const struct content_person *x, const struct content_person *y)
{
	const bool births = x != NULL && y != NULL && x->born.s[0] != '\0' &&
	    y->born.s[0] != '\0';

	return x != NULL && y != NULL &&
	    cases_name_likeness(x->name, y->name) == 2 && births_fit(x, y) &&
	    (births || (strchr(x->name, ' ') != NULL &&
	    strchr(y->name, ' ') != NULL));
}

static bool
roles_meet(const struct introduction *x, const struct introduction *y)
{
	return same_person(person(x, "P1"), person(y, "P2")) ||
	    same_person(person(x, "P2"), person(y, "P1"));
}

struct meeting {
	struct agent *a;
	const uint8_t *case_id;
	struct case_facts known;
	const struct introduction *in;
	bool met;
	uint8_t other[FACTS_ROLES_MAX][WIRE_CASE];
	size_t n;
};

static bool
is_reviewed(const struct case_facts *f,
    const uint8_t other[static WIRE_CASE])
{
	for (size_t i = 0; i < f->n_roles; i++)
		if (memcmp(f->roles[i].other, other, WIRE_CASE) == 0)
			return f->roles[i].reviewed;
	return false;
}

static enum error_code
meet_case(void *ctx, uint64_t no, const uint8_t case_id[static WIRE_CASE])
{
	struct meeting *m = ctx;
	struct content *book;
	enum error_code err;

	(void)no;
	if (memcmp(case_id, m->case_id, WIRE_CASE) == 0 ||
	    is_reviewed(&m->known, case_id))
		return ERR_NONE;
	book = malloc(sizeof *book);
	if (book == NULL)
		return ERR_NOMEM;
	err = cases_book_get(m->a, case_id, book);
	if (err == ERR_NONE) {
		if (roles_meet(m->in, &book->u.introduction)) {
			m->met = true;
			if (m->n < FACTS_ROLES_MAX)
				memcpy(m->other[m->n++], case_id, WIRE_CASE);
		}
		content_wipe(book);
	}
	free(book);
	return err == ERR_NOTFOUND ? ERR_NONE : err;
}

enum error_code
case_facts_meet(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const struct introduction *in, bool *met)
{
	struct meeting m = { .a = a, .case_id = case_id, .in = in };
	enum error_code err = case_facts_get(a, case_id, &m.known);

	if (err == ERR_NONE)
		err = cases_list(a, meet_case, &m);
	*met = m.met;
	return err;
}

/* Remembers the pair on one side, unless it is there. */
static enum error_code
add_role(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const uint8_t other[static WIRE_CASE])
{
	struct case_facts f;
	enum error_code err = case_facts_get(a, case_id, &f);

	if (err != ERR_NONE)
		return err;
	for (size_t i = 0; i < f.n_roles; i++)
		if (memcmp(f.roles[i].other, other, WIRE_CASE) == 0)
			return ERR_NONE;
	if (f.n_roles == FACTS_ROLES_MAX)
		return ERR_SIZE;
	memcpy(f.roles[f.n_roles++].other, other, WIRE_CASE);
	err = case_facts_put(a, case_id, &f);
	return err == ERR_NONE ? cases_task(a, case_id, agent_now(a),
	    TASK_ROLES) : err;
}

enum error_code
case_facts_compare(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const struct introduction *in)
{
	struct meeting m = { .a = a, .case_id = case_id, .in = in };
	enum error_code err = case_facts_get(a, case_id, &m.known);

	if (err == ERR_NONE)
		err = cases_list(a, meet_case, &m);
	for (size_t i = 0; i < m.n && err == ERR_NONE; i++) {
		err = add_role(a, case_id, m.other[i]);
		if (err == ERR_NONE)
			err = add_role(a, m.other[i], case_id);
	}
	return err;
}

bool
case_facts_two_roles(const struct case_facts *f)
{
	for (size_t i = 0; i < f->n_roles; i++)
		if (!f->roles[i].reviewed)
			return true;
	return false;
}

/* Marks what stands between the two, on this side. */
static enum error_code
settle(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const uint8_t other[static WIRE_CASE])
{
	struct case_facts f;
	enum error_code err = case_facts_get(a, case_id, &f);

	for (size_t i = 0; i < f.n_roles && err == ERR_NONE; i++)
		if (memcmp(f.roles[i].other, other, WIRE_CASE) == 0)
			f.roles[i].reviewed = true;
	return err == ERR_NONE ? case_facts_put(a, case_id, &f) : err;
}

enum error_code
case_facts_reviewed(struct agent *a, const uint8_t case_id[static WIRE_CASE])
{
	struct case_facts f;
	enum error_code err = case_facts_get(a, case_id, &f);

	if (err == ERR_NONE)
		err = agent_begin(a);
	if (err != ERR_NONE)
		return err;
	for (size_t i = 0; i < f.n_roles && err == ERR_NONE; i++) {
		err = settle(a, case_id, f.roles[i].other);
		if (err == ERR_NONE)
			err = settle(a, f.roles[i].other, case_id);
	}
	return agent_end(a, err);
}

/* ---- R11 --------------------------------------------------------------- */

/* Whole years from "2014", "2014-05" or "2014-05-02" to `today`; what is not
 * known of the birth is taken as long ago as it can be. */
static int
age(const char *born, const char *today)
{
	int years = atoi(today) - atoi(born);

	if (strlen(born) > 4 && strncmp(today + 5, born + 5,
	    strlen(born) - 5) < 0)
		years--;
	return years;
}

void
case_facts_own_line(const struct agent *a, const struct introduction *in,
    struct person_list *out)
{
	char today[CLOCK_ISO_BYTES];

	clock_iso_day(today, agent_now(a));
	for (size_t i = 0; i < in->n_persons; i++) {
		const struct content_person *p = &in->persons[i];

		if (p->id.s[0] != 'K' || p->born.s[0] == '\0' ||
		    a->config->own_line_age <= 0 ||
		    age(p->born.s, today) < a->config->own_line_age ||
		    person_list_has(out, p->id.s) ||
		    out->n == OBSERVATION_PERSONS_MAX)
			continue;
		out->v[out->n++] = p->id;
	}
}

/* ---- all of it --------------------------------------------------------- */

/* Only what tells of a child makes R11 ask: the book is opened for nothing
 * else, since every copy comes this way. */
static bool
asks_births(const struct terms_facts *f)
{
	return f->message == NULL || (validate_observation_needs(f->message) &
	    (SCOPE_BIT(SCOPE_C4) | SCOPE_BIT(SCOPE_SG3))) != 0;
}

enum error_code
case_facts_judge(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const char *recipient, struct terms_facts *f)
{
	struct content *book = malloc(sizeof *book);
	struct case_facts known;
	enum error_code err = book != NULL ? case_facts_get(a, case_id,
	    &known) : ERR_NOMEM;

	if (err == ERR_NONE) {
		f->conflict_hit = f->conflict_hit ||
		    case_facts_is_close(&known, recipient);
		f->role_conflict = f->role_conflict ||
		    case_facts_two_roles(&known);
		f->perpetrator_request = f->perpetrator_request ||
		    known.file;
		if (asks_births(f))
			err = cases_book_get(a, case_id, book);
		else
			err = ERR_NOTFOUND;
	}
	if (err == ERR_NONE) {
		case_facts_own_line(a, &book->u.introduction, &f->own_line);
		content_wipe(book);
	}
	sodium_memzero(&known, sizeof known);
	free(book);
	return err == ERR_NOTFOUND ? ERR_NONE : err;
}
