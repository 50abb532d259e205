/*
 * The file decides: from candidates to answers.
 *
 * A candidate that is as the index saw it has its lines read and every word
 * confirmed; one that is not, or of which the index is not sure, has the query
 * evaluated on its text.
 */
#ifndef SCOUT_QUERY_VERIFY_VERIFY_H
#define SCOUT_QUERY_VERIFY_VERIFY_H

#include "base/tree/read.h"
#include "base/tree/walk.h"
#include "query/query.h"
#include "query/rank/rank.h"
#include "query/verify/answers.h"
#include "query/verify/candidate.h"
#include "query/verify/text_eval.h"

/* What all threads share; never changes while they run. */
struct verify_job {
	struct text_query query;
	const struct query_options *options;
	const struct walk_rules *rules;
	const struct rank_shape *ranks;	/* the facts of what matches are asked
					 * for; NULL: they are not */
	bool wants_tally;	/* the tally of what is read, and no answers */
	bool is_second_look;	/* what patterns gave up is known already */
	int root_fd;
};

/* One thread's tools. */
struct verifier {
	const struct verify_job *job;
	struct file_reader reader;
	struct text_eval text;
	struct hit_lines lines;
	struct line_scan scan;
	struct buf words;	/* struct span: the words of a line */
	struct rank_tally tally;
	bool is_ready;
};

/* SCOUT_E_NOMEM leaves a verifier that verifier_release accepts. */
int verifier_init(struct verifier *v, const struct verify_job *job,
		  struct scout_err *err);
/* Accepts a zeroed one. */
void verifier_release(struct verifier *v);

/*
 * Adds the answer about a candidate to out (nothing if there is nothing to
 * say).  Errors are those of the machine (SCOUT_E_NOMEM) or of out's sink; a
 * file that cannot be read is an answer.
 */
int verify_candidate(struct verifier *v, const struct candidate *c,
		     struct answers *out, struct scout_err *err);

#endif
