/*
 * The flags of scout-query: ripgrep's names, short forms and meanings where it
 * has them.
 */
#ifndef SCOUT_TOOLS_QUERY_FLAGS_H
#define SCOUT_TOOLS_QUERY_FLAGS_H

#include "base/arena.h"
#include "base/buf.h"
#include "query/query.h"
#include "tools/color.h"
#include "tools/flags.h"
#include "tools/hyperlink.h"

/* What is printed of the files that match. */
enum print_mode {
	PRINT_LINES,
	PRINT_COUNT,
	PRINT_COUNT_MATCHES,
	PRINT_PATHS,
	PRINT_NOTHING,		/* -q */
};

enum tristate { UNSET, NO, YES };

/* Switches are ints, numbers uint64_t, as flags.h wants them. */
/* Indexes that can be asked at once: each is searched on a thread. */
enum { QUERY_MAX_INDEXES = 64 };

struct query_flags {
	/* what to ask */
	struct flag_list patterns;	/* -e */
	bool line_scope;		/* --scope=line */
	struct flag_list globs, iglobs;	/* -g --iglob */
	struct flag_list types, types_not;	/* -t -T */
	int globs_icase;		/* --glob-case-insensitive */
	struct walk_rules files;	/* --hidden and its like, alone */
	int files_only;			/* --files: no query */
	struct flag_list words;		/* arguments */
	int case_mode;			/* enum case_mode */
	int fixed_strings, pcre2;	/* patterns of grep, not the language */
	int word_regexp, line_regexp;
	/* where */
	struct flag_list indexes;	/* --index */
	int dedup;
	const char *root;
	int brute;
	int search_zip;
	int fresh;			/* enum tristate, as given */
	bool fresh_default;		/* if not given */
	int force_remote;
	int verify;			/* enum verify_mode */
	int check_reads;
	uint64_t nthreads;
	/* what to print; read query_flags_mode for the outcome */
	int count, count_matches, paths, quiet, json;
	int without_match;		/* of paths: files that do not match */
	int include_zero;		/* of counts: these, too */
	int max_count_given;
	uint64_t max_count;
	int sort;			/* enum query_sort */
	bool sort_given;
	int sort_reversed;
	uint64_t top;			/* 0: all */
	uint64_t before, after;
	int context_both;		/* -C gave before and after */
	int passthru;			/* all lines of files that match */
	/* how */
	int line_number, heading, filename;	/* enum tristate */
	int column;				/* enum tristate */
	int only_matching, vimgrep, byte_offset, trim, null, preview;
	int by_line;			/* enum tristate: --line-buffered */
	uint64_t max_columns;		/* 0: no limit */
	int color;			/* enum color_when */
	struct colors colors;
	struct hyperlink hyperlink;
	const char *hostname_bin;
	/* separators as they are written, with escapes; NULL: the usual */
	const char *match_separator, *context_separator;
	const char *group_separator;
	bool no_group_separator;
	uint8_t path_separator;
	int absolute_path;
	int stats, no_messages, fail_on_truncate;
	/* other things to do than a search */
	int explain;
	const char *batch;
	uint64_t repeat;
	int help, long_help, version;
	int no_config;
};

/* The flags of scout-query. */
extern const struct flag_table query_flag_table;

/*
 * Reads the configuration file (unless --no-config) and the arguments after
 * the program's name.  What flags point to lives in arena and argv.
 * SCOUT_E_USAGE, SCOUT_E_NOMEM.
 */
int query_flags_parse(int argc, char **argv, struct arena *arena,
		      struct query_flags *flags, struct scout_err *err);

/* What the flags together ask to print. */
enum print_mode query_flags_mode(const struct query_flags *flags);

/*
 * Appends the text of the query: the arguments joined by spaces, or the -e
 * queries as alternatives; with -F or -P one pattern of them all.  *out_form
 * says what it is.  SCOUT_E_USAGE if there is none.
 */
int query_flags_text(const struct query_flags *flags, struct buf *out,
		     enum query_form *out_form, struct scout_err *err);

/* The engine's options that the flags ask for. */
void query_flags_options(const struct query_flags *flags,
			 struct query_options *out);

/* -h (flags only) and --help. */
void query_flags_print_help(struct output *out, bool is_long);

#endif
