/*
 * Whether a file's name answers a query: its last component is evaluated as the
 * text of a file would be.
 *
 * One thread at a time.
 */
#ifndef SCOUT_QUERY_RANK_RANK_NAME_H
#define SCOUT_QUERY_RANK_RANK_NAME_H

#include "query/rank/rank.h"
#include "query/verify/text_eval.h"

struct rank_namer {
	struct text_eval text;
	struct buf name;	/* padded */
};

/* SCOUT_E_NOMEM; release it whatever happened. */
int rank_namer_init(struct rank_namer *n, const struct text_query *query,
		    struct scout_err *err);
void rank_namer_release(struct rank_namer *n);

/* What the name of path adds to the score of its file. */
int rank_namer_bonus(struct rank_namer *n, const struct rank_model *model,
		     struct span path, double *out, struct scout_err *err);

#endif
