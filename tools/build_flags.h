/*
 * The flags of scout-index build: which files (ripgrep's names and meanings),
 * and those of every run.
 */
#ifndef SCOUT_TOOLS_BUILD_FLAGS_H
#define SCOUT_TOOLS_BUILD_FLAGS_H

#include "base/arena.h"
#include "base/tree/walk.h"
#include "tools/flags.h"
#include "tools/run_flags.h"

/* Switches are ints, numbers uint64_t, as flags.h wants them. */
struct build_flags {
	struct run_flags run;
	/* which files */
	int hidden, follow, one_file_system, binary, search_zip;
	int unrestricted;		/* how many -u */
	int no_ignore, no_ignore_vcs, no_ignore_exclude, no_ignore_global;
	int no_ignore_dot, no_ignore_parent, no_ignore_files, no_require_git;
	struct flag_list ignore_files;
	int has_max_depth;
	uint64_t max_depth, max_filesize;
	struct flag_list globs, iglobs, types, types_not;
	int globs_icase;		/* --glob-case-insensitive */
	int rebuild, allow_empty;
	/* for tests */
	uint64_t segment_docs;
	const char *delete_docs;	/* file of NUL-separated paths */
};

extern const struct flag_table build_flag_table;

/*
 * The walk that the flags ask for, with the ignore files that they and the user's
 * git configuration name; in arena, borrows from flags.  SCOUT_E_USAGE for a bad
 * glob, type or file; SCOUT_E_IO, SCOUT_E_NOMEM.
 */
int build_flags_rules(const struct build_flags *flags, struct arena *arena,
		      struct walk_rules *out, struct scout_err *err);

#endif
