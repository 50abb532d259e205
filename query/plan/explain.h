/*
 * The plan as text, for --explain.
 */
#ifndef SCOUT_QUERY_PLAN_EXPLAIN_H
#define SCOUT_QUERY_PLAN_EXPLAIN_H

#include "base/buf.h"
#include "index_format/segment_reader.h"
#include "query/plan/plan.h"

/* Appends the tree and how each operand is looked up; with a snapshot (it may
 * be NULL), what the index has of it. */
int plan_explain(const struct query_plan *plan, const struct ast *root,
		 struct index_snapshot *snapshot, struct buf *out,
		 struct scout_err *err);

#endif
