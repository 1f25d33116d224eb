#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static uint64_t
read_clock(clockid_t id, uint64_t per_second, uint64_t ns_per_unit)
{
	struct timespec ts;

	if (clock_gettime(id, &ts) != 0 || ts.tv_sec < 0)
		return 0;
	return (uint64_t)ts.tv_sec * per_second +
	    (uint64_t)ts.tv_nsec / ns_per_unit;
}

uint64_t
clock_ms(void)
{
	return read_clock(CLOCK_REALTIME, 1000, 1000000);
}

uint64_t
clock_boot_ms(void)
{
	return read_clock(CLOCK_BOOTTIME, 1000, 1000000);
}

uint64_t
clock_mono_us(void)
{
	return read_clock(CLOCK_MONOTONIC, 1000000, 1000);
}

static uint64_t
system_now(void *ctx)
{
	(void)ctx;
	return clock_ms();
}

static uint64_t
system_boot(void *ctx)
{
	(void)ctx;
	return clock_boot_ms();
}

const struct clock clock_system = { system_now, system_boot, NULL };

static uint64_t
fake_now(void *ctx)
{
	return ((const struct clock_fake *)ctx)->now;
}

static uint64_t
fake_boot(void *ctx)
{
	return ((const struct clock_fake *)ctx)->boot;
}

struct clock
clock_fake_of(struct clock_fake *f)
{
	return (struct clock){ fake_now, fake_boot, f };
}

void
clock_fake_add(struct clock_fake *f, uint64_t ms)
{
	f->now += ms;
	f->boot += ms;
}

uint64_t
clock_now(const struct clock *c)
{
	return c == NULL ? clock_ms() : c->now(c->ctx);
}

uint64_t
clock_boot(const struct clock *c)
{
	return c == NULL ? clock_boot_ms() : c->boot(c->ctx);
}

static void
format(char *out, const char *form, uint64_t ms)
{
	time_t s;
	struct tm tm;

	/* 253402300800 s is the year 10000. */
	if (ms / 1000 >= 253402300800ull) {
		strcpy(out, "-");
		return;
	}
	s = (time_t)(ms / 1000);
	gmtime_r(&s, &tm);
	if (strftime(out, CLOCK_ISO_BYTES, form, &tm) == 0)
		strcpy(out, "-");
}

void
clock_iso(char out[static CLOCK_ISO_BYTES], uint64_t ms)
{
	format(out, "%Y-%m-%dT%H:%M:%SZ", ms);
}

void
clock_iso_day(char out[static CLOCK_ISO_BYTES], uint64_t ms)
{
	format(out, "%Y-%m-%d", ms);
}

void
clock_iso_ms(char out[static CLOCK_ISO_BYTES], uint64_t ms)
{
	size_t n;

	format(out, "%Y-%m-%dT%H:%M:%S", ms);
	n = strlen(out);
	if (n > 1)
		snprintf(out + n, CLOCK_ISO_BYTES - n, ".%03uZ",
		    (unsigned)(ms % 1000));
}

/* Exactly `n` digits from *p on, at most `max`. */
static bool
digits(const char **p, int n, int max, int *out)
{
	int v = 0;

	for (; n > 0; n--, (*p)++) {
		if (**p < '0' || **p > '9')
			return false;
		v = v * 10 + (**p - '0');
	}
	*out = v;
	return v <= max;
}

static bool
literal(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

static bool
parse_day(const char **p, struct tm *tm)
{
	int year, month, day;

	if (!digits(p, 4, 9999, &year) || !literal(p, '-') ||
	    !digits(p, 2, 12, &month) || !literal(p, '-') ||
	    !digits(p, 2, 31, &day) || year < 1970 || month < 1 || day < 1)
		return false;
	tm->tm_year = year - 1900;
	tm->tm_mon = month - 1;
	tm->tm_mday = day;
	return true;
}

/* hh:mm[:ss[.f..]]; at most nine digits of a fraction, ms are kept. */
static bool
parse_time(const char **p, struct tm *tm, unsigned *ms)
{
	unsigned scale = 100;
	int n = 0;

	if (!digits(p, 2, 23, &tm->tm_hour) || !literal(p, ':') ||
	    !digits(p, 2, 59, &tm->tm_min))
		return false;
	if (!literal(p, ':'))
		return true;
	if (!digits(p, 2, 59, &tm->tm_sec))
		return false;
	if (!literal(p, '.'))
		return true;
	for (; **p >= '0' && **p <= '9' && n < 9; (*p)++, n++) {
		*ms += (unsigned)(**p - '0') * scale;
		scale /= 10;
	}
	return n > 0;
}

/* Z, +hh:mm or -hh:mm; seconds to take away from local time. */
static bool
parse_zone(const char **p, long *offset)
{
	int hour, minute;
	long sign;

	if (literal(p, 'Z'))
		return true;
	sign = **p == '+' ? 1 : -1;
	if (!literal(p, '+') && !literal(p, '-'))
		return false;
	if (!digits(p, 2, 14, &hour) || !literal(p, ':') ||
	    !digits(p, 2, 59, &minute))
		return false;
	*offset = sign * (hour * 3600L + minute * 60L);
	return true;
}

bool
clock_parse_iso(const char *text, uint64_t *out)
{
	struct tm tm = { 0 }, check;
	const char *p = text;
	unsigned ms = 0;
	long offset = 0;
	time_t s;

	if (!parse_day(&p, &tm))
		return false;
	check = tm;
	s = timegm(&check);
	/* timegm turns 31 February into March: not what was written. */
	if (check.tm_mon != tm.tm_mon || check.tm_mday != tm.tm_mday)
		return false;
	if (*p != '\0') {
		if (!literal(&p, 'T') || !parse_time(&p, &tm, &ms) ||
		    !parse_zone(&p, &offset) || *p != '\0')
			return false;
		s += tm.tm_hour * 3600L + tm.tm_min * 60L + tm.tm_sec - offset;
	}
	if (s < 0)
		return false;
	*out = (uint64_t)s * 1000 + ms;
	return true;
}
