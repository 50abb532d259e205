/*
 * The rules of a walk, compiled: is this entry part of the tree, and if not,
 * why.  Immutable once built; any thread.
 *
 * Order of precedence, as ripgrep has it: -g globs decide alone where one
 * matches; then ignore files; then -t and -T; and a name with a dot is hidden
 * unless one of these asked for it.
 */
#ifndef SCOUT_BASE_TREE_WALK_FILTER_H
#define SCOUT_BASE_TREE_WALK_FILTER_H

#include "base/tree/ignore_level.h"
#include "base/tree/walk.h"

struct walk_filter {
	const struct walk_rules *rules;
	const struct ignore_set *globs;		/* -g, NULL if none */
	const struct ignore_set *global;	/* the user's git excludes */
	const struct ignore_set **named;	/* of --ignore-file */
	size_t nnamed;
	bool only_globs;	/* a file must match a -g glob */
	bool has_types;
};

/*
 * Compiles rules (borrowed) into arena, for paths whose first strip bytes are
 * the root and its slash.  SCOUT_E_USAGE for a bad glob or type.
 */
int walk_filter_init(struct walk_filter *f, const struct walk_rules *rules,
		     size_t strip, struct arena *arena,
		     struct ignore_warnings *warnings, struct scout_err *err);

/*
 * Why the entry is left out, or SKIP_NONE.  Only what its path and kind tell:
 * size, links and special files are the caller's.  level is that of the folder
 * the entry is in; NULL with no_ignore.
 */
enum skip_reason walk_filter_test(const struct walk_filter *f,
				  const struct ignore_level *level,
				  const struct ignore_path *p);

#endif
