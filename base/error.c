#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/bytes.h"

const char *
error_text(enum error_code e)
{
	static const char *const text[] = {
#define X(code, words) words,
		ERROR_TABLE(X)
#undef X
	};

	if ((unsigned)e >= sizeof text / sizeof text[0])
		return "unknown error";
	return text[e];
}

void
why_set(struct why *why, const char *fmt, ...)
{
	va_list ap;

	if (why == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(why->text, sizeof why->text, fmt, ap);
	va_end(ap);
	/* it becomes JSON, and may quote what somebody wrote */
	text_whole(why->text);
}
