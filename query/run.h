/*
 * One run of a query: the inside of query.c and ordered_run.c.
 */
#ifndef SCOUT_QUERY_RUN_H
#define SCOUT_QUERY_RUN_H

#include "query/index.h"
#include "query/index_search.h"
#include "query/verify/verify.h"

struct scout_query {
	struct query_options options;
	struct arena arena;		/* tree, plan */
	struct parsed_query parsed;
	uint64_t parse_ns;
	/* made when first needed */
	bool is_planned;
	bool plans_lines;
	struct match_tree tree;
	struct text_patterns patterns;
	struct file_filters filters;
	struct path_narrow narrow;
	struct query_plan plan;
	struct arena work;		/* of one count */
};

struct run {
	struct scout_query *query;
	const struct query_options *options;	/* the query's, or what a part
						 * of the run makes of them */
	struct scout_index *index;	/* or NULL */
	struct index_snapshot *snapshot;
	const char *root;
	struct walk_rules rules;
	struct arena arena;		/* of the run: words, rules */
	struct word_table words;
	struct verify_job job;
	const struct path_narrow *narrow;
	struct index_ranking *ranking;	/* or NULL */
	unsigned nthreads;
	struct verifier *verifiers;
	struct emitter emitter;
	struct scout_query_stats *stats;
};

/* Begins a run; what is asked of it is the query's.  root: if there is no index.
 * Release it whatever happened. */
int run_begin(struct run *r, struct scout_query *query,
	      struct scout_index *index, const char *root,
	      const struct scout_sink *sink, struct scout_query_stats *stats,
	      struct scout_err *err);
void run_end(struct run *r);

/* Whether more is asked for than the answers as they come, in path order. */
bool run_is_sorted(const struct query_options *o);

/* Sends all answers to r->emitter, in path order. */
int run_in_path_order(struct run *r, struct scout_err *err);

/* The same in the order that the options ask for, or the best of them. */
int run_sorted(struct run *r, struct scout_err *err);

#endif
