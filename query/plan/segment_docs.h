/*
 * Which documents of a segment a query proposes.
 */
#ifndef SCOUT_QUERY_PLAN_SEGMENT_DOCS_H
#define SCOUT_QUERY_PLAN_SEGMENT_DOCS_H

#include "query/plan/segment_run.h"

/*
 * The documents that may match the query, in r->arena; the leaves and the
 * filter of r are open and have to stay so.  NOT goes down to the operands, so
 * that what it says of files narrows and what it says of words, which may be
 * in the file or not, is left to the verdict.  SCOUT_E_NOMEM, SCOUT_E_CORRUPT.
 */
int segment_docs_make(struct segment_run *r, struct doc_iter **out);

#endif
