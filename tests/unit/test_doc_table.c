/* Document records and blocks of paths. */
#include "small_index.h"

static void test_record_bytes(void **state)
{
	static const uint8_t wanted[DOC_RECORD_BYTES] = {
		8, 7, 6, 5, 4, 3, 2, 1,			/* size */
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,	/* mtime */
		0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11,	/* ctime */
		1, 0, 0, 0, 0, 0, 0, 0,			/* inode */
		2, 0, 0, 0, 0, 0, 0, 0,			/* hash */
		3, 0, 0, 0, 0, 0, 0, 0,
		4, 3, 2, 1,				/* words */
		5, 0, 0, 0,				/* lines */
		9, 8, 7, 6, 5,				/* line map */
		0x3f, 0,				/* flags */
		0,
	};
	const struct doc_info doc = {
		.size_bytes = 0x0102030405060708, .mtime_ns = -1,
		.ctime_ns = 0x1112131415161718, .ino = 1,
		.content_hash = { 2, 3 }, .nwords = 0x01020304, .nlines = 5,
		.lines_addr = 0x0506070809,
		.flags = DOC_OVERLONG | DOC_WILD | DOC_REORDERED | DOC_UTF16 |
			 DOC_BOM | DOC_PACKED,
	};
	struct doc_info got = { 0 };
	uint8_t bytes[DOC_RECORD_BYTES];

	(void)state;
	doc_record_put(&doc, bytes);
	assert_memory_equal(bytes, wanted, sizeof(wanted));
	assert_int_equal(doc_record_get(bytes, &got), SCOUT_OK);
	assert_true(got.size_bytes == doc.size_bytes);
	assert_true(got.mtime_ns == -1 && got.ctime_ns == doc.ctime_ns);
	assert_true(got.ino == 1 && got.content_hash.lo == 2 &&
		    got.content_hash.hi == 3);
	assert_true(got.nwords == doc.nwords && got.nlines == 5);
	assert_true(got.lines_addr == doc.lines_addr);
	assert_int_equal(got.flags, doc.flags);
	bytes[61] = 0x40;	/* a flag that nobody knows */
	assert_int_equal(doc_record_get(bytes, &got), SCOUT_E_CORRUPT);
	bytes[61] = 0;
	bytes[63] = 1;		/* reserved */
	assert_int_equal(doc_record_get(bytes, &got), SCOUT_E_CORRUPT);
}

static size_t random_path(struct rng *r, const char *before, char out[300])
{
	static const char chars[] = "abc/._-\xc3\xa9\xff";
	size_t shared = rng_below(r, (uint32_t)strlen(before) + 1), n, i;

	memcpy(out, before, shared);
	n = shared + 1 + rng_below(r, rng_below(r, 20) ? 12 : 100);
	if (n > 299)
		n = 299;
	for (i = shared; i < n; i++)
		out[i] = chars[rng_below(r, sizeof(chars) - 1)];
	out[n] = 0;
	return n;
}

static void make_block(struct rng *r, unsigned n, char paths[][300],
		       struct buf *out)
{
	struct path_block_writer w;
	unsigned i;

	path_block_init(&w, MEM_OTHER);
	for (i = 0; i < n; i++) {
		random_path(r, i ? paths[i - 1] : "", paths[i]);
		path_block_add(&w, span_str(paths[i]));
	}
	assert_int_equal(w.npaths, n);
	buf_clear(out);
	assert_int_equal(path_block_finish(&w, out), SCOUT_OK);
	assert_int_equal(w.npaths, 0);
	path_block_release(&w);
}

/* A block is written with the right bytes or not at all. */
static void test_no_memory(void **state)
{
	static const char *const paths[] = { "a/one", "a/one/two", "a/three" };
	struct buf wanted = BUF_INIT(MEM_OTHER), out = BUF_INIT(MEM_OTHER);
	struct path_block_writer w;
	unsigned n, i;
	int rc;

	(void)state;
	for (n = 0;; n++) {
		scout_mem_fail_at(n);
		path_block_init(&w, MEM_OTHER);
		for (i = 0; i < 3; i++)
			path_block_add(&w, span_str(paths[i]));
		rc = path_block_finish(&w, n ? &out : &wanted);
		scout_mem_fail_at(0);
		path_block_release(&w);
		if (n && rc == SCOUT_OK)
			break;
		assert_int_equal(rc, n ? SCOUT_E_NOMEM : SCOUT_OK);
		buf_release(&out);
	}
	assert_true(n > 3);
	assert_true(span_eq(buf_span(&out), buf_span(&wanted)));
	buf_release(&out);
	buf_release(&wanted);
}

static void test_paths(void **state)
{
	static char paths[PATH_BLOCK_DOCS][300];
	struct buf out = BUF_INIT(MEM_OTHER);
	struct path_cache cache = { 0 };
	unsigned i, k, n;
	uint8_t *copy;
	struct rng r;

	(void)state;
	rng_init(&r, 80);
	for (i = 0; i < 300; i++) {
		n = 1 + rng_below(&r, PATH_BLOCK_DOCS);
		make_block(&r, n, paths, &out);
		copy = exact_copy(buf_span(&out));
		assert_int_equal(path_cache_load(&cache, span_of(copy, out.len)),
				 SCOUT_OK);
		scout_free(copy);
		assert_int_equal(cache.npaths, n);
		for (k = 0; k < n; k++)
			assert_true(span_eq(span_of(
				cache.text + cache.start[k],
				cache.start[k + 1] - cache.start[k]),
				span_str(paths[k])));
	}
	path_cache_release(&cache);
	path_cache_release(&cache);
	buf_release(&out);
}

static void test_damage(void **state)
{
	static char paths[PATH_BLOCK_DOCS][300];
	struct buf out = BUF_INIT(MEM_OTHER);
	struct path_cache cache = { 0 };
	unsigned i, k;
	uint8_t *copy;
	struct rng r;
	size_t cut;
	int rc;

	(void)state;
	rng_init(&r, 81);
	for (i = 0; i < 20; i++) {
		make_block(&r, 1 + rng_below(&r, PATH_BLOCK_DOCS), paths, &out);
		for (cut = 0; cut < out.len; cut++) {
			copy = exact_copy(span_of(out.ptr, cut));
			assert_int_equal(path_cache_load(&cache,
							 span_of(copy, cut)),
					 SCOUT_E_CORRUPT);
			assert_int_equal(cache.npaths, 0);
			scout_free(copy);
		}
		copy = exact_copy(buf_span(&out));
		for (k = 0; k < 500; k++) {
			copy[rng_below(&r, k % 2 ? 12 : (uint32_t)out.len)] =
				(uint8_t)rng_next(&r);
			rc = path_cache_load(&cache, span_of(copy, out.len));
			assert_true(rc == SCOUT_OK || rc == SCOUT_E_CORRUPT);
			assert_true(cache.npaths <= PATH_BLOCK_DOCS);
			if (rng_below(&r, 2))
				memcpy(copy, out.ptr, out.len);
		}
		scout_free(copy);
	}
	path_cache_release(&cache);
	buf_release(&out);
}

/* A block whose compressed part is sound, but not its front coding; an empty
 * path is odd, but no damage to the cache. */
static void test_hostile_blocks(void **state)
{
	struct path_block_writer w;
	struct buf out = BUF_INIT(MEM_OTHER);
	struct path_cache cache = { 0 };

	(void)state;
	path_block_init(&w, MEM_OTHER);
	path_block_add(&w, span_of(NULL, 0));
	assert_int_equal(path_block_finish(&w, &out), SCOUT_OK);
	assert_int_equal(path_cache_load(&cache, buf_span(&out)), SCOUT_OK);
	assert_int_equal(cache.start[1], 0);
	/* shares a byte with nothing */
	buf_clear(&out);
	buf_put_str(&w.plain, "\x01\x01x");
	w.npaths = 1;
	assert_int_equal(path_block_finish(&w, &out), SCOUT_OK);
	assert_int_equal(path_cache_load(&cache, buf_span(&out)),
			 SCOUT_E_CORRUPT);
	/* says more bytes than there are */
	buf_clear(&out);
	buf_put(&w.plain, "\0\x05x", 3);
	w.npaths = 1;
	assert_int_equal(path_block_finish(&w, &out), SCOUT_OK);
	assert_int_equal(path_cache_load(&cache, buf_span(&out)),
			 SCOUT_E_CORRUPT);
	/* has bytes that belong to no path */
	buf_clear(&out);
	buf_put(&w.plain, "\0\x01xy", 4);
	w.npaths = 1;
	assert_int_equal(path_block_finish(&w, &out), SCOUT_OK);
	assert_int_equal(path_cache_load(&cache, buf_span(&out)),
			 SCOUT_E_CORRUPT);
	path_cache_release(&cache);
	path_block_release(&w);
	buf_release(&out);
}

enum { TABLE_DOCS = 1000 };

static struct doc_info doc_number(uint32_t i, char path[32])
{
	struct doc_info doc = {
		.size_bytes = i * 10ull, .mtime_ns = i + 1, .ctime_ns = -1 - i,
		.ino = i * 3ull, .content_hash = { i, ~(uint64_t)i },
		.nwords = i * 2, .nlines = i % 5,
		.flags = i % 10 ? 0 : DOC_OVERLONG | DOC_WILD,
	};

	snprintf(path, 32, "dir-%u/file-%u.c", i / 37, i);
	doc.path = span_str(path);
	return doc;
}

static void check_doc(struct segment_reader *seg, uint32_t i,
		      struct path_cache *paths)
{
	struct doc_info wanted, got;
	char path[32];

	wanted = doc_number(i, path);
	assert_int_equal(segment_doc(seg, i, paths, &got, NULL), SCOUT_OK);
	assert_true(span_eq(got.path, wanted.path));
	assert_true(got.size_bytes == wanted.size_bytes &&
		    got.mtime_ns == wanted.mtime_ns &&
		    got.ctime_ns == wanted.ctime_ns &&
		    got.ino == wanted.ino &&
		    got.content_hash.lo == wanted.content_hash.lo &&
		    got.content_hash.hi == wanted.content_hash.hi &&
		    got.nwords == wanted.nwords &&
		    got.nlines == wanted.nlines && got.flags == wanted.flags);
}

static void test_segment(void **state)
{
	static struct small_index ix;
	struct path_cache paths = { 0 };
	struct doc_info doc;
	struct rng r;
	uint32_t i, s;

	(void)state;
	rng_init(&r, 82);
	small_index_begin(&ix);
	for (s = 0; s < 2; s++) {
		if (s)
			small_index_next(&ix);
		for (i = 0; i < TABLE_DOCS; i++) {
			char path[32];

			doc = doc_number(i, path);
			assert_int_equal(segment_writer_add_doc(
					ix.writer, &doc, span_of(NULL, 0),
					NULL), SCOUT_OK);
		}
	}
	small_index_open(&ix);
	assert_int_equal(ix.metas[0].ndocs, TABLE_DOCS);
	assert_int_equal(ix.metas[0].nwild, TABLE_DOCS / 10);
	assert_int_equal(ix.metas[0].nwords, TABLE_DOCS * (TABLE_DOCS - 1));
	for (i = 0; i < TABLE_DOCS; i++)
		check_doc(&ix.segments[0], i, &paths);
	/* one cache for both segments, in any order */
	for (i = 0; i < 500; i++)
		check_doc(&ix.segments[rng_below(&r, 2)],
			  rng_below(&r, TABLE_DOCS), &paths);
	assert_int_equal(segment_doc(&ix.segments[0], 5, NULL, &doc, NULL),
			 SCOUT_OK);
	ix.segments[0].ndocs = TABLE_DOCS + 100;
	assert_int_equal(segment_doc(&ix.segments[0], TABLE_DOCS, &paths, &doc,
				     NULL), SCOUT_E_CORRUPT);
	path_cache_release(&paths);
	small_index_close(&ix);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_record_bytes),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_hostile_blocks),
		cmocka_unit_test(test_segment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
