/*
 * scout-query --batch: many queries in one process on indexes that stay open,
 * each counted from the indexes alone, one JSON line each.
 */
#ifndef SCOUT_TOOLS_BATCH_H
#define SCOUT_TOOLS_BATCH_H

#include "query/query.h"
#include "tools/output.h"

struct batch_totals {
	uint64_t queries, matched, errors;
};

/*
 * Reads queries from path ("-": standard input), one a line, and answers each
 * with {"query","count","ns","bytes"} or {"query","error","pos"}; ns is the
 * median of repeat runs, parsing included.  With several indexes the count is
 * the sum of theirs: a file that two of them have counts twice.  The n-th line of output belongs to
 * the n-th line of input.  A bad query is counted, not an error; SCOUT_E_IO if
 * path cannot be read or the output is closed.
 */
int batch_run(const char *path, struct scout_index *const *indexes,
	      size_t nindexes, const struct query_options *options,
	      uint64_t repeat, struct output *out, struct batch_totals *totals,
	      struct scout_err *err);

#endif
