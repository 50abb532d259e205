#include "corrupt_index.h"

#include <stdio.h>

#include "index_format/check.h"
#include "index_format/segment_reader.h"
#include "indexer/indexer.h"
#include "query/query.h"

enum {
	SMALL_FILES = 290,
	SEGMENT_DOCS = 280,	/* two blocks of documents and some */
	MAP_BYTES = 64 << 20,
};

/* A query and how it is asked. */
struct question {
	const char *text;
	enum query_detail detail;
	enum verify_mode verify;
	bool without_match;
	bool counts;		/* as --batch does */
};

#define FILES(q) { q, DETAIL_FILES, VERIFY_NEVER, false, false }
#define LINES(q) { q, DETAIL_LINES, VERIFY_NEVER, false, false }
#define COUNT(q) { q, DETAIL_FILES, VERIFY_NEVER, false, true }

static const struct question questions[] = {
	FILES("w7"),			/* inline */
	LINES("w7"),
	LINES("third"),			/* short */
	FILES("common"),		/* blocks */
	COUNT("common"),
	LINES("bitset"),
	LINES("again"),			/* many positions in one document */
	LINES("\"often again\""),
	COUNT("\"common words\""),
	FILES("w1*"),
	COUNT("w*"),			/* all dictionary blocks */
	FILES("*itse*"),		/* through the filters */
	FILES("bitsat~"),		/* by leaps */
	FILES("accents:no third"),
	FILES("accents:no *itse*"),
	FILES("part:third"),
	FILES("*gain NEAR/3 o?ten"),
	LINES("third NEAR/3 words"),
	FILES("third BEFORE/9 w1*"),
	FILES("often NEAR/3l again"),
	LINES("third OR w9 OR again"),
	LINES("(third NEAR/3 words) NOT NEAR/2 w1*"),
	FILES("path:d1/** -third"),
	LINES("common size:>10 -path:1"),
	FILES("common NOT third NOT w1*"),
	COUNT("bitset AND third AND NOT w3"),
	FILES("absent"),
	FILES("zzz*"),
	{ "common bitset", DETAIL_FILES, VERIFY_NEVER, true, false },
	{ "\"the end\"", DETAIL_TEXT, VERIFY_AUTO, false, false },
	{ "w7", DETAIL_TEXT, VERIFY_ALWAYS, false, false },
};

#define NQUESTIONS (sizeof(questions) / sizeof(questions[0]))

_Static_assert(NQUESTIONS <= CORRUPT_QUERIES, "an answer for every question");

/* The tree ------------------------------------------------------------- */

static void put_words(struct corrupt_index *ix, struct buf *text, size_t n,
		      uint32_t vocabulary)
{
	size_t i;

	for (i = 0; i < n; i++)
		buf_printf(text, "w%u%c", rng_below(&ix->rng, vocabulary),
			   rng_below(&ix->rng, 8) ? ' ' : '\n');
}

static void write_text(struct corrupt_index *ix, const char *path,
		       struct buf *text)
{
	write_file(ix->dir, path, buf_span(text));
	buf_clear(text);
}

static void make_small_files(struct corrupt_index *ix, struct buf *text)
{
	char path[64];
	int i;

	for (i = 0; i < SMALL_FILES; i++) {
		buf_put_str(text, "common words\n");
		if (i % 3 == 0)
			buf_put_str(text, "third\n");
		if (i % 2 == 0 || i % 5)
			buf_put_str(text, i % 9 ? "mixed " : "mixed mixed ");
		if (i % 50 > 3)		/* gaps that are dear when packed */
			buf_put_str(text, "bitset ");
		put_words(ix, text, 6, 400);
		snprintf(path, sizeof(path), "tree/d%d/f%d", i % 3, i);
		write_text(ix, path, text);
	}
}

static void make_odd_files(struct corrupt_index *ix, struct buf *text)
{
	static const char utf16[] = "\xff\xfeW\0i\0d\0e\0\n\0";
	int i;

	write_text(ix, "tree/.left-out", text);
	write_text(ix, "tree/z/.left-out", text);
	write_text(ix, "tree/empty", text);
	write_file(ix->dir, "tree/utf16", span_of(utf16, sizeof(utf16) - 1));
	buf_put_str(text, "\xef\xbb\xbf" "after the mark\nthe end");
	write_text(ix, "tree/bom", text);
	for (i = 0; i < 300; i++)
		buf_put_str(text, i % 2 ? "\xef\xac\x83" : "long");
	write_text(ix, "tree/overlong", text);
	for (i = 0; i < 600; i++)	/* what is kept of it is unreliable */
		buf_put_str(text, i ? "\xcc\x81" : "a");
	write_text(ix, "tree/d1/wild", text);
	write_file(ix->dir, "tree/z/wild", buf_span(text));
	for (i = 0; i < 600; i++)
		buf_put_str(text, i ? "\xcc\x81" : "a");
	write_text(ix, "tree/z/wild", text);
	for (i = 0; i < 9000; i++)	/* long lists in one document */
		buf_put_str(text, rng_below(&ix->rng, 40) < 22 ? "again " :
			    rng_below(&ix->rng, 9) ? "often " : "third\n");
	write_text(ix, "tree/d2/many", text);
	for (i = 0; i < 5000; i++)	/* more than one record of lines */
		buf_put_str(text, i % 9 ? "\n" : "third line\n");
	write_text(ix, "tree/d0/lines", text);
}

static void build(struct corrupt_index *ix)
{
	static const char deleted[] = "d1/f1\0d2/f101\0z/wild";
	char tree[TEMP_DIR_MAX + 16];
	struct walk_rules rules = WALK_RULES_INIT;
	struct build_options o = BUILD_OPTIONS_INIT;
	struct build_report report;
	struct scout_err err = SCOUT_ERR_INIT;

	snprintf(tree, sizeof(tree), "%s/tree", ix->dir);
	o.root = tree;
	o.index_dir = ix->index;
	o.rules = &rules;
	o.nthreads = 1;
	o.segment_docs = SEGMENT_DOCS;
	o.delete_docs = span_of(deleted, sizeof(deleted));
	if (scout_build(&o, &report, &err) < 0)
		fail_msg("%s", err.msg);
	build_report_release(&report);
}

/* The store ------------------------------------------------------------ */

/* Without locks, as the same file is opened for reading beside it: nobody reads
 * while this writes.  The map is writable, for single bits. */
static void open_env(struct corrupt_index *ix)
{
	static const char *const names[DBS] = { "meta", "dict", "stream",
						"sums" };
	MDB_txn *txn;
	int i;

	assert_int_equal(mdb_env_create(&ix->env), 0);
	assert_int_equal(mdb_env_set_maxdbs(ix->env, DBS), 0);
	assert_int_equal(mdb_env_set_mapsize(ix->env, MAP_BYTES), 0);
	assert_int_equal(mdb_env_open(ix->env, ix->env_dir,
				      MDB_WRITEMAP | MDB_NOSYNC | MDB_NOLOCK,
				      0600), 0);
	assert_int_equal(mdb_txn_begin(ix->env, NULL, 0, &txn), 0);
	for (i = 0; i < DBS; i++)
		assert_int_equal(mdb_dbi_open(txn, names[i], 0, &ix->dbi[i]),
				 0);
	assert_int_equal(mdb_txn_commit(txn), 0);
}

static void add_place(struct corrupt_index *ix, int db, const MDB_val *k,
		      const MDB_val *v)
{
	struct place *p;

	ix->places = scout_realloc(MEM_OTHER, ix->places,
				   (ix->nplaces + 1) * sizeof(*ix->places));
	assert_non_null(ix->places);
	p = &ix->places[ix->nplaces++];
	p->db = db;
	assert_true(k->mv_size <= sizeof(p->key));
	p->key_len = k->mv_size;
	memcpy(p->key, k->mv_data, k->mv_size);
	p->from = ix->good.len;
	p->len = v->mv_size;
	buf_put(&ix->good, v->mv_data, v->mv_size);
	ix->total_bytes += v->mv_size;
}

static void list_places(struct corrupt_index *ix)
{
	MDB_cursor *cursor;
	MDB_txn *txn;
	MDB_val k, v;
	int i;

	assert_int_equal(mdb_txn_begin(ix->env, NULL, MDB_RDONLY, &txn), 0);
	for (i = 0; i < DBS; i++) {
		assert_int_equal(mdb_cursor_open(txn, ix->dbi[i], &cursor), 0);
		while (!mdb_cursor_get(cursor, &k, &v, MDB_NEXT))
			add_place(ix, i, &k, &v);
		mdb_cursor_close(cursor);
	}
	mdb_txn_abort(txn);
	assert_int_equal(buf_status(&ix->good), SCOUT_OK);
}

static MDB_val key_of(const struct place *p)
{
	MDB_val k;

	k.mv_size = p->key_len;
	k.mv_data = (void *)(uintptr_t)p->key;
	return k;
}

struct span corrupt_index_value(const struct corrupt_index *ix,
				const struct place *p)
{
	return span_of(ix->good.ptr + p->from, p->len);
}

const struct place *corrupt_index_sums(const struct corrupt_index *ix,
				       const struct place *chunk)
{
	size_t i;

	for (i = 0; chunk->db == STREAM && i < ix->nplaces; i++)
		if (ix->places[i].db == SUMS &&
		    ix->places[i].key_len == chunk->key_len &&
		    !memcmp(ix->places[i].key, chunk->key, chunk->key_len))
			return &ix->places[i];
	return NULL;
}

bool place_has_name(const struct place *p, const char *name)
{
	return p->db == META && p->key_len >= strlen(name) &&
	       !memcmp(p->key, name, strlen(name));
}

bool corrupt_index_has(struct corrupt_index *ix, const struct place *p)
{
	MDB_val k = key_of(p), v;
	MDB_txn *txn;
	int rc;

	assert_int_equal(mdb_txn_begin(ix->env, NULL, MDB_RDONLY, &txn), 0);
	rc = mdb_get(txn, ix->dbi[p->db], &k, &v);
	mdb_txn_abort(txn);
	return !rc;
}

void corrupt_index_put(struct corrupt_index *ix, const struct place *p,
		       struct span bytes)
{
	MDB_val k = key_of(p), v;
	MDB_txn *txn;

	v.mv_size = bytes.len;
	v.mv_data = (void *)(uintptr_t)bytes.ptr;
	assert_int_equal(mdb_txn_begin(ix->env, NULL, 0, &txn), 0);
	if (bytes.ptr)
		assert_int_equal(mdb_put(txn, ix->dbi[p->db], &k, &v, 0), 0);
	else
		assert_int_equal(mdb_del(txn, ix->dbi[p->db], &k, NULL), 0);
	assert_int_equal(mdb_txn_commit(txn), 0);
}

void corrupt_index_flip(struct corrupt_index *ix, const struct place *p,
			size_t at, unsigned bit)
{
	MDB_val k = key_of(p), v;
	MDB_txn *txn;

	assert_int_equal(mdb_txn_begin(ix->env, NULL, MDB_RDONLY, &txn), 0);
	assert_int_equal(mdb_get(txn, ix->dbi[p->db], &k, &v), 0);
	assert_true(at < v.mv_size);
	((uint8_t *)v.mv_data)[at] ^= (uint8_t)(1 << bit);
	mdb_txn_abort(txn);
}

/* Asking --------------------------------------------------------------- */

/* Where an answer is written down. */
static int write_file_line(void *ctx, const struct scout_file *file)
{
	struct buf *out = ctx;

	buf_put_span(out, file->path);
	buf_printf(out, " %llu %llu\n", (unsigned long long)file->nlines,
		   (unsigned long long)file->nmatches);
	return buf_status(out);
}

static int ignore_file(void *ctx, const struct scout_file *file)
{
	(void)ctx;
	(void)file;
	return SCOUT_OK;
}

static int write_line(void *ctx, const struct scout_file *file,
		      const struct scout_line *line)
{
	struct buf *out = ctx;

	(void)file;
	buf_printf(out, "%llu:%zu ", (unsigned long long)line->number,
		   line->nsubmatches);
	buf_put_span(out, line->text);
	return buf_status(out);
}

static int answer(const struct question *q, struct scout_index *index,
		  struct buf *out, struct scout_err *err)
{
	struct query_options o = QUERY_OPTIONS_INIT;
	struct scout_sink sink = { .ctx = out, .begin_file = ignore_file,
				   .line = write_line,
				   .end_file = write_file_line };
	struct scout_query_stats stats;
	struct scout_query *query = NULL;
	uint64_t docs, bytes;
	int rc;

	o.detail = q->detail;
	o.verify = q->verify;
	o.files_without_match = q->without_match;
	o.nthreads = 1;
	buf_clear(out);
	rc = scout_query_new(span_str(q->text), &o, &query, err);
	if (rc < 0)
		fail_msg("%s: %s", q->text, err->msg);
	if (q->counts) {
		rc = scout_query_count(query, index, &docs, &bytes, err);
		if (!rc)
			buf_printf(out, "%llu", (unsigned long long)docs);
	} else {
		rc = scout_query_run(query, index, NULL, &sink, &stats, err);
	}
	scout_query_free(query);
	return rc;
}

static void count_failure(struct outcome *out, int rc, unsigned n,
			  const struct scout_err *err)
{
	if (rc == SCOUT_E_CORRUPT)
		out->corrupt += n;
	else if (rc == SCOUT_E_VERSION)
		out->version += n;
	else
		out->failed += n;
	assert_true(err->msg[0]);
	snprintf(out->text, sizeof(out->text), "%s", err->msg);
}

static void ask(struct corrupt_index *ix, struct scout_index *index,
		unsigned i, struct outcome *out)
{
	struct buf got = BUF_INIT(MEM_OTHER);
	struct scout_err err = SCOUT_ERR_INIT;
	int rc = answer(&questions[i], index, &got, &err);

	if (rc < 0) {
		count_failure(out, rc, 1, &err);
	} else if (span_eq(buf_span(&got), buf_span(&ix->answers[i]))) {
		out->right++;
	} else {
		out->wrong++;
		snprintf(out->text, sizeof(out->text), "%s",
			 questions[i].text);
	}
	buf_release(&got);
}

static int open_index(const struct corrupt_index *ix, bool checked,
		      struct scout_index **out, struct scout_err *err)
{
	return checked ? scout_index_open_checked(ix->index, out, err) :
			 scout_index_open(ix->index, out, err);
}

void corrupt_index_ask(struct corrupt_index *ix, bool checked,
		       struct outcome *out)
{
	struct scout_err err = SCOUT_ERR_INIT;
	struct scout_index *index;
	unsigned i;
	int rc;

	memset(out, 0, sizeof(*out));
	out->queries = NQUESTIONS;
	rc = open_index(ix, checked, &index, &err);
	if (rc < 0) {
		count_failure(out, rc, NQUESTIONS, &err);
		return;
	}
	for (i = 0; i < NQUESTIONS; i++)
		ask(ix, index, i, out);
	scout_index_close(index);
}

static void ignore_problem(void *ctx, const char *line)
{
	(void)ctx;
	(void)line;
}

bool corrupt_index_is_found(struct corrupt_index *ix)
{
	struct check_options options = CHECK_OPTIONS_INIT;
	struct scout_err err = SCOUT_ERR_INIT;
	struct check_counts counts;
	int rc = scout_check(ix->index, &options, ignore_problem, NULL, &counts,
			     &err);

	assert_true(rc == SCOUT_OK || rc == SCOUT_E_VERSION);
	return rc == SCOUT_E_VERSION || counts.problems;
}

/* Making --------------------------------------------------------------- */

static void learn_answers(struct corrupt_index *ix)
{
	struct scout_err err = SCOUT_ERR_INIT;
	struct scout_index *index;
	unsigned i;

	if (open_index(ix, false, &index, &err) < 0)
		fail_msg("%s", err.msg);
	for (i = 0; i < NQUESTIONS; i++) {
		buf_init(&ix->answers[i], MEM_OTHER);
		if (answer(&questions[i], index, &ix->answers[i], &err) < 0)
			fail_msg("%s: %s", questions[i].text, err.msg);
		/* but for the words that are absent on purpose */
		assert_true(ix->answers[i].len > 1 ||
			    !strcmp(questions[i].text, "absent") ||
			    !strcmp(questions[i].text, "zzz*"));
	}
	scout_index_close(index);
}

void corrupt_index_make(struct corrupt_index *ix)
{
	struct buf text = BUF_INIT(MEM_OTHER);

	memset(ix, 0, sizeof(*ix));
	rng_init(&ix->rng, 92);
	buf_init(&ix->good, MEM_OTHER);
	temp_dir_make(ix->dir);
	snprintf(ix->index, sizeof(ix->index), "%s/index", ix->dir);
	snprintf(ix->env_dir, sizeof(ix->env_dir), "%s/gen-1", ix->index);
	make_small_files(ix, &text);
	make_odd_files(ix, &text);
	buf_release(&text);
	build(ix);
	open_env(ix);
	list_places(ix);
	learn_answers(ix);
}

void corrupt_index_release(struct corrupt_index *ix)
{
	unsigned i;

	mdb_env_close(ix->env);
	for (i = 0; i < NQUESTIONS; i++)
		buf_release(&ix->answers[i]);
	buf_release(&ix->good);
	scout_free(ix->places);
	temp_dir_remove(ix->dir);
}

static void assert_kind(struct segment_reader *seg, const char *term,
			enum posting_kind kind, uint32_t df_min)
{
	struct term_info info;

	assert_int_equal(segment_find_term(seg, span_str(term), &info, NULL),
			 SCOUT_OK);
	assert_int_equal(info.kind, kind);
	assert_true(info.df >= df_min);
}

/* Whether some document block of the segment is a bitset, and some is not. */
static void assert_both_blocks(struct segment_reader *seg)
{
	static const char *const terms[] = { "bitset", "mixed" };
	struct term_info info;
	struct span bytes;
	int i;

	for (i = 0; i < 2; i++) {
		assert_int_equal(segment_find_term(seg, span_str(terms[i]),
						   &info, NULL), SCOUT_OK);
		assert_int_equal(stream_at(&seg->streams[STREAM_DOCS],
					   info.docs_addr, &bytes), SCOUT_OK);
		assert_int_equal(bytes.ptr[0] == 0x40, i == 0);
	}
}

void corrupt_index_assert_rich(struct corrupt_index *ix)
{
	struct index_snapshot *snap;
	struct segment_reader *seg;
	struct span bytes;

	assert_int_equal(snapshot_open(ix->index, &snap, NULL), SCOUT_OK);
	assert_int_equal(snap->nsegments, 2);
	seg = &snap->segments[0];
	assert_int_equal(seg->ndocs, SEGMENT_DOCS);	/* five path blocks */
	assert_kind(seg, "w7", POSTING_INLINE, 1);
	assert_kind(seg, "third", POSTING_SHORT, 90);
	assert_kind(seg, "common", POSTING_BLOCKS, 2 * DOCS_BLOCK + 1);
	assert_both_blocks(seg);
	/* few documents but groups of positions */
	assert_kind(&snap->segments[1], "again", POSTING_BLOCKS, 1);
	assert_non_null(snap->segments[0].deleted);
	assert_non_null(snap->segments[1].deleted);
	assert_true(snap->segments[0].nwild_docs > 0);
	assert_true(snap->segments[1].nwild_docs > 0);
	assert_int_equal(stream_slot(&seg->streams[STREAM_DOC_TABLE], 0,
				     &bytes), SCOUT_OK);
	assert_true(bytes.len > 16384);			/* two ranges */
	snapshot_close(snap);
}
