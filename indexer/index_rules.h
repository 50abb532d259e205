/*
 * Of which folder an index is, and by which rules it was walked: what has to be
 * known to build it anew, or to see whether an update would do.
 */
#ifndef SCOUT_INDEXER_INDEX_RULES_H
#define SCOUT_INDEXER_INDEX_RULES_H

#include <limits.h>

#include "base/arena.h"
#include "base/tree/walk.h"

struct index_rules {
	char root[PATH_MAX]; /* absolute, if the folder is there */
	struct walk_rules rules;
};

/*
 * Reads them, from an index of an earlier format or with other Unicode tables
 * too; arena holds what the rules point to.  SCOUT_E_NOTFOUND if there is no
 * index, SCOUT_E_CORRUPT, SCOUT_E_VERSION (a later format), SCOUT_E_IO.
 */
int index_rules_read(const char *index_dir, struct arena *arena,
		     struct index_rules *out, struct scout_err *err);

/* Whether the index is of that folder and by those rules. */
bool index_rules_match(const struct index_rules *of_index, const char *root,
		       const struct walk_rules *rules, const char **out_why);

#endif
