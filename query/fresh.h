/*
 * The tree as it is now, set against the index (--fresh).
 *
 * A walk finds what a list of candidates from the index cannot know of: files
 * that are new, and files that are still there but no longer listed.  What the
 * index has of a file that is not as it was is dropped, and the file becomes a
 * candidate of which nothing is known but the path.
 */
#ifndef SCOUT_QUERY_FRESH_H
#define SCOUT_QUERY_FRESH_H

#include "base/tree/walk.h"
#include "index_format/segment_reader.h"
#include "query/verify/answers.h"
#include "query/verify/candidate.h"

struct fresh_tree {
	struct file_list list;
	/* for each segment a bit per document that does not count */
	uint8_t **dropped;
	size_t nsegments;
	/* the files that have to be read, in path order */
	struct candidate *candidates;
	size_t ncandidates;
};

struct fresh_options {
	struct index_snapshot *snapshot;
	const char *index_dir;
	const char *root;
	const struct walk_rules *rules;
	unsigned nthreads;
	struct emitter *emitter;	/* for what the walk has to say */
};

/* Walks and compares; counts new and gone files in the emitter's statistics.
 * Needs the snapshot no longer afterwards. */
int fresh_tree_make(const struct fresh_options *options,
		    struct fresh_tree *out, struct scout_err *err);
/* Accepts a zeroed one. */
void fresh_tree_release(struct fresh_tree *fresh);

#endif
