/* Dates as days, and the ticks of the axis. */
#include "agent/desk/plot.h"

#include <stdio.h>
#include <string.h>

/* Days from 1970-01-01 to this day (Howard Hinnant's civil calendar). */
static int
days_of(int y, int m, int d)
{
	const int year = m <= 2 ? y - 1 : y;
	const int era = (year >= 0 ? year : year - 399) / 400;
	const int yoe = year - era * 400;
	const int doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

/* Months since year 0 of a day. */
static int
month_of(int day)
{
	const int z = day + 719468;
	const int era = (z >= 0 ? z : z - 146096) / 146097;
	const int doe = z - era * 146097;
	const int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	const int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	const int mp = (5 * doy + 2) / 153;
	const int m = mp < 10 ? mp + 3 : mp - 9;

	return (yoe + era * 400 + (m <= 2)) * 12 + m - 1;
}

static int
first_of(int month)
{
	return days_of(month / 12, month % 12 + 1, 1);
}

/* n digits at s, or -1. */
static int
number(const char *s, size_t n)
{
	int v = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		v = 10 * v + (s[i] - '0');
	}
	return v;
}

int
plot_day(const char *date, bool last)
{
	const size_t n = strlen(date);
	int y, m = 1, d = 1;

	if (n != 4 && n != 7 && n != 10)
		return PLOT_NO_DAY;
	y = number(date, 4);
	if (n > 4)
		m = date[4] == '-' ? number(date + 5, 2) : -1;
	if (n > 7)
		d = date[7] == '-' ? number(date + 8, 2) : -1;
	if (y < 1 || m < 1 || m > 12 || d < 1 || d > 31)
		return PLOT_NO_DAY;
	if (!last || n == 10)
		return days_of(y, m, d);
	return n == 4 ? days_of(y, 12, 31) : first_of(12 * y + m) - 1;
}

int
plot_months(int from, int to)
{
	const int n = month_of(to) - month_of(from) + 1;

	return n > 1 ? n : 1;
}

int
plot_step(int months)
{
	static const int steps[] = { 1, 2, 3, 6, 12 };
	int step;

	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
		if (months <= 8 * steps[i])
			return steps[i];
	for (step = 24; months > 8 * step; step += step < 60 ? 12 : 60)
		;
	return step;
}

int
plot_tick(int day, int step, int n, char name[static PLOT_NAME])
{
	const int first = (month_of(day) + step - 1) / step * step;
	const int month = first + n * step;

	if (step % 12 == 0)
		snprintf(name, PLOT_NAME, "%d", month / 12);
	else
		snprintf(name, PLOT_NAME, "%d-%02d", month / 12,
		    month % 12 + 1);
	return first_of(month);
}
