/*
 * Does the index answer as its files do?  A proof that a user can run.
 *
 * Random questions made of the user's own words are answered twice: by reading
 * every file, and through the index in each of the ways that it has of answering
 * (paths, counts of lines, the lines themselves).  Files that are not as they
 * were when they were indexed are left out and counted.
 */
#ifndef SCOUT_QUERY_SELFTEST_SELFTEST_H
#define SCOUT_QUERY_SELFTEST_SELFTEST_H

#include "query/query.h"

struct selftest_options {
	uint64_t seed;
	uint64_t nquestions;
	int64_t most_ns;	/* no question is begun after this; 0: no end */
	unsigned nthreads;	/* 0: as many as processors */
	/* a difference, as one line without its newline; the calling thread */
	void (*difference)(void *ctx, const char *text);
	/* what the user should know of files: unreadable ones; may be NULL */
	void (*message)(void *ctx, const char *text);
	void *ctx;
};

struct selftest_report {
	uint64_t nquestions;	/* asked */
	uint64_t nanswers;	/* files that match, over all questions */
	uint64_t ndifferences;	/* of a question and a file */
	uint64_t nfiles;	/* compared */
	/* left out: changed since they were indexed, or so close to it that
	 * it cannot be told; not indexed; changed during the test */
	uint64_t nchanged, nnew, ngone, nmoving;
};

/* Runs it.  SCOUT_OK also if there are differences.  Errors as of a query. */
int scout_selftest(struct scout_index *index,
		   const struct selftest_options *options,
		   struct selftest_report *out, struct scout_err *err);

#endif
