/*
 * The ignore files in force in a folder: its own and those of the folders above
 * it, with ripgrep's precedence.  .scoutignore goes before .rgignore, that
 * before .ignore, .gitignore and a repository's info/exclude; among files of
 * one kind the deeper folder goes first.  A folder with a .git in it is where
 * the .gitignore and exclude rules of the folders above end.
 *
 * Levels form a chain from a folder to the file system's root.  They are
 * immutable once built and may be used from any thread.
 */
#ifndef SCOUT_BASE_TREE_IGNORE_LEVEL_H
#define SCOUT_BASE_TREE_IGNORE_LEVEL_H

#include "base/tree/ignore.h"

enum ignore_kind {
	IGNORE_BY_SCOUT,	/* .scoutignore */
	IGNORE_BY_RG,		/* .rgignore */
	IGNORE_BY_ANY,		/* .ignore */
	IGNORE_BY_GIT,		/* .gitignore */
	IGNORE_BY_EXCLUDE,	/* .git/info/exclude */
	IGNORE_KINDS
};

struct ignore_level {
	const struct ignore_level *parent;
	const struct ignore_set *sets[IGNORE_KINDS];
	bool has_git;	/* a .git is here */
	bool in_git;	/* here or above, or none is required */
};

/* The bits of all kinds. */
enum { IGNORE_ALL_KINDS = (1 << IGNORE_KINDS) - 1 };

/* The bit of a directory entry that concerns ignore_level_add, or 0. */
unsigned ignore_level_name(const char *name);

/*
 * The level of the folder open as dir_fd, whose absolute path is path (strip
 * bytes with the slash after it) and which has the entries in names (bits of
 * ignore_level_name); the files of kinds (bits, too) are heeded.  *out is parent
 * itself if the folder adds nothing.  Files that cannot be read are warnings.
 * SCOUT_E_NOMEM.
 */
int ignore_level_add(const struct ignore_level *parent, int dir_fd,
		     const char *path, size_t strip, unsigned names,
		     unsigned kinds, struct arena *arena,
		     struct ignore_warnings *warnings,
		     const struct ignore_level **out, struct scout_err *err);

/*
 * The chain for the folders above the absolute path, from the file system's
 * root down; never NULL on success.  Whatever the kinds, it tells whether the
 * path is in a repository.  SCOUT_E_NOMEM.
 */
int ignore_level_above(const char *path, unsigned kinds, bool no_require_git,
		       struct arena *arena, struct ignore_warnings *warnings,
		       const struct ignore_level **out, struct scout_err *err);

/* The verdict of all the ignore files on an entry of that level's folder. */
enum ignore_verdict ignore_level_match(const struct ignore_level *level,
				       const struct ignore_path *p);

#endif
