#include "query/order.h"

#include "base/pool.h"

enum {
	FEW_CANDIDATES = 32,		/* no threads for these */
	BATCH_FILES = 32,
	BATCH_BYTES = 512 << 10,		/* of files, as far as known */
	SLOTS_PER_THREAD = 4,
};

/* A batch that is done, with what became of it. */
struct batch {
	struct answers answers;
	size_t first;			/* candidate */
	int rc;
	struct scout_err err;
	struct batch *next_free;
};

struct order {
	const struct order_options *o;
	struct verifier *verifiers;
	size_t *starts;			/* first candidate of each batch, and
					 * one past the last */
	size_t nbatches;
	struct ring ring;
	struct batch *batches;
	size_t nslots;
	struct answers stream;		/* for what was too large */
	/* guarded by lock */
	pthread_mutex_t lock;
	struct batch *free;
};

/* --- Batches ------------------------------------------------------------- */

/* Batches of about the same work: by files and by bytes. */
static int cut_batches(struct order *r)
{
	size_t n = r->o->ncandidates, i, files = 0;
	uint64_t bytes = 0;

	r->starts = scout_malloc(MEM_QUERY, (n + 1) * sizeof(*r->starts));
	if (!r->starts)
		return SCOUT_E_NOMEM;
	for (i = 0; i < n; i++) {
		uint64_t size = r->o->candidates[i].size_bytes;

		if (!i || files == BATCH_FILES || bytes + size > BATCH_BYTES) {
			r->starts[r->nbatches++] = i;
			files = 0;
			bytes = 0;
		}
		files++;
		bytes += size;
	}
	r->starts[r->nbatches] = n;
	return SCOUT_OK;
}

static struct batch *take_free(struct order *r)
{
	struct batch *b;

	pthread_mutex_lock(&r->lock);
	b = r->free;
	SCOUT_ASSERT(b);
	r->free = b->next_free;
	pthread_mutex_unlock(&r->lock);
	return b;
}

static void give_back(struct order *r, struct batch *b)
{
	pthread_mutex_lock(&r->lock);
	b->next_free = r->free;
	r->free = b;
	pthread_mutex_unlock(&r->lock);
}

/* --- Work ---------------------------------------------------------------- */

static int verify_batch(struct verifier *v, const struct order *r,
			struct batch *b, size_t end)
{
	size_t i, before;
	int rc = SCOUT_OK;

	for (i = b->first; i < end && !rc; i++) {
		before = b->answers.files.len;
		rc = verify_candidate(v, &r->o->candidates[i], &b->answers,
				      &b->err);
		if (b->answers.files.len > before)
			answers_file(&b->answers)->item = i;
	}
	return rc;
}

static void work_on(struct order *r, unsigned worker, size_t number)
{
	struct batch *b = take_free(r);
	struct verifier *v = &r->verifiers[worker];

	answers_clear(&b->answers);
	scout_err_clear(&b->err);
	b->first = r->starts[number];
	b->rc = v->is_ready ? SCOUT_OK :
			      verifier_init(v, r->o->job, &b->err);
	if (!b->rc)
		b->rc = verify_batch(v, r, b, r->starts[number + 1]);
	ring_finish(&r->ring, number, b);
}

static int producer(struct order *r, unsigned worker)
{
	size_t number;

	while (ring_begin(&r->ring, &number) == SCOUT_OK)
		work_on(r, worker, number);
	return SCOUT_OK;
}

/* --- Handing over -------------------------------------------------------- */

/* A file too large for a batch: verified now, its lines handed over as they
 * come. */
static int put_deferred(struct order *r, size_t item, struct scout_err *err)
{
	struct emitter *e = r->o->emitter;
	struct answers *a = &r->stream;
	size_t n;
	int rc;

	answers_clear(a);
	a->stream = e;
	rc = r->verifiers[0].is_ready ? SCOUT_OK :
		verifier_init(&r->verifiers[0], r->o->job, err);
	if (!rc)
		rc = verify_candidate(&r->verifiers[0],
				      &r->o->candidates[item], a, err);
	emitter_count(e, a);
	answers_files(a, &n);
	if (!rc && n)
		rc = emitter_put(e, a, answers_file(a));
	return rc;
}

static int put_batch(struct order *r, const struct batch *b,
		     struct scout_err *err)
{
	struct emitter *e = r->o->emitter;
	const struct file_answer *files;
	size_t i, n;
	int rc = SCOUT_OK;

	files = answers_files(&b->answers, &n);
	for (i = 0; i < n && !rc && !e->stopped; i++)
		rc = files[i].is_deferred ?
			     put_deferred(r, files[i].item, err) :
			     emitter_put(e, &b->answers, &files[i]);
	emitter_count(e, &b->answers);
	if (!rc && b->rc < 0) {
		rc = b->rc;
		if (err && b->err.code)
			*err = b->err;
	}
	if (!rc && e->stopped)
		return SCOUT_END;
	return rc;
}

/* The next finished batch, or work until there is one.  SCOUT_END at the
 * end. */
static int next_batch(struct order *r, struct batch **out)
{
	void *item;
	size_t number;
	int rc;

	for (;;) {
		rc = ring_try_take(&r->ring, &item);
		if (rc == SCOUT_E_NOTFOUND &&
		    ring_try_begin(&r->ring, &number) == SCOUT_OK) {
			work_on(r, 0, number);
			continue;
		}
		if (rc == SCOUT_E_NOTFOUND)
			rc = ring_take(&r->ring, &item);
		if (rc == SCOUT_OK)
			*out = item;
		return rc;
	}
}

static int consumer(struct order *r, struct scout_err *err)
{
	struct batch *b;
	int rc;

	while ((rc = next_batch(r, &b)) == SCOUT_OK) {
		rc = put_batch(r, b, err);
		give_back(r, b);
		if (rc)
			break;
	}
	ring_stop(&r->ring);
	return rc < 0 ? rc : SCOUT_OK;
}

static int run_worker(void *ctx, unsigned worker, struct scout_err *err)
{
	struct order *r = ctx;

	return worker ? producer(r, worker) : consumer(r, err);
}

/* --- The whole ----------------------------------------------------------- */

static int prepare(struct order *r, unsigned nthreads)
{
	size_t i;

	r->nslots = (size_t)nthreads * SLOTS_PER_THREAD;
	if (ring_init(&r->ring, r->nslots, r->nbatches) < 0)
		return SCOUT_E_NOMEM;
	/* one more: the consumer holds one that left the ring */
	r->batches = scout_calloc(MEM_QUERY, r->nslots + 1,
				  sizeof(*r->batches));
	if (!r->batches)
		return SCOUT_E_NOMEM;
	for (i = 0; i <= r->nslots; i++) {
		answers_init(&r->batches[i].answers);
		r->batches[i].next_free = r->free;
		r->free = &r->batches[i];
	}
	return SCOUT_OK;
}

static void release(struct order *r)
{
	size_t i;

	for (i = 0; r->batches && i <= r->nslots; i++)
		answers_release(&r->batches[i].answers);
	answers_release(&r->stream);
	scout_free(r->batches);
	scout_free(r->starts);
	ring_release(&r->ring);
	pthread_mutex_destroy(&r->lock);
}

int order_run(const struct order_options *options, struct verifier *verifiers,
	      struct scout_err *err)
{
	struct order r = { .o = options, .verifiers = verifiers };
	unsigned nthreads = options->nthreads;
	int rc;

	if (!options->ncandidates)
		return SCOUT_OK;
	pthread_mutex_init(&r.lock, NULL);
	answers_init(&r.stream);
	rc = cut_batches(&r);
	if (options->ncandidates < FEW_CANDIDATES)
		nthreads = 1;
	if (nthreads > r.nbatches && !rc)
		nthreads = (unsigned)r.nbatches;
	if (!rc)
		rc = prepare(&r, nthreads);
	if (rc < 0)
		scout_err_set(err, rc, "verifying");
	else
		rc = scout_parallel(nthreads, run_worker, &r, err);
	release(&r);
	return rc;
}
