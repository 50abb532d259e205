/*
 * Values of the filters size: and modified:, and the lists of ext: and lang:.
 *
 * All functions return NULL for a good value, else a static text that says what
 * would be one.  Any thread.
 */
#ifndef SCOUT_QUERY_LANGUAGE_FILTER_VALUE_H
#define SCOUT_QUERY_LANGUAGE_FILTER_VALUE_H

#include "base/span.h"
#include "query/language/ast.h"

/* Sizes in bytes, both included. */
struct size_range {
	uint64_t min;
	uint64_t max;
};

struct calendar_day {
	int year;	/* 1 to 9999 */
	int month;	/* 1 to 12 */
	int day;	/* 1 to 31 */
};

/* The next day, over the ends of months and years. */
struct calendar_day calendar_day_after(struct calendar_day day);

/* Either the last within_seconds (> 0), or whole local days, both included. */
struct modified_range {
	uint64_t within_seconds;
	bool has_first;
	bool has_last;
	struct calendar_day first;
	struct calendar_day last;
};

/* 10k, >10k, >=10k, <1M, <=1M, 1k..2M, ..2M, 1k.. */
const char *filter_size_parse(struct span value, struct size_range *out);

/* 7d (h d w), 2026-01-31, >DAY, >=DAY, <DAY, <=DAY, a..b, ..b, a.. */
const char *filter_modified_parse(struct span value,
				  struct modified_range *out);

/* Checks a value of any filter as far as its form goes. */
const char *filter_value_check(enum ast_field field, struct span value);

#endif
