/* Packed blocks of 128 values, plain and patched. */
#include "support.h"

#include "index_format/bitpack.h"

/* Value i stands in lane i % 4, the lanes' words take turns: bit by bit. */
static void pack_plainly(const uint32_t *values, unsigned width, uint8_t *out)
{
	unsigned i, bit, at;

	memset(out, 0, pack_bytes(width));
	for (i = 0; i < PACK_VALUES; i++)
		for (bit = 0; bit < width; bit++) {
			if (!(values[i] >> bit & 1))
				continue;
			at = i / 4 * width + bit;	/* in the lane */
			out[at / 32 * 16 + i % 4 * 4 + at % 32 / 8] |=
				(uint8_t)(1 << at % 8);
		}
}

static void random_values(struct rng *r, unsigned width, uint32_t *values)
{
	unsigned i;

	for (i = 0; i < PACK_VALUES; i++)
		values[i] = width ? (uint32_t)rng_next(r) >> (32 - width) : 0;
}

static void test_widths(void **state)
{
	uint32_t values[PACK_VALUES], got[PACK_VALUES];
	uint8_t plain[16 * 32];
	unsigned width, round;
	uint8_t *packed;
	struct rng r;

	(void)state;
	rng_init(&r, 20);
	for (width = 0; width <= 32; width++)
		for (round = 0; round < 20; round++) {
			random_values(&r, width, values);
			assert_true(pack_width(values, PACK_VALUES) <= width);
			packed = scout_malloc(MEM_OTHER, pack_bytes(width));
			pack_values(values, width, packed);
			pack_plainly(values, width, plain);
			assert_memory_equal(packed, plain, pack_bytes(width));
			memset(got, 0xaa, sizeof(got));
			unpack_values(packed, width, got);
			assert_memory_equal(got, values, sizeof(got));
			scout_free(packed);
		}
}

static void test_width_of(void **state)
{
	static const uint32_t none[] = { 0, 0 }, some[] = { 1, 5, 2 };
	static const uint32_t all[] = { 0x80000000 };

	(void)state;
	assert_int_equal(pack_width(none, 2), 0);
	assert_int_equal(pack_width(some, 3), 3);
	assert_int_equal(pack_width(all, 1), 32);
	assert_int_equal(pack_width(all, 0), 0);
}

static void check_pfor(const uint32_t *values)
{
	struct buf out = BUF_INIT(MEM_OTHER);
	uint32_t got[PACK_VALUES];
	uint8_t *bytes;

	buf_put_str(&out, "before");
	pfor_put(&out, values);
	assert_int_equal(buf_status(&out), SCOUT_OK);
	bytes = exact_copy(span_of(out.ptr + 6, out.len - 6));
	assert_ptr_equal(pfor_get(bytes, bytes + out.len - 6, got),
			 bytes + out.len - 6);
	assert_memory_equal(got, values, sizeof(got));
	scout_free(bytes);
	buf_release(&out);
}

static void test_pfor(void **state)
{
	uint32_t values[PACK_VALUES];
	unsigned i, round;
	struct rng r;

	(void)state;
	rng_init(&r, 21);
	for (round = 0; round < 2000; round++) {
		random_values(&r, rng_below(&r, 33), values);
		/* a few that stand out */
		for (i = rng_below(&r, 10); i; i--)
			values[rng_below(&r, PACK_VALUES)] = rng_skewed(&r);
		check_pfor(values);
	}
	memset(values, 0xff, sizeof(values));
	check_pfor(values);
	memset(values, 0, sizeof(values));
	check_pfor(values);
	values[127] = UINT32_MAX;
	check_pfor(values);
}

/* One exception must not widen the other 127. */
static void test_pfor_size(void **state)
{
	struct buf out = BUF_INIT(MEM_OTHER);
	uint32_t values[PACK_VALUES];
	unsigned i;

	(void)state;
	for (i = 0; i < PACK_VALUES; i++)
		values[i] = 7;
	values[9] = 7 | 5 << 3;
	pfor_put(&out, values);
	/* width, count, 3 bits each, where, what is above 3 bits */
	assert_int_equal(out.len, 2 + 16 * 3 + 1 + 1);
	assert_int_equal(out.ptr[0], 3);
	assert_int_equal(out.ptr[1], 1);
	assert_int_equal(out.ptr[2 + 48], 9);
	assert_int_equal(out.ptr[2 + 49], 5);
	buf_release(&out);
}

/* Cut or changed blocks give NULL or values, never a read past the end. */
static void test_damage(void **state)
{
	struct buf out = BUF_INIT(MEM_OTHER);
	uint32_t values[PACK_VALUES], got[PACK_VALUES];
	unsigned round, i;
	const uint8_t *p;
	uint8_t *bytes;
	size_t cut;
	struct rng r;

	(void)state;
	rng_init(&r, 22);
	for (round = 0; round < 40; round++) {
		random_values(&r, rng_below(&r, 33), values);
		for (i = 0; i < 5; i++)
			values[rng_below(&r, PACK_VALUES)] = rng_skewed(&r);
		buf_clear(&out);
		pfor_put(&out, values);
		for (cut = 0; cut < out.len; cut++) {
			bytes = exact_copy(span_of(out.ptr, cut));
			assert_null(pfor_get(bytes, bytes + cut, got));
			scout_free(bytes);
		}
		bytes = exact_copy(buf_span(&out));
		for (i = 0; i < 300; i++) {
			uint32_t at = rng_below(&r, (uint32_t)out.len);

			if (rng_below(&r, 3) == 0)
				at = rng_below(&r, 2);
			bytes[at] ^= (uint8_t)(1 << rng_below(&r, 8));
			p = pfor_get(bytes, bytes + out.len, got);
			assert_true(!p || p <= bytes + out.len);
			if (rng_below(&r, 4) == 0)
				memcpy(bytes, out.ptr, out.len);
		}
		scout_free(bytes);
	}
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_widths),
		cmocka_unit_test(test_width_of),
		cmocka_unit_test(test_pfor),
		cmocka_unit_test(test_pfor_size),
		cmocka_unit_test(test_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
