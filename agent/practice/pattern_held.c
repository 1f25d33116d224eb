/*
 * Links among what is held, the day of separation, and finding what was
 * computed.
 */
#include <string.h>

#include "agent/practice/pattern.h"

const struct notice *
pattern_notice(const struct pattern *p, const char *pt)
{
	size_t i;

	for (i = 0; i < p->n_notices; i++)
		if (strcmp(p->notices[i].pt->id, pt) == 0)
			return (&p->notices[i]);
	return (NULL);
}

const struct gap *
pattern_gap(const struct pattern *p, const char *gp)
{
	size_t i;

	for (i = 0; i < p->n_gaps; i++)
		if (strcmp(p->gaps[i].gp->id, gp) == 0)
			return (&p->gaps[i]);
	return (NULL);
}

size_t
pattern_resolve(struct held *all, size_t n)
{
	const struct id_list *links;
	size_t i, j, k, found = 0;

	for (i = 0; i < n; i++) {
		links = &all[i].o->links;
		all[i].n_links = all[i].n_unresolved = 0;
		for (j = 0; j < links->n; j++) {
			for (k = 0; k < n; k++)
				if (record_id_equal(&links->v[j],
				    &all[k].id))
					break;
			if (k == n) {
				all[i].n_unresolved++;
				continue;
			}
			all[i].links[all[i].n_links++] = k;
			found++;
		}
	}
	return (found);
}

void
pattern_separation(const struct held *h, size_t n,
    const struct case_people *people, struct date_text *out)
{
	size_t i;

	*out = people->separated;
	if (out->s[0] != '\0')
		return;
	for (i = 0; i < n; i++) {
		if (h[i].replaced || h[i].o->from.s[0] == '\0' ||
		    !(code_list_has(&h[i].o->danger, "DM06") ||
		    code_list_has(&h[i].o->codes, "PE09") ||
		    code_list_has(&h[i].o->codes, "CC39")))
			continue;
		if (out->s[0] == '\0' ||
		    strcmp(h[i].o->from.s, out->s) < 0)
			*out = h[i].o->from;
	}
}

bool
pattern_after_separation(const struct held *h,
    const struct date_text *separated)
{
	size_t n;

	if (code_list_has(&h->o->codes, "CC39"))
		return (true);
	if (separated->s[0] == '\0' || h->o->from.s[0] == '\0')
		return (false);
	/* Compared as exactly as both are known: "2026" is not after May. */
	n = strlen(h->o->from.s) < strlen(separated->s) ?
	    strlen(h->o->from.s) : strlen(separated->s);
	if (strncmp(h->o->from.s, separated->s, n) == 0)
		return (strlen(h->o->from.s) >= strlen(separated->s));
	return (strncmp(h->o->from.s, separated->s, n) > 0);
}
