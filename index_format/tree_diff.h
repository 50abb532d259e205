/*
 * What differs between an index and the tree that it is of: the files of a
 * walk, set against the documents of all segments.
 *
 * Identity is the path; a document is live if it is not marked deleted.  The
 * times, size and inode that the index has of it decide whether the file is
 * still the same.  No file is opened.
 *
 * The diff borrows nothing of the snapshot.
 */
#ifndef SCOUT_INDEX_FORMAT_TREE_DIFF_H
#define SCOUT_INDEX_FORMAT_TREE_DIFF_H

#include "index_format/segment_reader.h"

enum tree_state {
	TREE_NEW,	/* the index has no such document */
	TREE_SAME,
	TREE_UNSURE,	/* same size and times, but another inode, or a time so
			 * close to the indexing run that a change after it may
			 * not show: the content tells */
	TREE_CHANGED,	/* another size or time */
};

/* What the index has of one file of the walk. */
struct tree_file {
	enum tree_state state;
	uint32_t segment;	/* in snapshot->segments; not if TREE_NEW */
	doc_id doc;
};

struct tree_diff {
	struct tree_file *files;	/* one for each of list->files */
	/* for each segment a bit per document: live, but not in the list */
	uint8_t **gone;
	size_t nsegments;
	uint64_t nsame, nunsure, nchanged, nnew, ngone;
};

/* How a file differs from what the index has of it. */
enum tree_state tree_compare(const struct doc_info *doc,
			     const struct os_stat *st, int64_t run_started_ns);

/*
 * Makes the diff, with memory of that owner.  The list is that of a walk with
 * the index's rules.  SCOUT_E_CORRUPT, SCOUT_E_NOMEM.
 */
int tree_diff_make(struct index_snapshot *snapshot,
		   const struct file_list *list, enum scout_mem_owner owner,
		   struct tree_diff *out, struct scout_err *err);
/* Accepts a zeroed one. */
void tree_diff_release(struct tree_diff *diff);

#endif
