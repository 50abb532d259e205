/*
 * The filters of a query (path:, file:, ext:, lang:, size:, modified:),
 * compiled: conditions on a file that say nothing about its text.
 *
 * The same function judges a document of the index, by its record, and a file
 * as it is, by its stat.  Nothing changes after it was made; any thread.
 */
#ifndef SCOUT_QUERY_FILTER_FILE_FILTER_H
#define SCOUT_QUERY_FILTER_FILE_FILTER_H

#include "base/arena.h"
#include "base/err.h"
#include "query/language/ast.h"
#include "query/verify/regex.h"

/* What filters look at. */
struct file_facts {
	struct span path;	/* relative to the root */
	uint64_t size_bytes;
	int64_t mtime_ns;
};

struct file_filter;

struct file_filters {
	struct file_filter *items;
	unsigned n;
};

/*
 * Compiles the n filters into arena.  now_ns: what "the last 7 days" end with.
 * SCOUT_E_SYNTAX with the place in the query, SCOUT_E_NOMEM; release it whatever
 * happened.
 */
int file_filters_make(const struct ast *const *nodes, unsigned n,
		      int64_t now_ns, struct arena *arena,
		      struct file_filters *out, struct scout_err *err);
/* Accepts a zeroed one. */
void file_filters_release(struct file_filters *f);

/* Whether filter i lets the file through.  *matcher is the caller's, made when
 * first needed and freed by him.  SCOUT_E_LIMIT (a regex takes too many steps),
 * SCOUT_E_NOMEM. */
int file_filter_test(const struct file_filters *f, unsigned i,
		     const struct file_facts *facts,
		     struct regex_matcher **matcher, bool *out);

/* Whether filter i looks at the path. */
bool file_filter_wants_path(const struct file_filters *f, unsigned i);

/* The folder, with its slash, that all files which filter i lets through lie
 * below; empty if there is none known. */
struct span file_filter_folder(const struct file_filters *f, unsigned i);

#endif
