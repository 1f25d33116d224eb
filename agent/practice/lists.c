#include <string.h>

#include "agent/practice/observation.h"

bool
person_id_ok(const char *s)
{
	size_t n;

	if (s == NULL || (s[0] != 'P' && s[0] != 'K'))
		return (false);
	n = strlen(s);
	if (s[1] == '-')
		return (n >= 6 && n <= 10 &&
		    strspn(s + 2, "0123456789abcdef") == n - 2);
	return (n >= 2 && n <= 3 && s[1] != '0' &&
	    strspn(s + 1, "0123456789") == n - 1);
}

bool
member_id_ok(const char *s)
{
	size_t n = strlen(s);

	return (n >= 2 && n <= MEMBER_ID_MAX &&
	    strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == n);
}

/* Two digits, as a number; 0 when they are none. */
static unsigned
two_digits(const char *s)
{

	if (s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9')
		return (0);
	return ((unsigned)(s[0] - '0') * 10 + (unsigned)(s[1] - '0'));
}

bool
date_text_ok(const char *s)
{
	static const unsigned days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30,
		31, 30, 31 };
	unsigned year, month, day;
	size_t n = strlen(s);

	if (n != 4 && n != 7 && n != 10)
		return (false);
	if (strspn(s, "0123456789") < 4)
		return (false);
	year = two_digits(s) * 100 + two_digits(s + 2);
	if (year < 1900 || year > 2199)
		return (false);
	if (n == 4)
		return (true);
	month = two_digits(s + 5);
	if (s[4] != '-' || month < 1 || month > 12)
		return (false);
	if (n == 7)
		return (true);
	day = two_digits(s + 8);
	if (s[7] != '-' || day < 1 || day > days[month - 1])
		return (false);
	return (month != 2 || day != 29 ||
	    (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)));
}

bool
record_id_equal(const struct record_id *a, const struct record_id *b)
{

	return (memcmp(a->b, b->b, RECORD_ID_LEN) == 0);
}

bool
code_list_has(const struct code_list *l, const char *id)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (strcmp(l->v[i]->id, id) == 0)
			return (true);
	return (false);
}

bool
person_list_has(const struct person_list *l, const char *id)
{
	size_t i;

	if (id[0] == '\0')
		return (false);
	for (i = 0; i < l->n; i++)
		if (strcmp(l->v[i].s, id) == 0)
			return (true);
	return (false);
}
