/*
 * What the files of the folder share.  Internal to agent/desk/folder.
 *
 *   folder.c   the process: token, places, sandbox, turns
 *   out.c      files that are handed in
 *   in.c       events that are laid down
 *   place.c    the files themselves
 */
#ifndef WAYLEAVE_AGENT_DESK_FOLDER_PART_H
#define WAYLEAVE_AGENT_DESK_FOLDER_PART_H

#include "agent/desk/door.h"
#include "agent/desk/folder/folder.h"
#include "agent/desk/folder/place.h"

struct folder {
	const struct desk_config *config;
	char token[72];
	int lock;
	int out, in, sent, failed;     /* the places, open */
	uid_t owner;                   /* of out: whose files are taken */
	char after[PLACE_NAME];        /* out: the one that had to wait last */
	bool in_sure;                  /* nothing half done lies in `in` */
	int trouble;                   /* what was said last, 0: all is well */
};

/* A call in the name of the folder's token; end it with door_end. */
void folder_call(const struct folder *f, struct door_call *c);
/* Is this an answer about now, and not about what was asked? */
bool folder_is_later(const struct door_call *c);
/* Says once that something is not as it should be; 0: that all is well. */
void folder_say(struct folder *f, int status);

/* Hands in what lies in `out`.  False: something has to wait. */
bool folder_out(struct folder *f);
/* Lays down what happened since.  False: not now. */
bool folder_in(struct folder *f);

#endif
