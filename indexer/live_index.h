/*
 * The live generation of an index, opened for changing it under the writers'
 * lock: what an update and a compaction begin with.
 */
#ifndef SCOUT_INDEXER_LIVE_INDEX_H
#define SCOUT_INDEXER_LIVE_INDEX_H

#include "index_format/segment_reader.h"
#include "indexer/index_run.h"

struct live_index {
	struct index_run run; /* its rules, root and figures are those stored */
	struct index_snapshot *snapshot; /* as it was; NULL once let go */
	struct arena arena;		 /* holds what rules point to */
	struct walk_rules rules;
	/* as the manifest has them, or will have; with room for more */
	struct segment_meta *segments;
	uint32_t nsegments;
};

/*
 * Takes the lock and opens the index in options->index_dir; deletes what runs
 * that were stopped left in it.  SCOUT_E_NOTFOUND, SCOUT_E_LOCKED,
 * SCOUT_E_VERSION, SCOUT_E_CORRUPT, SCOUT_E_IO.  Close it whatever happened.
 */
int live_index_open(struct live_index *ix, const struct build_options *options,
		    struct build_report *report, struct scout_err *err);
/* Makes room for that many segments more.  SCOUT_E_NOMEM. */
int live_index_reserve(struct live_index *ix, size_t more,
		       struct scout_err *err);
/* Lets go of the snapshot, so that its pages can be used again. */
void live_index_let_go(struct live_index *ix);
void live_index_close(struct live_index *ix);

#endif
