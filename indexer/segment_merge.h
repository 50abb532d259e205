/*
 * From several segments to one.
 *
 * Documents that are not deleted get new numbers in path order, terms their
 * postings from all segments; no file is read.  The new segment is what a build
 * of the same files would give, byte for byte, but that a term is also said to
 * be spelt as in documents that are gone.
 *
 * Terms are merged by disjoint ranges on several threads and laid out by the
 * calling one.  Every thread reads through a snapshot of its own, in which
 * every checksum is verified: damage is not handed on under a fresh checksum.
 */
#ifndef SCOUT_INDEXER_SEGMENT_MERGE_H
#define SCOUT_INDEXER_SEGMENT_MERGE_H

#include "index_format/manifest.h"
#include "index_format/store.h"

struct segment_merge_options {
	const char *index_dir;	 /* of the live generation */
	const uint32_t *numbers; /* of the segments, ascending */
	size_t nsegments;
	struct scout_store *store; /* where the new one goes */
	uint32_t new_number;
	unsigned nthreads;
	size_t range_bytes; /* encoded at a time, about */
	/* called now and then from the calling thread; may be NULL */
	int (*progress)(void *ctx, uint64_t done_bytes, uint64_t total_bytes);
	void *progress_ctx;
};

struct segment_merge_result {
	struct segment_meta meta; /* run_started_ns: the oldest of them */
	uint64_t nlines, text_bytes;
	int64_t merge_ns; /* summed over threads */
	int64_t store_ns;
};

/*
 * Merges them; nothing was committed between the caller's look at the manifest
 * and this.  All of them together hold at most SEGMENT_MAX_DOCS documents that
 * are not deleted.  SCOUT_E_CORRUPT, SCOUT_E_IO, SCOUT_E_NOMEM, and what
 * progress returned.
 */
int segment_merge(const struct segment_merge_options *options,
		  struct segment_merge_result *out, struct scout_err *err);

#endif
