/* Threads that start together, and the ordered ring between them. */
#include "support.h"

#include <stdatomic.h>

#include "base/mem.h"
#include "base/pool.h"

struct roll_call {
	_Atomic unsigned seen[8];
	unsigned failing;	/* bit per worker */
};

static int answer(void *ctx, unsigned worker, struct scout_err *err)
{
	struct roll_call *c = ctx;

	atomic_fetch_add(&c->seen[worker], 1);
	if (c->failing >> worker & 1)
		return scout_err_set(err, SCOUT_E_LIMIT, "worker %u", worker);
	return SCOUT_OK;
}

static void test_parallel(void **state)
{
	struct roll_call c = { .failing = 0 };
	struct scout_err err = SCOUT_ERR_INIT;
	unsigned i;

	(void)state;
	assert_int_equal(scout_parallel(8, answer, &c, &err), SCOUT_OK);
	for (i = 0; i < 8; i++)
		assert_int_equal(c.seen[i], 1);
	assert_int_equal(err.code, SCOUT_OK);
	c.failing = 1 << 3 | 1 << 6;
	assert_int_equal(scout_parallel(8, answer, &c, &err), SCOUT_E_LIMIT);
	assert_string_equal(err.msg, "worker 3");
	assert_int_equal(scout_parallel(8, answer, &c, NULL), SCOUT_E_LIMIT);
	c.failing = 1 << 7;
	scout_err_clear(&err);
	assert_int_equal(scout_parallel(8, answer, &c, &err), SCOUT_E_LIMIT);
	assert_string_equal(err.msg, "worker 7");
	for (i = 0; i < 8; i++)
		assert_int_equal(c.seen[i], 4);
	c.failing = 1;
	scout_err_clear(&err);
	assert_int_equal(scout_parallel(1, answer, &c, &err), SCOUT_E_LIMIT);
	assert_string_equal(err.msg, "worker 0");
	scout_err_clear(&err);
	scout_mem_fail_at(1);
	assert_int_equal(scout_parallel(2, answer, &c, &err), SCOUT_E_NOMEM);
	scout_mem_fail_at(0);
}

/* One thread, so that the states can be seen. */
static void test_ring_steps(void **state)
{
	int items[4];
	struct ring r;
	size_t number;
	void *item;

	(void)state;
	assert_int_equal(ring_init(&r, 2, 3), SCOUT_OK);
	assert_int_equal(ring_try_take(&r, &item), SCOUT_E_NOTFOUND);
	assert_int_equal(ring_begin(&r, &number), SCOUT_OK);
	assert_int_equal(number, 0);
	assert_int_equal(ring_begin(&r, &number), SCOUT_OK);
	assert_int_equal(number, 1);
	/* two ahead of the consumer */
	assert_int_equal(ring_try_begin(&r, &number), SCOUT_E_NOTFOUND);
	ring_finish(&r, 1, &items[1]);
	assert_int_equal(ring_try_take(&r, &item), SCOUT_E_NOTFOUND);
	ring_finish(&r, 0, &items[0]);
	assert_int_equal(ring_take(&r, &item), SCOUT_OK);
	assert_ptr_equal(item, &items[0]);
	assert_int_equal(ring_try_begin(&r, &number), SCOUT_OK);
	assert_int_equal(number, 2);
	assert_int_equal(ring_try_begin(&r, &number), SCOUT_END);
	assert_int_equal(ring_take(&r, &item), SCOUT_OK);
	assert_ptr_equal(item, &items[1]);
	ring_finish(&r, 2, &items[2]);
	assert_int_equal(ring_take(&r, &item), SCOUT_OK);
	assert_ptr_equal(item, &items[2]);
	assert_int_equal(ring_take(&r, &item), SCOUT_END);
	assert_int_equal(ring_begin(&r, &number), SCOUT_END);
	ring_release(&r);
	ring_release(&r);
	assert_int_equal(ring_init(&r, 1, 0), SCOUT_OK);
	assert_int_equal(ring_take(&r, &item), SCOUT_END);
	ring_release(&r);
}

enum { RING_ITEMS = 5000 };

struct traffic {
	struct ring ring;
	int items[RING_ITEMS];
	size_t taken;
	size_t stop_after;
};

/* Worker 0 consumes, the others produce. */
static int drive(void *ctx, unsigned worker, struct scout_err *err)
{
	struct traffic *t = ctx;
	size_t number;
	void *item;

	(void)err;
	if (worker) {
		while (!ring_begin(&t->ring, &number)) {
			volatile unsigned work = (unsigned)(number * 7919 % 97);

			while (work)
				work--;
			ring_finish(&t->ring, number, &t->items[number]);
		}
		return SCOUT_OK;
	}
	while (!ring_take(&t->ring, &item)) {
		if (item != &t->items[t->taken++])
			return SCOUT_E_CORRUPT;
		if (t->taken == t->stop_after)
			ring_stop(&t->ring);
	}
	return SCOUT_OK;
}

static void test_ring_order(void **state)
{
	static struct traffic t;
	size_t nslots;

	(void)state;
	for (nslots = 1; nslots <= 16; nslots *= 2) {
		t.taken = t.stop_after = 0;
		assert_int_equal(ring_init(&t.ring, nslots, RING_ITEMS),
				 SCOUT_OK);
		assert_int_equal(scout_parallel(4, drive, &t, NULL), SCOUT_OK);
		assert_int_equal(t.taken, RING_ITEMS);
		ring_release(&t.ring);
	}
}

/* Everybody is woken, whether waiting for room or for an item. */
static void test_ring_stop(void **state)
{
	static struct traffic t;
	size_t number;
	void *item;
	int i;

	(void)state;
	for (i = 0; i < 20; i++) {
		t.taken = 0;
		t.stop_after = (size_t)i * 10 + 1;
		assert_int_equal(ring_init(&t.ring, 2, RING_ITEMS), SCOUT_OK);
		assert_int_equal(scout_parallel(4, drive, &t, NULL), SCOUT_OK);
		assert_int_equal(t.taken, t.stop_after);
		assert_int_equal(ring_take(&t.ring, &item), SCOUT_END);
		assert_int_equal(ring_begin(&t.ring, &number), SCOUT_END);
		ring_release(&t.ring);
	}
}

/* Items are made by all and taken in order; one of them cannot be made. */
struct shop {
	struct ring ring;
	int items[RING_ITEMS];
	size_t taken;
	size_t bad;	/* number; RING_ITEMS: none */
};

static int make(void *ctx, size_t number, void **out_item,
		struct scout_err *err)
{
	struct shop *s = ctx;

	if (number == s->bad)
		return scout_err_set(err, SCOUT_E_CORRUPT, "a bad item");
	*out_item = &s->items[number];
	return SCOUT_OK;
}

static int take(void *ctx, void *item, size_t number, struct scout_err *err)
{
	struct shop *s = ctx;

	(void)err;
	return item == &s->items[number] && number == s->taken++ ?
		       SCOUT_OK : SCOUT_E_IO;
}

static int keep_shop(void *ctx, unsigned worker, struct scout_err *err)
{
	static const struct ring_work work = { make, take };

	return ring_work(&((struct shop *)ctx)->ring, worker, &work, ctx, err);
}

static void test_ring_work(void **state)
{
	static const size_t bad[] = { RING_ITEMS, 0, RING_ITEMS / 2,
				      RING_ITEMS - 1 };
	static struct shop s;
	unsigned nthreads;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		for (nthreads = 1; nthreads <= 4; nthreads++) {
			struct scout_err err = SCOUT_ERR_INIT;
			bool is_bad = bad[i] < RING_ITEMS;

			s.taken = 0;
			s.bad = bad[i];
			assert_int_equal(ring_init(&s.ring, nthreads + 1,
						   RING_ITEMS), SCOUT_OK);
			assert_int_equal(scout_parallel(nthreads, keep_shop,
							&s, &err),
					 is_bad ? SCOUT_E_CORRUPT : SCOUT_OK);
			if (is_bad)
				assert_true(s.taken <= s.bad);
			else
				assert_int_equal(s.taken, RING_ITEMS);
			ring_release(&s.ring);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parallel),
		cmocka_unit_test(test_ring_steps),
		cmocka_unit_test(test_ring_order),
		cmocka_unit_test(test_ring_stop),
		cmocka_unit_test(test_ring_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
