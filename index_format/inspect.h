/*
 * Looking at an index from outside the query path: for `scout-index stats` and
 * its --list-skipped.
 */
#ifndef SCOUT_INDEX_FORMAT_INSPECT_H
#define SCOUT_INDEX_FORMAT_INSPECT_H

#include "base/arena.h"
#include "index_format/index_stats.h"

/* Reads the stored figures; arena holds what out points to. */
int scout_inspect_stats(const char *index_dir, struct arena *arena,
			struct index_stats *out, struct scout_err *err);

/*
 * Calls fn for each skipped path of the last walk, in path order; detail is an
 * errno for unreadable ones.  A negative result of fn stops and is returned.
 */
int scout_inspect_skipped(const char *index_dir,
			  int (*fn)(void *ctx, struct span path,
				    enum skip_reason reason, bool is_dir,
				    int detail),
			  void *ctx, struct scout_err *err);

#endif
