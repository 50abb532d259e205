#include "indexer/indexer.h"

#include "base/os.h"
#include "index_format/limits.h"
#include "indexer/index_folder.h"
#include "indexer/index_run.h"
#include "indexer/run_meta.h"

/* A build under way. */
struct build {
	struct index_run run;
	struct segment_meta *segments;
	uint32_t nsegments;
};

static int build_segment(struct build *b, size_t first, size_t count,
			 struct scout_err *err)
{
	struct index_run *r = &b->run;
	struct segment_order order = {
		.files = r->files->files,
		.nfiles = r->files->nfiles,
		.first = first,
		.count = count,
		.number = b->nsegments,
	};
	struct segment_meta *m = &b->segments[b->nsegments];
	struct segment_sums sums;
	int rc = index_run_segment(r, &order, m, &sums, err);

	if (rc < 0)
		return rc;
	m->run_started_ns = r->started_ns;
	b->nsegments++;
	r->stats->files += m->ndocs - m->ndeleted;
	r->stats->deleted += m->ndeleted;
	r->stats->words += m->nwords;
	r->stats->terms += m->nterms;
	r->stats->postings += m->npostings;
	r->stats->lines += sums.nlines;
	r->stats->text_bytes += sums.text_bytes;
	return SCOUT_OK;
}

static int build_segments(struct build *b, struct scout_err *err)
{
	size_t per = b->run.options->segment_docs, n = b->run.files->nfiles, at;
	int rc = SCOUT_OK;

	if (!per || per > SEGMENT_MAX_DOCS)
		per = SEGMENT_MAX_DOCS;
	b->segments =
		scout_calloc(MEM_OTHER, n / per + 1, sizeof(*b->segments));
	if (!b->segments)
		return scout_err_set(err, SCOUT_E_NOMEM, "building");
	for (at = 0; at < n && !rc; at += per)
		rc = build_segment(b, at, n - at < per ? n - at : per, err);
	b->run.stats->segments = b->nsegments;
	return rc;
}

/*
 * The figures are stored before the final sync, which they therefore do not
 * hold; the report has it.
 */
static int publish(struct build *b, struct scout_err *err)
{
	struct index_run *r = &b->run;
	bool changed;
	int64_t start;
	int rc;

	rc = run_meta_put_skipped(r, NULL, &changed, err);
	if (!rc)
		rc = run_meta_put_manifest(r, b->segments, b->nsegments, err);
	run_meta_finish_stats(r);
	if (!rc)
		rc = run_meta_put_stats(r, err);
	if (!rc)
		rc = index_run_check_cancelled();
	if (rc < 0)
		return rc;
	index_run_report(r, STAGE_SYNC, r->total_files, 0, 0);
	start = os_mono_ns();
	rc = store_publish(r->store, err);
	r->stats->stage_ns[STAGE_SYNC] = os_mono_ns() - start;
	run_meta_finish_stats(r);
	return rc;
}

static int run_build(struct build *b, const struct build_options *o,
		     struct scout_err *err)
{
	struct index_run *r = &b->run;
	int rc;

	rc = index_folder_open_root(o->root, r->root, &r->root_fd, err);
	if (!rc)
		rc = index_folder_make(o->index_dir, r->root, o->force_remote,
				       r->index_dir, err);
	if (!rc)
		rc = index_lock_take(&r->lock, r->index_dir, &o->lock,
				     scout_build_is_cancelled, err);
	if (!rc)
		rc = index_folder_mark(r->index_dir, err);
	if (!rc)
		rc = index_run_walk(r, err);
	if (!rc)
		rc = store_create(r->index_dir, index_run_batch_bytes(r),
				  &r->store, err);
	if (!rc)
		rc = build_segments(b, err);
	return rc ? rc : publish(b, err);
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
	rc = index_run_open(&b->run, options, out, err);
	if (!rc)
		rc = run_build(b, options, err);
	if (rc == SCOUT_E_CANCELLED)
		scout_err_set(err, rc, "stopped; the old index stays");
	index_run_note_end(&b->run, rc, err);
	index_run_close(&b->run);
	scout_free(b->segments);
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
