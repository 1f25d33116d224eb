/*
 * Two persons side by side, same codes, neither called primary: each act in
 * the column of whoever did it, row by row in time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/practice/map_text.h"
#include "agent/practice/pattern_have.h"

static enum error_code
column(struct pen *p, const char *person, unsigned width, struct buf *out)
{
	char text[MAP_LINE_MAX];
	const struct observation *o;
	size_t i, n = 0;

	pen_wrap(out, width, 0, 0, person);
	for (i = 0; i < p->k.n_order; i++) {
		o = p->k.h[p->k.order[i]].o;
		if (strcmp(o->actor.s, person) != 0 || !have_act(o))
			continue;
		pen_entry_text(p, p->k.order[i], pick_act, text,
		    sizeof(text));
		pen_wrap(out, width, 0, 2, text);
		n++;
	}
	if (n == 0)
		pen_wrap(out, width, 0, 0, "nothing recorded");
	buf_put(out, "", 1); /* a NUL */
	return (buf_ok(out) ? ERR_NONE : ERR_SIZE);
}

/* The next line of *s without its end; moves on; "" behind the last. */
static size_t
take_line(const char **s, const char **line)
{
	size_t n = strcspn(*s, "\n");

	*line = *s;
	*s += n;
	if (**s == '\n')
		(*s)++;
	return (n);
}

static void
zip(struct pen *p, unsigned width, const char *left, const char *right)
{
	const char *a, *b;
	size_t n, m, i;
	unsigned used;

	while (*left != '\0' || *right != '\0') {
		n = take_line(&left, &a);
		m = take_line(&right, &b);
		buf_put(p->out, a, n);
		for (used = 0, i = 0; i < n; i++)
			used += ((unsigned char)a[i] & 0xc0) != 0x80;
		if (m > 0) {
			for (; used < width; used++)
				buf_put(p->out, " ", 1);
			buf_put_str(p->out, " | ");
			buf_put(p->out, b, m);
		}
		buf_put(p->out, "\n", 1);
	}
}

void
map_side_by_side(struct pen *p)
{
	unsigned width = (p->width - 3) / 2;
	struct buf left, right;

	buf_init(&left, p->out->max);
	buf_init(&right, p->out->max);
	if (column(p, p->k.o->left, width, &left) == ERR_NONE &&
	    column(p, p->k.o->right, width, &right) == ERR_NONE)
		zip(p, width, (const char *)left.data,
		    (const char *)right.data);
	else
		p->out->failed = true;
	buf_free(&left);
	buf_free(&right);
}
