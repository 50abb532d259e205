/* Times and ages for people. */
#ifndef SCOUT_TOOLS_TIME_TEXT_H
#define SCOUT_TOOLS_TIME_TEXT_H

#include <stdint.h>

enum { TIME_TEXT_BYTES = 40 };

/* "12 seconds", "5 minutes", "13 days": a duration in two words. */
const char *time_text_age(int64_t ns, char out[TIME_TEXT_BYTES]);
/* "2026-11-29 14:25:26", local time; "never" for 0. */
const char *time_text_local(int64_t wall_ns, char out[TIME_TEXT_BYTES]);

#endif
