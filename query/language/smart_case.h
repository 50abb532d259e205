/*
 * What smart case looks for in an operand.
 */
#ifndef SCOUT_QUERY_LANGUAGE_SMART_CASE_H
#define SCOUT_QUERY_LANGUAGE_SMART_CASE_H

#include "base/span.h"

/* True if text has an upper-case letter (Lu); in a regex, the letters of
 * escapes such as \S, \p{Lu} and \x{4A} do not count. */
bool smart_case_has_upper(struct span text, bool is_regex);

#endif
