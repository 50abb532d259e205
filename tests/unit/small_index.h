/*
 * A store in a temporary folder with one or more segments, written and then
 * read with the index's own writer and reader, without a manifest.
 */
#ifndef SCOUT_TESTS_UNIT_SMALL_INDEX_H
#define SCOUT_TESTS_UNIT_SMALL_INDEX_H

#include "support.h"

#include "index_format/segment_reader.h"
#include "index_format/segment_writer.h"

enum { SMALL_INDEX_SEGMENTS = 4 };

struct small_index {
	char dir[TEMP_DIR_MAX];
	struct scout_store *store;
	/* writing */
	struct segment_writer *writer;
	struct buf encoded;
	struct segment_meta metas[SMALL_INDEX_SEGMENTS];
	unsigned nsegments;
	/* reading */
	struct index_snapshot snapshot;	/* only store and transaction */
	struct segment_reader segments[SMALL_INDEX_SEGMENTS];
	bool has_copies;
};

/* Makes the store and begins segment 1.  All failures fail the test. */
void small_index_begin(struct small_index *ix);
/* Finishes a segment and begins that with the next number. */
void small_index_next(struct small_index *ix);
/* Adds a term from an encoder that holds its documents. */
void small_index_add(struct small_index *ix, struct span term,
		     struct posting_encoder *e);
/* Finishes, publishes and opens for reading: ix->segments[0] and so on. */
void small_index_open(struct small_index *ix);
/* Opens one more segment, of which ix->metas[i] was filled in by the caller. */
void small_index_open_segment(struct small_index *ix, unsigned i);
/* Copies the streams of a segment to blocks of exactly their size, where they
 * may be damaged. */
void small_index_copy_streams(struct small_index *ix, unsigned segment);
void small_index_close(struct small_index *ix);

#endif
