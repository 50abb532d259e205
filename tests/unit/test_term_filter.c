/* The filters of dictionary blocks, beside a plain list of trigrams; and the
 * length norm. */
#include "support.h"

#include "base/mem.h"
#include "index_format/length_norm.h"
#include "index_format/term_filter.h"

enum { TERMS_MAX = 40 };

/* What a filter ought to have, trigram by trigram. */
static void set_plainly(bool bits[FILTER_BITS], struct span term)
{
	size_t i;

	if (term.len >= 252)
		bits[0] = true;
	for (i = 0; i + 1 < term.len; i++)
		bits[filter_bit(term.ptr[i], term.ptr[i + 1],
				i + 2 < term.len ? term.ptr[i + 2] : 0)] = true;
}

static size_t random_term(struct rng *r, uint8_t term[TERM_MAX_BYTES],
			  size_t before)
{
	size_t shared = rng_below(r, (uint32_t)before + 1), i;
	size_t len = shared + 1 + rng_below(r, rng_below(r, 9) ? 9 : 250);

	if (len > TERM_MAX_BYTES)
		len = TERM_MAX_BYTES;
	for (i = shared; i < len; i++)
		term[i] = (uint8_t)(1 + rng_below(r, 255));
	return len;
}

static void check_group(struct filter_writer *w, uint32_t nblocks,
			struct rng *r)
{
	bool (*wanted)[FILTER_BITS];
	uint8_t term[TERM_MAX_BYTES];
	struct span group;
	size_t len = 0, bit;
	uint32_t b, n;

	wanted = scout_calloc(MEM_OTHER, nblocks, sizeof(*wanted));
	assert_non_null(wanted);
	for (b = 0; b < nblocks; b++) {
		for (n = 1 + rng_below(r, TERMS_MAX); n; n--) {
			len = random_term(r, term, len);
			filter_add(w, span_of(term, len));
			set_plainly(wanted[b], span_of(term, len));
		}
		filter_end_block(w);
		/* a new block shares nothing with the last one */
		len = rng_below(r, 2) ? len : 0;
	}
	group = filter_finish(w);
	assert_int_equal(group.len, FILTER_BITS * ((nblocks + 7) / 8));
	for (b = 0; b < (nblocks + 7) / 8 * 8; b++)
		for (bit = 0; bit < FILTER_BITS; bit++) {
			uint8_t byte = group.ptr[bit * ((nblocks + 7) / 8) +
						 b / 8];

			assert_int_equal(byte >> b % 8 & 1,
					 b < nblocks && wanted[b][bit]);
		}
	filter_clear(w);
	scout_free(wanted);
}

static void test_groups(void **state)
{
	static const uint32_t sizes[] = { 1, 7, 8, 9, 64, 300, 511, 512, 3 };
	struct filter_writer w;
	struct rng r;
	size_t i;

	(void)state;
	rng_init(&r, 91);
	assert_int_equal(filter_init(&w, MEM_OTHER), SCOUT_OK);
	for (i = 0; i < ARRAY_LEN(sizes); i++)
		check_group(&w, sizes[i], &r);
	filter_release(&w);
}

/* The formula of the format. */
static void test_bit(void **state)
{
	uint64_t v = 'l' + 256u * 'o' + 65536u * 'c';

	(void)state;
	assert_int_equal(filter_bit('l', 'o', 'c'),
			 v * 2654435761u % 0x100000000u / 0x200000u);
	assert_int_equal(filter_bit(0xff, 0xff, 0xff),
			 0xffffffu * (uint64_t)2654435761u % 0x100000000u /
				 0x200000u);
	/* the formula gives 0, which is not a trigram's */
	assert_int_equal(filter_bit(0, 0, 0), 1);
}

static void test_length_norm(void **state)
{
	struct rng r;
	uint32_t n, shift;
	unsigned i;

	(void)state;
	for (n = 0; n < 100000; n++) {
		assert_true(length_of_norm(length_norm(n)) <= n);
		assert_true(n - length_of_norm(length_norm(n)) <= n / 8);
		assert_true(length_norm(n) <= length_norm(n + 1));
	}
	rng_init(&r, 92);
	for (i = 0; i < 100000; i++) {
		n = (uint32_t)rng_next(&r) >> rng_below(&r, 28);
		for (shift = 0; n >> shift > 15; shift++)
			;
		assert_int_equal(length_norm(n), 8 * shift + (n >> shift));
		assert_int_equal(length_of_norm(length_norm(n)),
				 n >> shift << shift);
	}
	assert_int_equal(length_norm(UINT32_MAX), 239);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_bit),
		cmocka_unit_test(test_length_norm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
