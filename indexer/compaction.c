#include "indexer/compaction.h"

#include "base/os.h"
#include "index_format/limits.h"
#include "index_format/segment_sweep.h"
#include "indexer/run_meta.h"
#include "indexer/segment_merge.h"
#include "indexer/tiers.h"

enum {
	RANGE_MIN_BYTES = 256 << 10,
	RANGE_MAX_BYTES = 4 << 20,
	/* segments smaller than this are merged by one thread */
	THREAD_BYTES = 4 << 20,
	/* a file may be that much larger than half as large again as what is in
	 * it: pages that every commit needs */
	SLACK_BYTES = 64 << 10,
};

/* Segments that are being changed. */
struct compaction {
	struct index_run *run;
	struct segment_meta *segments;
	uint32_t nsegments;
};

int compaction_sizes(struct index_run *run, uint64_t *out_file_bytes,
		     uint64_t *out_used_bytes, struct scout_err *err)
{
	struct store_txn *txn;
	int rc = store_begin_read(run->store, &txn, err);

	if (rc < 0)
		return rc;
	rc = store_sizes(txn, out_file_bytes, out_used_bytes, err);
	store_end_read(txn);
	return rc;
}

/* --- Merging -------------------------------------------------------------- */

static int merge_progress(void *ctx, uint64_t done, uint64_t total)
{
	struct index_run *r = ctx;

	index_run_report(r, STAGE_MERGE, r->total_files, done, total);
	return index_run_check_cancelled();
}

/* Merges the segments at those places into dest; the manifest is not touched.
 */
static int merge(struct compaction *c, const uint32_t *picked, size_t n,
		 struct scout_store *dest, uint32_t new_number,
		 struct segment_meta *out, struct scout_err *err)
{
	struct index_run *r = c->run;
	uint32_t *numbers = scout_calloc(MEM_MERGE, n, sizeof(*numbers));
	struct segment_merge_options o = {
		.index_dir = r->index_dir,
		.numbers = numbers,
		.nsegments = n,
		.store = dest,
		.new_number = new_number,
		.nthreads = r->nthreads,
		.range_bytes = r->memory_bytes / 64,
		.progress = merge_progress,
		.progress_ctx = r,
	};
	struct segment_merge_result result;
	uint64_t bytes = 0;
	size_t i;
	int rc;

	if (!numbers)
		return scout_err_set(err, SCOUT_E_NOMEM, "merging segments");
	for (i = 0; i < n; i++) {
		numbers[i] = c->segments[picked[i]].number;
		bytes += segment_bytes(&c->segments[picked[i]]);
	}
	if (bytes < THREAD_BYTES)
		o.nthreads = 1;
	if (o.range_bytes < RANGE_MIN_BYTES)
		o.range_bytes = RANGE_MIN_BYTES;
	if (o.range_bytes > RANGE_MAX_BYTES)
		o.range_bytes = RANGE_MAX_BYTES;
	rc = segment_merge(&o, &result, err);
	scout_free(numbers);
	if (rc < 0)
		return rc;
	r->merges++;
	r->stats->stage_ns[STAGE_MERGE] += result.merge_ns;
	r->stats->stage_ns[STAGE_STORE] += result.store_ns;
	*out = result.meta;
	return SCOUT_OK;
}

static bool is_picked(const uint32_t *picked, size_t n, uint32_t place)
{
	while (n--)
		if (picked[n] == place)
			return true;
	return false;
}

/* Puts the merged segment in the place of those that it was made of. */
static void replace(struct compaction *c, const uint32_t *picked, size_t n,
		    const struct segment_meta *merged)
{
	uint32_t i, k = 0;

	for (i = 0; i < c->nsegments; i++)
		if (!is_picked(picked, n, i))
			c->segments[k++] = c->segments[i];
	/* its number is the highest; one without documents is none */
	if (merged->ndocs)
		c->segments[k++] = *merged;
	c->nsegments = k;
}

/* Manifest and figures, into the run's store. */
static int put_meta(struct compaction *c, struct scout_err *err)
{
	struct index_run *r = c->run;
	int rc;

	run_meta_sum_segments(r, c->segments, c->nsegments);
	run_meta_finish_stats(r);
	rc = run_meta_put_manifest(r, c->segments, c->nsegments, err);
	return rc ? rc : run_meta_put_stats(r, err);
}

static uint32_t next_number(const struct compaction *c)
{
	return c->nsegments ? c->segments[c->nsegments - 1].number + 1 : 0;
}

static int merge_in_place(struct compaction *c, const uint32_t *picked,
			  size_t n, struct scout_err *err)
{
	struct segment_meta merged;
	uint64_t nswept;
	int rc;

	rc = merge(c, picked, n, c->run->store, next_number(c), &merged, err);
	if (rc < 0)
		return rc;
	replace(c, picked, n, &merged);
	rc = put_meta(c, err);
	return rc ? rc
		  : segment_sweep(c->run->store, c->segments, c->nsegments,
				  &nswept, err);
}

/* --- A new generation ----------------------------------------------------- */

/* Whether a value is one of the picked segments', or is put anew. */
static bool stays_behind(const struct compaction *c, const uint32_t *picked,
			 size_t n, enum store_db db, struct span key)
{
	uint32_t number;
	size_t i;

	if (db == STORE_META) {
		if (span_eq(key, span_str(MANIFEST_KEY)) ||
		    span_eq(key, span_str(STATS_KEY)))
			return true;
		if (key.len < 4 || span_has_prefix(key, span_str(SKIPPED_KEY)))
			return false;
		number = get_be32(key.ptr + key.len - 4);
	} else {
		number = get_be32(key.ptr);
	}
	for (i = 0; i < n; i++)
		if (c->segments[picked[i]].number == number)
			return true;
	return false;
}

static int copy_db(struct compaction *c, const uint32_t *picked, size_t n,
		   struct store_txn *from, struct scout_store *to,
		   enum store_db db, struct scout_err *err)
{
	struct store_cursor *cursor = NULL;
	uint8_t first = 0;
	struct span key, value;
	int rc = store_cursor_open(from, db, &cursor);

	if (!rc)
		rc = store_seek_ge(cursor, span_of(&first, 1), &key, &value);
	while (!rc) {
		if (key.len < 4)
			rc = SCOUT_E_CORRUPT;
		else if (!stays_behind(c, picked, n, db, key))
			rc = store_put(to, db, key, value, true, err);
		if (!rc)
			rc = index_run_check_cancelled();
		if (!rc)
			rc = store_next(cursor, &key, &value);
	}
	store_cursor_close(cursor);
	return rc < 0 ? rc : SCOUT_OK;
}

/* Copies what is not picked. */
static int copy_others(struct compaction *c, const uint32_t *picked, size_t n,
		       struct scout_store *to, struct scout_err *err)
{
	struct store_txn *txn = NULL;
	enum store_db db;
	int rc = store_begin_read(c->run->store, &txn, err);

	for (db = 0; db < STORE_DBS && !rc; db++)
		rc = copy_db(c, picked, n, txn, to, db, err);
	store_end_read(txn);
	return rc < 0 ? scout_err_set(err, rc, "copying the index") : rc;
}

/* Makes the generation live; the run's store is then this one, which can only
 * be closed. */
static int publish(struct compaction *c, struct scout_store *to,
		   struct scout_err *err)
{
	struct index_run *r = c->run;
	struct scout_store *old = r->store;
	int64_t start = os_mono_ns();
	int rc;

	if (store_slowest_put_ns(old) > r->slowest_put_ns)
		r->slowest_put_ns = store_slowest_put_ns(old);
	r->store = to;
	r->is_moved = true;
	rc = put_meta(c, err);
	if (!rc)
		rc = store_publish(to, err);
	r->stats->stage_ns[STAGE_SYNC] += os_mono_ns() - start;
	store_close(old);
	return rc;
}

/*
 * Writes a new generation, in which the picked segments (none, maybe) are
 * merged to one with that number, and the others are as they were.
 */
static int write_generation(struct compaction *c, const uint32_t *picked,
			    size_t n, uint32_t new_number,
			    struct scout_err *err)
{
	struct segment_meta merged = { .ndocs = 0 };
	struct scout_store *to = NULL;
	int rc;

	rc = store_create(c->run->index_dir, index_run_batch_bytes(c->run), &to,
			  err);
	if (rc < 0)
		return rc;
	rc = copy_others(c, picked, n, to, err);
	if (!rc && n)
		rc = merge(c, picked, n, to, new_number, &merged, err);
	if (rc < 0) {
		store_close(to);
		return rc;
	}
	replace(c, picked, n, &merged);
	return publish(c, to, err);
}

/* --- When ----------------------------------------------------------------- */

static bool is_too_large(uint64_t file_bytes, uint64_t used_bytes)
{
	return file_bytes > used_bytes + used_bytes / 2 + SLACK_BYTES;
}

/* Merges one choice of segments where that is cheaper; *out_moved: into a new
 * generation, after which nothing more can be done by this run. */
static int merge_picked(struct compaction *c, const uint32_t *picked, size_t n,
			bool *out_moved, struct scout_err *err)
{
	uint64_t file = 0, used = 0, bytes = 0;
	size_t i;
	int rc = compaction_sizes(c->run, &file, &used, err);

	if (rc < 0)
		return rc;
	for (i = 0; i < n; i++)
		bytes += segment_bytes(&c->segments[picked[i]]);
	/* both copies are in the file for a while: the old one will be free */
	*out_moved = is_too_large(used + bytes, used);
	return *out_moved ? write_generation(c, picked, n, next_number(c), err)
			  : merge_in_place(c, picked, n, err);
}

static int tidy(struct compaction *c, uint32_t *picked, struct scout_err *err)
{
	uint64_t file, used;
	bool moved = false;
	size_t n;
	int rc = SCOUT_OK;

	while (!rc && !moved &&
	       (n = tiers_pick(c->segments, c->nsegments, picked)))
		rc = merge_picked(c, picked, n, &moved, err);
	if (rc || moved)
		return rc;
	rc = compaction_sizes(c->run, &file, &used, err);
	if (!rc && is_too_large(file, used))
		rc = write_generation(c, NULL, 0, 0, err);
	return rc;
}

/* Calls fn with room for the places of all segments. */
static int compact(struct index_run *run, struct segment_meta *segments,
		   uint32_t *nsegments,
		   int (*fn)(struct compaction *c, uint32_t *picked,
			     struct scout_err *err),
		   struct scout_err *err)
{
	struct compaction c = { .run = run,
				.segments = segments,
				.nsegments = *nsegments };
	uint32_t *picked =
		scout_calloc(MEM_MERGE, *nsegments + 1, sizeof(*picked));
	int rc;

	if (!picked)
		return scout_err_set(err, SCOUT_E_NOMEM, "merging segments");
	rc = fn(&c, picked, err);
	*nsegments = c.nsegments;
	scout_free(picked);
	return rc;
}

int compaction_tidy(struct index_run *run, struct segment_meta *segments,
		    uint32_t *nsegments, struct scout_err *err)
{
	return compact(run, segments, nsegments, tidy, err);
}

/* As many segments from `from` on as one can hold. */
static size_t fill_one(const struct compaction *c, uint32_t from,
		       uint32_t *picked)
{
	uint64_t docs = 0;
	uint32_t i;

	for (i = from; i < c->nsegments; i++) {
		docs += c->segments[i].ndocs - c->segments[i].ndeleted;
		if (i > from && docs > SEGMENT_MAX_DOCS)
			break;
		picked[i - from] = i;
	}
	return i - from;
}

/* Merges all into the new generation, to segments 0, 1, ... */
static int merge_groups(struct compaction *c, uint32_t *picked,
			struct scout_store *to, struct scout_err *err)
{
	struct segment_meta merged;
	uint32_t from, k = 0;
	size_t n;
	int rc = SCOUT_OK;

	for (from = 0; from < c->nsegments && !rc; from += (uint32_t)n) {
		n = fill_one(c, from, picked);
		rc = merge(c, picked, n, to, k, &merged, err);
		/* what stood there has been merged already */
		if (!rc && merged.ndocs)
			c->segments[k++] = merged;
	}
	c->nsegments = k;
	return rc;
}

static int merge_all(struct compaction *c, uint32_t *picked,
		     struct scout_err *err)
{
	struct scout_store *to = NULL;
	uint32_t i;
	int rc;

	for (i = 0; i < c->nsegments; i++)
		picked[i] = i;
	rc = store_create(c->run->index_dir, index_run_batch_bytes(c->run), &to,
			  err);
	if (!rc)
		rc = copy_others(c, picked, c->nsegments, to, err);
	if (!rc)
		rc = merge_groups(c, picked, to, err);
	if (!rc)
		rc = publish(c, to, err);
	else
		store_close(to);
	return rc;
}

int compaction_merge_all(struct index_run *run, struct segment_meta *segments,
			 uint32_t *nsegments, struct scout_err *err)
{
	return compact(run, segments, nsegments, merge_all, err);
}
