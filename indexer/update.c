#include "indexer/update.h"

#include "base/os.h"
#include "index_format/meta_value.h"
#include "index_format/segment_sweep.h"
#include "indexer/changes.h"
#include "indexer/compaction.h"
#include "indexer/index_folder.h"
#include "indexer/live_index.h"
#include "indexer/named_paths.h"
#include "indexer/run_meta.h"

/* An update under way. */
struct update {
	struct live_index ix;
	struct changes changes;
	struct path_set only; /* if not all of the folder is looked at */
	bool is_changed;      /* something was put */
	bool is_done;	      /* ... and committed, or there was nothing */
};

/* --- Writing -------------------------------------------------------------- */

static uint32_t next_number(const struct update *u)
{
	return u->ix.nsegments ? u->ix.segments[u->ix.nsegments - 1].number + 1
			       : 0;
}

static void count_to_read(struct update *u)
{
	struct index_run *r = &u->ix.run;
	size_t i;

	r->total_files = u->changes.nfiles;
	r->total_bytes = 0;
	for (i = 0; i < u->changes.nfiles; i++)
		r->total_bytes += u->changes.files[i].st.size;
}

/* New and changed files become a segment; more than one if they are very many.
 */
static int add_segments(struct update *u, struct scout_err *err)
{
	struct changes *c = &u->changes;
	struct index_stats *stats = u->ix.run.stats;
	struct segment_sums sums;
	size_t at, n;
	int rc = SCOUT_OK;

	count_to_read(u);
	for (at = 0; at < c->nfiles && !rc; at += n) {
		struct segment_meta *m = &u->ix.segments[u->ix.nsegments];
		struct segment_order order = {
			.files = c->files,
			.nfiles = c->nfiles,
			.first = at,
			.number = next_number(u),
		};

		n = c->nfiles - at;
		if (n > SEGMENT_MAX_DOCS)
			n = SEGMENT_MAX_DOCS;
		order.count = n;
		rc = index_run_segment(&u->ix.run, &order, m, &sums, err);
		if (rc < 0 || !m->ndocs)
			continue; /* none of them could be read */
		m->run_started_ns = u->ix.run.started_ns;
		u->ix.nsegments++;
		u->is_changed = true;
		stats->files += m->ndocs - m->ndeleted;
		stats->lines += sums.nlines;
		stats->text_bytes += sums.text_bytes;
	}
	/* what became of them belongs into the list of the walk */
	for (at = 0; at < c->nfiles; at++) {
		struct file_entry *f = &u->ix.run.files->files[c->places[at]];

		f->skip = c->files[at].skip;
		f->sys = c->files[at].sys;
	}
	return rc;
}

static int put_segment_value(struct update *u, const char *name,
			     uint32_t number, struct buf *value,
			     struct scout_err *err)
{
	uint8_t key[META_KEY_MAX];
	size_t len = meta_key_put(key, name, number);

	u->is_changed = true;
	return meta_value_put(u->ix.run.store, span_of(key, len), value, err);
}

static int put_deletions(struct update *u, size_t segment,
			 struct scout_err *err)
{
	struct segment_change *c = &u->changes.segments[segment];
	struct segment_meta *m = &u->ix.segments[segment];
	struct buf bits = BUF_INIT(MEM_OTHER);
	int rc;

	if (!c->nnew_deleted)
		return SCOUT_OK;
	u->is_changed = true;
	m->ndeleted += c->nnew_deleted;
	if (m->ndeleted == m->ndocs)
		return SCOUT_OK; /* it goes as a whole */
	buf_put(&bits, c->deleted, ((size_t)m->ndocs + 7) / 8);
	rc = put_segment_value(u, DELETED_KEY, m->number, &bits, err);
	buf_release(&bits);
	return rc;
}

static int put_touched(struct update *u, size_t segment, struct scout_err *err)
{
	struct segment_change *c = &u->changes.segments[segment];
	struct segment_meta *m = &u->ix.segments[segment];

	if (!c->touches)
		return SCOUT_OK;
	m->ntouched = c->ntouched;
	return put_segment_value(u, TOUCHED_KEY, m->number, &c->touched, err);
}

static void sub(uint64_t *from, uint64_t n)
{
	*from -= n < *from ? n : *from;
}

static void finish_figures(struct update *u)
{
	struct index_stats *s = u->ix.run.stats;

	sub(&s->files, u->changes.gone_files);
	sub(&s->lines, u->changes.gone_lines);
	sub(&s->text_bytes, u->changes.gone_bytes);
	run_meta_sum_segments(&u->ix.run, u->ix.segments, u->ix.nsegments);
	run_meta_finish_stats(&u->ix.run);
}

/* A segment of which all is deleted is named no more. */
static void drop_empty(struct update *u)
{
	uint32_t i, n = 0;

	for (i = 0; i < u->ix.nsegments; i++)
		if (u->ix.segments[i].ndeleted < u->ix.segments[i].ndocs)
			u->ix.segments[n++] = u->ix.segments[i];
	u->ix.nsegments = n;
}

/* All documents are known to be as their files were when this run began, if it
 * looked at all. */
static void assure_segments(struct update *u)
{
	uint32_t i;

	/* a segment made by this run has that time already */
	for (i = 0; i < u->ix.nsegments && !u->ix.run.only; i++)
		u->ix.segments[i].run_started_ns = u->ix.run.started_ns;
}

static int put_changes(struct update *u, struct scout_err *err)
{
	struct index_run *r = &u->ix.run;
	bool skips_changed = false;
	size_t i, n = u->ix.snapshot->nsegments;
	int rc = SCOUT_OK;

	for (i = 0; i < n && !rc; i++) {
		rc = put_deletions(u, i, err);
		if (!rc)
			rc = put_touched(u, i, err);
	}
	if (!rc)
		rc = run_meta_put_skipped(r, u->ix.snapshot->txn,
					  &skips_changed, err);
	u->is_changed |= skips_changed || (u->changes.nassured && !r->only);
	drop_empty(u);
	finish_figures(u);
	if (rc < 0 || !u->is_changed)
		return rc;
	assure_segments(u);
	rc = run_meta_put_manifest(r, u->ix.segments, u->ix.nsegments, err);
	if (!rc)
		rc = run_meta_put_stats(r, err);
	if (!rc)
		rc = index_run_check_cancelled();
	return rc;
}

static int commit(struct update *u, struct scout_err *err)
{
	struct index_run *r = &u->ix.run;
	int64_t start = os_mono_ns();
	uint64_t nswept;
	int rc;

	index_run_report(r, STAGE_SYNC, r->total_files, 0, 0);
	rc = segment_sweep(r->store, u->ix.segments, u->ix.nsegments, &nswept,
			   err);
	r->stats->stage_ns[STAGE_SYNC] = os_mono_ns() - start;
	return rc;
}

/* Files, lines and bytes go on from what they were; the cost is this run's. */
static void begin_figures(struct index_stats *s)
{
	struct index_stats old = *s;

	*s = (struct index_stats){ .files = old.files,
				   .lines = old.lines,
				   .text_bytes = old.text_bytes };
}

/* Which paths to look at, if not all. */
static int choose_paths(struct update *u, const struct build_options *o,
			struct scout_err *err)
{
	struct index_run *r = &u->ix.run;
	bool whole = true;
	int rc = SCOUT_OK;

	if (o->paths.ptr)
		rc = named_paths_make(r, o->paths, o->paths_end, &u->ix.arena,
				      &u->only, &whole, err);
	if (whole)
		r->whole_started_ns = r->started_ns;
	else
		r->only = &u->only;
	return rc;
}

/* The folder of a file system that is not mounted is empty. */
static int check_mounted(const struct update *u, struct scout_err *err)
{
	const struct index_run *r = &u->ix.run;
	uint64_t ndocs = 0;
	uint32_t i;

	if (r->only || r->files->nfiles || r->options->allow_empty)
		return SCOUT_OK;
	for (i = 0; i < u->ix.nsegments; i++)
		ndocs += u->ix.segments[i].ndocs - u->ix.segments[i].ndeleted;
	return !ndocs ? SCOUT_OK
		      : scout_err_set(
				err, SCOUT_E_NOTFOUND,
				"no file is left in '%s', "
				"and the index has %llu: is it mounted? With "
				"--allow-empty they are taken out",
				r->root, (unsigned long long)ndocs);
}

static int look(struct update *u, struct scout_err *err)
{
	struct live_index *ix = &u->ix;
	struct index_run *r = &ix->run;
	int rc = index_run_walk(r, err);

	if (!rc)
		rc = check_mounted(u, err);
	if (!rc && r->only)
		named_paths_report(r, r->only);
	if (!rc)
		rc = changes_find(r, ix->snapshot, &u->changes, err);
	if (!rc && r->only)
		rc = named_paths_keep_skipped(r, ix->snapshot->txn, r->only);
	return rc < 0 ? scout_err_set(err, rc, "looking for changes") : rc;
}

static int run_update(struct update *u, const struct build_options *o,
		      struct build_report *report, struct scout_err *err)
{
	struct live_index *ix = &u->ix;
	struct index_run *r = &ix->run;
	int rc;

	rc = live_index_open(ix, o, report, err);
	if (!rc)
		rc = index_folder_open_root(ix->snapshot->root, r->root,
					    &r->root_fd, err);
	if (!rc)
		rc = choose_paths(u, o, err);
	if (!rc)
		begin_figures(r->stats);
	if (!rc)
		rc = look(u, err);
	if (!rc)
		rc = live_index_reserve(
			ix, u->changes.nfiles / SEGMENT_MAX_DOCS + 2, err);
	if (!rc)
		rc = add_segments(u, err);
	if (!rc)
		rc = put_changes(u, err);
	if (!rc && u->is_changed)
		rc = commit(u, err);
	if (rc < 0)
		return rc;
	u->is_done = true;
	/* also without changes: the last run may have been stopped before it */
	live_index_let_go(ix);
	return compaction_tidy(r, ix->segments, &ix->nsegments, err);
}

/* Says how far a run came that has failed. */
static void explain_end(const struct update *u, int rc, struct scout_err *err)
{
	struct scout_err why = SCOUT_ERR_INIT;

	if (rc == SCOUT_E_CANCELLED && u->is_done) {
		scout_err_set(err, rc, "stopped while it merged segments; the "
			      "index is up to date");
	} else if (rc == SCOUT_E_CANCELLED) {
		scout_err_set(err, rc, "stopped; the old index stays");
	} else if (u->is_done && err) {
		why = *err;
		scout_err_clear(err);
		scout_err_set(err, rc,
			      "the index is up to date, but its "
			      "segments were not merged: %s",
			      why.msg);
		err->sys = why.sys;
	}
}

static void fill_report(const struct update *u, struct update_report *out)
{
	const struct changes *c = &u->changes;
	const struct index_run *r = &u->ix.run;
	int64_t slowest = store_slowest_put_ns(r->store);

	*out = (struct update_report){
		.new_files = c->nnew,
		.changed_files = c->nchanged,
		.gone_files = c->ngone,
		.touched_files = c->ntouched,
		.compared_files = c->ncompared,
		.is_done = true,
		.is_written = u->is_changed,
		.merges = r->merges,
		.is_moved = r->is_moved,
		.slowest_put_ns = slowest > r->slowest_put_ns
					  ? slowest
					  : r->slowest_put_ns,
	};
}

int scout_update(const struct build_options *options, struct build_report *out,
		 struct update_report *out_update, struct scout_err *err)
{
	struct update *u;
	int rc;

	memset(out, 0, sizeof(*out));
	memset(out_update, 0, sizeof(*out_update));
	u = scout_calloc(MEM_OTHER, 1, sizeof(*u));
	if (!u)
		return scout_err_set(err, SCOUT_E_NOMEM, "updating");
	rc = run_update(u, options, out, err);
	if (rc < 0)
		explain_end(u, rc, err);
	if (u->is_done)
		fill_report(u, out_update);
	index_run_note_end(&u->ix.run, rc, err);
	changes_release(&u->changes);
	live_index_close(&u->ix);
	scout_free(u);
	return rc;
}

/* --- Compacting ----------------------------------------------------------- */

static int run_compact(struct live_index *ix, const struct build_options *o,
		       struct build_report *report, struct compact_report *out,
		       struct scout_err *err)
{
	struct index_run *r = &ix->run;
	uint64_t used;
	int rc;

	rc = live_index_open(ix, o, report, err);
	if (!rc)
		rc = compaction_sizes(r, &out->before_bytes, &used, err);
	if (rc < 0)
		return rc;
	out->before_segments = ix->nsegments;
	live_index_let_go(ix);
	rc = compaction_merge_all(r, ix->segments, &ix->nsegments, err);
	out->after_segments = ix->nsegments;
	return rc;
}

/* The data file of the generation that is live now. */
static int measure(const char *index_dir, uint64_t *out_bytes,
		   struct scout_err *err)
{
	struct scout_store *store = NULL;
	struct store_txn *txn = NULL;
	uint64_t used;
	int rc = store_open(index_dir, &store, err);

	if (!rc)
		rc = store_begin_read(store, &txn, err);
	if (!rc)
		rc = store_sizes(txn, out_bytes, &used, err);
	store_end_read(txn);
	store_close(store);
	return rc;
}

int scout_compact(const struct build_options *options, struct build_report *out,
		  struct compact_report *out_compact, struct scout_err *err)
{
	struct live_index *ix;
	int rc;

	memset(out, 0, sizeof(*out));
	memset(out_compact, 0, sizeof(*out_compact));
	ix = scout_calloc(MEM_OTHER, 1, sizeof(*ix));
	if (!ix)
		return scout_err_set(err, SCOUT_E_NOMEM, "compacting");
	rc = run_compact(ix, options, out, out_compact, err);
	if (!rc)
		rc = measure(ix->run.index_dir, &out_compact->after_bytes, err);
	if (rc == SCOUT_E_CANCELLED)
		scout_err_set(err, rc, "stopped; the old index stays");
	index_run_note_end(&ix->run, rc, err);
	live_index_close(ix);
	scout_free(ix);
	if (rc < 0)
		build_report_release(out);
	return rc;
}
