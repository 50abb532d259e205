/*
 * Asking an index: the public door of query/.
 *
 * A scout_query holds a parsed query; scout_query_run answers it from one
 * snapshot of the index (or without any, by reading every file) and sends the
 * answer to a sink.  The index proposes, the file decides: see
 * docs/query-language.md.
 *
 * Thread rule: an object is used by one thread at a time; different objects
 * are independent.  scout_query_run starts its own threads inside.
 */
#ifndef SCOUT_QUERY_QUERY_H
#define SCOUT_QUERY_QUERY_H

#include "base/buf.h"
#include "base/err.h"
#include "base/tree/walk.h"
#include "query/language/parser.h"
#include "query/plan/explain.h"
#include "query/sink.h"

/* An open index; shared by the queries of one caller, one thread at a time. */
struct scout_index;

/*
 * Opens the index folder for reading.  SCOUT_E_NOTFOUND if there is none,
 * SCOUT_E_VERSION, SCOUT_E_CORRUPT, SCOUT_E_IO.
 */
int scout_index_open(const char *index_dir, struct scout_index **out,
		     struct scout_err *err);
/*
 * The same, and from then on verifies the checksum of everything before it is
 * read first: a query on a damaged index answers right, or SCOUT_E_CORRUPT with
 * the place in err.
 */
int scout_index_open_checked(const char *index_dir, struct scout_index **out,
			     struct scout_err *err);
/* Accepts NULL. */
void scout_index_close(struct scout_index *index);
/* The folder that was indexed, absolute; borrowed until the next query, which
 * may find the index built anew of another folder. */
const char *scout_index_root(const struct scout_index *index);

/*
 * The index folder that a query without --index means: $SCOUT_INDEX, else
 * `.scout` in start_dir or the nearest of its parents.  Puts its path,
 * NUL-terminated, in out.  SCOUT_E_NOTFOUND.
 */
int scout_index_find(const char *start_dir, struct buf *out,
		     struct scout_err *err);

enum verify_mode {
	VERIFY_AUTO,	/* open what has to be opened; see the language page */
	VERIFY_ALWAYS,	/* open every candidate */
	VERIFY_NEVER,	/* trust the index: no stat, no open */
};

/* What the caller wants to know of each file; less is cheaper. */
enum query_detail {
	DETAIL_FILES,	/* which files match (-l, -q) */
	DETAIL_LINES,	/* counts of hit lines (-c) */
	DETAIL_MATCHES,	/* counts of occurrences (--count-matches) */
	DETAIL_TEXT,	/* lines with their text and submatches */
};

enum query_sort { SORT_PATH, SORT_MODIFIED, SORT_SIZE, SORT_SCORE };

struct query_options {
	struct parse_options parse;
	enum query_detail detail;
	enum verify_mode verify;
	bool by_line;		/* ask each line by itself */
	/* DETAIL_LINES, DETAIL_TEXT: submatches and nmatches do not matter, and
	 * those of regexes and lit: may be missing */
	bool lines_only;
	bool brute;		/* read every file, no index */
	bool fresh;		/* walk, so as to miss no new file; brute does */
	bool files_without_match;	/* files that do NOT match; DETAIL_FILES */
	uint32_t before, after;	/* context lines (DETAIL_TEXT) */
	uint64_t max_count;	/* -m: hit lines per file; 0 = no limit */
	enum query_sort sort;	/* scores: best first, others ascending */
	bool sort_reversed;
	uint64_t top;		/* only so many files, the best; 0 = all */
	bool stop_at_first;	/* -q: one matching file is enough */
	/* DETAIL_TEXT, brute: a span that several operands match is given once
	 * for each of them */
	bool all_operands;
	bool counts;		/* a run counts, for scout_query_explain */
	unsigned nthreads;	/* 0: as many as processors */
	/* -g -t -T: globs, types and types_not of these rules, borrowed until
	 * the query is freed; files that they leave out are in no answer.
	 * The rest is how a folder without an index is walked; of an index a
	 * message says where it was made otherwise. */
	struct walk_rules narrow;
};

#define QUERY_OPTIONS_INIT { .detail = DETAIL_TEXT }

struct scout_query;

/*
 * Parses text (borrowed until scout_query_free).  SCOUT_E_SYNTAX with the place
 * in err; use query_error_print for the caret.
 */
int scout_query_new(struct span text, const struct query_options *options,
		    struct scout_query **out, struct scout_err *err);
/* Accepts NULL. */
void scout_query_free(struct scout_query *query);
/* The parsed form, with its notes; borrowed. */
const struct parsed_query *scout_query_parsed(const struct scout_query *query);

/*
 * Answers.  index may be NULL only with options.brute; then root (a folder) is
 * walked with default rules.  With an index and brute, its root and rules.
 * SCOUT_OK also when nothing matched (stats->matched_files is 0).
 * SCOUT_E_SYNTAX for a regex or glob that is none, SCOUT_E_USAGE for a glob or
 * type of options.narrow.
 */
int scout_query_run(struct scout_query *query, struct scout_index *index,
		    const char *root, const struct scout_sink *sink,
		    struct scout_query_stats *stats, struct scout_err *err);

/* One of several indexes that are asked together. */
struct query_source {
	struct scout_query *query;	/* of its own; the same text and options
					 * as the others' */
	struct scout_index *index;
	struct scout_query_stats stats;	/* filled in */
};

/*
 * Answers from several indexes as if they were one: they are searched at once,
 * and their answers merged by path, or in the order that the options ask for.  A
 * file that several of them have is there once; with dedup (DEDUP_CONTENT), so are
 * files with the same bytes.  The sink gets absolute paths, without the first
 * '/'.  stats is the sum.
 */
enum query_dedup { DEDUP_PATH, DEDUP_CONTENT };
int scout_query_run_many(struct query_source *sources, size_t nsources,
			 enum query_dedup dedup, const struct scout_sink *sink,
			 struct scout_query_stats *stats,
			 struct scout_err *err);

/*
 * Counts the matching documents from the index alone (VERIFY_NEVER), for
 * --batch: no file is touched.  out_bytes: index bytes looked at.
 */
int scout_query_count(struct scout_query *query, struct scout_index *index,
		      uint64_t *out_docs, uint64_t *out_bytes,
		      struct scout_err *err);

/*
 * The plan and, after a run with options.counts, what it expected and found.
 * Belongs to the query.  SCOUT_E_NOMEM, SCOUT_E_SYNTAX.
 */
int scout_query_explain(struct scout_query *query, struct explanation *out,
			struct scout_err *err);

#endif
