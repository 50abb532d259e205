/*
 * --repair: an index that the check finds broken is set aside, and its folder
 * indexed anew by the rules that it had.
 */
#ifndef SCOUT_TOOLS_REPAIR_H
#define SCOUT_TOOLS_REPAIR_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/tree/walk.h"
#include "indexer/last_run.h"

struct repair {
	bool is_broken;		/* and set aside; else nothing was done */
	bool has_rules;		/* root and rules are those of the index */
	const char *root;	/* NULL: unknown */
	struct walk_rules rules;
	const char *where;	/* it is now; in the arena */
};

/*
 * Checks the index, in other processes, and if it is broken saves what can be
 * read of its manifest (into arena) and sets it aside.  No index, or one of
 * another version, is not broken.  SCOUT_E_LOCKED, SCOUT_E_IO.
 */
int repair_begin(const char *index_dir, const struct run_lock *lock,
		 struct arena *arena, struct repair *out, struct scout_err *err);

#endif
