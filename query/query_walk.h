/*
 * A walk on behalf of a query: what could not be listed or understood goes to
 * the sink and is counted.
 */
#ifndef SCOUT_QUERY_QUERY_WALK_H
#define SCOUT_QUERY_QUERY_WALK_H

#include "query/verify/answers.h"

struct walk_rules;
struct file_list;

/*
 * Lists the files of root; exclude_dir is the index folder, or NULL.  The list
 * is the caller's (file_list_release).  Errors of the walk.
 */
int query_walk(const char *root, const char *exclude_dir,
	       const struct walk_rules *rules, unsigned nthreads,
	       struct emitter *emitter, struct file_list *out,
	       struct scout_err *err);

#endif
