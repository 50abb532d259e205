/*
 * Printing what is in an index, as readable text: for debugging, and for tests
 * that compare two indexes.
 *
 * One line per record, fields separated by tabs, bytes that are no printable
 * text as \xNN (escape.h).  The text is for people and for diff: it may change
 * from version to version.  One thread.
 */
#ifndef SCOUT_INDEX_FORMAT_DUMP_H
#define SCOUT_INDEX_FORMAT_DUMP_H

#include "base/err.h"
#include "base/span.h"

enum dump_what {
	DUMP_MANIFEST,	/* root, rules, segments with their figures */
	DUMP_DOCS,	/* every document's record and path */
	DUMP_TERMS,	/* terms that begin with the argument: df, cf, form */
	DUMP_POSTINGS,	/* the term of the argument: documents, positions */
	DUMP_LINES,	/* the line map of the path of the argument */
	DUMP_STATS,	/* the stored figures of the last run */
	DUMP_RAW,	/* keys, lengths and XXH3 of all stored values */
	/*
	 * All that makes the content, and nothing that depends on when, where
	 * or how it was made (times, inodes, the root's path, figures of the
	 * run): the same for any number of threads and any memory budget.
	 */
	DUMP_CONTENT,
};

struct dump_options {
	enum dump_what what;
	struct span argument;	/* a word is folded as a query's */
};

/* Takes the next piece of text, borrowed; a negative result stops the dump and
 * is returned. */
typedef int (*dump_sink_fn)(void *ctx, const void *ptr, size_t len);

/*
 * Dumps the live generation of an index folder.  SCOUT_E_NOTFOUND if there is
 * no index, no such term or no such path; SCOUT_E_VERSION, SCOUT_E_CORRUPT,
 * SCOUT_E_IO, SCOUT_E_NOMEM.
 */
int scout_dump(const char *index_dir, const struct dump_options *options,
	       dump_sink_fn sink, void *sink_ctx, struct scout_err *err);

#endif
