/*
 * Keeping an index small and in few segments: merges, and new generations
 * without the free pages of the old one.
 *
 * All work on a run that has the lock and its store open for an update, on the
 * segments that the manifest names: they are changed together with it.  What
 * was committed before stays whole if one fails or is stopped.
 */
#ifndef SCOUT_INDEXER_COMPACTION_H
#define SCOUT_INDEXER_COMPACTION_H

#include "indexer/index_run.h"

/*
 * After an update: merges by tiers (indexer/tiers.h), and writes a new
 * generation if the file has become half as large again as what is in it, or
 * would by a merge.  The figures of the run are those of the index.
 */
int compaction_tidy(struct index_run *run, struct segment_meta *segments,
		    uint32_t *nsegments, struct scout_err *err);

/* Merges all to one segment, in a new generation; to more if they hold more
 * than SEGMENT_MAX_DOCS documents. */
int compaction_merge_all(struct index_run *run, struct segment_meta *segments,
			 uint32_t *nsegments, struct scout_err *err);

/* Bytes of the file, and of what is in use in it. */
int compaction_sizes(struct index_run *run, uint64_t *out_file_bytes,
		     uint64_t *out_used_bytes, struct scout_err *err);

#endif
