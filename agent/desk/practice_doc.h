/*
 * What was filled in on the pages for a task and a goal, as the documents that
 * the agent reads (agent/practice/content.h).  Pure.
 *
 * Fields of a task: owner (a member), text, gap, due, links*; of a goal:
 * person, behaviour, text, measure, by, checked_by, links*.  `key` is of no
 * use to either: the desk hands a form in once.
 */
#ifndef WAYLEAVE_AGENT_DESK_PRACTICE_DOC_H
#define WAYLEAVE_AGENT_DESK_PRACTICE_DOC_H

#include <jansson.h>

#include "agent/desk/form.h"

/* The caller's; NULL if no memory. */
json_t *task_document(const struct form *f, const char *key);
json_t *goal_document(const struct form *f, const char *key);

/* What is missing before the agent need be asked, in words; NULL nothing. */
const char *task_lacks(const struct form *f, const char **field);
const char *goal_lacks(const struct form *f, const char **field);

#endif
