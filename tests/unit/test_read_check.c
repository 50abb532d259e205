/*
 * Verifying when it is read first: which ranges, how often, and what is said of
 * damage.  The chunks lie in memory, with checksums made here; no store.
 */
#include "support.h"

#include "base/bytes.h"
#include "base/pool.h"
#include "index_format/checksum.h"
#include "index_format/keys.h"
#include "index_format/read_check.h"
#include "index_format/streams.h"

enum {
	SEGMENT = 7,
	CHUNKS = 2,
	CHUNK_LEN = 2 * SUM_RANGE_BYTES + 5000,	/* three ranges */
	RANGES = 3,
	THREADS = 4,
};

struct fixture {
	uint8_t chunk[CHUNKS][CHUNK_LEN];
	uint8_t sums[CHUNKS][RANGES * SUM_BYTES];
	struct span chunks[CHUNKS];
	struct chunk_check checked[CHUNKS];
	struct stream_reader stream;
};

static struct fixture fx;

static void sign(unsigned chunk)
{
	struct span bytes = fx.chunks[chunk];
	uint8_t key[STREAM_KEY_BYTES];
	uint64_t seed;
	size_t i;

	stream_key_put(key, SEGMENT, fx.stream.id, chunk);
	seed = checksum_seed(span_of(key, sizeof(key)));
	for (i = 0; i < RANGES; i++)
		put_le64(fx.sums[chunk] + i * SUM_BYTES,
			 checksum_of(checksum_range(bytes, i), seed));
}

/* A stream of two chunks, of which nothing is verified yet. */
static void make_stream(enum stream_id id)
{
	struct rng r;
	unsigned i;
	size_t k;

	rng_init(&r, 44);
	memset(&fx, 0, sizeof(fx));
	fx.stream = (struct stream_reader){ .segment = SEGMENT, .id = id,
					    .nchunks = CHUNKS,
					    .chunks = fx.chunks,
					    .checked = fx.checked };
	assert_int_equal(read_check_new(4, &fx.stream.check), SCOUT_OK);
	for (i = 0; i < CHUNKS; i++) {
		for (k = 0; k < CHUNK_LEN; k++)
			fx.chunk[i][k] = (uint8_t)rng_next(&r);
		fx.chunks[i] = span_of(fx.chunk[i], CHUNK_LEN);
		fx.checked[i].sums = span_of(fx.sums[i], sizeof(fx.sums[i]));
		sign(i);
	}
}

static int read_at(unsigned chunk, size_t offset, size_t *out_len)
{
	struct span bytes = { NULL, 0 };
	int rc = stream_at(&fx.stream,
			   (uint64_t)chunk << CHUNK_SHIFT | offset, &bytes);

	*out_len = bytes.len;
	return rc;
}

/* Bytes up to the end of the last range that the block may touch. */
static void test_ranges(void **state)
{
	size_t len;

	(void)state;
	make_stream(STREAM_DOCS);
	assert_int_equal(read_at(0, 100, &len), SCOUT_OK);
	assert_int_equal(len, SUM_RANGE_BYTES - 100);
	assert_true(fx.checked[0].good == 1);
	assert_int_equal(read_at(0, SUM_RANGE_BYTES - 10, &len), SCOUT_OK);
	assert_int_equal(len, SUM_RANGE_BYTES + 10);
	assert_true(fx.checked[0].good == 3);
	assert_int_equal(read_at(1, CHUNK_LEN - 1, &len), SCOUT_OK);
	assert_int_equal(len, 1);
	assert_true(fx.checked[1].good == 4);
	assert_int_equal(read_at(1, CHUNK_LEN, &len), SCOUT_E_CORRUPT);
	read_check_free(fx.stream.check);
}

/* Without verifying, to the end of the chunk. */
static void test_off(void **state)
{
	size_t len;

	(void)state;
	make_stream(STREAM_DOCS);
	read_check_free(fx.stream.check);
	fx.stream.check = NULL;
	fx.chunk[0][200] ^= 1;
	assert_int_equal(read_at(0, 100, &len), SCOUT_OK);
	assert_int_equal(len, CHUNK_LEN - 100);
	assert_true(fx.checked[0].good == 0);
}

static void test_damage(void **state)
{
	const char *damage;
	size_t len;

	(void)state;
	make_stream(STREAM_DOCS);
	fx.chunk[0][SUM_RANGE_BYTES + 3] ^= 1;
	assert_int_equal(read_at(0, 100, &len), SCOUT_OK);
	assert_null(read_check_take_damage(fx.stream.check));
	assert_int_equal(read_at(0, 20000, &len), SCOUT_E_CORRUPT);
	assert_int_equal(read_at(0, 20000, &len), SCOUT_E_CORRUPT);
	damage = read_check_take_damage(fx.stream.check);
	assert_non_null(damage);
	assert_string_equal(damage, "segment 7, documents, chunk 0: wrong "
			    "checksum of bytes 16384 to 32767");
	assert_null(read_check_take_damage(fx.stream.check));
	/* what was found good is not looked at again */
	fx.chunk[0][3] ^= 1;
	assert_int_equal(read_at(0, 0, &len), SCOUT_OK);
	read_check_free(fx.stream.check);
}

/* Good bytes with good checksums, in another's place. */
static void test_exchanged(void **state)
{
	size_t len;

	(void)state;
	make_stream(STREAM_LINES);
	fx.chunks[0] = span_of(fx.chunk[1], CHUNK_LEN);
	fx.checked[0].sums = span_of(fx.sums[1], sizeof(fx.sums[1]));
	assert_int_equal(read_at(0, 0, &len), SCOUT_E_CORRUPT);
	assert_int_equal(read_at(1, 0, &len), SCOUT_OK);
	read_check_free(fx.stream.check);
}

static void test_slots(void **state)
{
	struct span slot;

	(void)state;
	make_stream(STREAM_DOC_TABLE);
	assert_int_equal(stream_slot(&fx.stream, 255, &slot), SCOUT_OK);
	assert_int_equal(slot.len, 64);
	assert_true(fx.checked[0].good == 1);
	assert_int_equal(stream_slot(&fx.stream, 256, &slot), SCOUT_OK);
	assert_true(fx.checked[0].good == 3);
	read_check_free(fx.stream.check);
}

static void test_blocks(void **state)
{
	static const char key[] = "\0\0\0\2term", other[] = "\0\0\0\3term";
	const struct span k = span_of(key, 8);
	struct buf block = BUF_INIT(MEM_OTHER);
	struct read_check *c;
	uint8_t *copy;

	(void)state;
	assert_int_equal(read_check_new(1, &c), SCOUT_OK);
	buf_put_str(&block, "what a block holds");
	checksum_put(&block, checksum_seed(k));
	assert_int_equal(read_check_block(c, span_of(other, 8),
					  buf_span(&block)), SCOUT_E_CORRUPT);
	assert_string_equal(read_check_take_damage(c), "segment 3, the "
			    "dictionary block that begins with 'term': wrong "
			    "checksum");
	assert_int_equal(read_check_block(c, k, buf_span(&block)), SCOUT_OK);
	/* remembered, but not for another key that leads to it */
	assert_int_equal(read_check_block(c, span_of(other, 8),
					  buf_span(&block)), SCOUT_E_CORRUPT);
	copy = exact_copy(buf_span(&block));
	block.ptr[0] ^= 1;
	assert_int_equal(read_check_block(c, k, buf_span(&block)), SCOUT_OK);
	block.ptr[0] ^= 1;
	assert_int_equal(read_check_block(c, k, span_of(copy, block.len)),
			 SCOUT_OK);
	scout_free(copy);
	buf_release(&block);
	read_check_free(c);
}

static int read_all(void *ctx, unsigned worker, struct scout_err *err)
{
	size_t at, len, ahead = stream_block_max(STREAM_DOCS);
	unsigned chunk;

	(void)ctx;
	(void)worker;
	(void)err;
	for (chunk = 0; chunk < CHUNKS; chunk++)
		for (at = 0; at < CHUNK_LEN; at += 1000)
			if (read_at(chunk, at, &len) !=
			    (chunk && at + ahead > SUM_RANGE_BYTES &&
			     at < 2 * SUM_RANGE_BYTES ? SCOUT_E_CORRUPT :
							SCOUT_OK))
				return SCOUT_E_IO;
	return SCOUT_OK;
}

/* Threads that verify the same at once (the thread sanitizer watches). */
static void test_threads(void **state)
{
	struct scout_err err = SCOUT_ERR_INIT;

	(void)state;
	make_stream(STREAM_DOCS);
	fx.chunk[1][SUM_RANGE_BYTES + 1] ^= 1;
	assert_int_equal(scout_parallel(THREADS, read_all, NULL, &err),
			 SCOUT_OK);
	assert_true(fx.checked[0].good == 7);
	assert_true(fx.checked[1].good == 5);
	assert_non_null(read_check_take_damage(fx.stream.check));
	read_check_free(fx.stream.check);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_off),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_exchanged),
		cmocka_unit_test(test_slots),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
