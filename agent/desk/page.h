/*
 * The frame of every page, and parts that pages share.  Titles name nothing.
 * Every page works without JavaScript and by keyboard; headings are in order,
 * fields have labels, errors name their field and keep what was typed
 * (WCAG 2.2 AA).
 */
#ifndef WAYLEAVE_AGENT_DESK_PAGE_H
#define WAYLEAVE_AGENT_DESK_PAGE_H

#include "agent/desk/desk.h"

/* Head, skip link, quick hide, navigation by right, <main> and its <h1>. */
void page_begin(struct desk_call *c, const char *heading);
/* The same inside case `no`: tabs Map, Gaps, Change, Seen, Consent, People;
 * `tab` is the one shown ("map"). */
void page_begin_case(struct desk_call *c, long long no, const char *tab,
    const char *heading);
void page_end(struct desk_call *c);

/* <form method="post"> with the token against foreign pages and the number
 * for desk_once; page_form_end closes it with a button ("Send").  What is
 * typed is kept when the session has ended meanwhile, but for the fields of
 * page_password. */
void page_form(struct desk_call *c, const char *action);
void page_form_end(struct desk_call *c, const char *button);

/* One labelled field, refilled from the form when there is one.  `hint` and
 * `error` may be NULL. */
void page_text(struct desk_call *c, const char *name, const char *label,
    const char *hint, const char *value);
void page_password(struct desk_call *c, const char *name, const char *label,
    const char *autocomplete);
void page_area(struct desk_call *c, const char *name, const char *label,
    const char *hint, const char *value, unsigned rows);
/* Six digits from a telephone, named "code". */
void page_code_field(struct desk_call *c, const char *label,
    const char *hint);
void page_hidden(struct desk_call *c, const char *name, const char *value);
/* One of several; `value` is ticked at first. */
struct page_choice {
	const char *value, *label;
};
void page_select(struct desk_call *c, const char *name, const char *label,
    const struct page_choice *choice, size_t n, const char *value);
void page_radio(struct desk_call *c, const char *name, const char *label,
    const struct page_choice *choice, size_t n, const char *value);
void page_check(struct desk_call *c, const char *name, const char *value,
    const char *label, bool ticked);

/* Above the form: what is wrong, with a link to the field (id = its name);
 * NULL field: of the whole. */
void page_error(struct desk_call *c, const char *field, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The same from the agent's words: "field: what is wrong", or without a
 * field. */
void page_error_of(struct desk_call *c, const char *words);
/* A box that says something: "note", "warn", "good". */
void page_box(struct desk_call *c, const char *kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* "2026-11-21 10:12", in this server's time zone, from the agent's
 * "2026-11-21T10:12:31Z"; "" from what is no such time. */
void page_time(struct desk_call *c, const char *iso);
enum { PAGE_TIME = 20 };
void page_time_text(const char *iso, char out[static PAGE_TIME]);
/* "CC02" with its label from the vocabulary; the code alone if unknown. */
void page_code(struct desk_call *c, const char *code);

#endif
