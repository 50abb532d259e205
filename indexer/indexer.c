#include "indexer/indexer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/os.h"
#include "base/pool.h"
#include "index_format/index_stats.h"
#include "index_format/manifest.h"
#include "index_format/meta_value.h"
#include "index_format/place.h"
#include "index_format/store.h"
#include "indexer/lock.h"
#include "indexer/merge.h"
#include "indexer/reading.h"

enum {
	DEFAULT_MEMORY = 256 << 20,
	BATCH_MIN_BYTES = 4 << 20,
	BATCH_MAX_BYTES = 128 << 20,
	RANGE_MIN_BYTES = 128 << 10,
	RANGE_MAX_BYTES = 4 << 20,
	WORKER_FIXED_BYTES = 14 << 20,	/* tables, windows, buffers */
	SKIPPED_PART_BYTES = 1 << 20,
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
		"walk", "read", "tokenize", "accumulate", "flush", "merge",
		"store", "sync",
	};

	SCOUT_ASSERT(stage < BUILD_STAGES);
	return names[stage];
}

/* A build under way; all by the calling thread but what stages share. */
struct build {
	const struct build_options *options;
	unsigned nthreads;
	uint64_t memory_bytes;
	char root[PATH_MAX];		/* absolute */
	char index_dir[PATH_MAX];	/* absolute */
	int root_fd;
	struct index_lock lock;
	struct scout_store *store;
	int64_t started_ns, started_mono_ns, started_cpu_ns;
	struct file_list *files;
	struct index_stats *stats;
	struct segment_meta *segments;
	uint32_t nsegments;
	pthread_mutex_t progress_lock;
	uint64_t total_bytes;
	uint64_t files_before;		/* of earlier segments */
	uint64_t bytes_before;
};

static int check_cancelled(void)
{
	return build_cancelled ? SCOUT_E_CANCELLED : SCOUT_OK;
}

static void report(struct build *b, enum build_stage stage, uint64_t done_files,
		   uint64_t done_bytes, uint64_t total_bytes)
{
	struct build_progress p = {
		.stage = stage,
		.done_files = done_files,
		.total_files = b->files->nfiles,
		.done_bytes = done_bytes,
		.total_bytes = total_bytes,
		.elapsed_ns = os_mono_ns() - b->started_mono_ns,
	};

	/* whoever comes second while one is being shown need not wait */
	if (!b->options->progress || pthread_mutex_trylock(&b->progress_lock))
		return;
	b->options->progress(b->options->progress_ctx, &p);
	pthread_mutex_unlock(&b->progress_lock);
}

static int reading_progress(void *ctx, uint64_t files, uint64_t bytes)
{
	struct build *b = ctx;

	if (files % 256 == 0)
		report(b, STAGE_READ, b->files_before + files,
		       b->bytes_before + bytes, b->total_bytes);
	return check_cancelled();
}

static int merge_progress(void *ctx, uint64_t done, uint64_t total)
{
	struct build *b = ctx;

	report(b, STAGE_MERGE, b->files->nfiles, done, total);
	return check_cancelled();
}

static void walk_progress(void *ctx, uint64_t nfiles)
{
	struct build *b = ctx;

	report(b, STAGE_WALK, nfiles, 0, 0);
}

/* --- folders */

static int resolve_root(struct build *b, struct scout_err *err)
{
	struct os_stat st;
	int rc;

	if (!realpath(b->options->root, b->root)) {
		if (errno == ENOENT || errno == ENOTDIR)
			return scout_err_set(err, SCOUT_E_NOTFOUND,
					     "'%s': no such folder",
					     b->options->root);
		return scout_err_sys(err, errno, "%s", b->options->root);
	}
	rc = os_stat_at(AT_FDCWD, b->root, true, &st);
	if (rc < 0)
		return scout_err_sys(err, -rc, "%s", b->root);
	b->root_fd = open(b->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (b->root_fd >= 0)
		return SCOUT_OK;
	if (errno == ENOTDIR)
		return scout_err_set(err, SCOUT_E_NOTFOUND,
				     "'%s' is not a folder", b->options->root);
	return scout_err_sys(err, errno, "%s", b->options->root);
}

/* Backup programs leave out what holds this file. */
static void put_cachedir_tag(const char *index_dir)
{
	static const char tag[] =
		"Signature: 8a477f597d28d172789f06886806bc55\n"
		"# This folder is a search index made by scout; it can be "
		"rebuilt.\n";
	int fd = open(index_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (faccessat(fd, "CACHEDIR.TAG", F_OK, 0))
		(void)os_replace_file(fd, "CACHEDIR.TAG", tag, sizeof(tag) - 1);
	close(fd);
}

/*
 * Makes the name of the index folder last, whichever run made it.  Only a first
 * build needs that, and a lost one can be repeated: where the folder above may
 * not be opened, or knows no sync, the build goes on.
 */
static int sync_folder_above(const char *index_dir, struct scout_err *err)
{
	int fd = open(index_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int above = -1, rc = SCOUT_OK;

	if (fd >= 0)
		above = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (above >= 0) {
		rc = os_sync_dir(above);
		close(above);
	}
	if (fd >= 0)
		close(fd);
	if (rc == -EIO || rc == -ENOSPC || rc == -EDQUOT)
		return scout_err_sys(err, -rc, "syncing the folder above '%s'",
				     index_dir);
	return SCOUT_OK;
}

static int make_index_dir(struct build *b, struct scout_err *err)
{
	char path[PATH_MAX];
	const char *dir = b->options->index_dir;
	int rc;

	if (!dir) {
		if (snprintf(path, sizeof(path), "%s/.scout", b->root) >=
		    (int)sizeof(path))
			return scout_err_sys(err, ENAMETOOLONG, "%s", b->root);
		dir = path;
	}
	rc = index_place_check(dir, b->options->force_remote, err);
	if (rc < 0)
		return rc;
	rc = os_mkdir(dir, 0700);
	if (rc < 0)
		return scout_err_sys(err, -rc, "making the index folder '%s' "
				     "(--index names another)", dir);
	if (!realpath(dir, b->index_dir))
		return scout_err_sys(err, errno, "%s", dir);
	return SCOUT_OK;
}

/* --- stages */

static int walk(struct build *b, struct scout_err *err)
{
	struct walk_options o = {
		.root = b->root,
		.rules = b->options->rules,
		.nthreads = b->nthreads,
		.exclude_dir = b->index_dir,
		.progress = walk_progress,
		.progress_ctx = b,
		.warn = b->options->warn,
		.warn_ctx = b->options->warn_ctx,
	};
	int64_t start = os_mono_ns();
	size_t i;
	int rc;

	rc = scout_walk(&o, b->files, err);
	if (rc < 0)
		return rc;
	for (i = 0; i < b->files->nfiles; i++)
		b->total_bytes += b->files->files[i].st.size;
	b->stats->stage_ns[STAGE_WALK] = os_mono_ns() - start;
	return check_cancelled();
}

static size_t clamp(size_t v, size_t min, size_t max)
{
	return v < min ? min : v > max ? max : v;
}

/* A worker's share of the budget: what the file list and the fixed tables do
 * not take. */
static size_t worker_bytes(const struct build *b)
{
	size_t fixed = scout_mem_current(MEM_WALK) +
		       (size_t)WORKER_FIXED_BYTES * b->nthreads;
	size_t least = BUILD_MIN_MEMORY / 4;
	size_t share = b->memory_bytes > fixed ?
			       (b->memory_bytes - fixed) / b->nthreads : 0;

	return share < least ? least : share;
}

static int read_stage(struct build *b, size_t first, size_t count,
		      struct reading_result *out, struct scout_err *err)
{
	struct reading_options o = {
		.root_fd = b->root_fd,
		.rules = b->options->rules,
		.files = b->files->files,
		.first = first,
		.count = count,
		.nthreads = b->nthreads,
		.worker_bytes = worker_bytes(b),
		.run_dir = b->index_dir,
		.progress = reading_progress,
		.progress_ctx = b,
	};
	unsigned i;
	int rc;

	rc = read_files(&o, out, err);
	for (i = 0; i < BUILD_STAGES; i++)
		b->stats->stage_ns[i] += out->stage_ns[i];
	b->stats->runs += out->nruns;
	b->stats->runs_spilled_bytes += out->spilled_bytes;
	return rc;
}

static int merge_stage(struct build *b, const struct reading_result *runs,
		       struct scout_err *err)
{
	struct merge_options o = {
		.runs = runs->runs,
		.nruns = runs->nruns,
		.files = b->files->files,
		.nfiles = b->files->nfiles,
		.nthreads = b->nthreads,
		.range_bytes = clamp(b->memory_bytes / 64, RANGE_MIN_BYTES,
				     RANGE_MAX_BYTES),
		.store = b->store,
		.segment_number = b->nsegments,
		.delete_docs = b->options->delete_docs,
		.progress = merge_progress,
		.progress_ctx = b,
	};
	struct merge_result result;
	struct segment_meta *m;
	int rc;

	rc = merge_runs(&o, &result, err);
	if (rc < 0)
		return rc;
	m = &result.meta;
	b->segments[b->nsegments++] = *m;
	b->stats->files += m->ndocs;
	b->stats->deleted += m->ndeleted;
	b->stats->words += m->nwords;
	b->stats->terms += m->nterms;
	b->stats->postings += m->npostings;
	b->stats->lines += result.nlines;
	b->stats->text_bytes += result.text_bytes;
	b->stats->stage_ns[STAGE_MERGE] += result.merge_ns;
	b->stats->stage_ns[STAGE_STORE] += result.store_ns;
	return SCOUT_OK;
}

/* One segment from files [first, first + count). */
static int build_segment(struct build *b, size_t first, size_t count,
			 struct scout_err *err)
{
	struct reading_result runs;
	size_t i;
	int rc;

	rc = read_stage(b, first, count, &runs, err);
	if (!rc)
		rc = merge_stage(b, &runs, err);
	reading_result_release(&runs);
	b->files_before += count;
	for (i = first; i < first + count; i++)
		b->bytes_before += b->files->files[i].st.size;
	return rc;
}

static int build_segments(struct build *b, struct scout_err *err)
{
	size_t per = b->options->segment_docs, n = b->files->nfiles, at;
	int rc = SCOUT_OK;

	if (!per || per > SEGMENT_MAX_DOCS)
		per = SEGMENT_MAX_DOCS;
	b->segments = scout_calloc(MEM_OTHER, n / per + 1,
				   sizeof(*b->segments));
	if (!b->segments)
		return scout_err_set(err, SCOUT_E_NOMEM, "building");
	for (at = 0; at < n && !rc; at += per)
		rc = build_segment(b, at, n - at < per ? n - at : per, err);
	return rc;
}

/* --- what is stored beside the segments */

static int put_skip_part(struct build *b, struct buf *part, uint32_t number,
			 struct scout_err *err)
{
	uint8_t key[META_KEY_MAX];
	size_t len = meta_key_put(key, SKIPPED_KEY, number);
	int rc = meta_value_put(b->store, span_of(key, len), part, err);

	buf_clear(part);
	return rc;
}

static void put_skipped(struct buf *out, const struct file_entry *f)
{
	buf_put_varint(out, (uint64_t)f->skip << 1 | f->is_dir);
	buf_put_varint(out, (uint64_t)f->sys);
	buf_put_varint(out, f->path_len);
	buf_put(out, f->path, f->path_len);
}

/* Both lists are in path order; so is what is stored. */
static int put_skip_list(struct build *b, struct scout_err *err)
{
	const struct file_list *l = b->files;
	struct buf part = BUF_INIT(MEM_OTHER);
	size_t i = 0, k = 0;
	uint32_t nparts = 0;
	int rc = SCOUT_OK;

	while (!rc && (i < l->nfiles || k < l->nskipped)) {
		const struct file_entry *f = i < l->nfiles ? &l->files[i] : NULL;
		const struct file_entry *s =
			k < l->nskipped ? &l->skipped[k] : NULL;

		if (f && f->skip == SKIP_NONE) {
			i++;
			continue;
		}
		if (f && s && path_cmp(span_of(f->path, f->path_len),
				       span_of(s->path, s->path_len)) > 0)
			f = NULL;
		put_skipped(&part, f ? f : s);
		if (f)
			i++;
		else
			k++;
		if (part.len >= SKIPPED_PART_BYTES)
			rc = put_skip_part(b, &part, nparts++, err);
	}
	if (!rc && (part.len || buf_status(&part) < 0))
		rc = put_skip_part(b, &part, nparts, err);
	buf_release(&part);
	return rc;
}

static void count_skipped(struct build *b)
{
	size_t i;

	for (i = 0; i < SKIP_REASONS; i++)
		b->stats->skipped[i] = b->files->skip_count[i];
	for (i = 0; i < b->files->nfiles; i++)
		if (b->files->files[i].skip != SKIP_NONE)
			b->stats->skipped[b->files->files[i].skip]++;
}

static void finish_stats(struct build *b)
{
	struct os_memory mem;
	unsigned i;

	b->stats->started_ns = b->started_ns;
	b->stats->elapsed_ns = os_mono_ns() - b->started_mono_ns;
	b->stats->cpu_ns = os_cpu_ns() - b->started_cpu_ns;
	b->stats->threads = b->nthreads;
	b->stats->memory_budget_bytes = b->memory_bytes;
	b->stats->segments = b->nsegments;
	for (i = 0; i < MEM_OWNERS; i++)
		b->stats->mem_peak_bytes[i] = scout_mem_peak(i);
	b->stats->mem_total_peak_bytes = scout_mem_total_peak();
	os_memory(&mem);
	b->stats->rss_anon_bytes = mem.rss_anon_bytes;
	b->stats->rss_file_bytes = mem.rss_file_bytes;
	b->stats->rss_peak_bytes = mem.peak_bytes;
}

/* "..", "../.." for an index inside its folder, else the absolute path. */
static void root_from_index(const struct build *b, struct buf *out)
{
	size_t n = strlen(b->root);
	const char *p = b->index_dir + n;

	if (strncmp(b->index_dir, b->root, n) || (*p != '/' && n > 1)) {
		buf_put_str(out, b->root);
		return;
	}
	buf_put_str(out, "..");
	for (p += n > 1; *p; p++)
		if (*p == '/')
			buf_put_str(out, "/..");
}

static int put_manifest(struct build *b, struct scout_err *err)
{
	struct buf rules = BUF_INIT(MEM_OTHER), bytes = BUF_INIT(MEM_OTHER);
	struct buf root = BUF_INIT(MEM_OTHER);
	struct manifest m = { .segments = b->segments,
			      .nsegments = b->nsegments,
			      .run_started_ns = b->started_ns };
	int rc = SCOUT_E_NOMEM;

	walk_rules_encode(b->options->rules, &rules);
	root_from_index(b, &root);
	m.rules = buf_span(&rules);
	m.root = buf_cstr(&root);
	if (m.root && !buf_status(&rules)) {
		manifest_encode(&m, &bytes);
		rc = buf_status(&bytes);
	}
	if (rc < 0)
		scout_err_set(err, rc, "writing the manifest");
	else
		rc = store_put(b->store, STORE_META, span_str(MANIFEST_KEY),
			       buf_span(&bytes), false, err);
	buf_release(&rules);
	buf_release(&root);
	buf_release(&bytes);
	return rc;
}

static int put_stats(struct build *b, struct scout_err *err)
{
	struct buf bytes = BUF_INIT(MEM_OTHER);
	int rc;

	index_stats_encode(b->stats, &bytes);
	rc = meta_value_put(b->store, span_str(STATS_KEY), &bytes, err);
	buf_release(&bytes);
	return rc;
}

/*
 * The figures are stored before the final sync, which they therefore do not
 * hold; the report has it.
 */
static int publish(struct build *b, struct scout_err *err)
{
	int64_t start;
	int rc;

	rc = put_skip_list(b, err);
	if (!rc)
		rc = put_manifest(b, err);
	count_skipped(b);
	finish_stats(b);
	if (!rc)
		rc = put_stats(b, err);
	if (!rc)
		rc = check_cancelled();
	if (rc < 0)
		return rc;
	report(b, STAGE_SYNC, b->files->nfiles, 0, 0);
	start = os_mono_ns();
	rc = store_publish(b->store, err);
	b->stats->stage_ns[STAGE_SYNC] = os_mono_ns() - start;
	finish_stats(b);
	return rc;
}

static int open_build(struct build *b, const struct build_options *options,
		      struct build_report *out)
{
	b->options = options;
	b->nthreads = options->nthreads ? options->nthreads : os_cpu_count();
	if (b->nthreads > POOL_MAX_THREADS)
		b->nthreads = POOL_MAX_THREADS;
	b->memory_bytes = options->memory_bytes ? options->memory_bytes :
						  DEFAULT_MEMORY;
	b->started_ns = os_now_ns();
	b->started_mono_ns = os_mono_ns();
	b->started_cpu_ns = os_cpu_ns();
	b->root_fd = b->lock.fd = -1;
	b->files = &out->files;
	pthread_mutex_init(&b->progress_lock, NULL);
	out->stats = scout_calloc(MEM_OTHER, 1, sizeof(*out->stats));
	b->stats = out->stats;
	return out->stats ? SCOUT_OK : SCOUT_E_NOMEM;
}

static void close_build(struct build *b)
{
	store_close(b->store);
	index_lock_drop(&b->lock);
	if (b->root_fd >= 0)
		close(b->root_fd);
	scout_free(b->segments);
	pthread_mutex_destroy(&b->progress_lock);
}

/* Leaves word of how it ended, for `scout-index status`. */
static void note_end(struct build *b, int rc, const struct scout_err *err)
{
	struct run_result result =
		run_result_of(rc, err, b->stats ? b->stats->files : 0,
			      b->stats ? b->stats->skipped[SKIP_UNREADABLE] :
					 0);

	index_lock_note(&b->lock, &result);
}

int scout_build(const struct build_options *options, struct build_report *out,
		struct scout_err *err)
{
	struct build *b;
	int rc;

	memset(out, 0, sizeof(*out));
	b = scout_calloc(MEM_OTHER, 1, sizeof(*b));
	if (!b)
		return scout_err_set(err, SCOUT_E_NOMEM, "building");
	rc = open_build(b, options, out);
	if (rc < 0)
		scout_err_set(err, rc, "building");
	else if (b->memory_bytes < BUILD_MIN_MEMORY)
		rc = scout_err_set(err, SCOUT_E_USAGE,
				   "a build needs a memory budget of at least "
				   "%d MiB", BUILD_MIN_MEMORY >> 20);
	if (!rc)
		rc = resolve_root(b, err);
	if (!rc)
		rc = make_index_dir(b, err);
	if (!rc)
		rc = index_lock_take(&b->lock, b->index_dir, &options->lock,
				     scout_build_is_cancelled, err);
	if (!rc)
		rc = sync_folder_above(b->index_dir, err);
	if (!rc) {
		put_cachedir_tag(b->index_dir);
		rc = walk(b, err);
	}
	if (!rc)
		rc = store_create(b->index_dir,
				  clamp(b->memory_bytes / 8, BATCH_MIN_BYTES,
					BATCH_MAX_BYTES), &b->store, err);
	if (!rc)
		rc = build_segments(b, err);
	if (!rc)
		rc = publish(b, err);
	if (rc == SCOUT_E_CANCELLED)
		scout_err_set(err, rc, "stopped; the old index stays");
	note_end(b, rc, err);
	close_build(b);
	scout_free(b);
	if (rc < 0)
		build_report_release(out);
	return rc;
}

void build_report_release(struct build_report *report)
{
	scout_free(report->stats);
	report->stats = NULL;
	file_list_release(&report->files);
}
