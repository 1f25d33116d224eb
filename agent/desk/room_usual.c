#include <string.h>

#include "agent/desk/room.h"

static const struct room_usual usual[] = {
#define USUAL(from, to, scopes, purpose) { from, to, scopes, purpose },
#include "agent/desk/room_usual.def"
#undef USUAL
};

const struct room_usual *
room_usual(const char *from, const char *to)
{
	for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
		if (strcmp(usual[i].from, from) == 0 &&
		    strcmp(usual[i].to, to) == 0)
			return &usual[i];
	return NULL;
}

bool
room_usual_has(const struct room_usual *u, const char *scope)
{
	const size_t n = strlen(scope);

	for (const char *s = u != NULL ? u->scopes : ""; *s != '\0';) {
		const size_t len = strcspn(s, ",");

		if (len == n && memcmp(s, scope, n) == 0)
			return true;
		s += len + (s[len] == ',');
	}
	return false;
}
