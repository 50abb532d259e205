/*
 * The flags of scout-index build: which files (ripgrep's names and meanings),
 * and those of every run.
 */
#ifndef SCOUT_TOOLS_BUILD_FLAGS_H
#define SCOUT_TOOLS_BUILD_FLAGS_H

#include "base/tree/walk.h"
#include "tools/flags.h"
#include "tools/run_flags.h"

/* Switches are ints, numbers uint64_t, as flags.h wants them. */
struct build_flags {
	struct run_flags run;
	/* which files */
	int hidden, no_ignore, no_require_git, follow, one_file_system, binary;
	int search_zip;
	int unrestricted;		/* how many -u */
	uint64_t max_filesize;
	struct flag_list globs, types, types_not;
	int rebuild, allow_empty;
	/* for tests */
	uint64_t segment_docs;
	const char *delete_docs;	/* file of NUL-separated paths */
};

extern const struct flag_table build_flag_table;

/* The walk that the flags ask for; borrows from flags. */
void build_flags_rules(const struct build_flags *flags,
		       struct walk_rules *out);

#endif
