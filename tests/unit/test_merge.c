/*
 * Runs of several workers become a segment: documents in the order of the
 * walk, files that go on in the next run, and files that could not be read.
 */
#include "small_index.h"

#include <stdlib.h>

#include "indexer/merge.h"
#include "indexer/run_stack.h"

enum { FILES = 120, WORKERS = 3, RUNS_EACH = 6, TERMS = 400, FREQUENT = 7 };

/* One word of a file, numbered like the words of a vocabulary. */
struct word {
	uint32_t term, file, pos;
};

struct made {
	struct file_entry files[FILES];
	char paths[FILES][32];
	bool is_doc[FILES];	/* false: failed while it was read */
	uint32_t nwords[FILES];
	struct buf words;	/* struct word each */
	struct run_stack stacks[WORKERS];
	struct run_docs docs[WORKERS];
	struct sorted_run runs[WORKERS * RUNS_EACH];
	size_t nruns;
};

static struct span term_text(uint32_t term, char out[24])
{
	/* some share 16 bytes and more */
	snprintf(out, 24, term % 3 ? "t%u" : "averylongcommonpart%u", term);
	return span_str(out);
}

/* A stretch of a file's words as the tables of a worker hand it on. */
static void add_stretch(struct made *m, struct accumulator *acc,
			uint32_t file, struct rng *r)
{
	struct token_batch *batch = scout_calloc(MEM_OTHER, 1, sizeof(*batch));
	uint32_t n = rng_below(r, 150), i;
	struct buf text = BUF_INIT(MEM_OTHER);
	struct file_terms f;
	char name[24];

	assert_non_null(batch);
	for (i = 0; i < n; i++) {
		/* one of them often enough for a list in blocks */
		struct word w = { rng_below(r, 5) < 3 ?
					  FREQUENT :
					  rng_below(r, 1 + rng_below(r, TERMS)),
				  file, m->nwords[file] + i };
		struct span term = term_text(w.term, name);

		batch->tokens[i].start = (uint32_t)text.len;
		batch->tokens[i].len = (uint32_t)term.len & 0x7fffffff;
		batch->tokens[i].is_ascii = 1;
		buf_put_span(&text, term);
		buf_put_u8(&text, ' ');
		buf_put(&m->words, &w, sizeof(w));
	}
	batch->ntokens = n;
	assert_true(buf_reserve(&text, TOKEN_PADDING));
	memset(text.ptr + text.len, 0, TOKEN_PADDING);
	file_terms_init(&f);
	file_terms_begin(&f, m->nwords[file]);
	assert_int_equal(file_terms_add(&f, text.ptr, batch), SCOUT_OK);
	assert_int_equal(file_terms_finish(&f), SCOUT_OK);
	assert_int_equal(accumulator_add(acc, &f, file), SCOUT_OK);
	m->nwords[file] += n;
	file_terms_release(&f);
	buf_release(&text);
	scout_free(batch);
}

/* Files worker, worker + WORKERS, ... in RUNS_EACH runs; one may go on over
 * the end of a run, and its document comes in the run where it ends. */
static void make_runs(struct made *m, unsigned worker, const char *dir,
		      struct rng *r)
{
	struct run_docs *docs = &m->docs[worker];
	struct run_stack *stack = &m->stacks[worker];
	struct accumulator acc;
	uint32_t file = worker;
	unsigned run;

	*docs = (struct run_docs)RUN_DOCS_INIT;
	run_stack_init(stack, worker, dir);
	stack->fan_in = 2 + rng_below(r, RUNS_EACH);
	assert_int_equal(accumulator_init(&acc, 16 << 20), SCOUT_OK);
	for (run = 0; run < RUNS_EACH; run++) {
		uint32_t stop = run + 1 < RUNS_EACH ?
					FILES / RUNS_EACH * (run + 1) : FILES;

		while (file < stop) {
			struct doc_info doc = { .size_bytes = file };

			add_stretch(m, &acc, file, r);
			/* is the rest of it for the next run? */
			if (file + WORKERS >= stop && stop < FILES &&
			    rng_below(r, 2))
				break;
			doc.nwords = m->nwords[file];
			if (m->is_doc[file])
				assert_int_equal(run_docs_add(
						docs, dir, file, &doc,
						span_of(NULL, 0), NULL),
						 SCOUT_OK);
			file += WORKERS;
		}
		assert_int_equal(run_stack_add(stack, &acc, 0, NULL),
				 SCOUT_OK);
	}
	assert_int_equal(run_docs_finish(docs, dir, NULL), SCOUT_OK);
	assert_int_equal(stack->nwritten, RUNS_EACH);
	assert_true(run_stack_count(stack) <
		    (stack->fan_in - 1) * RUN_LEVELS + 1);
	run_stack_list(stack, m->runs + m->nruns);
	m->nruns += run_stack_count(stack);
	accumulator_release(&acc);
}

static void made_make(struct made *m, const char *dir, struct rng *r)
{
	unsigned i;

	memset(m, 0, sizeof(*m));
	buf_init(&m->words, MEM_OTHER);
	for (i = 0; i < FILES; i++) {
		snprintf(m->paths[i], sizeof(m->paths[i]), "file-%05u", i);
		m->files[i].path = m->paths[i];
		m->files[i].path_len = (uint32_t)strlen(m->paths[i]);
		m->is_doc[i] = rng_below(r, 6) > 0;
	}
	for (i = 0; i < WORKERS; i++)
		make_runs(m, i, dir, r);
}

static void made_release(struct made *m)
{
	unsigned i;

	for (i = 0; i < WORKERS; i++) {
		run_stack_release(&m->stacks[i]);
		run_docs_release(&m->docs[i]);
	}
	buf_release(&m->words);
}

static int cmp_words(const void *x, const void *y)
{
	const struct word *a = x, *b = y;
	char at[24], bt[24];
	int c = span_cmp(term_text(a->term, at), term_text(b->term, bt));

	if (c)
		return c;
	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	return a->pos < b->pos ? -1 : a->pos > b->pos;
}

/* The segment holds the words of the documents, and nothing else. */
static void check_segment(struct segment_reader *seg, struct made *m)
{
	struct word *w = (struct word *)(void *)m->words.ptr;
	size_t n = m->words.len / sizeof(*w), i, k = 0;
	uint32_t doc_of[FILES], ndocs = 0, npos;
	struct posting_cursor c;
	const term_pos *pos;
	struct term_iter it;
	char name[24];

	for (i = 0; i < FILES; i++)
		doc_of[i] = m->is_doc[i] ? ndocs++ : DOC_NONE;
	assert_int_equal(seg->ndocs, ndocs);
	for (i = 0; i < n; i++)
		if (m->is_doc[w[i].file])
			w[k++] = w[i];
	qsort(w, k, sizeof(*w), cmp_words);
	assert_int_equal(term_iter_open(&it, seg, span_of(NULL, 0), NULL),
			 SCOUT_OK);
	for (i = 0; i < k;) {
		uint32_t term = w[i].term;

		assert_int_equal(term_iter_next(&it, NULL), SCOUT_OK);
		assert_true(span_eq(it.term, term_text(term, name)));
		posting_cursor_init(&c, seg, &it.info);
		while (!posting_next(&c)) {
			uint32_t file = w[i].file, q;

			assert_int_equal(c.doc, doc_of[file]);
			assert_int_equal(posting_positions(&c, &pos, &npos),
					 SCOUT_OK);
			for (q = 0; q < npos; q++, i++)
				if (i == k || w[i].term != term ||
				    w[i].file != file || w[i].pos != pos[q])
					fail_msg("%s in %s", name,
						 m->paths[file]);
		}
		posting_cursor_release(&c);
		assert_true(i == k || w[i].term != term);
	}
	assert_int_equal(term_iter_next(&it, NULL), SCOUT_END);
	term_iter_close(&it);
}

static void check_docs(struct segment_reader *seg, const struct made *m)
{
	struct path_cache paths = { 0 };
	struct doc_info doc;
	doc_id number = 0;
	unsigned i;

	for (i = 0; i < FILES; i++) {
		if (!m->is_doc[i])
			continue;
		assert_int_equal(segment_doc(seg, number++, &paths, &doc,
					     NULL), SCOUT_OK);
		assert_true(span_eq(doc.path, span_str(m->paths[i])));
		assert_int_equal(doc.size_bytes, i);
		assert_int_equal(doc.nwords, m->nwords[i]);
	}
	path_cache_release(&paths);
}

static void check_merge(uint64_t seed, unsigned nthreads, size_t range_bytes)
{
	static struct small_index ix;
	static struct made m;
	struct merge_options o = { .files = m.files, .nfiles = FILES };
	struct merge_result result;
	struct scout_err err = SCOUT_ERR_INIT;
	struct rng r;

	rng_init(&r, seed);
	small_index_begin(&ix);
	made_make(&m, ix.dir, &r);
	o.runs = m.runs;
	o.nruns = m.nruns;
	o.docs = m.docs;
	o.nsources = WORKERS;
	o.nthreads = nthreads;
	o.range_bytes = range_bytes;
	o.run_dir = ix.dir;
	o.store = ix.store;
	o.segment_number = 2;
	if (merge_runs(&o, &result, &err) < 0)
		fail_msg("%s", err.msg);
	/* beside the empty segment 1 of the small index */
	small_index_open(&ix);
	ix.metas[1] = result.meta;
	small_index_open_segment(&ix, 1);
	check_segment(&ix.segments[1], &m);
	check_docs(&ix.segments[1], &m);
	made_release(&m);
	small_index_close(&ix);
}

static void test_merge(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 150; seed < 180; seed++)
		check_merge(seed, 1 + seed % 4, seed % 2 ? 1 : 4 << 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
