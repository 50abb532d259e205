/*
 * Counts what a run on a segment does, into the tally of its plan: for
 * --explain.  Call these only if there is one.
 */
#ifndef SCOUT_QUERY_PLAN_RUN_TALLY_H
#define SCOUT_QUERY_PLAN_RUN_TALLY_H

#include "query/plan/segment_run.h"

/* All is open: adds what the segment has of the words, and the estimates.
 * SCOUT_E_CORRUPT. */
int run_tally_opened(struct segment_run *r);

/* The index said of the document at hand whether it has the leaf. */
void run_tally_asked(struct segment_run *r, unsigned leaf, bool found);

/* Before it is closed: adds what the filters were asked. */
void run_tally_closed(struct segment_run *r);

#endif
