#include "small_index.h"

static void begin_segment(struct small_index *ix)
{
	assert_true(ix->nsegments < SMALL_INDEX_SEGMENTS);
	assert_int_equal(segment_writer_new(ix->store, ix->nsegments + 1,
					    &ix->writer, NULL), SCOUT_OK);
}

static void finish_segment(struct small_index *ix)
{
	struct segment_meta *meta = &ix->metas[ix->nsegments++];

	assert_int_equal(segment_writer_finish(ix->writer, meta, NULL),
			 SCOUT_OK);
	segment_writer_free(ix->writer);
	ix->writer = NULL;
}

void small_index_begin(struct small_index *ix)
{
	struct scout_err err = SCOUT_ERR_INIT;

	memset(ix, 0, sizeof(*ix));
	buf_init(&ix->encoded, MEM_OTHER);
	temp_dir_make(ix->dir);
	if (store_create(ix->dir, 4 << 20, &ix->store, &err) < 0)
		fail_msg("%s", err.msg);
	begin_segment(ix);
}

void small_index_next(struct small_index *ix)
{
	finish_segment(ix);
	begin_segment(ix);
}

void small_index_add(struct small_index *ix, struct span term,
		     struct posting_encoder *e)
{
	struct encoded_term encoded;
	struct span bytes;

	buf_clear(&ix->encoded);
	assert_int_equal(posting_encoder_finish(e, term, &ix->encoded),
			 SCOUT_OK);
	bytes = buf_span(&ix->encoded);
	encoded_term_next(&bytes, &encoded);
	assert_int_equal(bytes.len, 0);
	assert_true(span_eq(encoded.term, term));
	assert_int_equal(segment_writer_add_term(ix->writer, &encoded, NULL),
			 SCOUT_OK);
}

void small_index_open_segment(struct small_index *ix, unsigned i)
{
	const struct segment_meta *meta = &ix->metas[i];
	struct segment_reader *seg = &ix->segments[i];
	unsigned k;

	if (i >= ix->nsegments)
		ix->nsegments = i + 1;
	seg->snapshot = &ix->snapshot;
	seg->number = meta->number;
	seg->ndocs = meta->ndocs;
	seg->nwords = meta->nwords;
	seg->dict_blocks = meta->dict_blocks;
	for (k = 0; k < STREAMS; k++) {
		struct stream_reader *s = &seg->streams[k];

		s->txn = ix->snapshot.txn;
		s->segment = meta->number;
		s->id = k;
		s->nchunks = meta->nchunks[k];
		s->chunks = scout_calloc(MEM_OTHER, s->nchunks,
					 sizeof(*s->chunks));
		assert_non_null(s->chunks);
	}
}

void small_index_open(struct small_index *ix)
{
	struct scout_err err = SCOUT_ERR_INIT;
	unsigned i;

	finish_segment(ix);
	if (store_publish(ix->store, &err) < 0)
		fail_msg("%s", err.msg);
	store_close(ix->store);
	ix->store = NULL;
	assert_int_equal(store_open(ix->dir, &ix->store, NULL), SCOUT_OK);
	assert_int_equal(store_begin_read(ix->store, &ix->snapshot.txn, NULL),
			 SCOUT_OK);
	ix->snapshot.store = ix->store;
	for (i = 0; i < ix->nsegments; i++)
		small_index_open_segment(ix, i);
}

void small_index_copy_streams(struct small_index *ix, unsigned segment)
{
	struct segment_reader *seg = &ix->segments[segment];
	struct span bytes;
	unsigned k, i;

	for (k = 0; k < STREAMS; k++)
		for (i = 0; i < seg->streams[k].nchunks; i++) {
			struct span *chunk = &seg->streams[k].chunks[i];

			assert_int_equal(stream_at(&seg->streams[k],
						   (uint64_t)i << CHUNK_SHIFT,
						   &bytes), SCOUT_OK);
			chunk->ptr = exact_copy(bytes);
		}
	ix->has_copies = true;
}

void small_index_close(struct small_index *ix)
{
	unsigned i, k, c;

	for (i = 0; i < ix->nsegments; i++)
		for (k = 0; k < STREAMS; k++) {
			struct stream_reader *s = &ix->segments[i].streams[k];

			for (c = 0; ix->has_copies && c < s->nchunks; c++)
				scout_free((void *)(uintptr_t)s->chunks[c].ptr);
			scout_free(s->chunks);
		}
	store_end_read(ix->snapshot.txn);
	store_close(ix->store);
	buf_release(&ix->encoded);
	temp_dir_remove(ix->dir);
}
