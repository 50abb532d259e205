#include "base/pool.h"

#include <string.h>

#include "base/mem.h"

struct pool_worker {
	pthread_t thread;
	pool_fn fn;
	void *ctx;
	unsigned number;
	bool started;
	int rc;
	struct scout_err err;
};

static void *worker_main(void *arg)
{
	struct pool_worker *w = arg;

	w->rc = w->fn(w->ctx, w->number, &w->err);
	return NULL;
}

int scout_parallel(unsigned nthreads, pool_fn fn, void *ctx,
		   struct scout_err *err)
{
	struct pool_worker *workers;
	unsigned i;
	int rc = SCOUT_OK;

	SCOUT_ASSERT(nthreads > 0 && nthreads <= POOL_MAX_THREADS);
	if (nthreads == 1)
		return fn(ctx, 0, err);
	workers = scout_calloc(MEM_OTHER, nthreads, sizeof(*workers));
	if (!workers)
		return scout_err_set(err, SCOUT_E_NOMEM, "starting threads");
	for (i = 0; i < nthreads; i++) {
		workers[i].fn = fn;
		workers[i].ctx = ctx;
		workers[i].number = i;
	}
	for (i = 1; i < nthreads; i++)
		workers[i].started = !pthread_create(&workers[i].thread, NULL,
						     worker_main, &workers[i]);
	worker_main(&workers[0]);
	for (i = 1; i < nthreads; i++)
		if (workers[i].started)
			pthread_join(workers[i].thread, NULL);
	for (i = 0; i < nthreads && !rc; i++) {
		rc = workers[i].rc;
		if (rc < 0 && err)
			*err = workers[i].err;
	}
	scout_free(workers);
	return rc;
}

int ring_init(struct ring *r, size_t nslots, size_t total)
{
	memset(r, 0, sizeof(*r));
	r->slots = scout_calloc(MEM_OTHER, nslots, sizeof(*r->slots));
	if (!r->slots)
		return SCOUT_E_NOMEM;
	r->nslots = nslots;
	r->total = total;
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->moved, NULL);
	return SCOUT_OK;
}

void ring_release(struct ring *r)
{
	if (!r->slots)
		return;
	pthread_mutex_destroy(&r->lock);
	pthread_cond_destroy(&r->moved);
	scout_free(r->slots);
	r->slots = NULL;
}

static int begin(struct ring *r, size_t *out_number, bool wait)
{
	int rc;

	pthread_mutex_lock(&r->lock);
	while (wait && !r->stopped && r->next_begin < r->total &&
	       r->next_begin - r->next_take >= r->nslots)
		pthread_cond_wait(&r->moved, &r->lock);
	if (r->stopped || r->next_begin >= r->total) {
		rc = SCOUT_END;
	} else if (r->next_begin - r->next_take >= r->nslots) {
		rc = SCOUT_E_NOTFOUND;
	} else {
		*out_number = r->next_begin++;
		rc = SCOUT_OK;
	}
	pthread_mutex_unlock(&r->lock);
	return rc;
}

int ring_begin(struct ring *r, size_t *out_number)
{
	return begin(r, out_number, true);
}

int ring_try_begin(struct ring *r, size_t *out_number)
{
	return begin(r, out_number, false);
}

void ring_finish(struct ring *r, size_t number, void *item)
{
	SCOUT_ASSERT(item);
	pthread_mutex_lock(&r->lock);
	SCOUT_ASSERT(!r->slots[number % r->nslots]);
	r->slots[number % r->nslots] = item;
	if (number == r->next_take)
		pthread_cond_broadcast(&r->moved);
	pthread_mutex_unlock(&r->lock);
}

static int take(struct ring *r, void **out_item, bool wait)
{
	void **slot;
	int rc;

	pthread_mutex_lock(&r->lock);
	while (wait && !r->stopped && r->next_take < r->total &&
	       !r->slots[r->next_take % r->nslots])
		pthread_cond_wait(&r->moved, &r->lock);
	slot = &r->slots[r->next_take % r->nslots];
	if (r->stopped || r->next_take >= r->total) {
		rc = SCOUT_END;
	} else if (!*slot) {
		rc = SCOUT_E_NOTFOUND;
	} else {
		*out_item = *slot;
		*slot = NULL;
		r->next_take++;
		pthread_cond_broadcast(&r->moved);
		rc = SCOUT_OK;
	}
	pthread_mutex_unlock(&r->lock);
	return rc;
}

int ring_take(struct ring *r, void **out_item)
{
	return take(r, out_item, true);
}

int ring_try_take(struct ring *r, void **out_item)
{
	return take(r, out_item, false);
}

void ring_stop(struct ring *r)
{
	pthread_mutex_lock(&r->lock);
	r->stopped = true;
	pthread_cond_broadcast(&r->moved);
	pthread_mutex_unlock(&r->lock);
}

static int make_item(struct ring *r, const struct ring_work *work, void *ctx,
		     size_t number, struct scout_err *err)
{
	void *item;
	int rc = work->make(ctx, number, &item, err);

	if (rc == SCOUT_OK)
		ring_finish(r, number, item);
	return rc;
}

static int make_items(struct ring *r, const struct ring_work *work, void *ctx,
		      struct scout_err *err)
{
	size_t number;
	int rc = SCOUT_OK;

	while (!rc && !(rc = ring_begin(r, &number)))
		rc = make_item(r, work, ctx, number, err);
	return rc;
}

static int take_items(struct ring *r, const struct ring_work *work, void *ctx,
		      struct scout_err *err)
{
	size_t taken = 0, number;
	void *item;
	int rc = SCOUT_OK;

	while (!rc) {
		rc = ring_try_take(r, &item);
		if (rc == SCOUT_E_NOTFOUND && !ring_try_begin(r, &number)) {
			rc = make_item(r, work, ctx, number, err);
			continue;
		}
		if (rc == SCOUT_E_NOTFOUND)
			rc = ring_take(r, &item);
		if (rc == SCOUT_OK)
			rc = work->take(ctx, item, taken++, err);
	}
	return rc;
}

int ring_work(struct ring *r, unsigned worker, const struct ring_work *work,
	      void *ctx, struct scout_err *err)
{
	int rc = worker ? make_items(r, work, ctx, err) :
			  take_items(r, work, ctx, err);

	if (rc < 0)
		ring_stop(r);
	return rc < 0 ? rc : SCOUT_OK;
}
