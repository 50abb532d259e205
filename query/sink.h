/*
 * Where answers go: printing, JSON, tests are all sinks.
 *
 * The engine calls begin_file, then line and break for the lines of that file
 * in order, then end_file; files in path order; summary once at the end.  All
 * calls come from the thread that called scout_query_run.  Spans are borrowed
 * until the call returns.
 *
 * Every function returns SCOUT_OK to go on, or a negative status
 * (SCOUT_E_CANCELLED for "enough", SCOUT_E_IO for a closed pipe) to stop the
 * query; scout_query_run then returns it.
 */
#ifndef SCOUT_QUERY_SINK_H
#define SCOUT_QUERY_SINK_H

#include "base/err.h"
#include "base/span.h"

/* An occurrence that takes part, clipped to its line. */
struct scout_submatch {
	uint32_t start;		/* byte offset in the line */
	uint32_t end;		/* one past */
	uint32_t operand;	/* which operand of the query, from 0 */
};

struct scout_line {
	uint64_t number;	/* from 1 */
	uint64_t offset;	/* of its first byte in the decoded text */
	struct span text;	/* with its '\n' if it has one */
	bool is_context;	/* by -A -B -C, not a hit */
	const struct scout_submatch *submatches; /* by start, then length */
	size_t nsubmatches;
};

struct scout_file {
	struct span path;	/* relative to the root, path bytes as they are */
	uint64_t size_bytes;
	uint64_t nlines;	/* hit lines */
	uint64_t nmatches;	/* occurrences that take part */
	bool counts_known;	/* nlines and nmatches are filled in at begin
				 * (count modes); else only at end */
	bool changed;		/* differed from the index: read as it is now */
	int64_t mtime_ns;
	bool is_ranked;		/* there is a score */
	double score;		/* the higher, the better it answers */
	const uint32_t *facts;	/* what the score comes from; for the engine */
};

struct scout_query_stats {
	uint64_t matched_lines, matches, matched_files;
	uint64_t searched_files;	/* files whose text was read */
	uint64_t bytes_read;		/* file bytes */
	uint64_t index_bytes;		/* index bytes looked at */
	uint64_t candidates;		/* documents the index proposed */
	uint64_t changed_files, gone_files, unreadable_files;
	uint64_t truncated_files;	/* in which a limit ended the search */
	uint64_t new_files;		/* not in the index; is_fresh */
	bool is_fresh;			/* a walk looked for them */
	uint64_t parse_ns, open_ns, walk_ns, plan_ns, match_ns, verify_ns;
	uint64_t total_ns;
	int64_t index_time_ns;		/* when the index was made; 0: none */
	uint64_t index_docs, index_segments;
};

struct scout_sink {
	void *ctx;
	int (*begin_file)(void *ctx, const struct scout_file *file);
	int (*line)(void *ctx, const struct scout_file *file,
		    const struct scout_line *line);
	/* between two groups of lines that are not adjacent, when context is
	 * asked for; may be NULL */
	int (*group_break)(void *ctx);
	int (*end_file)(void *ctx, const struct scout_file *file);
	/* something the user should know: an unreadable file, a changed one;
	 * may be NULL */
	void (*message)(void *ctx, const char *text);
};

#endif
