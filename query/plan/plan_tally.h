/*
 * What a run counts of a plan, for --explain: how much the index had of each
 * operand before any document was looked at, and what came of it.
 *
 * Belongs to the plan of one query; one thread at a time.
 */
#ifndef SCOUT_QUERY_PLAN_PLAN_TALLY_H
#define SCOUT_QUERY_PLAN_PLAN_TALLY_H

#include "base/arena.h"

/* A word of an operand, or of what a regex needs, over all segments. */
struct piece_tally {
	uint64_t nblocks;	/* of dictionaries, decoded */
	uint64_t nterms;
	uint64_t ndocs;
	uint64_t noccurrences;
	uint64_t nunsure;	/* documents of which the text decides */
	bool is_too_many;	/* more occurrences than are kept */
};

struct leaf_tally {
	struct piece_tally *pieces;
	uint64_t most_docs;	/* estimate: it is in so many at most */
	uint64_t nasked;	/* documents of which it was asked */
	uint64_t nfound;	/* of these, where the index says yes or perhaps */
	unsigned ncommon;	/* segments where it is not worth asking, */
	unsigned nspared;	/* or that it was not looked up in */
};

struct filter_tally {
	uint64_t most_docs;	/* that can pass at most */
	uint64_t ntested, npassed;
};

struct plan_tally {
	struct leaf_tally *leaves;	/* as those of the plan */
	struct filter_tally *filters;
	unsigned nsegments;
	uint64_t ndocs;		/* of the segments */
	uint64_t most_docs;	/* estimate: so many are looked at, at most */
	uint64_t nlooked;	/* so many were */
};

#endif
