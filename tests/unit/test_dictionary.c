/* Dictionary blocks, and the dictionary of a segment in its store. */
#include "small_index.h"

#include <stdlib.h>

#include "base/hash.h"
#include "index_format/inline_list.h"
#include "index_format/postings.h"
#include "index_format/term_search.h"

/* Sorted distinct terms in one arena. */
struct terms {
	struct arena arena;
	struct span *list;
	size_t n;
};

static int cmp_terms(const void *a, const void *b)
{
	return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

/* Bytes 1 to 255; much is shared at the front, as among real words. */
static size_t random_term(struct rng *r, const struct span *before,
			  uint8_t out[TERM_MAX_BYTES])
{
	size_t shared = 0, len, i;
	uint32_t max = rng_below(r, 30) ? 20 : TERM_MAX_BYTES;

	if (before && rng_below(r, 3)) {
		shared = rng_below(r, (uint32_t)before->len + 1);
		memcpy(out, before->ptr, shared);
	}
	len = shared + 1 + rng_below(r, max);
	if (len > TERM_MAX_BYTES)
		len = TERM_MAX_BYTES;
	for (i = shared; i < len; i++)
		out[i] = rng_below(r, 4) ? (uint8_t)('a' + rng_below(r, 4)) :
					   (uint8_t)(1 + rng_below(r, 255));
	return len;
}

static void terms_make(struct terms *t, size_t n, struct rng *r)
{
	uint8_t bytes[TERM_MAX_BYTES];
	size_t i, k, len;

	arena_init(&t->arena, MEM_OTHER);
	t->list = arena_calloc(&t->arena, n, sizeof(*t->list));
	for (i = 0; i < n; i++) {
		len = random_term(r, i ? &t->list[i - 1] : NULL, bytes);
		t->list[i] = span_of(arena_dup(&t->arena, bytes, len), len);
	}
	qsort(t->list, n, sizeof(*t->list), cmp_terms);
	for (i = k = 0; i < n; i++)
		if (!k || !span_eq(t->list[i], t->list[k - 1]))
			t->list[k++] = t->list[i];
	t->n = k;
}

static void terms_free(struct terms *t)
{
	arena_release(&t->arena);
}

/* Number of the first term >= wanted. */
static size_t terms_find(const struct terms *t, struct span wanted)
{
	size_t lo = 0, hi = t->n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (span_cmp(t->list[mid], wanted) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* --- one block */

/* A list that fits into a block; often in the documents of the one before it. */
struct plain_list {
	uint32_t df, docs[8], freqs[8];
};

static void make_docs(struct plain_list *l, struct rng *r)
{
	uint32_t doc = rng_below(r, 1000), i;

	if (l->df && rng_below(r, 3))
		return;
	l->df = 1 + rng_below(r, rng_below(r, 3) ? 2 : 8);
	for (i = 0; i < l->df; i++, doc += 1 + rng_below(r, 300)) {
		l->docs[i] = doc;
		l->freqs[i] = 1 + rng_below(r, rng_below(r, 3) ? 2 : 5);
	}
}

/* Fills in what an inline term has; its bytes are the terms'. */
static void make_inline(struct term_info *info, struct plain_list *l,
			struct arena *arena, struct rng *r)
{
	struct posting_encoder *e = scout_malloc(MEM_OTHER, sizeof(*e));
	struct buf out = BUF_INIT(MEM_OTHER);
	struct encoded_term t;
	struct span bytes;
	uint32_t i, k, pos;

	posting_encoder_init(e, MEM_OTHER);
	make_docs(l, r);
	for (i = 0; i < l->df; i++) {
		posting_encoder_doc(e, l->docs[i]);
		pos = rng_below(r, 60);
		for (k = 0; k < l->freqs[i]; k++, pos += 1 + rng_below(r, 30))
			posting_encoder_position(e, pos);
	}
	assert_int_equal(posting_encoder_finish(e, span_str("x"), &out),
			 SCOUT_OK);
	bytes = buf_span(&out);
	encoded_term_next(&bytes, &t);
	assert_int_equal(t.kind, POSTING_INLINE);
	info->df = t.df;
	info->cf = t.cf;
	info->inline_bytes = span_of(arena_dup(arena, t.bytes.ptr, t.bytes.len),
				     t.bytes.len);
	buf_release(&out);
	posting_encoder_release(e);
	scout_free(e);
}

/* Addresses ascend within a kind, as the segment writer gives them. */
static void make_infos(struct terms *t, struct term_info *infos, struct rng *r)
{
	struct term_info at = { 0 };
	struct plain_list list = { 0 };
	size_t n = t->n, i;

	for (i = 0; i < n; i++) {
		struct term_info *info = &infos[i];

		memset(info, 0, sizeof(*info));
		info->df = 1 + rng_below(r, SEGMENT_MAX_DOCS);
		info->cf = info->df + rng_skewed(r);
		info->kind = (enum posting_kind)rng_below(r, 3);
		info->surface = (uint8_t)(1 + rng_below(r, 15));
		if (rng_below(r, 2))
			info->kind = POSTING_INLINE;
		switch (info->kind) {
		case POSTING_INLINE:
			make_inline(info, &list, &t->arena, r);
			break;
		case POSTING_REPEAT:
			break;	/* the writer's choice */
		case POSTING_SHORT:
			info->addr = at.addr + (rng_below(r, 5) ? 0 :
						rng_skewed(r));
			info->short_bytes = 65 + rng_below(r, 9000);
			at.addr = info->addr + info->short_bytes;
			break;
		case POSTING_BLOCKS:
			at.docs_addr += rng_skewed(r);
			at.skip_slot += 1 + rng_below(r, 100);
			info->docs_addr = at.docs_addr;
			info->skip_slot = at.skip_slot;
			break;
		}
	}
}

/* Repeats that were read, to see that there are some. */
static unsigned nrepeats;

/* The plain list of an inline term or repeat that was read. */
static void put_plain(const struct term_info *info, struct buf *out)
{
	uint32_t docs[DOCS_BLOCK], freqs[DOCS_BLOCK], gaps[POSITIONS_BLOCK];
	const uint8_t *end = info->inline_bytes.ptr + info->inline_bytes.len;
	const uint8_t *p;
	uint32_t i, gap;

	assert_true(info->df < DOCS_BLOCK);
	p = inline_run_get(info->inline_bytes, info->base_doc, info->df, docs,
			   freqs);
	assert_non_null(p);
	for (i = 0; i < info->df; i++) {
		gap = i ? docs[i] - docs[i - 1] - 1 : docs[0];
		buf_put_varint(out, (uint64_t)gap << 1 | (freqs[i] == 1));
		if (freqs[i] != 1)
			buf_put_varint(out, freqs[i] - 2);
	}
	if (info->kind == POSTING_INLINE) {
		buf_put(out, p, (size_t)(end - p));
		return;
	}
	nrepeats++;
	p = repeat_positions_get(info->repeat_bytes,
				 span_of(p, (size_t)(end - p)), freqs,
				 info->df, (uint32_t)info->cf, gaps);
	assert_ptr_equal(p, info->repeat_bytes.ptr + info->repeat_bytes.len);
	for (i = 0; i < info->cf; i++)
		buf_put_varint(out, gaps[i]);
}

static bool same_list(const struct term_info *read, struct span plain)
{
	struct buf out = BUF_INIT(MEM_OTHER);
	bool same;

	put_plain(read, &out);
	same = span_eq(buf_span(&out), plain);
	buf_release(&out);
	return same;
}

/* a as it was read, b as it was written. */
static bool same_info(const struct term_info *a, const struct term_info *b)
{
	if (a->df != b->df || a->cf != b->cf || a->surface != b->surface)
		return false;
	if (a->kind != b->kind &&
	    !(a->kind == POSTING_REPEAT && b->kind == POSTING_INLINE))
		return false;
	switch (b->kind) {
	case POSTING_INLINE:
		return same_list(a, b->inline_bytes);
	case POSTING_SHORT:
		return a->addr == b->addr && a->short_bytes == b->short_bytes;
	default:
		return a->docs_addr == b->docs_addr &&
		       a->skip_slot == b->skip_slot;
	}
}

/* Fills one block with as many of the terms as fit. */
static size_t fill_block(const struct terms *t, const struct term_info *infos,
			 struct buf *out)
{
	struct dict_block_writer *w = scout_malloc(MEM_OTHER, sizeof(*w));
	size_t n = 0;
	int rc = SCOUT_OK;

	dict_block_init(w, MEM_OTHER);
	while (n < t->n && !(rc = dict_block_add(w, t->list[n], &infos[n])))
		n++;
	assert_true(rc == SCOUT_OK || rc == SCOUT_END);
	assert_int_equal(w->nterms, n);
	assert_true(span_eq(span_of(w->first, w->first_len), t->list[0]));
	assert_int_equal(dict_block_finish(w, 9, out), SCOUT_OK);
	assert_true(out->len <= DICT_BLOCK_BYTES);
	assert_true(n == t->n || out->len > DICT_BLOCK_BYTES - 700);
	dict_block_release(w);
	scout_free(w);
	return n;
}

static void check_block(const struct terms *t, const struct term_info *infos,
			size_t n, struct span bytes, struct rng *r)
{
	uint8_t wanted[TERM_MAX_BYTES];
	struct dict_block b;
	size_t i, len;
	int rc;

	assert_int_equal(dict_block_open(&b, bytes), SCOUT_OK);
	assert_int_equal(b.nterms, n);
	for (i = 0; i < n; i++) {
		assert_int_equal(dict_block_next(&b), SCOUT_OK);
		assert_true(span_eq(span_of(b.term, b.term_len), t->list[i]));
		if (!same_info(&b.info, &infos[i]))
			fail_msg("term %zu", i);
	}
	assert_int_equal(dict_block_next(&b), SCOUT_END);
	for (i = 0; i < n; i++) {
		assert_int_equal(dict_block_seek(&b, t->list[i]), SCOUT_OK);
		assert_true(span_eq(span_of(b.term, b.term_len), t->list[i]));
		if (!same_info(&b.info, &infos[i]))
			fail_msg("sought term %zu", i);
	}
	for (i = 0; i < 30; i++) {
		len = random_term(r, &t->list[rng_below(r, (uint32_t)n)],
				  wanted);
		rc = dict_block_seek(&b, span_of(wanted, len));
		len = terms_find(t, span_of(wanted, len));
		if (len >= n) {
			assert_int_equal(rc, SCOUT_END);
			continue;
		}
		assert_int_equal(rc, SCOUT_OK);
		assert_true(span_eq(span_of(b.term, b.term_len), t->list[len]));
		assert_true(same_info(&b.info, &infos[len]));
		/* and on from there */
		rc = dict_block_next(&b);
		assert_int_equal(rc, len + 1 < n ? SCOUT_OK : SCOUT_END);
		if (!rc)
			assert_true(same_info(&b.info, &infos[len + 1]));
	}
	assert_int_equal(dict_block_seek(&b, span_str("")), SCOUT_OK);
	assert_true(span_eq(span_of(b.term, b.term_len), t->list[0]));
}

/* What is to be found of a term: what holds the needle, may have been cut, is
 * not ASCII. */
static void check_found(const struct dict_group *g, unsigned i,
			struct span wanted, struct span needle,
			const uint32_t bits[3])
{
	struct span term = dict_group_term(g, i);

	assert_true(span_eq(term, wanted));
	assert_int_equal(bits[0] >> i & 1,
			 memmem(term.ptr, term.len, needle.ptr, needle.len) !=
				 NULL);
	assert_int_equal(bits[1] >> i & 1, term.len >= TERM_CUT_MIN_BYTES);
	assert_int_equal(bits[2] >> i & 1, !span_is_ascii(term));
}

/* Looks for pieces of terms, and reads the infos of some. */
static void check_search(const struct terms *t, const struct term_info *infos,
			 size_t n, struct span bytes, struct rng *r)
{
	static struct dict_group g;
	struct memsearch search;
	struct dict_block b;
	struct span needle;
	uint32_t bits[3] = { 0 };
	size_t i, k, from;

	for (k = 0; k < 30; k++) {
		needle = t->list[rng_below(r, (uint32_t)t->n)];
		from = rng_below(r, (uint32_t)needle.len);
		needle.ptr += from;
		needle.len = 1 + rng_below(r, (uint32_t)(needle.len - from));
		if (needle.len > 4 && k % 4)
			needle.len = 1 + k % 4;
		memsearch_init(&search, needle, false);
		assert_int_equal(dict_block_open(&b, bytes), SCOUT_OK);
		for (i = 0; i < n; i++) {
			if (i % DICT_RESTART == 0) {
				assert_int_equal(
					dict_block_unpack(&b, (unsigned)i /
							  DICT_RESTART, &g),
					SCOUT_OK);
				bits[0] = term_search_find(&search, &g);
				bits[1] = term_search_cut(&g);
				bits[2] = term_search_not_ascii(&g);
			}
			check_found(&g, i % DICT_RESTART, t->list[i], needle,
				    bits);
			if (rng_below(r, 3))
				continue;
			assert_int_equal(dict_block_read_info(&b, (unsigned)i),
					 SCOUT_OK);
			assert_true(same_info(&b.info, &infos[i]));
		}
	}
}

static void test_block(void **state)
{
	struct term_info *infos = scout_calloc(MEM_OTHER, 600, sizeof(*infos));
	struct buf out = BUF_INIT(MEM_OTHER);
	struct terms t;
	uint8_t *copy;
	struct rng r;
	unsigned i;
	size_t n;

	(void)state;
	rng_init(&r, 70);
	for (i = 0; i < 200; i++) {
		terms_make(&t, 1 + rng_below(&r, i % 3 ? 40 : 600), &r);
		make_infos(&t, infos, &r);
		n = fill_block(&t, infos, &out);
		copy = exact_copy(buf_span(&out));
		check_block(&t, infos, n, span_of(copy, out.len), &r);
		check_search(&t, infos, n, span_of(copy, out.len), &r);
		scout_free(copy);
		terms_free(&t);
	}
	assert_true(nrepeats > 1000);
	buf_release(&out);
	scout_free(infos);
}

/* Four terms: their bytes as the format describes them. */
static void test_block_bytes(void **state)
{
	static const uint8_t wanted[] = {
		4, 0,		/* terms */
		22, 0,		/* where the infos begin */
		8, 0, 22, 0,	/* the only restart: its term, its info */
		3, 'a', 'b', 'c',	/* whole */
		2, 2, 'x', 'y',	/* two bytes shared */
		3, 1, 'z',
		0, 1, 'b',
		/* once, inline, in capitals: document 9 more than 0, word 5 */
		SURFACE_UPPER << 2, 2, 18 << 1 | 1, 5,
		/* 300 documents, 305 times, in blocks */
		0x80 | 1 << 6 | SURFACE_LOWER << 2 | 2, 0xab, 2, 4, 0x80, 1, 7,
		/* the same document again, 2 words before */
		SURFACE_OTHER << 2 | 3, 3,
		/* document 7 (2 less) twice: words 1, 3 */
		1 << 6 | SURFACE_OTHER << 2, 0, 4, 3 << 1, 0, 1, 2,
	};
	struct term_info a = { .df = 1, .cf = 1, .kind = POSTING_INLINE,
			       .surface = SURFACE_UPPER };
	struct term_info b = { .df = 300, .cf = 305, .kind = POSTING_BLOCKS,
			       .surface = SURFACE_LOWER,
			       .docs_addr = 128, .skip_slot = 7 };
	struct term_info c = { .df = 1, .cf = 1, .kind = POSTING_INLINE,
			       .surface = SURFACE_OTHER };
	struct term_info d = { .df = 1, .cf = 2, .kind = POSTING_INLINE,
			       .surface = SURFACE_OTHER };
	struct dict_block_writer w;
	struct buf out = BUF_INIT(MEM_OTHER);

	(void)state;
	a.inline_bytes = span_of("\x13\x05", 2);
	c.inline_bytes = span_of("\x13\x03", 2);
	d.inline_bytes = span_of("\x0e\x00\x01\x02", 4);
	dict_block_init(&w, MEM_OTHER);
	assert_int_equal(dict_block_add(&w, span_str("abc"), &a), SCOUT_OK);
	assert_int_equal(dict_block_add(&w, span_str("abxy"), &b), SCOUT_OK);
	assert_int_equal(dict_block_add(&w, span_str("abxz"), &c), SCOUT_OK);
	assert_int_equal(dict_block_add(&w, span_str("b"), &d), SCOUT_OK);
	assert_int_equal(dict_block_finish(&w, 9, &out), SCOUT_OK);
	assert_int_equal(out.len, sizeof(wanted) + 8);
	assert_memory_equal(out.ptr, wanted, sizeof(wanted));
	assert_true(get_le64(out.ptr + sizeof(wanted)) ==
		    scout_hash64_seeded(wanted, sizeof(wanted), 9));
	dict_block_release(&w);
	buf_release(&out);
}

/* Whatever the bytes are: terms, the end, or SCOUT_E_CORRUPT. */
static void use_block(struct span bytes, const struct terms *t, struct rng *r)
{
	static struct dict_group g;
	struct memsearch search;
	struct dict_block b;
	uint32_t bits;
	uint64_t sum = 0;
	unsigned k;
	size_t i;
	int rc;

	rc = dict_block_open(&b, bytes);
	while (!rc) {
		rc = dict_block_next(&b);
		if (rc)
			break;
		for (i = 0; i < b.info.inline_bytes.len; i++)
			sum += b.info.inline_bytes.ptr[i];
		for (i = 0; i < b.info.repeat_bytes.len; i++)
			sum += b.info.repeat_bytes.ptr[i];
	}
	assert_true(rc == SCOUT_END || rc == SCOUT_E_CORRUPT);
	assert_true(sum < UINT64_MAX);
	if (dict_block_open(&b, bytes))
		return;
	rc = dict_block_seek(&b, t->list[rng_below(r, (uint32_t)t->n)]);
	assert_true(rc == SCOUT_OK || rc == SCOUT_END || rc == SCOUT_E_CORRUPT);
	memsearch_init(&search, span_str("a"), false);
	assert_int_equal(dict_block_open(&b, bytes), SCOUT_OK);
	for (k = 0; k < b.nrestarts; k++) {
		rc = dict_block_unpack(&b, k, &g);
		assert_true(rc == SCOUT_OK || rc == SCOUT_E_CORRUPT);
		if (rc < 0)
			break;
		bits = term_search_find(&search, &g);
		for (i = 0; i < g.n; i++)
			if (bits >> i & 1)
				assert_non_null(memchr(g.text + g.start[i], 'a',
						       dict_group_term(&g,
							(unsigned)i).len));
		for (i = 0; i < g.n; i++) {
			rc = dict_block_read_info(&b, k * DICT_RESTART +
							  (unsigned)i);
			assert_true(rc == SCOUT_OK || rc == SCOUT_E_CORRUPT);
		}
	}
}

static void test_damage(void **state)
{
	struct term_info *infos = scout_calloc(MEM_OTHER, 300, sizeof(*infos));
	struct buf out = BUF_INIT(MEM_OTHER);
	unsigned i, k;
	struct terms t;
	uint8_t *copy;
	struct rng r;
	size_t cut;

	(void)state;
	rng_init(&r, 71);
	for (i = 0; i < 6; i++) {
		terms_make(&t, i < 3 ? 20 : 300, &r);
		make_infos(&t, infos, &r);
		fill_block(&t, infos, &out);
		for (cut = 0; cut < out.len; cut += i < 3 ? 1 : 13) {
			copy = exact_copy(span_of(out.ptr, cut));
			use_block(span_of(copy, cut), &t, &r);
			scout_free(copy);
		}
		copy = exact_copy(buf_span(&out));
		for (k = 0; k < 3000; k++) {
			uint32_t at = rng_below(&r, (uint32_t)out.len);

			if (!rng_below(&r, 3))
				at = rng_below(&r, 40);
			copy[at] = (uint8_t)rng_next(&r);
			use_block(buf_span(&out), &t, &r);
			use_block(span_of(copy, out.len), &t, &r);
			if (!rng_below(&r, 3))
				memcpy(copy, out.ptr, out.len);
		}
		scout_free(copy);
		terms_free(&t);
	}
	buf_release(&out);
	scout_free(infos);
}

/* --- the dictionaries of segments, side by side in a store */

enum { STORE_TERMS = 20000 };

/* Term i is in document i, i % 7 + 1 times. */
static void add_terms(struct small_index *ix, const struct terms *t)
{
	static const term_pos positions[] = { 1, 2, 3, 4, 5, 6, 7 };
	struct posting_encoder e;
	size_t i;

	posting_encoder_init(&e, MEM_OTHER);
	for (i = 0; i < t->n; i++) {
		posting_encoder_begin(&e, SURFACE_UPPER);
		posting_encoder_doc(&e, (doc_id)i);
		posting_encoder_positions(&e, positions, i % 7 + 1);
		small_index_add(ix, t->list[i], &e);
	}
	posting_encoder_release(&e);
}

static bool is_term(const struct term_info *info, size_t i)
{
	struct posting_encoder e;
	struct encoded_term t;
	struct buf out = BUF_INIT(MEM_OTHER);
	static const term_pos positions[] = { 1, 2, 3, 4, 5, 6, 7 };
	struct span bytes;
	bool same;

	if (info->df != 1 || info->cf != i % 7 + 1)
		return false;
	posting_encoder_init(&e, MEM_OTHER);
	posting_encoder_doc(&e, (doc_id)i);
	posting_encoder_positions(&e, positions, i % 7 + 1);
	assert_int_equal(posting_encoder_finish(&e, span_str("x"), &out),
			 SCOUT_OK);
	bytes = buf_span(&out);
	encoded_term_next(&bytes, &t);
	same = info->surface == SURFACE_UPPER && same_list(info, t.bytes);
	posting_encoder_release(&e);
	buf_release(&out);
	return same;
}

static void check_find(struct segment_reader *seg, const struct terms *t,
		       struct rng *r)
{
	uint8_t wanted[TERM_MAX_BYTES + 1];
	struct term_info info;
	size_t i, len, at;
	int rc;

	for (i = 0; i < t->n; i++)
		if (segment_find_term(seg, t->list[i], &info, NULL) ||
		    !is_term(&info, i))
			fail_msg("term %zu", i);
	for (i = 0; i < 3000; i++) {
		len = random_term(r, &t->list[rng_below(r, (uint32_t)t->n)],
				  wanted);
		at = terms_find(t, span_of(wanted, len));
		rc = segment_find_term(seg, span_of(wanted, len), &info, NULL);
		if (at < t->n && span_eq(t->list[at], span_of(wanted, len)))
			assert_true(!rc && is_term(&info, at));
		else
			assert_int_equal(rc, SCOUT_E_NOTFOUND);
	}
	assert_int_equal(segment_find_term(seg, span_str(""), &info, NULL),
			 SCOUT_E_NOTFOUND);
	memset(wanted, 'x', sizeof(wanted));
	assert_int_equal(segment_find_term(seg, span_of(wanted, 256), &info,
					   NULL), SCOUT_E_NOTFOUND);
}

/* From start on, `most` terms or to the end. */
static void check_iter(struct segment_reader *seg, const struct terms *t,
		       struct span start, size_t most)
{
	size_t i = terms_find(t, start);
	struct term_iter it;

	assert_int_equal(term_iter_open(&it, seg, start, NULL), SCOUT_OK);
	for (; i < t->n && most; i++, most--) {
		assert_int_equal(term_iter_next(&it, NULL), SCOUT_OK);
		if (!span_eq(it.term, t->list[i]) || it.info.cf != i % 7 + 1)
			fail_msg("term %zu", i);
	}
	if (most) {
		assert_int_equal(term_iter_next(&it, NULL), SCOUT_END);
		assert_int_equal(term_iter_next(&it, NULL), SCOUT_END);
	}
	term_iter_close(&it);
	term_iter_close(&it);
}

static void check_iters(struct segment_reader *seg, const struct terms *t,
			struct rng *r)
{
	uint8_t wanted[TERM_MAX_BYTES];
	size_t i, len;

	check_iter(seg, t, span_of(NULL, 0), SIZE_MAX);
	for (i = 0; i < 500; i++) {
		struct span term = t->list[rng_below(r, (uint32_t)t->n)];

		check_iter(seg, t, term, 20);
		len = random_term(r, &term, wanted);
		check_iter(seg, t, span_of(wanted, len), 20);
	}
	check_iter(seg, t, t->list[t->n - 1], SIZE_MAX);
	memset(wanted, 0xff, sizeof(wanted));
	check_iter(seg, t, span_of(wanted, sizeof(wanted)), SIZE_MAX);
}

static void test_store(void **state)
{
	static struct small_index ix;
	struct terms t[3] = { 0 };
	struct rng r;
	unsigned i;

	(void)state;
	rng_init(&r, 72);
	small_index_begin(&ix);
	for (i = 0; i < 3; i++) {
		/* the middle one is all in one block */
		terms_make(&t[i], i == 1 ? 30 : STORE_TERMS, &r);
		if (i)
			small_index_next(&ix);
		add_terms(&ix, &t[i]);
	}
	/* and one without any term */
	small_index_next(&ix);
	small_index_open(&ix);
	for (i = 0; i < 3; i++) {
		assert_int_equal(ix.metas[i].nterms, t[i].n);
		assert_int_equal(ix.metas[i].npostings, t[i].n);
		assert_true(i == 1 || ix.metas[i].dict_blocks > 10);
		check_find(&ix.segments[i], &t[i], &r);
		check_iters(&ix.segments[i], &t[i], &r);
	}
	check_iter(&ix.segments[3], &(struct terms){ .n = 0 }, span_str("a"),
		   SIZE_MAX);
	for (i = 0; i < 3; i++)
		terms_free(&t[i]);
	small_index_close(&ix);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_block),
		cmocka_unit_test(test_block_bytes),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
