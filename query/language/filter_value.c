#include "query/language/filter_value.h"

#include <stddef.h>

#include "base/tree/file_type.h"

static const char size_help[] =
	"a size is a number with k, M, G or T after it or nothing: "
	"size:>10k, size:1k..2M";
static const char modified_help[] =
	"a time is a span (36h, 7d, 2w) or a day (2026-01-31, >2026-01-31, "
	"2026-01-01..2026-01-31)";

/* What stands before a bound: nothing, or one of > >= < <=. */
enum bound { BOUND_EXACT, BOUND_ABOVE, BOUND_FROM, BOUND_BELOW, BOUND_TO };

static enum bound take_bound(struct span *s)
{
	bool above, or_equal;

	if (!s->len || (s->ptr[0] != '<' && s->ptr[0] != '>'))
		return BOUND_EXACT;
	above = s->ptr[0] == '>';
	or_equal = s->len > 1 && s->ptr[1] == '=';
	s->ptr += 1 + or_equal;
	s->len -= 1 + or_equal;
	if (above)
		return or_equal ? BOUND_FROM : BOUND_ABOVE;
	return or_equal ? BOUND_TO : BOUND_BELOW;
}

/* Splits a..b; either side may be empty. */
static bool split_range(struct span s, struct span *a, struct span *b)
{
	size_t i;

	for (i = 0; i + 1 < s.len; i++) {
		if (s.ptr[i] != '.' || s.ptr[i + 1] != '.')
			continue;
		*a = span_of(s.ptr, i);
		*b = span_of(s.ptr + i + 2, s.len - i - 2);
		return true;
	}
	return false;
}

/* A number in front of *s, which is moved past it. */
static bool take_number(struct span *s, uint64_t *out)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < s->len && s->ptr[i] >= '0' && s->ptr[i] <= '9'; i++) {
		unsigned digit = (unsigned)(s->ptr[i] - '0');

		if (n > (UINT64_MAX - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	s->ptr += i;
	s->len -= i;
	*out = n;
	return i > 0;
}

static bool take_unit(struct span *s, unsigned *out_shift)
{
	*out_shift = 0;
	if (!s->len)
		return true;
	switch (s->ptr[0] | 0x20) {
	case 'k':
		*out_shift = 10;
		break;
	case 'm':
		*out_shift = 20;
		break;
	case 'g':
		*out_shift = 30;
		break;
	case 't':
		*out_shift = 40;
		break;
	default:
		return false;
	}
	s->ptr++;
	s->len--;
	return true;
}

static bool parse_size(struct span s, uint64_t *out)
{
	unsigned shift;
	uint64_t n;

	if (!take_number(&s, &n) || !take_unit(&s, &shift) || s.len)
		return false;
	if (n > UINT64_MAX >> shift)
		return false;
	*out = n << shift;
	return true;
}

const char *filter_size_parse(struct span value, struct size_range *out)
{
	struct size_range r = { 0, UINT64_MAX };
	struct span a, b;
	enum bound bound;
	uint64_t n;

	if (split_range(value, &a, &b)) {
		if ((!a.len && !b.len) || (a.len && !parse_size(a, &r.min)) ||
		    (b.len && !parse_size(b, &r.max)))
			return size_help;
		if (r.min > r.max)
			return "this range ends before it begins";
		*out = r;
		return NULL;
	}
	bound = take_bound(&value);
	if (!parse_size(value, &n))
		return size_help;
	if ((bound == BOUND_ABOVE && n == UINT64_MAX) ||
	    (bound == BOUND_BELOW && !n))
		return "no file has such a size";
	if (bound == BOUND_EXACT || bound == BOUND_FROM)
		r.min = n;
	else if (bound == BOUND_ABOVE)
		r.min = n + 1;
	if (bound == BOUND_EXACT || bound == BOUND_TO)
		r.max = n;
	else if (bound == BOUND_BELOW)
		r.max = n - 1;
	*out = r;
	return NULL;
}

static int days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30,
				    31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month == 2 && leap ? 29 : days[month - 1];
}

/* ndigits digits in front of *s, which is moved past them. */
static bool take_digits(struct span *s, size_t ndigits, int *out)
{
	size_t i;
	int n = 0;

	if (s->len < ndigits)
		return false;
	for (i = 0; i < ndigits; i++) {
		if (s->ptr[i] < '0' || s->ptr[i] > '9')
			return false;
		n = n * 10 + (s->ptr[i] - '0');
	}
	s->ptr += ndigits;
	s->len -= ndigits;
	*out = n;
	return true;
}

static bool take_dash(struct span *s)
{
	if (!s->len || s->ptr[0] != '-')
		return false;
	s->ptr++;
	s->len--;
	return true;
}

/* YYYY-MM-DD, a day that the calendar has. */
static bool parse_day(struct span s, struct calendar_day *out)
{
	struct calendar_day d;

	if (!take_digits(&s, 4, &d.year) || !take_dash(&s) ||
	    !take_digits(&s, 2, &d.month) || !take_dash(&s) ||
	    !take_digits(&s, 2, &d.day) || s.len)
		return false;
	if (d.year < 1 || d.month < 1 || d.month > 12 || d.day < 1 ||
	    d.day > days_in_month(d.year, d.month))
		return false;
	*out = d;
	return true;
}

struct calendar_day calendar_day_after(struct calendar_day d)
{
	if (++d.day > days_in_month(d.year, d.month)) {
		d.day = 1;
		if (++d.month > 12) {
			d.month = 1;
			d.year++;
		}
	}
	return d;
}

static struct calendar_day day_before(struct calendar_day d)
{
	if (--d.day < 1) {
		if (--d.month < 1) {
			d.month = 12;
			d.year--;
		}
		d.day = days_in_month(d.year, d.month);
	}
	return d;
}

static bool day_is_later(struct calendar_day a, struct calendar_day b)
{
	if (a.year != b.year)
		return a.year > b.year;
	if (a.month != b.month)
		return a.month > b.month;
	return a.day > b.day;
}

/* 36h, 7d, 2w. */
static bool parse_time_span(struct span s, uint64_t *out_seconds)
{
	uint64_t n, unit;

	if (!take_number(&s, &n) || s.len != 1)
		return false;
	switch (s.ptr[0]) {
	case 'h':
		unit = 3600;
		break;
	case 'd':
		unit = 24 * 3600;
		break;
	case 'w':
		unit = 7 * 24 * 3600;
		break;
	default:
		return false;
	}
	if (!n || n > INT64_MAX / unit)
		return false;
	*out_seconds = n * unit;
	return true;
}

static const char *parse_day_range(struct span a, struct span b,
				   struct modified_range *out)
{
	struct modified_range r = { .has_first = a.len, .has_last = b.len };

	if ((!a.len && !b.len) || (a.len && !parse_day(a, &r.first)) ||
	    (b.len && !parse_day(b, &r.last)))
		return modified_help;
	if (a.len && b.len && day_is_later(r.first, r.last))
		return "this range ends before it begins";
	*out = r;
	return NULL;
}

const char *filter_modified_parse(struct span value,
				  struct modified_range *out)
{
	struct modified_range r = { 0 };
	struct calendar_day day;
	struct span a, b;
	enum bound bound;

	if (split_range(value, &a, &b))
		return parse_day_range(a, b, out);
	if (parse_time_span(value, &r.within_seconds)) {
		*out = r;
		return NULL;
	}
	bound = take_bound(&value);
	if (!parse_day(value, &day))
		return modified_help;
	r.has_first = bound == BOUND_EXACT || bound == BOUND_FROM ||
		      bound == BOUND_ABOVE;
	r.has_last = bound == BOUND_EXACT || bound == BOUND_TO ||
		     bound == BOUND_BELOW;
	r.first = bound == BOUND_ABOVE ? calendar_day_after(day) : day;
	r.last = bound == BOUND_BELOW ? day_before(day) : day;
	*out = r;
	return NULL;
}

/* Names between commas, none of them empty. */
static const char *check_list(struct span value, bool no_dots)
{
	size_t i, start = 0;

	for (i = 0; i <= value.len; i++) {
		if (i < value.len && value.ptr[i] != ',')
			continue;
		if (i == start)
			return "there is an empty name in this list";
		if (no_dots && value.ptr[start] == '.')
			return "an extension is written without its dot: "
			       "ext:c,h, ext:tar.gz";
		start = i + 1;
	}
	return NULL;
}

/* Names of file types; "all" is that of any. */
static const char *check_types(struct span value)
{
	size_t i, start = 0, n;
	size_t t;

	for (i = 0; i <= value.len; i++) {
		if (i < value.len && value.ptr[i] != ',')
			continue;
		n = i - start;
		for (t = 0; t < file_type_count(); t++)
			if (span_eq(span_of(value.ptr + start, n),
				    span_str(file_type_name(t))))
				break;
		if (t == file_type_count() &&
		    !span_eq(span_of(value.ptr + start, n), span_str("all")))
			return "there is no such file type; scout-index types "
			       "lists them";
		start = i + 1;
	}
	return NULL;
}

const char *filter_value_check(enum ast_field field, struct span value)
{
	struct modified_range days;
	struct size_range sizes;
	const char *wrong;

	if (!value.len)
		return "this filter has an empty value";
	switch (field) {
	case FIELD_SIZE:
		return filter_size_parse(value, &sizes);
	case FIELD_MODIFIED:
		return filter_modified_parse(value, &days);
	case FIELD_EXT:
		return check_list(value, true);
	case FIELD_LANG:
		wrong = check_list(value, false);
		return wrong ? wrong : check_types(value);
	case FIELD_PATH:
	case FIELD_FILE:
		break;
	}
	return NULL;
}
