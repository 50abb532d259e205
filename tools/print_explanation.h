/*
 * --explain: how a query was read and answered, as text or as one line of JSON.
 * Both say the same.
 */
#ifndef SCOUT_TOOLS_PRINT_EXPLANATION_H
#define SCOUT_TOOLS_PRINT_EXPLANATION_H

#include "query/query.h"
#include "tools/operand_counts.h"
#include "tools/output.h"

/* One index that was asked, or a folder that was read. */
struct explained_source {
	const char *root;	/* of the tree */
	struct explanation plan;
	const struct scout_query_stats *stats;
};

struct explained_run {
	const struct explained_source *sources;	/* one or more */
	size_t nsources;
	/* what operands have in the answer; NULL: lines were not asked for */
	const struct operand_counts *counts;
	const struct scout_query_stats *stats;	/* of all sources */
	uint64_t elapsed_ns;			/* of the whole process */
};

/* SCOUT_E_NOMEM. */
int print_explanation(struct output *out, const struct explained_run *run);
int print_explanation_json(struct output *out,
			   const struct explained_run *run);

#endif
