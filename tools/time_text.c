#include "tools/time_text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECOND_NS INT64_C(1000000000)

const char *time_text_age(int64_t ns, char out[TIME_TEXT_BYTES])
{
	static const struct { int64_t seconds; const char *unit; } units[] = {
		{ 86400, "day" }, { 3600, "hour" }, { 60, "minute" },
		{ 1, "second" },
	};
	int64_t age = ns < 0 ? 0 : ns / SECOND_NS;
	size_t i = 0;

	while (i < 3 && age < 2 * units[i].seconds)
		i++;
	age /= units[i].seconds;
	snprintf(out, TIME_TEXT_BYTES, "%lld %s%s", (long long)age,
		 units[i].unit, age == 1 ? "" : "s");
	return out;
}

const char *time_text_local(int64_t wall_ns, char out[TIME_TEXT_BYTES])
{
	time_t t = (time_t)(wall_ns / SECOND_NS);
	struct tm tm;

	if (!wall_ns || !localtime_r(&t, &tm) ||
	    !strftime(out, TIME_TEXT_BYTES, "%Y-%m-%d %H:%M:%S", &tm))
		snprintf(out, TIME_TEXT_BYTES, "never");
	return out;
}
