/*
 * Threads that start together and are joined together.
 *
 * scout_parallel runs fn(ctx, 0..nthreads-1) at once and returns when all have
 * returned: worker 0 on the calling thread.  Work is shared out by the callers
 * through atomics or an ordered ring; errors are returned, never lost.
 */
#ifndef SCOUT_BASE_POOL_H
#define SCOUT_BASE_POOL_H

#include <pthread.h>
#include <stdbool.h>

#include "base/err.h"

typedef int (*pool_fn)(void *ctx, unsigned worker, struct scout_err *err);

enum { POOL_MAX_THREADS = 256 };

/*
 * Returns the first error by worker number (its text in err), else SCOUT_OK.
 * If a thread cannot be started the others still run; the work they share is
 * then done by fewer.  fn must therefore not wait for a given worker to exist.
 */
int scout_parallel(unsigned nthreads, pool_fn fn, void *ctx,
		   struct scout_err *err);

/*
 * A ring of nslots numbered items that many producers fill in any order and
 * one consumer takes in number order.  An item number may be begun only when
 * it is less than nslots ahead of the consumer, which bounds memory.
 * Thread rule: all functions from any thread; one consumer.
 */
struct ring {
	pthread_mutex_t lock;
	pthread_cond_t moved;
	void **slots;		/* nslots items, NULL = not finished */
	size_t nslots;
	size_t next_begin;	/* next number to hand to a producer */
	size_t next_take;	/* next number the consumer wants */
	size_t total;		/* numbers are 0..total-1 */
	bool stopped;
};

int ring_init(struct ring *r, size_t nslots, size_t total);
void ring_release(struct ring *r);
/* The next number to work on, waiting for room; SCOUT_END when none is left
 * or the ring was stopped. */
int ring_begin(struct ring *r, size_t *out_number);
/* The same, but SCOUT_E_NOTFOUND instead of waiting for room. */
int ring_try_begin(struct ring *r, size_t *out_number);
/* Hands item (not NULL) of that number to the consumer, who then owns it. */
void ring_finish(struct ring *r, size_t number, void *item);
/* The next item in order, waiting; SCOUT_END after the last or when stopped. */
int ring_take(struct ring *r, void **out_item);
/* The same, but SCOUT_E_NOTFOUND instead of waiting. */
int ring_try_take(struct ring *r, void **out_item);
/* Wakes everyone; begin and take then return SCOUT_END. */
void ring_stop(struct ring *r);

/* What is done with the numbers of a ring; negative ends it. */
struct ring_work {
	/* any worker: the item of that number */
	int (*make)(void *ctx, size_t number, void **out_item,
		    struct scout_err *err);
	/* worker 0, in order: takes it over */
	int (*take)(void *ctx, void *item, size_t number,
		    struct scout_err *err);
};

/*
 * A worker's part until nothing is left: all make items, worker 0 only while
 * there is none for it to take.  ctx is the worker's own.  An error stops the
 * ring and is returned; another worker's is not.
 */
int ring_work(struct ring *r, unsigned worker, const struct ring_work *work,
	      void *ctx, struct scout_err *err);

#endif
