#include "audit/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
findings_init(struct findings *f)
{
	memset(f, 0, sizeof *f);
}

void
findings_free(struct findings *f)
{
	free(f->finding);
	findings_init(f);
}

void
findings_add(struct findings *f, uint64_t entry, const char *fmt, ...)
{
	const size_t cap = f->cap > 0 ? f->cap * 2 : 16;
	struct finding *more;
	va_list ap;

	f->unexplained++;
	if (f->n == FINDINGS_KEPT)
		return;
	if (f->n == f->cap) {
		more = realloc(f->finding, cap * sizeof *more);
		if (more == NULL)
			return; /* counted all the same */
		f->finding = more;
		f->cap = cap;
	}
	f->finding[f->n].entry = entry;
	va_start(ap, fmt);
	(void)vsnprintf(f->finding[f->n].why, sizeof f->finding[f->n].why,
	    fmt, ap);
	va_end(ap);
	f->n++;
}
