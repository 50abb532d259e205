/*
 * A tree of a regex, or a part of it, as text for people.
 */
#ifndef SCOUT_QUERY_LANGUAGE_REGEX_PRINT_H
#define SCOUT_QUERY_LANGUAGE_REGEX_PRINT_H

#include "base/buf.h"
#include "query/language/regex_tree.h"

/* Appends it in the manner of a regex.  Sets are told by their ASCII members and
 * "..." for any number of others. */
void regex_print(const struct regex_node *node, struct buf *out);

#endif
