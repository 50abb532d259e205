/*
 * What an update has to do: which files to read, which documents to delete, and
 * which have only got another stat.
 *
 * Starts from tree_diff.h, which opens no file.  Files of which the stat cannot
 * tell, or that may only have been touched, are compared with the hash of their
 * content, on several threads.
 */
#ifndef SCOUT_INDEXER_CHANGES_H
#define SCOUT_INDEXER_CHANGES_H

#include "index_format/segment_reader.h"
#include "indexer/index_run.h"

/* What changes about a segment, beside what it holds. */
struct segment_change {
	uint8_t *deleted; /* bitset, those deleted before included */
	uint32_t nnew_deleted;
	struct buf touched; /* touched.h's entries, old ones included */
	uint32_t ntouched;
	bool touches; /* touched is not as it was */
};

struct changes {
	struct segment_change *segments; /* as in the snapshot */
	size_t nsegments;
	/* to be read: copies of files of the walk, in path order, and where in
	 * the walk's list they are */
	struct file_entry *files;
	size_t *places;
	size_t nfiles;
	uint64_t nnew, nchanged, ngone, ntouched;
	uint64_t ncompared; /* files whose content was compared */
	/* of documents and skipped files that were looked at again because the
	 * stat could not tell: a later run need not do so */
	uint64_t nassured;
	/* of the documents deleted now */
	uint64_t gone_files, gone_lines, gone_bytes;
};

/* Finds them, for the list of the run's walk.  Files that were skipped before,
 * and are as they were, are marked so in the list.  Release it whatever
 * happened. */
int changes_find(struct index_run *run, struct index_snapshot *snapshot,
		 struct changes *out, struct scout_err *err);
void changes_release(struct changes *changes);

#endif
