/* Posting lists: encoded, laid out in a store, and read by a cursor. */
#include "small_index.h"

/* A posting list as it was made up. */
struct list {
	uint32_t df;
	uint64_t cf;
	doc_id *docs;
	uint32_t *freqs;
	uint64_t *first;	/* of each document's positions */
	struct buf positions;	/* term_pos each */
};

struct list_shape {
	uint32_t df;
	uint32_t doc_gap;	/* at most; 0: small ones and now and then a
				 * large one, as bitsets are for */
	uint32_t freq;		/* at most */
	uint32_t heavy;		/* occurrences in one of the documents */
	uint32_t pos_gap;	/* at most; 0: skewed up to 2^20 */
	enum posting_kind kind;
};

static const struct list_shape shapes[] = {
	{ 1, 1, 1, 0, 1, POSTING_INLINE },
	{ 1, 4000000, 1, 0, 0, POSTING_INLINE },
	{ 1, 10, 10, 0, 100, POSTING_INLINE },
	{ 1, 10, 1, 128, 100, POSTING_SHORT },
	{ 1, 10, 1, 129, 0, POSTING_SHORT },
	{ 1, 10, 1, 4096, 0, POSTING_SHORT },
	{ 1, 10, 1, 4097, 0, POSTING_BLOCKS },
	{ 1, 10, 1, 5119, 0, POSTING_BLOCKS },
	{ 1, 10, 1, 5120, 0, POSTING_BLOCKS },
	{ 1, 10, 1, 100000, 1000, POSTING_BLOCKS },
	{ 2, 100, 3, 0, 1000, POSTING_INLINE },
	{ 2, 100000, 1, 20000, 30, POSTING_BLOCKS },
	{ 60, 1, 1, 0, 1, POSTING_SHORT },
	{ 127, 100, 1, 0, 100, POSTING_SHORT },
	{ 127, 20, 60, 0, 0, POSTING_SHORT },
	{ 128, 100, 1, 0, 100, POSTING_BLOCKS },
	{ 128, 1, 4, 0, 0, POSTING_BLOCKS },
	{ 129, 100, 1, 0, 100, POSTING_BLOCKS },
	{ 255, 10, 40, 0, 1000, POSTING_BLOCKS },
	{ 256, 10, 1, 0, 1000, POSTING_BLOCKS },
	{ 257, 10000, 1, 500, 1000, POSTING_BLOCKS },
	{ 1000, 4, 5, 0, 0, POSTING_BLOCKS },
	{ 1000, 3000, 300, 0, 200, POSTING_BLOCKS },
	{ 2000, 1, 1, 0, 1, POSTING_BLOCKS },
	{ 2000, 2, 2, 100000, 5, POSTING_BLOCKS },
	{ 128, 0, 3, 0, 100, POSTING_BLOCKS },
	{ 3000, 0, 3, 0, 100, POSTING_BLOCKS },
	{ 20000, 8, 1, 0, 5000, POSTING_BLOCKS },
	{ 30000, 100, 2, 0, 5000, POSTING_BLOCKS },
};

enum { NSHAPES = sizeof(shapes) / sizeof(shapes[0]) };

static void *new_array(size_t n, size_t size)
{
	void *p = scout_calloc(MEM_OTHER, n, size);

	assert_non_null(p);
	return p;
}

static void put_positions(struct list *l, const struct list_shape *s,
			  uint32_t freq, struct rng *r)
{
	uint64_t pos = 0;
	uint32_t i, gap;

	for (i = 0; i < freq; i++) {
		gap = s->pos_gap ? 1 + rng_below(r, s->pos_gap) :
				   1 + (rng_skewed(r) & 0xfffff);
		if (!i)
			gap--;	/* the first word of a file is word 0 */
		pos += gap;
		assert_true(pos < UINT32_MAX);
		buf_put(&l->positions, &(term_pos){ (term_pos)pos },
			sizeof(term_pos));
	}
}

static uint32_t doc_gap(const struct list_shape *s, struct rng *r)
{
	if (s->doc_gap)
		return rng_below(r, s->doc_gap);
	return rng_below(r, rng_below(r, 40) ? 2 : 60);
}

static void list_make(struct list *l, const struct list_shape *s,
		      struct rng *r)
{
	uint32_t i, heavy = rng_below(r, s->df), freq, next = 0;

	l->df = s->df;
	l->cf = 0;
	l->docs = new_array(s->df, sizeof(*l->docs));
	l->freqs = new_array(s->df, sizeof(*l->freqs));
	l->first = new_array(s->df, sizeof(*l->first));
	buf_init(&l->positions, MEM_OTHER);
	for (i = 0; i < s->df; i++) {
		l->docs[i] = next + doc_gap(s, r);
		next = l->docs[i] + 1;
		freq = s->heavy && i == heavy ? s->heavy :
						1 + rng_below(r, s->freq);
		l->freqs[i] = freq;
		l->first[i] = l->cf;
		l->cf += freq;
		put_positions(l, s, freq, r);
	}
	assert_int_equal(buf_status(&l->positions), SCOUT_OK);
}

static void list_free(struct list *l)
{
	scout_free(l->docs);
	scout_free(l->freqs);
	scout_free(l->first);
	buf_release(&l->positions);
}

static const term_pos *list_positions(const struct list *l, uint32_t i)
{
	return (const term_pos *)l->positions.ptr + l->first[i];
}

static void encode(struct posting_encoder *e, const struct list *l)
{
	uint32_t i;

	posting_encoder_begin(e, SURFACE_LOWER);
	for (i = 0; i < l->df; i++) {
		posting_encoder_doc(e, l->docs[i]);
		posting_encoder_positions(e, list_positions(l, i),
					  l->freqs[i]);
	}
}

static struct span term_name(unsigned i, char name[16])
{
	snprintf(name, 16, "t%06u", i);
	return span_str(name);
}

/* As if the segment held the documents and words of all the lists. */
static void widen(struct segment_reader *seg)
{
	seg->ndocs = SEGMENT_MAX_DOCS;
	seg->nwords = UINT64_MAX;
}

/* Everything of the tests below: the lists and the index that holds them. */
struct world {
	struct small_index ix;
	struct list lists[NSHAPES];
	struct posting_encoder encoder;
};

static int setup(void **state)
{
	static struct world w;
	char name[16];
	struct rng r;
	unsigned i;

	rng_init(&r, 50);
	small_index_begin(&w.ix);
	posting_encoder_init(&w.encoder, MEM_OTHER);
	for (i = 0; i < NSHAPES; i++) {
		list_make(&w.lists[i], &shapes[i], &r);
		encode(&w.encoder, &w.lists[i]);
		small_index_add(&w.ix, term_name(i, name), &w.encoder);
	}
	small_index_open(&w.ix);
	widen(&w.ix.segments[0]);
	*state = &w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	unsigned i;

	for (i = 0; i < NSHAPES; i++)
		list_free(&w->lists[i]);
	posting_encoder_release(&w->encoder);
	small_index_close(&w->ix);
	return 0;
}

static void find(struct world *w, unsigned i, struct term_info *info)
{
	char name[16];

	assert_int_equal(segment_find_term(&w->ix.segments[0],
					   term_name(i, name), info, NULL),
			 SCOUT_OK);
}

static void check_positions(struct posting_cursor *c, const struct list *l,
			    uint32_t i)
{
	const term_pos *got;
	uint32_t n;

	assert_int_equal(posting_positions(c, &got, &n), SCOUT_OK);
	assert_int_equal(n, l->freqs[i]);
	assert_int_equal(c->freq, n);
	assert_memory_equal(got, list_positions(l, i), n * sizeof(*got));
}

static void check_freq(struct posting_cursor *c, const struct list *l,
		       uint32_t i)
{
	uint32_t freq;

	assert_int_equal(posting_freq(c, &freq), SCOUT_OK);
	assert_int_equal(freq, l->freqs[i]);
}

static void test_infos(void **state)
{
	struct world *w = *state;
	struct term_info info;
	unsigned i;

	for (i = 0; i < NSHAPES; i++) {
		find(w, i, &info);
		assert_int_equal(info.df, w->lists[i].df);
		assert_int_equal(info.cf, w->lists[i].cf);
		if (info.kind != shapes[i].kind)
			fail_msg("list %u is of kind %d", i, info.kind);
	}
}

/* ask: 0 documents only, 1 frequencies, 2 positions, 3 either now and then. */
static void check_next(struct world *w, unsigned number, unsigned ask,
		       struct rng *r)
{
	const struct list *l = &w->lists[number];
	struct posting_cursor c;
	struct term_info info;
	uint32_t i;

	find(w, number, &info);
	assert_int_equal(posting_cursor_init(&c, &w->ix.segments[0], &info),
			 SCOUT_OK);
	assert_true(c.doc == DOC_NONE);
	for (i = 0; i < l->df; i++) {
		if (posting_next(&c) || c.doc != l->docs[i])
			fail_msg("list %u, document %u", number, i);
		if (ask == 2 || (ask == 3 && !rng_below(r, 8)))
			check_positions(&c, l, i);
		if (ask == 1 || (ask == 3 && !rng_below(r, 3)))
			check_freq(&c, l, i);
	}
	assert_int_equal(posting_next(&c), SCOUT_END);
	assert_true(c.doc == DOC_NONE);
	assert_int_equal(posting_next(&c), SCOUT_END);
	assert_int_equal(posting_seek(&c, 0), SCOUT_END);
	posting_cursor_release(&c);
}

static void test_next(void **state)
{
	struct world *w = *state;
	unsigned i, ask;
	struct rng r;

	rng_init(&r, 51);
	for (i = 0; i < NSHAPES; i++)
		for (ask = 0; ask < 4; ask++)
			check_next(w, i, ask, &r);
}

/* First document of the list from i on that is >= target. */
static uint32_t plain_seek(const struct list *l, uint32_t i, doc_id target)
{
	while (i < l->df && l->docs[i] < target)
		i++;
	return i;
}

static void check_seek(struct world *w, unsigned number, uint32_t step,
		       struct rng *r)
{
	const struct list *l = &w->lists[number];
	struct posting_cursor c;
	struct term_info info;
	doc_id target = 0;
	uint32_t i = 0;

	find(w, number, &info);
	assert_int_equal(posting_cursor_init(&c, &w->ix.segments[0], &info),
			 SCOUT_OK);
	for (;;) {
		if (!rng_below(r, 4)) {
			i += c.doc != DOC_NONE;
			if (i == l->df)
				break;
			assert_int_equal(posting_next(&c), SCOUT_OK);
		} else {
			target = (c.doc == DOC_NONE ? 0 : c.doc) +
				 rng_below(r, step);
			i = plain_seek(l, i, target);
			if (i == l->df) {
				assert_int_equal(posting_seek(&c, target),
						 SCOUT_END);
				break;
			}
			assert_int_equal(posting_seek(&c, target), SCOUT_OK);
		}
		if (c.doc != l->docs[i])
			fail_msg("list %u: %u at %u", number, c.doc, i);
		if (!rng_below(r, 3))
			check_positions(&c, l, i);
		if (!rng_below(r, 3))
			check_freq(&c, l, i);
	}
	posting_cursor_release(&c);
}

static void test_seek(void **state)
{
	struct world *w = *state;
	struct rng r;
	unsigned i, k;

	rng_init(&r, 52);
	for (i = 0; i < NSHAPES; i++) {
		uint32_t last = w->lists[i].docs[w->lists[i].df - 1];

		for (k = 0; k < 20; k++) {
			check_seek(w, i, 2 + last / (1 + rng_below(&r, 50)),
				   &r);
			if (k < 3)
				check_seek(w, i, 2 + 2 * shapes[i].doc_gap,
					   &r);
		}
	}
}

/* Fresh cursors, straight to every kind of place. */
static void test_first_seek(void **state)
{
	struct world *w = *state;
	struct posting_cursor c;
	struct term_info info;
	struct rng r;
	unsigned i, k;

	rng_init(&r, 53);
	for (i = 0; i < NSHAPES; i++) {
		const struct list *l = &w->lists[i];

		find(w, i, &info);
		for (k = 0; k < 50; k++) {
			uint32_t at = k == 0 ? 0 : k == 1 ? l->df - 1 :
				      rng_below(&r, l->df);

			posting_cursor_init(&c, &w->ix.segments[0], &info);
			assert_int_equal(posting_seek(&c, l->docs[at]),
					 SCOUT_OK);
			assert_true(c.doc == l->docs[at]);
			check_positions(&c, l, at);
			assert_int_equal(posting_seek(&c, l->docs[at]),
					 SCOUT_OK);
			assert_true(c.doc == l->docs[at]);
			posting_cursor_release(&c);
		}
		posting_cursor_init(&c, &w->ix.segments[0], &info);
		assert_int_equal(posting_seek(&c, l->docs[l->df - 1] + 1),
				 SCOUT_END);
		assert_true(c.doc == DOC_NONE);
		posting_cursor_release(&c);
	}
}

/* A list of more documents or words than the segment has. */
static void test_too_many(void **state)
{
	struct world *w = *state;
	struct segment_reader seg = w->ix.segments[0];
	struct posting_cursor c;
	struct term_info info;
	unsigned i;

	for (i = 0; i < NSHAPES; i++) {
		find(w, i, &info);
		seg.ndocs = SEGMENT_MAX_DOCS;
		seg.nwords = info.cf - 1;
		assert_int_equal(posting_cursor_init(&c, &seg, &info),
				 SCOUT_E_CORRUPT);
		posting_cursor_release(&c);
		seg.nwords = info.cf;
		seg.ndocs = info.df - 1;
		assert_int_equal(posting_cursor_init(&c, &seg, &info),
				 SCOUT_E_CORRUPT);
		posting_cursor_release(&c);
	}
}

/* --- exact bytes */

static void test_skip_entry(void **state)
{
	static const uint8_t wanted[] = { 4, 3, 2, 1, 9, 8, 7, 6, 5,
					  14, 13, 12, 11, 10, 200, 77 };
	struct skip_entry e = { 0x01020304, 0x0506070809, 0x0a0b0c0d0e, 200,
				77 };
	uint8_t bytes[SKIP_ENTRY_BYTES];
	struct skip_entry got;

	(void)state;
	skip_entry_put(&e, bytes);
	assert_memory_equal(bytes, wanted, sizeof(wanted));
	skip_entry_get(bytes, &got);
	assert_int_equal(got.last_doc, e.last_doc);
	assert_true(got.addr == e.addr && got.ordinal == e.ordinal);
	assert_int_equal(got.max_freq, 200);
	assert_int_equal(got.min_norm, 77);
}

/* Documents 3 (once, word 5) and 7 (words 0, 1, 300). */
static void test_inline_bytes(void **state)
{
	static const uint8_t wanted[] = { 3 << 1 | 1, 3 << 1, 1,
					  5, 0, 1, 0xab, 2 };
	static const term_pos one[] = { 5 }, three[] = { 0, 1, 300 };
	struct posting_encoder e;
	struct encoded_term t;
	struct buf out;
	struct span bytes;

	(void)state;
	posting_encoder_init(&e, MEM_OTHER);
	buf_init(&out, MEM_OTHER);
	posting_encoder_doc(&e, 3);
	posting_encoder_positions(&e, one, 1);
	posting_encoder_doc(&e, 7);
	posting_encoder_positions(&e, three, 3);
	assert_int_equal(posting_encoder_finish(&e, span_str("w"), &out),
			 SCOUT_OK);
	bytes = buf_span(&out);
	encoded_term_next(&bytes, &t);
	assert_int_equal(t.kind, POSTING_INLINE);
	assert_int_equal(t.df, 2);
	assert_int_equal(t.cf, 4);
	assert_int_equal(t.bytes.len, sizeof(wanted));
	assert_memory_equal(t.bytes.ptr, wanted, sizeof(wanted));
	buf_release(&out);
	posting_encoder_release(&e);
}

/* --- damage */

/* Reads all there is; whatever it is, it must be in bounds and end. */
static void read_all(struct segment_reader *seg, const struct term_info *info,
		     struct rng *r)
{
	struct posting_cursor c;
	const term_pos *pos;
	uint32_t n, i, steps = 0;
	uint64_t sum = 0;
	int rc;

	rc = posting_cursor_init(&c, seg, info);
	while (!rc && steps++ < 3000) {
		if (rng_below(r, 3))
			rc = posting_next(&c);
		else
			rc = posting_seek(&c, (c.doc == DOC_NONE ? 0 : c.doc) +
						      rng_below(r, 3000));
		if (rc)
			break;
		assert_true(c.doc < seg->ndocs || c.info.kind == POSTING_BLOCKS);
		if (rng_below(r, 3) && !posting_positions(&c, &pos, &n))
			for (i = 0; i < n; i++)
				sum += pos[i];
	}
	assert_true(rc == SCOUT_OK || rc == SCOUT_END ||
		    rc == SCOUT_E_CORRUPT);
	assert_true(sum < UINT64_MAX);
	posting_cursor_release(&c);
}

static void test_damage(void **state)
{
	static const unsigned chosen[] = { 3, 6, 11, 14, 15, 17, 20, 21, 23 };
	struct small_index ix;
	struct term_info infos[ARRAY_LEN(chosen)];
	struct posting_encoder e;
	struct rng r;
	char name[16];
	unsigned i, k;

	(void)state;
	rng_init(&r, 54);
	small_index_begin(&ix);
	posting_encoder_init(&e, MEM_OTHER);
	for (i = 0; i < ARRAY_LEN(chosen); i++) {
		struct list l;

		list_make(&l, &shapes[chosen[i]], &r);
		encode(&e, &l);
		small_index_add(&ix, term_name(i, name), &e);
		list_free(&l);
	}
	posting_encoder_release(&e);
	small_index_open(&ix);
	widen(&ix.segments[0]);
	for (i = 0; i < ARRAY_LEN(chosen); i++)
		assert_int_equal(segment_find_term(&ix.segments[0],
						   term_name(i, name),
						   &infos[i], NULL), SCOUT_OK);
	small_index_copy_streams(&ix, 0);
	for (k = 0; k < 3000; k++) {
		static const enum stream_id ids[] = {
			STREAM_SHORT, STREAM_DOCS, STREAM_SKIP, STREAM_POSITIONS
		};
		struct span chunk =
			ix.segments[0].streams[ids[k % 4]].chunks[0];
		uint32_t at = rng_below(&r, (uint32_t)chunk.len);
		uint8_t *p = (uint8_t *)(uintptr_t)chunk.ptr, old = p[at];
		struct term_info info = infos[rng_below(&r,
							ARRAY_LEN(chosen))];

		p[at] = (uint8_t)rng_next(&r);
		/* now and then what the dictionary says is wrong */
		switch (rng_below(&r, 16)) {
		case 0:
			info.df = 1 + rng_below(&r, SEGMENT_MAX_DOCS);
			break;
		case 1:
			info.cf += rng_below(&r, 10000);
			break;
		case 2:
			info.addr = info.docs_addr = rng_skewed(&r);
			break;
		case 3:
			info.skip_slot = rng_skewed(&r);
			break;
		case 4:
			info.short_bytes = rng_skewed(&r);
			break;
		}
		read_all(&ix.segments[0], &info, &r);
		if (rng_below(&r, 2))
			p[at] = old;
	}
	small_index_close(&ix);
}

/* Every prefix of an inline list, and of the chunk with a short one. */
static void test_truncated(void **state)
{
	struct world *w = *state;
	struct segment_reader seg = w->ix.segments[0];
	struct span chunk = { NULL, 0 }, whole;
	struct posting_cursor c;
	struct term_info info;
	uint8_t *part;
	struct rng r;
	size_t cut;
	int rc;

	rng_init(&r, 55);
	find(w, 10, &info);
	whole = info.inline_bytes;
	for (cut = 0; cut < whole.len; cut++) {
		part = exact_copy(span_of(whole.ptr, cut));
		info.inline_bytes = span_of(part, cut);
		read_all(&seg, &info, &r);
		if (!cut) {
			rc = posting_cursor_init(&c, &seg, &info);
			assert_int_equal(rc, SCOUT_E_CORRUPT);
			posting_cursor_release(&c);
		}
		scout_free(part);
	}
	find(w, 13, &info);
	assert_int_equal(stream_at(&seg.streams[STREAM_SHORT], 0, &whole),
			 SCOUT_OK);
	seg.streams[STREAM_SHORT].chunks = &chunk;
	seg.streams[STREAM_SHORT].nchunks = 1;
	whole.len = (size_t)info.addr + info.short_bytes;
	for (cut = (size_t)info.addr; cut < whole.len; cut++) {
		part = exact_copy(span_of(whole.ptr, cut));
		chunk = span_of(part, cut);
		rc = posting_cursor_init(&c, &seg, &info);
		assert_int_equal(rc, SCOUT_E_CORRUPT);
		posting_cursor_release(&c);
		scout_free(part);
	}
}

/* --- layout over many chunks */

enum { CHUNK_TERMS = 750 };

/* Short lists, document blocks and position groups of more than a chunk. */
static void test_chunks(void **state)
{
	static const struct list_shape wide[] = {
		{ 120, 30000, 30, 0, 1000000, POSTING_SHORT },
		{ 130, 30000, 2, 0, 200000, POSTING_BLOCKS },
		{ 3000, 1300, 1, 0, 60000, POSTING_BLOCKS },
	};
	static struct world w;
	static struct list lists[CHUNK_TERMS];
	struct segment_reader *seg = &w.ix.segments[0];
	struct posting_cursor c;
	struct term_info info;
	char name[16];
	struct rng r;
	uint32_t i, k;

	(void)state;
	rng_init(&r, 56);
	small_index_begin(&w.ix);
	posting_encoder_init(&w.encoder, MEM_OTHER);
	for (i = 0; i < CHUNK_TERMS; i++) {
		list_make(&lists[i], &wide[i % 3], &r);
		encode(&w.encoder, &lists[i]);
		small_index_add(&w.ix, term_name(i, name), &w.encoder);
	}
	small_index_open(&w.ix);
	widen(seg);
	assert_true(seg->streams[STREAM_SHORT].nchunks > 1);
	assert_true(seg->streams[STREAM_POSITIONS].nchunks > 1);
	for (i = 0; i < CHUNK_TERMS; i++) {
		find(&w, i, &info);
		assert_int_equal(info.kind, wide[i % 3].kind);
		assert_int_equal(posting_cursor_init(&c, seg, &info), SCOUT_OK);
		for (k = 0; k < lists[i].df; k++) {
			assert_int_equal(posting_next(&c), SCOUT_OK);
			if (c.doc != lists[i].docs[k])
				fail_msg("list %u, document %u", i, k);
			if (k % 7 == 0 || k + 1 == lists[i].df)
				check_positions(&c, &lists[i], k);
		}
		assert_int_equal(posting_next(&c), SCOUT_END);
		posting_cursor_release(&c);
		list_free(&lists[i]);
	}
	posting_encoder_release(&w.encoder);
	small_index_close(&w.ix);
}

/* Three words in every one of four million documents: the slots of the skip
 * stream fill more than a chunk. */
static void test_skip_chunks(void **state)
{
	enum { TERMS = 3, DOCS = 3000000, CHECKS = 500 };
	static struct world w;
	struct segment_reader *seg = &w.ix.segments[0];
	struct posting_cursor c;
	const term_pos *pos;
	struct term_info info;
	uint32_t i, k, n;
	char name[16];
	struct rng r;

	(void)state;
	rng_init(&r, 57);
	small_index_begin(&w.ix);
	posting_encoder_init(&w.encoder, MEM_OTHER);
	for (i = 0; i < TERMS; i++) {
		posting_encoder_begin(&w.encoder, SURFACE_LOWER);
		for (k = 0; k < DOCS; k++) {
			posting_encoder_doc(&w.encoder, k);
			posting_encoder_position(&w.encoder, k % 1000 + i);
		}
		small_index_add(&w.ix, term_name(i, name), &w.encoder);
	}
	small_index_open(&w.ix);
	widen(seg);
	assert_true(seg->streams[STREAM_SKIP].nchunks > 1);
	for (i = 0; i < TERMS; i++) {
		find(&w, i, &info);
		assert_int_equal(info.df, DOCS);
		posting_cursor_init(&c, seg, &info);
		for (k = 0; k < DOCS; k += rng_below(&r, DOCS / CHECKS)) {
			assert_int_equal(posting_seek(&c, k), SCOUT_OK);
			assert_int_equal(c.doc, k);
			assert_int_equal(posting_positions(&c, &pos, &n),
					 SCOUT_OK);
			assert_int_equal(n, 1);
			assert_int_equal(pos[0], k % 1000 + i);
		}
		assert_int_equal(posting_seek(&c, DOCS), SCOUT_END);
		posting_cursor_release(&c);
	}
	posting_encoder_release(&w.encoder);
	small_index_close(&w.ix);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_infos),
		cmocka_unit_test(test_next),
		cmocka_unit_test(test_seek),
		cmocka_unit_test(test_first_seek),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_skip_entry),
		cmocka_unit_test(test_inline_bytes),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_chunks),
		cmocka_unit_test(test_skip_chunks),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
