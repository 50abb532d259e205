/*
 * The flags of scout-index: which files (ripgrep's names and meanings), what it
 * may cost, what to report.
 */
#ifndef SCOUT_TOOLS_BUILD_FLAGS_H
#define SCOUT_TOOLS_BUILD_FLAGS_H

#include "base/arena.h"
#include "base/tree/walk.h"
#include "tools/flags.h"
#include "tools/output.h"
#include "tools/run_flags.h"

enum when { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER };

/* Switches are ints, numbers uint64_t, as flags.h wants them. */
struct build_flags {
	struct flag_list folders;	/* arguments */
	const char *index_dir;
	/* which files */
	int hidden, no_ignore, no_require_git, follow, one_file_system, binary;
	int search_zip;
	int unrestricted;		/* how many -u */
	uint64_t max_filesize;
	struct flag_list globs, types, types_not;
	/* what it may cost */
	uint64_t memory_bytes;
	uint64_t nthreads;
	int force_remote;
	int rebuild;
	const char *paths_from;		/* file, or "-" */
	int null;			/* paths end with a NUL */
	struct run_flags run;
	int repair;			/* update */
	/* what to report */
	int quiet;
	int progress;			/* enum when */
	int stats;			/* enum when */
	int list_skipped, json;
	int help;
	/* for tests */
	uint64_t segment_docs;
	const char *delete_docs;	/* file of NUL-separated paths */
};

/* Reads the arguments of `build`.  SCOUT_E_USAGE, SCOUT_E_NOMEM. */
int build_flags_parse(const char **args, size_t nargs, struct arena *arena,
		      struct build_flags *flags, struct scout_err *err);

/* Reads the arguments of `stats`: a few of the same. */
int stats_flags_parse(const char **args, size_t nargs, struct arena *arena,
		      struct build_flags *flags, struct scout_err *err);

/* Reads the arguments of `update`: some of the same. */
int update_flags_parse(const char **args, size_t nargs, struct arena *arena,
		       struct build_flags *flags, struct scout_err *err);

/* Reads the arguments of `compact`: a few of the same. */
int compact_flags_parse(const char **args, size_t nargs, struct arena *arena,
			struct build_flags *flags, struct scout_err *err);

/* The walk that the flags ask for; borrows from flags. */
void build_flags_rules(const struct build_flags *flags,
		       struct walk_rules *out);

/* The flags of `build`, `update`, `compact` and `stats`. */
extern const struct flag_table build_flag_table, update_flag_table,
	compact_flag_table,
	stats_flag_table;

#endif
