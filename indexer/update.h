/*
 * Bringing an index up to date: the other public door of indexer/.
 *
 * scout_update walks the folder again by the index's own rules, reads what is
 * new or has changed, and commits a new segment, deletions and the manifest
 * into the live generation: readers see all of it or nothing.
 */
#ifndef SCOUT_INDEXER_UPDATE_H
#define SCOUT_INDEXER_UPDATE_H

#include "indexer/indexer.h"

/* What an update did, beside the figures of the index (build_report). */
struct update_report {
	uint64_t new_files, changed_files, gone_files;
	uint64_t touched_files;	 /* other times or inode, same content */
	uint64_t compared_files; /* of which the content was compared */
	bool is_done;		 /* the index says what the folder is now */
	bool is_written;	 /* something was committed */
	uint64_t merges;	 /* of segments */
	bool is_moved;		 /* into a new generation */
	int64_t slowest_put_ns;	 /* of a value into the store */
};

/*
 * Updates the index in options->index_dir.  The folder and the rules of the
 * walk are those of the index: root and rules of the options are not used.  As
 * scout_build; SCOUT_E_NOTFOUND also if there is no index, or if the whole
 * folder has no file and allow_empty is not set (its file system may not be
 * mounted); SCOUT_E_VERSION if it has to be built anew, SCOUT_E_CORRUPT.  If it
 * fails after the commit, merging segments, is_done is set and out is filled
 * in, too.  out is released with build_report_release, if it failed or not.
 */
int scout_update(const struct build_options *options, struct build_report *out,
		 struct update_report *out_update, struct scout_err *err);

/* What a compaction did. */
struct compact_report {
	uint64_t before_bytes, after_bytes; /* of the data file */
	uint32_t before_segments, after_segments;
};

/*
 * Merges all segments of an index to one, in a new generation. Looks at no file
 * that is indexed. As scout_update.
 */
int scout_compact(const struct build_options *options, struct build_report *out,
		  struct compact_report *out_compact, struct scout_err *err);

#endif
