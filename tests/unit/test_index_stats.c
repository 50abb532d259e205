/* The stored figures of an index. */
#include "support.h"

#include "index_format/index_stats.h"

/* Every stored figure gets a value of its own. */
static void fill(struct index_stats *s)
{
	uint64_t n = 1000, i;

	memset(s, 0, sizeof(*s));
	s->files = n++;
	s->text_bytes = UINT64_MAX;
	s->lines = n++;
	s->words = n++;
	s->terms = n++;
	s->postings = n++;
	s->segments = n++;
	s->deleted = n++;
	s->started_ns = -7;
	s->elapsed_ns = (int64_t)n++;
	s->cpu_ns = (int64_t)n++;
	s->threads = n++;
	s->memory_budget_bytes = n++;
	s->runs = n++;
	s->runs_spilled_bytes = n++;
	s->mem_total_peak_bytes = n++;
	s->rss_anon_bytes = n++;
	s->rss_file_bytes = n++;
	s->rss_peak_bytes = n++;
	s->index_bytes = n++;
	for (i = 0; i < SKIP_REASONS; i++)
		s->skipped[i] = n++;
	for (i = 0; i < STATS_MAX_STAGES; i++)
		s->stage_ns[i] = (int64_t)n++;
	for (i = 0; i < MEM_OWNERS; i++)
		s->mem_peak_bytes[i] = n++;
}

static void test_round_trip(void **state)
{
	struct buf out = BUF_INIT(MEM_OTHER);
	struct index_stats s, got;

	(void)state;
	fill(&s);
	memset(&got, 0xee, sizeof(got));
	index_stats_encode(&s, &out);
	assert_int_equal(buf_status(&out), SCOUT_OK);
	assert_int_equal(index_stats_decode(buf_span(&out), &got), SCOUT_OK);
	assert_memory_equal(&got, &s, sizeof(s));
	buf_release(&out);
}

static void test_damage(void **state)
{
	struct buf out = BUF_INIT(MEM_OTHER);
	struct index_stats s, got, untouched;
	uint8_t *copy;
	struct rng r;
	size_t i;
	int rc;

	(void)state;
	fill(&s);
	index_stats_encode(&s, &out);
	memset(&got, 0xee, sizeof(got));
	untouched = got;
	for (i = 0; i < out.len; i++) {
		copy = exact_copy(span_of(out.ptr, i));
		assert_int_equal(index_stats_decode(span_of(copy, i), &got),
				 SCOUT_E_CORRUPT);
		scout_free(copy);
	}
	buf_put_u8(&out, 0);
	assert_int_equal(index_stats_decode(buf_span(&out), &got),
			 SCOUT_E_CORRUPT);
	/* nothing is written but on success */
	assert_memory_equal(&got, &untouched, sizeof(got));
	out.len--;
	rng_init(&r, 95);
	copy = exact_copy(buf_span(&out));
	for (i = 0; i < 5000; i++) {
		copy[rng_below(&r, (uint32_t)out.len)] = (uint8_t)rng_next(&r);
		rc = index_stats_decode(span_of(copy, out.len), &got);
		assert_true(rc == SCOUT_OK || rc == SCOUT_E_CORRUPT);
		if (rng_below(&r, 2))
			memcpy(copy, out.ptr, out.len);
	}
	scout_free(copy);
	buf_release(&out);
}

/* Written by a version that knew fewer or more reasons, stages and owners. */
static void test_other_lengths(void **state)
{
	struct buf out = BUF_INIT(MEM_OTHER);
	struct index_stats got;
	unsigned i;

	(void)state;
	buf_put_varint(&out, 1);
	for (i = 0; i < 20; i++)
		buf_put_varint(&out, i);
	buf_put_varint(&out, 1);
	buf_put_varint(&out, 77);
	buf_put_varint(&out, 0);
	buf_put_varint(&out, MEM_OWNERS + 3);
	for (i = 0; i < MEM_OWNERS + 3; i++)
		buf_put_varint(&out, 500 + i);
	assert_int_equal(index_stats_decode(buf_span(&out), &got), SCOUT_OK);
	assert_int_equal(got.text_bytes, 1);
	assert_int_equal(got.skipped[0], 77);
	assert_int_equal(got.skipped[1], 0);
	assert_int_equal(got.stage_ns[0], 0);
	assert_int_equal(got.mem_peak_bytes[MEM_OWNERS - 1],
			 500 + MEM_OWNERS - 1);
	out.ptr[0] = 2;
	assert_int_equal(index_stats_decode(buf_span(&out), &got),
			 SCOUT_E_CORRUPT);
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_other_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
