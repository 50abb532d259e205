/*
 * Candidates to answers to the sink: on several threads, in path order.
 *
 * Batches of candidates are verified by whichever thread is free; the calling
 * thread hands the answers over in order and verifies batches itself while the
 * next one is not ready.  Few candidates are dealt with on the calling thread
 * alone.  The answers in flight are bounded in number and bytes.
 */
#ifndef SCOUT_QUERY_ORDER_H
#define SCOUT_QUERY_ORDER_H

#include "query/verify/verify.h"

struct order_options {
	const struct verify_job *job;
	const struct candidate *candidates;	/* in path order */
	size_t ncandidates;
	unsigned nthreads;
	struct emitter *emitter;
};

/*
 * Verifies all candidates and hands the answers over.  verifiers: nthreads of
 * them, zeroed at first, kept by the caller between calls.  Stops early without
 * an error when the emitter has enough.
 */
int order_run(const struct order_options *options, struct verifier *verifiers,
	      struct scout_err *err);

#endif
