/*
 * -g, --iglob, -t and -T on a query: the files that ripgrep, given the same,
 * would search.
 *
 * Beside the query and not part of it: a file that is left out is in no answer,
 * also not in that of --files-without-match.  Never changes after it was made;
 * any thread.
 */
#ifndef SCOUT_QUERY_FILTER_PATH_NARROW_H
#define SCOUT_QUERY_FILTER_PATH_NARROW_H

#include "base/tree/walk_filter.h"

struct path_narrow {
	bool is_set;		/* else all files are in */
	struct walk_rules rules;
	struct walk_filter filter;
};

/* Compiles globs, types and types_not of rules (borrowed) into arena.
 * SCOUT_E_USAGE for a bad one, SCOUT_E_NOMEM. */
int path_narrow_make(const struct walk_rules *rules, struct arena *arena,
		     struct path_narrow *out, struct scout_err *err);

/* Whether a file is in, by its path relative to the root. */
bool path_narrow_has(const struct path_narrow *n, struct span path);

#endif
