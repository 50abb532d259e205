#include "indexer/index_run.h"

#include <signal.h>
#include <unistd.h>

#include "base/pool.h"
#include "indexer/merge.h"
#include "indexer/reading.h"

enum {
	DEFAULT_MEMORY = 256 << 20,
	BATCH_MIN_BYTES = 4 << 20,
	BATCH_MAX_BYTES = 128 << 20,
	RANGE_MIN_BYTES = 128 << 10,
	RANGE_MAX_BYTES = 4 << 20,
	WORKER_MIN_BYTES = 8 << 20,
	WORKER_FIXED_BYTES = 6 << 20, /* tables, windows, buffers */
	FILES_PER_WORKER = 16,	       /* fewer are not worth a thread */
};

static volatile sig_atomic_t build_cancelled;

void scout_build_cancel(void)
{
	build_cancelled = 1;
}

bool scout_build_is_cancelled(void)
{
	return build_cancelled;
}

const char *build_stage_name(enum build_stage stage)
{
	static const char *const names[BUILD_STAGES] = {
		"walk",	 "read",  "tokenize", "accumulate",
		"flush", "merge", "store",    "sync",
	};

	SCOUT_ASSERT(stage < BUILD_STAGES);
	return names[stage];
}

int index_run_check_cancelled(void)
{
	return build_cancelled ? SCOUT_E_CANCELLED : SCOUT_OK;
}

void index_run_report(struct index_run *r, enum build_stage stage,
		      uint64_t done_files, uint64_t done_bytes,
		      uint64_t total_bytes)
{
	struct build_progress p = {
		.stage = stage,
		.done_files = done_files,
		.total_files = r->total_files,
		.done_bytes = done_bytes,
		.total_bytes = total_bytes,
		.elapsed_ns = os_mono_ns() - r->started_mono_ns,
	};

	/* whoever comes second while one is being shown need not wait */
	if (!r->options->progress || pthread_mutex_trylock(&r->progress_lock))
		return;
	r->options->progress(r->options->progress_ctx, &p);
	pthread_mutex_unlock(&r->progress_lock);
}

static int reading_progress(void *ctx, uint64_t files, uint64_t bytes)
{
	struct index_run *r = ctx;

	if (files % 256 == 0)
		index_run_report(r, STAGE_READ, r->files_before + files,
				 r->bytes_before + bytes, r->total_bytes);
	return index_run_check_cancelled();
}

static int merge_progress(void *ctx, uint64_t done, uint64_t total)
{
	struct index_run *r = ctx;

	index_run_report(r, STAGE_MERGE, r->total_files, done, total);
	return index_run_check_cancelled();
}

static void walk_progress(void *ctx, uint64_t nfiles)
{
	struct index_run *r = ctx;

	index_run_report(r, STAGE_WALK, nfiles, 0, 0);
}

int index_run_walk(struct index_run *r, struct scout_err *err)
{
	struct walk_options o = {
		.root = r->root,
		.rules = r->rules,
		.nthreads = r->nthreads,
		.exclude_dir = r->index_dir,
		.only = r->only,
		.progress = walk_progress,
		.progress_ctx = r,
		.warn = r->options->warn,
		.warn_ctx = r->options->warn_ctx,
	};
	int64_t start = os_mono_ns();
	size_t i;
	int rc;

	rc = scout_walk(&o, r->files, err);
	if (rc < 0)
		return rc;
	r->has_walked = true;
	for (i = 0; i < r->files->nfiles; i++)
		r->total_bytes += r->files->files[i].st.size;
	r->total_files = r->files->nfiles;
	r->stats->stage_ns[STAGE_WALK] = os_mono_ns() - start;
	return index_run_check_cancelled();
}

static size_t clamp(size_t v, size_t min, size_t max)
{
	return v < min ? min : v > max ? max : v;
}

/* A worker's share of the budget: what the file list and the fixed tables do
 * not take. */
static size_t worker_bytes(const struct index_run *r)
{
	size_t fixed = scout_mem_current(MEM_WALK) +
		       (size_t)WORKER_FIXED_BYTES * r->nthreads;
	size_t least = WORKER_MIN_BYTES / 2;
	size_t share = r->memory_bytes > fixed
			       ? (r->memory_bytes - fixed) / r->nthreads
			       : 0;

	return share < least ? least : share;
}

static unsigned threads_for(const struct index_run *r, size_t nfiles)
{
	size_t most = nfiles / FILES_PER_WORKER + 1;

	return most < r->nthreads ? (unsigned)most : r->nthreads;
}

static int read_stage(struct index_run *r, const struct segment_order *order,
		      struct reading_result *out, struct scout_err *err)
{
	struct reading_options o = {
		.root_fd = r->root_fd,
		.rules = r->rules,
		.files = order->files,
		.first = order->first,
		.count = order->count,
		.nthreads = threads_for(r, order->count),
		.worker_bytes = worker_bytes(r),
		.run_dir = r->index_dir,
		.progress = reading_progress,
		.progress_ctx = r,
	};
	unsigned i;
	int rc;

	rc = read_files(&o, out, err);
	for (i = 0; i < BUILD_STAGES; i++)
		r->stats->stage_ns[i] += out->stage_ns[i];
	r->stats->runs += out->runs_written;
	r->stats->runs_spilled_bytes += out->spilled_bytes;
	return rc;
}

static int merge_stage(struct index_run *r, const struct segment_order *order,
		       const struct reading_result *runs,
		       struct segment_meta *out, struct segment_sums *out_sums,
		       struct scout_err *err)
{
	struct merge_options o = {
		.runs = runs->runs,
		.nruns = runs->nruns,
		.docs = runs->docs,
		.nsources = runs->nworkers,
		.files = order->files,
		.nfiles = order->nfiles,
		.nthreads = threads_for(r, order->count),
		.range_bytes = clamp(r->memory_bytes / 64, RANGE_MIN_BYTES,
				     RANGE_MAX_BYTES),
		.readers_bytes = r->memory_bytes / 8,
		.run_dir = r->index_dir,
		.store = r->store,
		.segment_number = order->number,
		.delete_docs = r->options->delete_docs,
		.progress = merge_progress,
		.progress_ctx = r,
	};
	struct merge_result result;
	int rc;

	rc = merge_runs(&o, &result, err);
	if (rc < 0)
		return rc;
	r->stats->stage_ns[STAGE_MERGE] += result.merge_ns;
	r->stats->stage_ns[STAGE_STORE] += result.store_ns;
	*out = result.meta;
	out_sums->nlines = result.nlines;
	out_sums->text_bytes = result.text_bytes;
	return SCOUT_OK;
}

int index_run_segment(struct index_run *r, const struct segment_order *order,
		      struct segment_meta *out, struct segment_sums *out_sums,
		      struct scout_err *err)
{
	struct reading_result runs;
	size_t i;
	int rc;

	rc = read_stage(r, order, &runs, err);
	if (!rc)
		rc = merge_stage(r, order, &runs, out, out_sums, err);
	reading_result_release(&runs);
	r->files_before += order->count;
	for (i = order->first; i < order->first + order->count; i++)
		r->bytes_before += order->files[i].st.size;
	return rc;
}

size_t index_run_batch_bytes(const struct index_run *r)
{
	return clamp(r->memory_bytes / 8, BATCH_MIN_BYTES, BATCH_MAX_BYTES);
}

int index_run_open(struct index_run *r, const struct build_options *options,
		   struct build_report *report, struct scout_err *err)
{
	r->options = options;
	r->rules = options->rules;
	r->nthreads = options->nthreads ? options->nthreads : os_cpu_count();
	if (r->nthreads > POOL_MAX_THREADS)
		r->nthreads = POOL_MAX_THREADS;
	r->memory_bytes =
		options->memory_bytes ? options->memory_bytes : DEFAULT_MEMORY;
	/* a worker takes that much at the least, whatever its share */
	if (r->nthreads > r->memory_bytes / WORKER_MIN_BYTES)
		r->nthreads = (unsigned)(r->memory_bytes / WORKER_MIN_BYTES);
	r->started_ns = r->whole_started_ns = os_now_ns();
	r->started_mono_ns = os_mono_ns();
	r->started_cpu_ns = os_cpu_ns();
	r->root_fd = r->lock.fd = -1;
	r->files = &report->files;
	pthread_mutex_init(&r->progress_lock, NULL);
	report->stats = scout_calloc(MEM_OTHER, 1, sizeof(*report->stats));
	r->stats = report->stats;
	if (!r->stats)
		return scout_err_set(err, SCOUT_E_NOMEM, "starting");
	if (r->memory_bytes < BUILD_MIN_MEMORY)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "a build needs a memory budget of at "
				     "least %d MiB",
				     BUILD_MIN_MEMORY >> 20);
	return SCOUT_OK;
}

void index_run_note_end(struct index_run *r, int rc,
			const struct scout_err *err)
{
	struct run_result result =
		run_result_of(rc, err, r->stats ? r->stats->files : 0,
			      r->stats ? r->stats->skipped[SKIP_UNREADABLE] :
					 0);

	index_lock_note(&r->lock, &result);
}

void index_run_close(struct index_run *r)
{
	store_close(r->store);
	index_lock_drop(&r->lock);
	if (r->root_fd >= 0)
		close(r->root_fd);
	pthread_mutex_destroy(&r->progress_lock);
}
