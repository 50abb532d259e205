/*
 * A run whose answers come in another order than that of paths, in two steps:
 * first its files, then what is asked of them.
 *
 * The inside of query.c and run_many.c.
 */
#ifndef SCOUT_QUERY_ORDERED_RUN_H
#define SCOUT_QUERY_ORDERED_RUN_H

#include "query/run.h"
#include "query/sorted.h"

struct ordered_run {
	struct run *r;			/* prepared */
	struct query_options plain;	/* for collecting the files */
	bool is_ranked;
	struct rank_shape shape;
	struct rank_tally tally;
	struct index_ranking ranking;
	struct rank_namer namer;
	struct sorted_files files;
	struct candidate *candidates;	/* one for each file; made when needed */
};

/* Collects the files that match, in the order and number that are asked for.
 * Release it whatever happened; accepts a zeroed one. */
int ordered_run_collect(struct ordered_run *s, struct run *r,
		       struct scout_err *err);
void ordered_run_release(struct ordered_run *s);

/* Sends n files from the one at `first` on, with all that is asked, to the
 * run's emitter. */
int ordered_run_put(struct ordered_run *s, size_t first, size_t n,
		   struct scout_err *err);

#endif
