/*
 * Brute force: every file of a walk, read and evaluated by the plain loop.
 */
#ifndef SCOUT_QUERY_SCAN_H
#define SCOUT_QUERY_SCAN_H

#include "query/filter/path_narrow.h"
#include "query/order.h"

struct scan_options {
	const struct verify_job *job;	/* its rules are the walk's */
	const struct path_narrow *narrow;	/* the files wanted of it */
	const char *root;
	const char *exclude_dir;	/* the index folder, or NULL */
	unsigned nthreads;
	struct emitter *emitter;
};

/* Walks and evaluates; answers in path order.  Errors of the walk, of the sink,
 * SCOUT_E_NOMEM. */
int scan_run(const struct scan_options *options, struct verifier *verifiers,
	     struct scout_err *err);

#endif
