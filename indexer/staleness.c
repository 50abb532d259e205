#include "indexer/staleness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "index_format/skip_list.h"
#include "index_format/tree_diff.h"
#include "indexer/changes.h"
#include "indexer/index_folder.h"
#include "indexer/index_run.h"

static bool same_stat(const struct os_stat *a, const struct os_stat *b)
{
	return a->size == b->size && a->mtime_ns == b->mtime_ns &&
	       a->ctime_ns == b->ctime_ns && a->ino == b->ino;
}

/*
 * An update opens again what it left out before, if it cannot know: files that
 * could not be read, and binary ones that were written just before.  Those are
 * not new.
 */
static int count_known(struct index_run *run, struct index_snapshot *snap,
		       struct staleness *out)
{
	struct skip_list_cursor c = { .txn = snap->txn };
	const struct file_list *l = run->files;
	struct skipped_path s;
	size_t at = 0;
	int rc;

	while (!(rc = skip_list_next(&c, &s))) {
		const struct file_entry *f;

		if (s.is_dir || (!s.has_stat && s.reason != SKIP_UNREADABLE))
			continue;
		at = file_list_seek(l, at, s.path);
		if (at >= l->nfiles)
			break;
		f = &l->files[at];
		if (!span_eq(file_entry_path(f), s.path) ||
		    f->skip != SKIP_NONE || !out->new_files)
			continue;
		if (s.has_stat) {
			out->new_files -= same_stat(&f->st, &s.st);
		} else if (faccessat(run->root_fd, f->path, R_OK, AT_EACCESS)) {
			out->new_files--;
			out->unreadable_files++;
		}
	}
	return rc < 0 ? rc : SCOUT_OK;
}

static int compare(struct index_run *run, struct index_snapshot *snap,
		   struct staleness *out, struct scout_err *err)
{
	struct changes changes;
	int rc;

	run->rules = &snap->rules;
	rc = index_folder_open_root(snap->root, run->root, &run->root_fd, err);
	if (!rc)
		rc = index_run_walk(run, err);
	if (rc < 0)
		return rc;
	rc = changes_find(run, snap, &changes, err);
	*out = (struct staleness){ .new_files = changes.nnew,
				   .changed_files = changes.nchanged,
				   .gone_files = changes.ngone };
	changes_release(&changes);
	return rc < 0 ? rc : count_known(run, snap, out);
}

int scout_staleness(const char *index_dir, unsigned nthreads,
		    struct staleness *out, struct scout_err *err)
{
	const struct build_options options = { .index_dir = index_dir,
					       .nthreads = nthreads };
	struct index_snapshot *snap = NULL;
	struct build_report report = { 0 };
	struct index_run *run;
	int rc;

	run = scout_calloc(MEM_OTHER, 1, sizeof(*run));
	if (!run)
		return scout_err_set(err, SCOUT_E_NOMEM, "comparing");
	rc = index_run_open(run, &options, &report, err);
	if (!rc && !realpath(index_dir, run->index_dir))
		rc = scout_err_sys(err, errno, "%s", index_dir);
	if (!rc)
		rc = snapshot_open(run->index_dir, &snap, err);
	if (!rc)
		rc = compare(run, snap, out, err);
	snapshot_close(snap);
	index_run_close(run);
	build_report_release(&report);
	scout_free(run);
	return rc < 0 ? scout_err_set(err, rc, "comparing '%s' with its folder",
				      index_dir) : rc;
}
