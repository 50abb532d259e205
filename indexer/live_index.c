#include "indexer/live_index.h"

#include <stdio.h>
#include <stdlib.h>

#include "index_format/meta_value.h"
#include "index_format/place.h"
#include "index_format/segment_sweep.h"

static int find_index_dir(struct live_index *ix, const struct build_options *o,
			  struct scout_err *err)
{
	int rc = index_place_check(o->index_dir, o->force_remote, err);

	if (rc < 0)
		return rc;
	if (!realpath(o->index_dir, ix->run.index_dir))
		return scout_err_set(err, SCOUT_E_NOTFOUND, "no index in '%s'",
				     o->index_dir);
	return SCOUT_OK;
}

/* The rules outlive the snapshot, which is not kept open for longer than it is
 * read. */
static int keep_rules(struct live_index *ix, struct scout_err *err)
{
	struct buf bytes = BUF_INIT(MEM_OTHER);
	int rc;

	walk_rules_encode(&ix->snapshot->rules, &bytes);
	rc = buf_status(&bytes);
	if (!rc)
		rc = walk_rules_decode(buf_span(&bytes), &ix->arena,
				       &ix->rules);
	buf_release(&bytes);
	ix->run.rules = &ix->rules;
	return rc < 0 ? scout_err_set(err, rc, "the rules of the index") : rc;
}

/* The folder that was indexed; it need not be there. */
static int keep_root(struct live_index *ix, struct scout_err *err)
{
	struct index_run *r = &ix->run;

	if (snprintf(r->root, sizeof(r->root), "%s", ix->snapshot->root) >=
	    (int)sizeof(r->root))
		return scout_err_set(err, SCOUT_E_LIMIT,
				     "the path of the folder is too long");
	r->whole_started_ns = ix->snapshot->run_started_ns;
	return SCOUT_OK;
}

static int load_stats(struct live_index *ix, struct scout_err *err)
{
	struct span bytes;
	int rc = meta_value_get(ix->snapshot->txn, span_str(STATS_KEY), &bytes);

	if (!rc)
		rc = index_stats_decode(bytes, ix->run.stats);
	return rc < 0 ? scout_err_set(err, SCOUT_E_CORRUPT,
				      "the statistics are damaged")
		      : SCOUT_OK;
}

int live_index_reserve(struct live_index *ix, size_t more,
		       struct scout_err *err)
{
	struct segment_meta *bigger =
		scout_realloc(MEM_OTHER, ix->segments,
			      (ix->nsegments + more) * sizeof(*bigger));

	if (!bigger)
		return scout_err_set(err, SCOUT_E_NOMEM, "opening the index");
	ix->segments = bigger;
	return SCOUT_OK;
}

static int copy_metas(struct live_index *ix, struct scout_err *err)
{
	size_t n = ix->snapshot->nsegments;
	int rc = live_index_reserve(ix, n + 1, err);

	if (rc < 0)
		return rc;
	if (n)
		memcpy(ix->segments, ix->snapshot->metas,
		       n * sizeof(*ix->segments));
	ix->nsegments = (uint32_t)n;
	return SCOUT_OK;
}

/* Opens the store for writing first: what this process reads then shares it. */
static int open_store(struct live_index *ix, struct scout_err *err)
{
	struct index_run *r = &ix->run;
	uint64_t nswept;
	int rc;

	rc = store_open_update(r->index_dir, index_run_batch_bytes(r),
			       &r->store, err);
	if (!rc)
		rc = snapshot_open(r->index_dir, &ix->snapshot, err);
	if (!rc)
		rc = copy_metas(ix, err);
	/* what a run that was stopped put and no manifest names */
	if (!rc)
		rc = segment_sweep(r->store, ix->segments, ix->nsegments,
				   &nswept, err);
	return rc;
}

int live_index_open(struct live_index *ix, const struct build_options *options,
		    struct build_report *report, struct scout_err *err)
{
	struct index_run *r = &ix->run;
	int rc;

	arena_init(&ix->arena, MEM_OTHER);
	rc = index_run_open(r, options, report, err);
	if (!rc)
		rc = find_index_dir(ix, options, err);
	if (!rc)
		rc = index_lock_take(&r->lock, r->index_dir, &options->lock,
				     scout_build_is_cancelled, err);
	if (!rc)
		rc = open_store(ix, err);
	if (!rc)
		rc = keep_rules(ix, err);
	if (!rc)
		rc = keep_root(ix, err);
	return rc ? rc : load_stats(ix, err);
}

void live_index_let_go(struct live_index *ix)
{
	snapshot_close(ix->snapshot);
	ix->snapshot = NULL;
}

void live_index_close(struct live_index *ix)
{
	live_index_let_go(ix);
	index_run_close(&ix->run);
	arena_release(&ix->arena);
	scout_free(ix->segments);
}
