/*
 * Checks the check: it finds nothing in a fresh index, and says so of one with
 * values damaged at random.  Values are rewritten through LMDB, so that its own
 * pages stay good; with the checksums left as they are, or made to fit, so that
 * the rules behind them are put to the test.
 */
#include "support.h"

#include <errno.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "index_format/check.h"
#include "index_format/checksum.h"
#include "index_format/dump.h"
#include "index_format/streams.h"
#include "indexer/indexer.h"

enum {
	DBS = 4,
	KEY_MAX = 512,
	SMALL_FILES = 330,
	SEGMENT_DOCS = 160,	/* more than a block of documents */
	TRIALS = 400,
};

static const char *const db_names[DBS] = { "meta", "dict", "stream", "sums" };
enum { META, DICT, STREAM, SUMS };

/* Where a stored value is. */
struct place {
	int db;
	uint8_t key[KEY_MAX];
	size_t key_len;
};

struct fixture {
	char dir[TEMP_DIR_MAX];
	char index[TEMP_DIR_MAX + 16];
	char env[TEMP_DIR_MAX + 32];
	struct place *places;
	size_t first[DBS + 1];	/* of each database in places */
	struct rng rng;
};

static struct fixture fx;

/* A tree with something of everything ---------------------------------- */

static void put_words(struct buf *text, size_t n, uint32_t vocabulary)
{
	size_t i;

	for (i = 0; i < n; i++)
		buf_printf(text, "w%u%c", rng_below(&fx.rng, vocabulary),
			   rng_below(&fx.rng, 8) ? ' ' : '\n');
}

static void write_text(const char *path, struct buf *text)
{
	write_file(fx.dir, path, buf_span(text));
	buf_clear(text);
}

static void make_small_files(struct buf *text)
{
	char path[64];
	int i;

	for (i = 0; i < SMALL_FILES; i++) {
		buf_put_str(text, "common words\n");
		put_words(text, 20 + rng_below(&fx.rng, 60), 3000);
		put_words(text, 20, 60);
		snprintf(path, sizeof(path), "tree/d%d/f%d", i % 7, i);
		write_text(path, text);
	}
}

static void make_odd_files(struct buf *text)
{
	static const char utf16[] = "\xff\xfeW\0i\0d\0e\0\n\0";
	int i;

	write_text("tree/empty", text);
	write_text("tree/.left-out", text);
	write_file(fx.dir, "tree/utf16", span_of(utf16, sizeof(utf16) - 1));
	buf_put_str(text, "\xef\xbb\xbf" "after the mark");
	write_text("tree/bom", text);
	for (i = 0; i < 300; i++)
		buf_put_str(text, i % 2 ? "\xef\xac\x83" : "long");
	write_text("tree/overlong", text);
	for (i = 0; i < 600; i++)	/* what is kept of it is unreliable */
		buf_put_str(text, i ? "\xcc\x81" : "a");
	write_text("tree/wild", text);
	for (i = 0; i < 9000; i++)	/* long lists in one document */
		buf_put_str(text, i % 3 ? "again " : "often\n");
	put_words(text, 9000, 60);
	write_text("tree/many", text);
	for (i = 0; i < 5000; i++)	/* more than one record of lines */
		buf_put_str(text, i % 9 ? "\n" : "line\n");
	write_text("tree/lines", text);
}

static void build(unsigned nthreads, uint64_t memory_bytes, const char *index)
{
	static const char deleted[] = "d1/f1\0d2/f2\0many";
	char tree[TEMP_DIR_MAX + 16];
	struct walk_rules rules = WALK_RULES_INIT;
	struct build_options o = BUILD_OPTIONS_INIT;
	struct build_report report;
	struct scout_err err = SCOUT_ERR_INIT;

	snprintf(tree, sizeof(tree), "%s/tree", fx.dir);
	o.root = tree;
	o.index_dir = index;
	o.rules = &rules;
	o.nthreads = nthreads;
	o.memory_bytes = memory_bytes;
	o.segment_docs = SEGMENT_DOCS;
	o.delete_docs = span_of(deleted, sizeof(deleted));
	if (scout_build(&o, &report, &err) < 0)
		fail_msg("%s", err.msg);
	build_report_release(&report);
}

/* The store ------------------------------------------------------------ */

static MDB_env *open_env(MDB_txn **txn, MDB_dbi dbi[DBS])
{
	MDB_env *env;
	int i;

	assert_int_equal(mdb_env_create(&env), 0);
	assert_int_equal(mdb_env_set_maxdbs(env, DBS), 0);
	assert_int_equal(mdb_env_set_mapsize(env, (size_t)1 << 30), 0);
	assert_int_equal(mdb_env_open(env, fx.env, MDB_NOSYNC, 0600), 0);
	assert_int_equal(mdb_txn_begin(env, NULL, 0, txn), 0);
	for (i = 0; i < DBS; i++)
		assert_int_equal(mdb_dbi_open(*txn, db_names[i], 0, &dbi[i]),
				 0);
	return env;
}

static void close_env(MDB_env *env, MDB_txn *txn)
{
	assert_int_equal(mdb_txn_commit(txn), 0);
	mdb_env_close(env);
}

static void list_places(void)
{
	MDB_dbi dbi[DBS];
	MDB_cursor *cursor;
	MDB_txn *txn;
	MDB_env *env = open_env(&txn, dbi);
	MDB_val k, v;
	size_t n = 0;
	int i;

	for (i = 0; i < DBS; i++) {
		fx.first[i] = n;
		assert_int_equal(mdb_cursor_open(txn, dbi[i], &cursor), 0);
		while (!mdb_cursor_get(cursor, &k, &v, MDB_NEXT)) {
			fx.places = scout_realloc(MEM_OTHER, fx.places,
						  (n + 1) * sizeof(*fx.places));
			assert_non_null(fx.places);
			fx.places[n].db = i;
			fx.places[n].key_len = k.mv_size;
			memcpy(fx.places[n++].key, k.mv_data, k.mv_size);
		}
		mdb_cursor_close(cursor);
	}
	fx.first[DBS] = n;
	close_env(env, txn);
}

static MDB_val key_of(const struct place *p)
{
	MDB_val k;

	k.mv_size = p->key_len;
	k.mv_data = (void *)(uintptr_t)p->key;
	return k;
}

static void read_value(const struct place *p, struct buf *out)
{
	MDB_dbi dbi[DBS];
	MDB_txn *txn;
	MDB_env *env = open_env(&txn, dbi);
	MDB_val k = key_of(p), v;

	buf_clear(out);
	assert_int_equal(mdb_get(txn, dbi[p->db], &k, &v), 0);
	buf_put(out, v.mv_data, v.mv_size);
	close_env(env, txn);
}

/* bytes.ptr NULL deletes. */
static void write_value(const struct place *p, struct span bytes)
{
	MDB_dbi dbi[DBS];
	MDB_txn *txn;
	MDB_env *env = open_env(&txn, dbi);
	MDB_val k = key_of(p), v;

	v.mv_size = bytes.len;
	v.mv_data = (void *)(uintptr_t)bytes.ptr;
	if (bytes.ptr)
		assert_int_equal(mdb_put(txn, dbi[p->db], &k, &v, 0), 0);
	else
		assert_int_equal(mdb_del(txn, dbi[p->db], &k, NULL), 0);
	close_env(env, txn);
}

/* A value at random: every database as often, every stream as often. */
static const struct place *any_place(int db)
{
	size_t n = fx.first[db + 1] - fx.first[db];

	return &fx.places[fx.first[db] + rng_below(&fx.rng, (uint32_t)n)];
}

static bool has_name(const struct place *p, const char *name)
{
	return p->db == META && p->key_len >= strlen(name) &&
	       !memcmp(p->key, name, strlen(name));
}

/* What is done to the bytes -------------------------------------------- */

static void flip_bit(struct buf *b)
{
	if (b->len)
		b->ptr[rng_below(&fx.rng, (uint32_t)b->len)] ^=
			(uint8_t)(1 << rng_below(&fx.rng, 8));
}

static void damage(struct buf *b)
{
	size_t at = b->len ? rng_below(&fx.rng, (uint32_t)b->len) : 0, i;

	switch (rng_below(&fx.rng, 6)) {
	case 0:
		b->len = at;	/* cut short */
		break;
	case 1:
		buf_put_u8(b, (uint8_t)rng_next(&fx.rng));
		break;
	case 2:
		for (i = at; i < b->len && i < at + 8; i++)
			b->ptr[i] = (uint8_t)(rng_below(&fx.rng, 2) ? 0xff : 0);
		break;
	case 3:
		for (i = at; i < b->len && i < at + 4; i++)
			b->ptr[i] = (uint8_t)rng_next(&fx.rng);
		break;
	default:
		flip_bit(b);
	}
}

/* Makes the checksum of a changed value fit; old_sums gets what it was. */
static void make_sums_fit(const struct place *p, struct buf *b,
			  struct buf *old_sums)
{
	struct place sums = *p;
	struct buf fresh = BUF_INIT(MEM_OTHER);
	uint64_t seed = checksum_seed(span_of(p->key, p->key_len));
	struct span range;
	size_t i;

	buf_clear(old_sums);
	if ((p->db == DICT || p->db == META) && b->len >= SUM_BYTES) {
		b->len -= SUM_BYTES;
		checksum_put(b, has_name(p, "manifest") ? 0 : seed);
	} else if (p->db == STREAM) {
		sums.db = SUMS;
		read_value(&sums, old_sums);
		for (i = 0; i < checksum_ranges(b->len); i++) {
			range = checksum_range(buf_span(b), i);
			buf_put_le64(&fresh, checksum_of(range, seed));
		}
		if (fresh.len)
			write_value(&sums, buf_span(&fresh));
	}
	buf_release(&fresh);
}

static void restore_sums(const struct place *p, struct buf *old_sums)
{
	struct place sums = *p;

	sums.db = SUMS;
	if (old_sums->len)
		write_value(&sums, buf_span(old_sums));
}

/* What it looks like then ---------------------------------------------- */

struct seen {
	uint64_t lines;
	char last[2048];
};

static void see_problem(void *ctx, const char *line)
{
	struct seen *seen = ctx;

	assert_null(strchr(line, '\n'));
	seen->lines++;
	snprintf(seen->last, sizeof(seen->last), "%s", line);
}

static int drop_text(void *ctx, const void *ptr, size_t len)
{
	(void)ctx;
	(void)ptr;
	(void)len;
	return SCOUT_OK;
}

/* True if the check finds the index damaged, or refuses to read it.  Whatever
 * it says, it can be dumped or that fails, and nothing else. */
static bool finds_damage(void)
{
	struct check_options options = CHECK_OPTIONS_INIT;
	struct dump_options dump = { .what = DUMP_CONTENT };
	struct scout_err err = SCOUT_ERR_INIT;
	struct check_counts counts;
	struct seen seen = { 0, "" };
	int rc;

	options.max_problems = 3;
	rc = scout_check(fx.index, &options, see_problem, &seen, &counts, &err);
	assert_true(rc == SCOUT_OK || rc == SCOUT_E_VERSION);
	if (!rc)
		assert_int_equal(seen.lines, counts.problems > 3 ?
					     4 : counts.problems);
	scout_err_clear(&err);
	rc = scout_dump(fx.index, &dump, drop_text, NULL, &err);
	assert_true(rc == SCOUT_OK || rc == SCOUT_E_CORRUPT ||
		    rc == SCOUT_E_VERSION || rc == SCOUT_E_NOMEM);
	return err.code == SCOUT_E_VERSION || counts.problems;
}

static void print_place(const struct place *p)
{
	size_t i;

	print_message("%s ", db_names[p->db]);
	for (i = 0; i < p->key_len; i++)
		print_message("%02x", p->key[i]);
	print_message("\n");
}

static int set_up(void **state)
{
	struct buf text = BUF_INIT(MEM_OTHER);

	(void)state;
	rng_init(&fx.rng, 38);
	temp_dir_make(fx.dir);
	snprintf(fx.index, sizeof(fx.index), "%s/index", fx.dir);
	snprintf(fx.env, sizeof(fx.env), "%s/gen-1", fx.index);
	make_small_files(&text);
	make_odd_files(&text);
	buf_release(&text);
	build(2, 0, fx.index);
	list_places();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scout_free(fx.places);
	temp_dir_remove(fx.dir);
	return 0;
}

static void test_fresh(void **state)
{
	struct check_options options = CHECK_OPTIONS_INIT;
	struct scout_err err = SCOUT_ERR_INIT;
	struct check_counts counts;
	struct seen seen = { 0, "" };
	int rc;

	(void)state;
	rc = scout_check(fx.index, &options, see_problem, &seen, &counts, &err);
	assert_int_equal(rc, SCOUT_OK);
	if (counts.problems)
		fail_msg("%s", seen.last);
	assert_int_equal(counts.segments, 3);
	assert_int_equal(counts.documents, SMALL_FILES + 7);
	assert_int_equal(counts.unnamed, 0);
	assert_true(counts.chunks >= 3 * STREAMS);
	/* without a bit per word, by counts alone */
	options.max_bitmap_bytes = 1;
	rc = scout_check(fx.index, &options, see_problem, &seen, &counts, &err);
	assert_int_equal(rc, SCOUT_OK);
	assert_int_equal(counts.problems, 0);
}

static void test_no_index(void **state)
{
	struct check_options options = CHECK_OPTIONS_INIT;
	struct scout_err err = SCOUT_ERR_INIT;
	struct check_counts counts;
	struct seen seen = { 0, "" };

	(void)state;
	assert_int_equal(scout_check(fx.dir, &options, see_problem, &seen,
				     &counts, &err), SCOUT_E_NOTFOUND);
	assert_true(err.msg[0]);
}

/* Everything has a checksum: every change is found. */
static void test_damage_is_found(void **state)
{
	struct buf good = BUF_INIT(MEM_OTHER), bad = BUF_INIT(MEM_OTHER);
	const struct place *p;
	int i;

	(void)state;
	for (i = 0; i < TRIALS; i++) {
		p = any_place(i % DBS);
		read_value(p, &good);
		buf_clear(&bad);
		buf_put_span(&bad, buf_span(&good));
		damage(&bad);
		if (span_eq(buf_span(&good), buf_span(&bad)))
			continue;
		write_value(p, buf_span(&bad));
		if (!finds_damage()) {
			print_place(p);
			fail_msg("damage was not found");
		}
		write_value(p, buf_span(&good));
	}
	assert_false(finds_damage());
	buf_release(&good);
	buf_release(&bad);
}

/* A value that is gone, and one that nobody knows. */
static void test_missing(void **state)
{
	struct place extra = { .db = META, .key = "other", .key_len = 5 };
	struct buf good = BUF_INIT(MEM_OTHER);
	const struct place *p;
	int i;

	(void)state;
	for (i = 0; i < TRIALS / 4; i++) {
		p = any_place(i % DBS);
		read_value(p, &good);
		write_value(p, span_of(NULL, 0));
		if (!finds_damage()) {
			print_place(p);
			fail_msg("nobody missed it");
		}
		write_value(p, buf_span(&good));
	}
	write_value(&extra, span_str("value"));
	assert_true(finds_damage());
	write_value(&extra, span_of(NULL, 0));
	assert_false(finds_damage());
	buf_release(&good);
}

/* With checksums that fit, the rules of the format are left; and whatever they
 * say, nothing may crash. */
static void test_damage_behind_checksums(void **state)
{
	struct buf good = BUF_INIT(MEM_OTHER), bad = BUF_INIT(MEM_OTHER);
	struct buf sums = BUF_INIT(MEM_OTHER);
	const struct place *p;
	unsigned found = 0, done = 0;
	int i;

	(void)state;
	for (i = 0; i < TRIALS * 2; i++) {
		p = any_place(i % 8 == 0 ? META : i % 2 ? DICT : STREAM);
		read_value(p, &good);
		buf_clear(&bad);
		buf_put_span(&bad, buf_span(&good));
		damage(&bad);
		make_sums_fit(p, &bad, &sums);
		write_value(p, buf_span(&bad));
		found += finds_damage();
		done++;
		write_value(p, buf_span(&good));
		restore_sums(p, &sums);
	}
	assert_false(finds_damage());
	print_message("%u of %u found by the rules alone\n", found, done);
	assert_true(found * 10 > done * 5);
	buf_release(&good);
	buf_release(&bad);
	buf_release(&sums);
}

static bool holds_postings(const struct place *p)
{
	unsigned stream = p->key[4];

	return stream == STREAM_SHORT || stream == STREAM_DOCS ||
	       stream == STREAM_SKIP || stream == STREAM_POSITIONS;
}

/* Postings say nothing twice: a single bit changed in them never fits. */
static void test_postings_bits(void **state)
{
	struct buf good = BUF_INIT(MEM_OTHER), sums = BUF_INIT(MEM_OTHER);
	struct buf bad = BUF_INIT(MEM_OTHER);
	const struct place *p;
	int i;

	(void)state;
	for (i = 0; i < TRIALS; i++) {
		do {
			p = any_place(STREAM);
		} while (!holds_postings(p));
		read_value(p, &good);
		buf_clear(&bad);
		buf_put_span(&bad, buf_span(&good));
		flip_bit(&bad);
		make_sums_fit(p, &bad, &sums);
		write_value(p, buf_span(&bad));
		if (!finds_damage()) {
			print_place(p);
			fail_msg("a changed bit in %s was not found",
				 stream_name(p->key[4]));
		}
		write_value(p, buf_span(&good));
		restore_sums(p, &sums);
	}
	buf_release(&good);
	buf_release(&bad);
	buf_release(&sums);
}

/* Short of memory it says so: that is no damage, and no crash. */
static void test_no_memory(void **state)
{
	struct check_options options = CHECK_OPTIONS_INIT;
	struct dump_options dump = { .what = DUMP_CONTENT };
	struct scout_err err;
	struct check_counts counts;
	struct seen seen = { 0, "" };
	uint64_t calls = scout_mem_calls(), n;
	int rc;

	(void)state;
	scout_check(fx.index, &options, see_problem, &seen, &counts, NULL);
	calls = scout_mem_calls() - calls;
	for (n = 1; n <= calls; n++) {
		memset(&err, 0, sizeof(err));
		scout_mem_fail_at(n);
		rc = scout_check(fx.index, &options, see_problem, &seen,
				 &counts, &err);
		/* reading CURRENT calls it an error of the OS; decoding the
		 * manifest, damage */
		assert_true(rc == SCOUT_E_NOMEM ||
			    (rc == SCOUT_E_IO && err.sys == ENOMEM) ||
			    !strcmp(seen.last, "the manifest is damaged"));
		assert_true(err.msg[0] || !rc);
		seen.last[0] = '\0';
	}
	for (n = 1; n < 200; n++) {
		scout_mem_fail_at(n);
		rc = scout_dump(fx.index, &dump, drop_text, NULL, NULL);
		assert_true(rc == SCOUT_E_NOMEM || rc == SCOUT_OK ||
			    rc == SCOUT_E_IO || rc == SCOUT_E_CORRUPT);
	}
	scout_mem_fail_at(0);
}

/* The content of two indexes of one tree ------------------------------- */

static int keep_text(void *ctx, const void *ptr, size_t len)
{
	buf_put(ctx, ptr, len);
	return buf_status(ctx);
}

static void dump_content(const char *index, struct buf *out)
{
	struct dump_options options = { .what = DUMP_CONTENT };
	struct scout_err err = SCOUT_ERR_INIT;

	if (scout_dump(index, &options, keep_text, out, &err) < 0)
		fail_msg("%s", err.msg);
}

static void test_same_content(void **state)
{
	char other[TEMP_DIR_MAX + 16];
	struct buf a = BUF_INIT(MEM_OTHER), b = BUF_INIT(MEM_OTHER);

	(void)state;
	snprintf(other, sizeof(other), "%s/other", fx.dir);
	build(5, BUILD_MIN_MEMORY, other);
	dump_content(fx.index, &a);
	dump_content(other, &b);
	assert_true(a.len > 10000);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.ptr, b.ptr, a.len);
	buf_release(&a);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fresh),
		cmocka_unit_test(test_no_index),
		cmocka_unit_test(test_same_content),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_damage_is_found),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_damage_behind_checksums),
		cmocka_unit_test(test_postings_bits),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
