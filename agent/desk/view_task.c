/* Tasks: who here looks after one, and what can be said of it. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "agent/desk/view.h"

enum { DAY = 11 };

/* A day (or month, or year) that is over. */
static bool
is_over(const char *day)
{
	char today[DAY];
	struct tm here;
	const time_t now = time(NULL);

	return day[0] != '\0' && localtime_r(&now, &here) != NULL &&
	    strftime(today, sizeof today, "%Y-%m-%d", &here) > 0 &&
	    strncmp(day, today, strlen(day)) < 0;
}

static bool
is_late(const json_t *task)
{
	return !json_yes(task, "done") && (is_over(json_str(task, "due")) ||
	    is_over(json_str(task, "taken_due")));
}

void
view_taken(struct buf *b, const json_t *task)
{
	const char *by = json_str(task, "taken_by");
	const char *due = json_str(task, "taken_due");

	if (json_yes(task, "done"))
		html(b, "<span class=\"mark\">done here</span> looked after "
		    "by %s ", by);
	else if (by[0] != '\0') {
		html(b, "%s looks after it", by);
		if (due[0] != '\0')
			html(b, " until <time>%s</time>", due);
		html_raw(b, " ");
	}
	if (is_late(task))
		html_raw(b, "<span class=\"mark urgent\">overdue</span> ");
}

static void
act(struct desk_call *c, const char *what, const char *label, const char *id)
{
	char first[9];

	snprintf(first, sizeof first, "%.8s", id);
	html(&c->out, "<button name=\"do\" value=\"%s\">%s<span class=\""
	    "hidden-label\"> (task %s)</span></button>\n", what, label,
	    first);
}

void
view_task_acts(struct desk_call *c, long long no, const json_t *task,
    const char *back)
{
	const char *id = json_str(task, "id");
	char action[64];

	snprintf(action, sizeof action, "/case/%lld/task", no);
	page_form(c, action);
	page_hidden(c, "task", id);
	page_hidden(c, "back", back);
	html_raw(&c->out, "<p class=\"do\">");
	if (json_yes(task, "done"))
		act(c, "open", "It is not done yet", id);
	else {
		if (strcmp(json_str(task, "taken_by"), c->who.account) != 0)
			act(c, "take", "I look after it", id);
		act(c, "done", "Done", id);
	}
	html_raw(&c->out, "</p>\n</form>\n");
}
