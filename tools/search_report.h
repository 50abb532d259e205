/*
 * What scout-query says about a search besides its hits: remarks on stderr, the
 * figures of --stats.
 */
#ifndef SCOUT_TOOLS_SEARCH_REPORT_H
#define SCOUT_TOOLS_SEARCH_REPORT_H

#include "query/query.h"
#include "tools/output.h"

/* A syntax error in text, with the place under a caret, on stderr. */
void report_syntax_error(const char *program, struct span text,
			 const struct scout_err *err);

/* How the query was read, where that may surprise, on stderr. */
void report_notes(const char *program, const struct parsed_query *parsed);

/* Arguments after the first that are files, as one would give them to grep:
 * says on stderr that they are read as words. */
void report_path_arguments(const char *program, const char *const *words,
			   size_t nwords);

/* One line on stderr if files changed since the index was made. */
void report_stale(const char *program, const struct scout_query_stats *stats);

/*
 * --stats: ripgrep's lines and, for a search through an index, scout's.
 * bytes_printed is without colours, elapsed_ns that of the whole process.
 */
void report_stats(struct output *out, const struct scout_query_stats *stats,
		  uint64_t bytes_printed, uint64_t elapsed_ns, bool has_index);

#endif
