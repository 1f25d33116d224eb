/*
 * Events, each laid down once.  They are written under names that nobody
 * looks at, then the agent is told how far we are, then they get their names.
 * After a crash the agent knows which of them count: those up to where we
 * told it get their names, the others are written anew.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/desk/folder/part.h"
#include "base/fault.h"
#include "base/log.h"

enum { DIGITS = 12, STEM = 32, MANY = 100 };

static const char ending[] = ".json.tmp";

static long long
number_of(const json_t *event)
{
	return json_integer_value(json_object_get(event, "n"));
}

static void
stem_of(char out[static STEM], long long n)
{
	snprintf(out, STEM, "%0*lld", DIGITS, n);
}

/* The number in "000000000042.json.tmp"; 0: another file. */
static long long
left_number(const char *name)
{
	return strlen(name) == DIGITS + strlen(ending) &&
	    strspn(name, "0123456789") == DIGITS &&
	    strcmp(name + DIGITS, ending) == 0 ? strtoll(name, NULL, 10) : 0;
}

/* What a crash left: all below `first` had been counted. */
static enum error_code
finish(struct folder *f, long long first, struct why *why)
{
	DIR *d = place_list(f->in);
	const struct dirent *e;
	enum error_code err = d != NULL ? ERR_NONE : ERR_IO;

	while (err == ERR_NONE && (e = readdir(d)) != NULL) {
		const long long n = left_number(e->d_name);
		char stem[STEM];

		stem_of(stem, n);
		if (n > 0 && n < first)
			err = place_show(f->in, stem, why);
	}
	if (d != NULL)
		closedir(d);
	return err;
}

static enum error_code
write_all(struct folder *f, const json_t *events, struct why *why)
{
	enum error_code err = ERR_NONE;
	const json_t *event;
	size_t i;

	json_array_foreach(events, i, event) {
		char *text = json_dumps(event, JSON_COMPACT);
		char stem[STEM];

		stem_of(stem, number_of(event));
		err = text != NULL ? place_write(f->in, stem, bytes_str(text),
		    why) : ERR_NOMEM;
		free(text);
		if (err != ERR_NONE)
			return err;
	}
	return place_sync(f->in, why);
}

static enum error_code
show_all(struct folder *f, const json_t *events, struct why *why)
{
	enum error_code err = ERR_NONE;
	const json_t *event;
	size_t i;

	json_array_foreach(events, i, event) {
		char stem[STEM];

		stem_of(stem, number_of(event));
		if (err == ERR_NONE)
			err = place_show(f->in, stem, why);
	}
	return err == ERR_NONE ? place_sync(f->in, why) : err;
}

/* Tells the agent how far we are. */
static bool
count(const struct folder *f, const json_t *next)
{
	struct door_call c;
	bool ok;

	folder_call(f, &c);
	c.body = json_pack("{s:O}", "n", next);
	if (c.body != NULL)
		door_events_ack(&c);
	ok = c.status < 400 && c.reply != NULL;
	door_end(&c);
	return ok;
}

static enum error_code
lay_down(struct folder *f, const json_t *reply, struct why *why)
{
	const json_t *events = json_object_get(reply, "events");
	const json_t *next = json_object_get(reply, "next");
	enum error_code err = ERR_NONE;

	if (!f->in_sure)
		err = finish(f, json_array_size(events) > 0 ?
		    number_of(json_array_get(events, 0)) :
		    json_integer_value(next) + 1, why);
	if (err != ERR_NONE)
		return err;
	f->in_sure = true;
	if (json_array_size(events) == 0)
		return ERR_NONE;
	f->in_sure = false;
	err = write_all(f, events, why);
	if (err == ERR_NONE)
		err = fault_point("folder-before-count");
	if (err == ERR_NONE && !count(f, next))
		return ERR_BUSY;
	if (err == ERR_NONE)
		err = fault_point("folder-after-count");
	if (err == ERR_NONE)
		err = show_all(f, events, why);
	f->in_sure = err == ERR_NONE;
	return err;
}

bool
folder_in(struct folder *f)
{
	struct why why = { "" };
	enum error_code err;
	struct door_call c;
	bool later;
	size_t n;

	do {
		folder_call(f, &c);
		door_events(&c);
		later = c.status >= 400 || c.reply == NULL;
		folder_say(f, later ? c.status : 0);
		n = json_array_size(json_object_get(c.reply, "events"));
		err = later ? ERR_BUSY : lay_down(f, c.reply, &why);
		door_end(&c);
	} while (err == ERR_NONE && n == MANY);
	if (err != ERR_NONE && err != ERR_BUSY)
		log_error(81, "folder", "see who may write in it, and whether "
		    "there is room", "an event cannot be written: %s",
		    why.text[0] != '\0' ? why.text : error_text(err));
	return err == ERR_NONE;
}
