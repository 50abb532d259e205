/*
 * Every stored value of a small index is damaged in every way: bits flipped,
 * cut short, made longer, emptied, deleted, exchanged with another, moved to
 * another key.  For each damage
 *
 *   - an index that is opened checked answers every query right, or says that
 *     it is damaged;
 *   - one that is not may answer anything, but never reads outside its bytes
 *     (the sanitizers watch);
 *   - the check finds the damage.
 *
 * usage: test_corrupt [STEP]
 *   STEP  damages every STEP-th bit and length; 1: all of them
 */
#include <stdio.h>
#include <stdlib.h>

#include "corrupt_index.h"

/* What came of the damage. */
struct tally {
	uint64_t cases;
	uint64_t all_right;	/* checked: every query answered right */
	uint64_t reported;	/* checked: some query found the damage */
	uint64_t blind_wrong;	/* not checked: some query answered wrong */
	uint64_t blind_reported;
};

static unsigned step_bits = 311;
static struct corrupt_index ix;
static struct tally tallies[DBS], all;

static const char *const db_names[DBS] = { "meta", "dict", "stream", "sums" };

static void print_place(const struct place *p, const char *damage)
{
	size_t i;

	print_message("%s of %s ", damage, db_names[p->db]);
	for (i = 0; i < p->key_len; i++)
		print_message(p->key[i] > ' ' && p->key[i] < 127 ? "%c" :
								  "\\x%02x",
			      p->key[i]);
	print_message("\n");
}

/* The four bytes of a manifest that say its version. */
static bool is_version(const struct place *p, const char *damage, size_t at)
{
	return place_has_name(p, "manifest") && !strcmp(damage, "flip") &&
	       at >= 8 && at < 12;
}

static void add(struct tally *t, const struct outcome *checked,
		const struct outcome *blind)
{
	t->cases++;
	t->all_right += checked->right == checked->queries;
	t->reported += checked->corrupt > 0;
	t->blind_wrong += blind->wrong > 0;
	t->blind_reported += blind->corrupt > 0;
}

/* Asks the index as it is now.  at: the byte that was damaged, or a length. */
static void examine(const struct place *p, const char *damage, size_t at)
{
	struct outcome checked, blind;

	corrupt_index_ask(&ix, true, &checked);
	corrupt_index_ask(&ix, false, &blind);
	add(&tallies[p->db], &checked, &blind);
	add(&all, &checked, &blind);
	if (checked.wrong || checked.failed ||
	    (checked.version && !is_version(p, damage, at))) {
		print_place(p, damage);
		fail_msg("at %zu: of %u queries %u wrong, %u of another "
			 "version, %u failed: %s", at, checked.queries,
			 checked.wrong, checked.version, checked.failed,
			 checked.text);
	}
	if (!corrupt_index_is_found(&ix)) {
		print_place(p, damage);
		fail_msg("at %zu: the check calls it sound", at);
	}
}

static void test_intact(void **state)
{
	struct outcome checked, blind;

	(void)state;
	corrupt_index_ask(&ix, true, &checked);
	corrupt_index_ask(&ix, false, &blind);
	assert_int_equal(checked.right, checked.queries);
	assert_int_equal(blind.right, blind.queries);
	assert_false(corrupt_index_is_found(&ix));
	print_message("%zu values, %zu bytes, %u queries\n", ix.nplaces,
		      ix.total_bytes, checked.queries);
}

/* The kinds of everything that it should hold. */
static void test_is_rich(void **state)
{
	(void)state;
	corrupt_index_assert_rich(&ix);
}

/* Bits ---------------------------------------------------------------- */

static void flip(const struct place *p, size_t at, unsigned bit)
{
	corrupt_index_flip(&ix, p, at, bit);
	examine(p, "flip", at);
	corrupt_index_flip(&ix, p, at, bit);
}

static void test_flips(void **state)
{
	size_t i, at, first, nbits;
	const struct place *p;

	(void)state;
	for (i = 0; i < ix.nplaces; i++) {
		p = &ix.places[i];
		nbits = p->len * 8;
		first = nbits < step_bits ? nbits : step_bits;
		for (at = rng_below(&ix.rng, (uint32_t)first); at < nbits;
		     at += step_bits)
			flip(p, at / 8, at % 8);
	}
}

/* Lengths -------------------------------------------------------------- */

static void cut(const struct place *p, size_t len)
{
	struct span good = corrupt_index_value(&ix, p);

	corrupt_index_put(&ix, p, span_of(good.ptr, len));
	examine(p, "cut", len);
	corrupt_index_put(&ix, p, good);
}

/* Whether a length is tried in any case: the first and the last ones, without
 * the checksum, and around the ends of ranges. */
static bool is_odd_length(size_t len, size_t full)
{
	return len < 2 || full - len < 3 || full - len == 8 ||
	       len % 16384 < 2;
}

static void test_cuts(void **state)
{
	size_t i, len;

	(void)state;
	for (i = 0; i < ix.nplaces; i++)
		for (len = 0; len < ix.places[i].len; len++)
			if (len % step_bits == 0 ||
			    is_odd_length(len, ix.places[i].len))
				cut(&ix.places[i], len);
}

static void test_appended(void **state)
{
	static const size_t lengths[] = { 1, 8, 16, 64, 16384 };
	struct buf longer = BUF_INIT(MEM_OTHER);
	struct span good;
	size_t i, k, n;

	(void)state;
	for (i = 0; i < ix.nplaces; i++) {
		good = corrupt_index_value(&ix, &ix.places[i]);
		for (k = 0; k < sizeof(lengths) / sizeof(lengths[0]); k++) {
			buf_clear(&longer);
			buf_put_span(&longer, good);
			for (n = 0; n < lengths[k]; n++)
				buf_put_u8(&longer, k % 2 ? 0 :
						    good.ptr[n % good.len]);
			corrupt_index_put(&ix, &ix.places[i],
					  buf_span(&longer));
			examine(&ix.places[i], "append", lengths[k]);
		}
		corrupt_index_put(&ix, &ix.places[i], good);
	}
	buf_release(&longer);
}

/* Places --------------------------------------------------------------- */

static void test_deleted(void **state)
{
	struct span good;
	size_t i;

	(void)state;
	for (i = 0; i < ix.nplaces; i++) {
		good = corrupt_index_value(&ix, &ix.places[i]);
		corrupt_index_put(&ix, &ix.places[i], span_of(NULL, 0));
		examine(&ix.places[i], "loss", 0);
		corrupt_index_put(&ix, &ix.places[i], good);
	}
}

static void exchange(const struct place *a, const struct place *b)
{
	struct span va = corrupt_index_value(&ix, a);
	struct span vb = corrupt_index_value(&ix, b);

	corrupt_index_put(&ix, a, vb);
	corrupt_index_put(&ix, b, va);
	examine(a, "exchange", 0);
	corrupt_index_put(&ix, a, va);
	corrupt_index_put(&ix, b, vb);
}

/* Any two values of a database. */
static void test_exchanged(void **state)
{
	size_t i, k;

	(void)state;
	for (i = 0; i < ix.nplaces; i++)
		for (k = i + 1; k < ix.nplaces; k++)
			if (ix.places[i].db == ix.places[k].db)
				exchange(&ix.places[i], &ix.places[k]);
}

/* Any two chunks together with their checksums. */
static void test_exchanged_chunks(void **state)
{
	struct span va, vb;
	const struct place *a, *b;
	size_t i, k;

	(void)state;
	for (i = 0; i < ix.nplaces; i++)
		for (k = i + 1; k < ix.nplaces; k++) {
			a = corrupt_index_sums(&ix, &ix.places[i]);
			b = corrupt_index_sums(&ix, &ix.places[k]);
			if (!a || !b)
				continue;
			va = corrupt_index_value(&ix, a);
			vb = corrupt_index_value(&ix, b);
			corrupt_index_put(&ix, a, vb);
			corrupt_index_put(&ix, b, va);
			exchange(&ix.places[i], &ix.places[k]);
			corrupt_index_put(&ix, a, va);
			corrupt_index_put(&ix, b, vb);
		}
}

/* A value under a key that differs in one bit. */
static void move(const struct place *p, size_t at, unsigned bit)
{
	struct span good = corrupt_index_value(&ix, p);
	struct place moved = *p;

	moved.key[at] ^= (uint8_t)(1 << bit);
	if (corrupt_index_has(&ix, &moved))
		return;		/* it would replace another value */
	corrupt_index_put(&ix, p, span_of(NULL, 0));
	corrupt_index_put(&ix, &moved, good);
	examine(p, "move", at);
	corrupt_index_put(&ix, &moved, span_of(NULL, 0));
	corrupt_index_put(&ix, p, good);
}

static void test_moved(void **state)
{
	size_t i, bit, step = step_bits > 7 ? 7 : step_bits;

	(void)state;
	for (i = 0; i < ix.nplaces; i++)
		for (bit = i % step; bit < ix.places[i].key_len * 8;
		     bit += step)
			move(&ix.places[i], bit / 8, bit % 8);
}

static void print_tally(const char *name, const struct tally *t)
{
	print_message("%-6s %8llu cases; checked: %llu all right, %llu "
		      "reported; not checked: %llu wrong, %llu reported\n",
		      name, (unsigned long long)t->cases,
		      (unsigned long long)t->all_right,
		      (unsigned long long)t->reported,
		      (unsigned long long)t->blind_wrong,
		      (unsigned long long)t->blind_reported);
}

/* The queries read what is damaged: else nothing of this means anything. */
static void test_tally(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < DBS; i++)
		print_tally(db_names[i], &tallies[i]);
	print_tally("all", &all);
	for (i = DICT; i <= SUMS; i++)
		assert_true(tallies[i].reported * 10 > tallies[i].cases * 9);
	assert_true(tallies[META].reported * 4 > tallies[META].cases);
	assert_true(all.blind_wrong > 0);
}

static int set_up(void **state)
{
	(void)state;
	corrupt_index_make(&ix);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	corrupt_index_release(&ix);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_intact),
		cmocka_unit_test(test_is_rich),
		cmocka_unit_test(test_deleted),
		cmocka_unit_test(test_exchanged),
		cmocka_unit_test(test_exchanged_chunks),
		cmocka_unit_test(test_moved),
		cmocka_unit_test(test_appended),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_flips),
		cmocka_unit_test(test_intact),
		cmocka_unit_test(test_tally),
	};

	if (argc > 1)
		step_bits = (unsigned)strtoul(argv[1], NULL, 10);
	if (!step_bits) {
		fprintf(stderr, "usage: test_corrupt [STEP]\n");
		return 2;
	}
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
