/*
 * Strings of which every text that a regex matches has one, as a filter that
 * base/memsearch.h can run.
 */
#ifndef SCOUT_QUERY_VERIFY_REQUIRED_STRINGS_H
#define SCOUT_QUERY_VERIFY_REQUIRED_STRINGS_H

#include "query/language/regex_tree.h"

enum {
	REQUIRED_MAX_STRINGS = 64,
	REQUIRED_MAX_BYTES = 64,	/* of one */
};

struct required_strings {
	struct span *strings;
	size_t n;		/* 0: none are known */
	size_t shortest;	/* bytes */
	bool any_case;		/* ASCII letters in either case */
};

/* Finds the best ones in arena.  SCOUT_E_NOMEM. */
int required_strings_find(const struct regex_node *tree, struct arena *arena,
			  struct required_strings *out);

#endif
