/* Elias-Fano sequences: every way of reading gives the numbers put in. */
#include "support.h"

#include "base/buf.h"
#include "base/err.h"
#include "index_format/elias_fano.h"

enum { MOST = 5000 };

/* A sequence, and its bytes in a block of exactly their size. */
struct seq {
	uint64_t values[MOST];
	uint32_t n;
	struct span bytes;
};

static void encode(struct seq *s)
{
	struct buf out = BUF_INIT(MEM_OTHER);

	/* what is in the buffer stays */
	buf_put_str(&out, "before");
	elias_fano_put(&out, s->values, s->n);
	assert_int_equal(buf_status(&out), SCOUT_OK);
	assert_memory_equal(out.ptr, "before", 6);
	s->bytes = span_of(exact_copy(span_of(out.ptr + 6, out.len - 6)),
			   out.len - 6);
	buf_release(&out);
}

static void drop(struct seq *s)
{
	scout_free((void *)(uintptr_t)s->bytes.ptr);
}

static void open_seq(struct elias_fano *e, const struct seq *s)
{
	assert_int_equal(elias_fano_open(e, s->bytes, s->n,
					 s->values[s->n - 1]), SCOUT_OK);
	assert_int_equal(e->bytes.len, s->bytes.len);
	assert_int_equal(e->passed, 0);
	assert_int_equal(e->value, 0);
}

static void check_next(struct elias_fano *e, const struct seq *s, uint32_t i)
{
	assert_int_equal(elias_fano_next(e), SCOUT_OK);
	assert_int_equal(e->passed, i + 1);
	assert_true(e->value == s->values[i]);
}

static void check_all(const struct seq *s)
{
	struct elias_fano e;
	uint32_t i;

	open_seq(&e, s);
	for (i = 0; i < s->n; i++)
		check_next(&e, s, i);
	elias_fano_rewind(&e);
	check_next(&e, s, 0);
}

/* Skips forward by steps of many sizes, and reads one after each. */
static void check_skip(const struct seq *s, struct rng *r)
{
	uint32_t most = 1 + rng_below(r, 300), step;
	struct elias_fano e;

	open_seq(&e, s);
	while (e.passed < s->n) {
		step = rng_below(r, most);
		if (step >= s->n - e.passed)
			step = s->n - e.passed - 1;
		step += e.passed;
		assert_int_equal(elias_fano_skip(&e, step - e.passed), SCOUT_OK);
		assert_int_equal(e.passed, step);
		if (step)
			assert_true(e.value == s->values[step - 1]);
		check_next(&e, s, step);
	}
}

/* From wherever it is, finds the first number that is at least wanted. */
static void check_skip_to(const struct seq *s, struct rng *r)
{
	uint64_t last = s->values[s->n - 1], wanted = 0;
	struct elias_fano e;
	uint32_t i = 0, before;

	open_seq(&e, s);
	while (e.passed < s->n) {
		wanted += 1 + rng_next(r) % (last / (1 + rng_below(r, 100)) + 1);
		if (wanted > last)
			break;
		before = e.passed;
		assert_int_equal(elias_fano_skip_to(&e, wanted), SCOUT_OK);
		if (e.passed > before)
			assert_true(e.value == s->values[e.passed - 1] &&
				    e.value < wanted);
		while (e.passed < s->n && e.value < wanted)
			check_next(&e, s, e.passed);
		while (s->values[i] < wanted)
			i++;
		assert_int_equal(e.passed, i + 1);
	}
}

static void check_seq(struct seq *s, struct rng *r)
{
	unsigned i;

	encode(s);
	check_all(s);
	for (i = 0; i < 5; i++) {
		check_skip(s, r);
		check_skip_to(s, r);
	}
	drop(s);
}

/* Two bits a number, and log2(last / n) rounded up. */
static size_t bytes_at_most(const struct seq *s)
{
	uint64_t last = s->values[s->n - 1];
	size_t width = 0;

	while (width < 60 && (uint64_t)s->n << width < last)
		width++;
	return ((width + 2) * s->n + 7) / 8;
}

static void test_random(void **state)
{
	static const uint32_t counts[] = { 1, 2, 3, 63, 64, 65, 128, 1000,
					   4095, 4096, MOST };
	/* the largest difference between two numbers */
	static const uint64_t most[] = { 0, 1, 2, 3, 12, 1000, 1 << 20,
					 (uint64_t)1 << 32, (uint64_t)1 << 43 };
	static struct seq s;
	struct rng r;
	size_t i, k;
	uint32_t v;

	(void)state;
	rng_init(&r, 70);
	for (i = 0; i < ARRAY_LEN(counts); i++)
		for (k = 0; k < ARRAY_LEN(most); k++) {
			uint64_t sum = 0;

			s.n = counts[i];
			for (v = 0; v < s.n; v++) {
				sum += rng_next(&r) % (most[k] + 1);
				s.values[v] = sum;
			}
			check_seq(&s, &r);
			assert_true(s.bytes.len <= bytes_at_most(&s));
		}
}

/* One difference of all, and nothing else: at the start, inside, at the end. */
static void test_one_jump(void **state)
{
	static const uint64_t jumps[] = { 1, 63, 64, 65, 4096, UINT32_MAX,
					  (uint64_t)1 << 32, ELIAS_FANO_MAX };
	static const uint32_t counts[] = { 1, 2, 64, 4096 };
	static struct seq s;
	struct rng r;
	size_t i, k, j;
	uint32_t v;

	(void)state;
	rng_init(&r, 71);
	for (i = 0; i < ARRAY_LEN(counts); i++)
		for (k = 0; k < ARRAY_LEN(jumps); k++)
			for (j = 0; j < 3; j++) {
				s.n = counts[i];
				for (v = 0; v < s.n; v++)
					s.values[v] = v >= (s.n - 1) * j / 2 ?
							      jumps[k] : 0;
				check_seq(&s, &r);
			}
}

/* 2, 2, 2, 9, 10: one low bit each, so the high bits are 1, 1, 1 and 4. */
static void test_bytes(void **state)
{
	static const uint64_t values[] = { 2, 2, 2, 9, 10 };
	/* ones at 1 + 0, 1 + 1, 1 + 2 and 4 + 3 of nine bits; then the low
	 * bits 0, 0, 0 and 1 */
	static const uint8_t wanted[] = { 0x8e, 0x10 };
	struct buf out = BUF_INIT(MEM_OTHER);

	(void)state;
	elias_fano_put(&out, values, ARRAY_LEN(values));
	assert_int_equal(out.len, sizeof(wanted));
	assert_memory_equal(out.ptr, wanted, sizeof(wanted));
	/* a single number is its own last */
	elias_fano_put(&out, values + 4, 1);
	assert_int_equal(out.len, sizeof(wanted));
	buf_release(&out);
}

static int read_all(struct span bytes, uint32_t n, uint64_t last)
{
	struct elias_fano e;
	uint64_t before = 0;
	int rc = elias_fano_open(&e, bytes, n, last);

	while (!rc && e.passed < n) {
		rc = elias_fano_next(&e);
		assert_true(rc < 0 || (e.value >= before && e.value <= last));
		before = e.value;
	}
	return rc;
}

/* With the bytes as they are, and after a byte was changed. */
static void check_bytes(uint8_t first, uint8_t second, int wanted)
{
	const uint8_t bytes[] = { first, second };
	uint8_t *p = exact_copy(span_of(bytes, 2));

	assert_int_equal(read_all(span_of(p, 2), 5, 10), wanted);
	scout_free(p);
}

static void test_damage_by_hand(void **state)
{
	(void)state;
	check_bytes(0x8e, 0x10, SCOUT_OK);
	check_bytes(0x0e, 0x10, SCOUT_E_CORRUPT);	/* a bit too few */
	check_bytes(0xce, 0x10, SCOUT_E_CORRUPT);	/* and one too many */
	check_bytes(0x8e, 0x11, SCOUT_E_CORRUPT);	/* where the last one
							 * would be */
	check_bytes(0x8e, 0x12, SCOUT_E_CORRUPT);	/* 3, 2, ... */
	check_bytes(0x8e, 0x16, SCOUT_E_CORRUPT);	/* 3, 3, 2, 9 */
	check_bytes(0x8e, 0x1e, SCOUT_OK);		/* 3, 3, 3, 9 */
	check_bytes(0x0e, 0x11, SCOUT_E_CORRUPT);	/* 2, 2, 2, 11 */
	check_bytes(0x0e, 0x01, SCOUT_OK);		/* 2, 2, 2, 10 */
	check_bytes(0x8e, 0x30, SCOUT_E_CORRUPT);	/* padding */
	check_bytes(0x8e, 0x90, SCOUT_E_CORRUPT);
}

/* Reads in all ways; any number may come, or the news that it is damaged. */
static void use(struct span bytes, uint32_t n, uint64_t last, struct rng *r)
{
	struct elias_fano e;
	uint32_t i;
	int rc = elias_fano_open(&e, bytes, n, last);

	for (i = 0; i < 20 && !rc && e.passed < n; i++) {
		uint64_t before = e.value;

		switch (rng_below(r, 3)) {
		case 0:
			rc = elias_fano_next(&e);
			break;
		case 1:
			rc = elias_fano_skip(&e, rng_below(r, n - e.passed));
			break;
		case 2:
			rc = elias_fano_skip_to(&e, rng_next(r) % (last + 1));
			break;
		}
		assert_true(rc == SCOUT_OK || rc == SCOUT_E_CORRUPT);
		assert_true(rc || (e.value >= before && e.value <= last));
		assert_true(rc || e.passed <= n);
	}
}

static void test_damage(void **state)
{
	static struct seq s;
	struct rng r;
	unsigned i;
	uint32_t v;

	(void)state;
	rng_init(&r, 72);
	for (i = 0; i < 20000; i++) {
		uint64_t most = (uint64_t)1 << rng_below(&r, 40), sum = 0;
		uint8_t *p;

		s.n = 2 + rng_below(&r, 200);
		for (v = 0; v < s.n; v++)
			s.values[v] = sum += rng_next(&r) % most;
		encode(&s);
		p = (uint8_t *)(uintptr_t)s.bytes.ptr;
		for (v = 1 + rng_below(&r, 4); v; v--)
			p[rng_below(&r, (uint32_t)s.bytes.len)] =
				(uint8_t)rng_next(&r);
		read_all(s.bytes, s.n, sum);
		use(s.bytes, s.n, sum, &r);
		drop(&s);
	}
}

/* Each bit alone: those of the high bits are counted, so all are noticed. */
static void test_every_bit(void **state)
{
	static struct seq s;
	size_t bit, nhigh;
	uint32_t v;

	(void)state;
	s.n = 150;
	for (v = 0; v < s.n; v++)
		s.values[v] = v * 5 + v % 3;
	/* 747 in 150 parts: two low bits; 149 ones and 186 zeros */
	nhigh = 149 + 186;
	encode(&s);
	assert_int_equal(s.bytes.len, (nhigh + 149 * 2 + 7) / 8);
	for (bit = 0; bit < s.bytes.len * 8; bit++) {
		uint8_t *p = (uint8_t *)(uintptr_t)s.bytes.ptr + bit / 8;

		*p ^= (uint8_t)(1 << bit % 8);
		if (bit < nhigh || bit >= nhigh + 149 * 2)
			assert_int_equal(read_all(s.bytes, s.n,
						  s.values[s.n - 1]),
					 SCOUT_E_CORRUPT);
		*p ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(read_all(s.bytes, s.n, s.values[s.n - 1]), SCOUT_OK);
	drop(&s);
}

static void test_truncated(void **state)
{
	static struct seq s;
	struct elias_fano e;
	size_t len;
	uint32_t v;

	(void)state;
	s.n = 100;
	for (v = 0; v < s.n; v++)
		s.values[v] = v * 7;
	encode(&s);
	for (len = 0; len < s.bytes.len; len++) {
		uint8_t *p = exact_copy(span_of(s.bytes.ptr, len));

		assert_int_equal(elias_fano_open(&e, span_of(p, len), s.n,
						 s.values[s.n - 1]),
				 SCOUT_E_CORRUPT);
		scout_free(p);
	}
	/* a last number that asks for more bytes, or for too many */
	assert_int_equal(elias_fano_open(&e, s.bytes, s.n, 2000),
			 SCOUT_E_CORRUPT);
	assert_int_equal(elias_fano_open(&e, s.bytes, s.n, ELIAS_FANO_MAX + 1),
			 SCOUT_E_CORRUPT);
	assert_int_equal(elias_fano_open(&e, s.bytes, 1, UINT64_MAX),
			 SCOUT_E_CORRUPT);
	drop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_one_jump),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_damage_by_hand),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_every_bit),
		cmocka_unit_test(test_truncated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
