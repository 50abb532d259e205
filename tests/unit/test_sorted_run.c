/* Sorted runs: written from an accumulator, read back whole and in ranges. */
#include "random_text.h"

#include <errno.h>

#include "base/arena.h"
#include "indexer/run_docs.h"
#include "indexer/run_reader.h"

/* What a run must hold: terms in order, each with its postings. */
struct content {
	struct arena arena;
	struct span *terms, *postings;
	uint32_t nterms;
};

static void make_accumulator(struct accumulator *acc, uint64_t seed,
			     uint32_t vocabulary, uint32_t ndocs)
{
	struct token_batch *batch = scout_malloc(MEM_OTHER, sizeof(*batch));
	struct buf text = BUF_INIT(MEM_OTHER);
	struct tokenizer t = { 0 };
	struct file_terms f;
	struct rng r;
	uint32_t doc;

	rng_init(&r, seed);
	file_terms_init(&f);
	for (doc = 0; doc < ndocs; doc++) {
		buf_clear(&text);
		random_words_put(&r, vocabulary, 1 + rng_below(&r, 2000),
				 &text);
		assert_true(buf_reserve(&text, TOKEN_PADDING));
		memset(text.ptr + text.len, 0, TOKEN_PADDING);
		file_terms_begin(&f, 0);
		tokenizer_start(&t, buf_span(&text), true, true);
		while (tokenizer_next(&t, batch))
			assert_int_equal(file_terms_add(&f, text.ptr, batch),
					 SCOUT_OK);
		assert_int_equal(file_terms_finish(&f), SCOUT_OK);
		assert_int_equal(accumulator_add(acc, &f, doc), SCOUT_OK);
	}
	file_terms_release(&f);
	buf_release(&text);
	scout_free(batch);
}

static void slices_put(const struct accumulator *acc, uint32_t term,
		       struct buf *out)
{
	struct postings_slice s;
	uint32_t len = postings_slice_first(acc, term, &s);

	do
		buf_put_span(out, s.bytes);
	while (postings_slice_next(acc, &s));
	assert_int_equal(out->len, len);
}

/* Sorting uses an accumulator up, so the content comes from its twin. */
static void content_make(struct content *c, struct accumulator *twin)
{
	struct buf bytes = BUF_INIT(MEM_OTHER);
	struct sorted_term *sorted;
	struct span term;
	uint32_t i;

	arena_init(&c->arena, MEM_OTHER);
	c->nterms = twin->nterms;
	c->terms = arena_calloc(&c->arena, c->nterms, sizeof(*c->terms));
	c->postings = arena_calloc(&c->arena, c->nterms, sizeof(*c->postings));
	assert_int_equal(accumulator_sort(twin, &sorted), SCOUT_OK);
	for (i = 0; i < c->nterms; i++) {
		term = accumulator_term(twin, sorted[i].term);
		c->terms[i] = span_of(arena_dup(&c->arena, term.ptr, term.len),
				      term.len);
		buf_clear(&bytes);
		slices_put(twin, sorted[i].term, &bytes);
		c->postings[i] = span_of(arena_dup(&c->arena, bytes.ptr,
						   bytes.len), bytes.len);
	}
	scout_free(sorted);
	buf_release(&bytes);
	accumulator_clear(twin);
}

static uint32_t content_find(const struct content *c, struct span wanted)
{
	uint32_t lo = 0, hi = c->nterms;

	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (span_cmp(c->terms[mid], wanted) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* All chunks of a term together, in pieces and numbers by turns. */
static void take_postings(struct run_reader *r, struct buf *out)
{
	struct span piece;

	buf_clear(out);
	do {
		while (!run_reader_chunk_ended(r)) {
			buf_put_varint(out, run_reader_varint(r));
			if (out->len % 3)
				continue;
			piece = run_reader_piece(r);
			buf_put_span(out, piece);
		}
	} while (run_reader_next_chunk(r));
}

/* A reader may also leave a term before its postings are used up. */
static void check_range(const struct sorted_run *run, const struct content *c,
			struct span start, struct span stop)
{
	static uint8_t memory[RUN_READER_MIN_BYTES];
	uint32_t i = content_find(c, start);
	uint32_t end = stop.len ? content_find(c, stop) : c->nterms;
	struct buf postings = BUF_INIT(MEM_OTHER);
	struct run_reader r;

	run_reader_open(&r, run, start, stop, memory, sizeof(memory));
	for (; i < end; i++) {
		assert_int_equal(run_reader_next(&r), SCOUT_OK);
		if (!span_eq(run_reader_term(&r), c->terms[i]))
			fail_msg("term %u", i);
		if (i % 5 == 4)
			continue;
		take_postings(&r, &postings);
		if (!span_eq(buf_span(&postings), c->postings[i]))
			fail_msg("postings of term %u", i);
	}
	assert_int_equal(run_reader_next(&r), SCOUT_END);
	assert_int_equal(run_reader_next(&r), SCOUT_END);
	assert_int_equal(run_reader_status(&r, NULL), SCOUT_OK);
	buf_release(&postings);
}

static void check_ranges(const struct sorted_run *run, const struct content *c,
			 struct rng *r)
{
	struct span none = { NULL, 0 }, a, b, x;
	uint32_t i;
	size_t k;

	check_range(run, c, none, none);
	for (i = 0; i < 60; i++) {
		a = c->terms[rng_below(r, c->nterms)];
		b = c->terms[rng_below(r, c->nterms)];
		/* bounds need not be terms */
		if (!rng_below(r, 3))
			a.len = 1 + rng_below(r, (uint32_t)a.len);
		if (!rng_below(r, 3))
			b.len = 1 + rng_below(r, (uint32_t)b.len);
		if (span_cmp(a, b) > 0) {
			x = a;
			a = b;
			b = x;
		}
		check_range(run, c, none, a);
		if (span_cmp(a, b) < 0)
			check_range(run, c, a, b);
		check_range(run, c, b, none);
	}
	/* exactly from point to point, as the merge cuts them */
	for (k = 0; k < run->npoints; k++) {
		const struct run_point *p = &run->points[k];

		a = span_of(run->point_text.ptr + p->text, p->len);
		b = none;
		if (k + 1 < run->npoints)
			b = span_of(run->point_text.ptr + p[1].text, p[1].len);
		check_range(run, c, a, b);
	}
	check_range(run, c, span_str("\xff\xff"), none);
	check_range(run, c, none, span_str("\x01"));
}

/* Document i of a run, with line records of a size of its own. */
static void doc_make(uint32_t i, struct doc_info *doc, struct buf *lines)
{
	uint32_t n = i % 50 == 49 ? 400000 : i * 37 % 300;

	memset(doc, 0, sizeof(*doc));
	doc->size_bytes = i * 11;
	doc->nwords = i + 1;
	doc->nlines = i / 2;
	doc->content_hash.lo = i;
	doc->flags = i % 3 ? 0 : DOC_UTF16;
	buf_clear(lines);
	assert_true(buf_reserve(lines, n));
	if (n)
		memset(lines->ptr, (int)i, n);
	lines->len = n;
}

static void check_docs(const struct run_docs *docs, uint32_t ndocs)
{
	struct buf lines = BUF_INIT(MEM_OTHER);
	struct run_doc_reader r;
	struct doc_info doc;
	uint32_t i;

	run_doc_reader_init(&r, docs);
	for (i = 0; i < ndocs; i++) {
		assert_int_equal(run_doc_next(&r, NULL), SCOUT_OK);
		doc_make(i, &doc, &lines);
		assert_int_equal(r.file, i * 3);
		assert_true(r.doc.size_bytes == doc.size_bytes &&
			    r.doc.nwords == doc.nwords &&
			    r.doc.nlines == doc.nlines &&
			    r.doc.content_hash.lo == i &&
			    r.doc.flags == doc.flags);
		assert_true(span_eq(r.line_records, buf_span(&lines)));
	}
	assert_int_equal(run_doc_next(&r, NULL), SCOUT_END);
	run_doc_reader_release(&r);
	buf_release(&lines);
}

static void put_docs(struct run_docs *docs, const char *dir, uint32_t ndocs)
{
	struct buf lines = BUF_INIT(MEM_OTHER);
	struct doc_info doc;
	uint32_t i;

	for (i = 0; i < ndocs; i++) {
		doc_make(i, &doc, &lines);
		assert_int_equal(run_docs_add(docs, dir, i * 3, &doc,
					      buf_span(&lines), NULL),
				 SCOUT_OK);
	}
	assert_int_equal(run_docs_finish(docs, dir, NULL), SCOUT_OK);
	buf_release(&lines);
}

static void test_docs(void **state)
{
	static const uint32_t sizes[] = { 0, 1, 400 };
	char dir[TEMP_DIR_MAX];
	unsigned i;

	(void)state;
	temp_dir_make(dir);
	for (i = 0; i < 3; i++) {
		struct run_docs docs = RUN_DOCS_INIT;

		put_docs(&docs, dir, sizes[i]);
		check_docs(&docs, sizes[i]);
		run_docs_release(&docs);
	}
	temp_dir_remove(dir);
}

enum { RUNS = 4 };

/* Several runs one after the other in the same file. */
static void test_runs(void **state)
{
	static const uint32_t vocabularies[RUNS] = { 50, 60000, 5000, 1 };
	static const uint32_t sizes[RUNS] = { 3, 60, 130, 0 };
	struct run_file file = { .fd = -1 };
	struct sorted_run runs[RUNS];
	struct content contents[RUNS];
	struct accumulator acc;
	char dir[TEMP_DIR_MAX];
	struct rng r;
	unsigned i;

	(void)state;
	rng_init(&r, 120);
	temp_dir_make(dir);
	assert_int_equal(accumulator_init(&acc, 64 << 20), SCOUT_OK);
	for (i = 0; i < RUNS; i++) {
		make_accumulator(&acc, 121 + i, vocabularies[i], sizes[i]);
		content_make(&contents[i], &acc);
		make_accumulator(&acc, 121 + i, vocabularies[i], sizes[i]);
		assert_int_equal(run_file_open(&file, dir, NULL), SCOUT_OK);
		assert_int_equal(sorted_run_write(&file, 7, &acc, &runs[i],
						  NULL), SCOUT_OK);
		assert_int_equal(runs[i].source, 7);
		assert_int_equal(acc.nterms, 0);
	}
	assert_true(runs[1].npoints > 5);
	assert_int_equal(file.bytes, runs[RUNS - 1].offset);
	for (i = 0; i < RUNS; i++) {
		if (sizes[i])
			check_ranges(&runs[i], &contents[i], &r);
		else
			check_range(&runs[i], &contents[i], span_of(NULL, 0),
				    span_of(NULL, 0));
		arena_release(&contents[i].arena);
		sorted_run_release(&runs[i]);
	}
	run_file_close(&file);
	run_file_close(&file);
	accumulator_release(&acc);
	temp_dir_remove(dir);
}

static void test_no_folder(void **state)
{
	struct run_file file = { .fd = -1 };
	struct run_docs docs = RUN_DOCS_INIT;
	struct scout_err err = SCOUT_ERR_INIT;
	struct doc_info doc = { 0 };

	(void)state;
	assert_int_equal(run_file_open(&file, "/no/such/folder", &err),
			 SCOUT_E_IO);
	assert_int_equal(err.sys, ENOENT);
	assert_non_null(strstr(err.msg, "/no/such/folder"));
	assert_int_equal(run_docs_add(&docs, "/no/such/folder", 0, &doc,
				      span_of(NULL, 0), NULL), SCOUT_OK);
	assert_int_equal(run_docs_finish(&docs, "/no/such/folder", NULL),
			 SCOUT_E_IO);
	run_docs_release(&docs);
}

/* The files are cut short behind our back. */
static void test_cut_short(void **state)
{
	static uint8_t memory[RUN_READER_MIN_BYTES];
	struct run_file file = { .fd = -1 };
	struct scout_err err = SCOUT_ERR_INIT;
	struct run_docs docs = RUN_DOCS_INIT;
	struct run_reader reader;
	struct run_doc_reader doc_reader;
	struct accumulator acc;
	struct sorted_run run;
	char dir[TEMP_DIR_MAX];
	int rc;

	(void)state;
	temp_dir_make(dir);
	assert_int_equal(accumulator_init(&acc, 8 << 20), SCOUT_OK);
	make_accumulator(&acc, 131, 100, 40);
	assert_int_equal(run_file_open(&file, dir, NULL), SCOUT_OK);
	assert_int_equal(sorted_run_write(&file, 0, &acc, &run, NULL),
			 SCOUT_OK);
	assert_true(run.bytes > sizeof(memory));
	run.bytes += 10;
	run_reader_open(&reader, &run, span_of(NULL, 0), span_of(NULL, 0),
			memory, sizeof(memory));
	do {
		rc = run_reader_next(&reader);
		while (!rc && !run_reader_chunk_ended(&reader))
			(void)run_reader_varint(&reader);
	} while (!rc);
	assert_int_equal(rc, SCOUT_END);
	assert_int_equal(run_reader_status(&reader, &err), SCOUT_E_IO);
	assert_int_equal(err.sys, EIO);
	/* documents that end within a record */
	put_docs(&docs, dir, 2);
	docs.file.bytes -= 1;
	run_doc_reader_init(&doc_reader, &docs);
	assert_int_equal(run_doc_next(&doc_reader, &err), SCOUT_OK);
	assert_int_equal(run_doc_next(&doc_reader, &err), SCOUT_E_CORRUPT);
	run_doc_reader_release(&doc_reader);
	run_docs_release(&docs);
	sorted_run_release(&run);
	run_file_close(&file);
	accumulator_release(&acc);
	temp_dir_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_docs),
		cmocka_unit_test(test_no_folder),
		cmocka_unit_test(test_cut_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
