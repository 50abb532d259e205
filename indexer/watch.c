#include "indexer/watch.h"

#include <errno.h>

#include "base/os.h"
#include "base/os_watch.h"
#include "base/pool.h"
#include "index_format/segment_reader.h"
#include "indexer/index_run.h"

#define SECOND_NS INT64_C(1000000000)

enum {
	PATIENCE = 10,		/* delays, at most, while there is no quiet */
	REST = 4,		/* of the time an update took, after it */
	RETRY_SECONDS = 60,	/* after a failure */
	SLICE_MS = 500,		/* in which a cancellation is noticed */
	ROUNDS = 100,		/* of looking for new folders, at once */
};

struct watcher {
	const struct watch_options *o;
	struct os_watch *watch;		/* NULL: there is none to be had */
	uint64_t nfolders, nunwatched;
	bool is_ready, was_partial;
	/* what is to be done */
	bool dirty;			/* an update */
	bool folders;			/* first look for new folders */
	int64_t first_ns, last_ns;	/* of the changes not taken in */
	int64_t not_before_ns, reconcile_at_ns;
};

static void tell(struct watcher *w, struct watch_event *e)
{
	e->nfolders = w->nfolders;
	e->nunwatched = w->nunwatched;
	w->o->event(w->o->event_ctx, e);
}

/* --- Folders ------------------------------------------------------------- */

/* Watches what the walk has listed.  *out_nnew: folders not watched before. */
static int add_folders(struct watcher *w, const char *root,
		       const struct file_list *list, uint64_t *out_nnew)
{
	struct buf path = BUF_INIT(MEM_OTHER);
	uint64_t nwatched = 0;
	bool is_full = !w->watch, is_new;
	const char *text;
	size_t i;
	int rc = SCOUT_OK;

	*out_nnew = 0;
	for (i = 0; i < list->nfolder_paths && !is_full && !rc; i++) {
		buf_clear(&path);
		buf_put_str(&path, root);
		buf_put_u8(&path, '/');
		buf_put_str(&path, list->folders[i]);
		text = buf_cstr(&path);
		rc = text ? os_watch_add(w->watch, text, &is_new) : -ENOMEM;
		is_full = rc == -ENOSPC;
		if (!rc) {
			nwatched++;
			*out_nnew += is_new;
		} else if (rc == -ENOENT || rc == -ENOTDIR) {
			nwatched++;	/* gone: there is nothing to watch */
			rc = 0;
		} else if (rc != -ENOMEM) {
			rc = 0;
		}
	}
	buf_release(&path);
	w->nfolders = list->nfolder_paths;
	w->nunwatched = w->nfolders - nwatched;
	return rc < 0 ? SCOUT_E_NOMEM : SCOUT_OK;
}

/* Walks by the rules of the index, and watches every folder. */
static int walk_folders(struct watcher *w, uint64_t *out_nnew,
			struct scout_err *err)
{
	const struct build_options *b = w->o->build;
	unsigned nthreads = b->nthreads ? b->nthreads : os_cpu_count();
	struct walk_options walk = {
		.nthreads = nthreads > POOL_MAX_THREADS ? POOL_MAX_THREADS :
							  nthreads,
		.exclude_dir = b->index_dir, .lists_folders = true };
	struct index_snapshot *snapshot;
	struct file_list list;
	int rc = snapshot_open(b->index_dir, &snapshot, err);

	if (rc < 0)
		return rc;
	walk.root = snapshot->root;
	walk.rules = &snapshot->rules;
	rc = scout_walk(&walk, &list, err);
	if (!rc) {
		rc = add_folders(w, snapshot->root, &list, out_nnew);
		file_list_release(&list);
		if (rc < 0)
			scout_err_set(err, rc, "watching folders");
	}
	snapshot_close(snapshot);
	return rc;
}

/* A folder may have come into one that was not watched yet: until there are no
 * new ones. */
static int watch_folders(struct watcher *w, struct scout_err *err)
{
	uint64_t nnew = 1;
	unsigned i;
	int rc = SCOUT_OK;

	for (i = 0; i < ROUNDS && nnew && !rc; i++)
		rc = walk_folders(w, &nnew, err);
	return rc;
}

/* Begins anew: no watch is left on what is no longer part of the tree. */
static void reopen(struct watcher *w)
{
	os_watch_close(w->watch);
	if (os_watch_open(&w->watch) < 0)
		w->watch = NULL;
}

static void tell_of_limits(struct watcher *w)
{
	bool is_partial = w->nunwatched > 0;
	struct watch_event e = {
		.news = is_partial ? WATCH_PARTIAL : WATCH_WHOLE,
		.interval_ns = w->o->fallback_ns };

	if (is_partial != w->was_partial)
		tell(w, &e);
	w->was_partial = is_partial;
}

/* --- Updates ------------------------------------------------------------- */

static void plan_reconcile(struct watcher *w)
{
	int64_t interval = w->o->reconcile_ns;

	if (w->nunwatched && w->o->fallback_ns < interval)
		interval = w->o->fallback_ns;
	w->reconcile_at_ns = os_mono_ns() + interval;
}

/* Whether it is of use to try again. */
static bool is_lasting(int rc)
{
	return rc == SCOUT_E_CANCELLED || rc == SCOUT_E_NOTFOUND ||
	       rc == SCOUT_E_VERSION || rc == SCOUT_E_CORRUPT ||
	       rc == SCOUT_E_USAGE;
}

/* Folders, then an update: what came into a folder before it was watched is
 * found by the update's walk. */
static int look(struct watcher *w, struct build_report *report,
		struct update_report *update, struct scout_err *err)
{
	int rc = SCOUT_OK;

	if (w->folders)
		rc = watch_folders(w, err);
	if (!rc)
		w->folders = false;
	return rc < 0 ? rc : scout_update(w->o->build, report, update, err);
}

static int put_off(struct watcher *w, int rc, struct scout_err *err)
{
	struct watch_event e = { .news = WATCH_BUSY, .err = err,
				 .retry_ns = SECOND_NS };

	if (rc != SCOUT_E_LOCKED) {
		e.news = WATCH_FAILED;
		e.retry_ns = RETRY_SECONDS * SECOND_NS;
	}
	w->dirty = true;
	w->first_ns = w->last_ns = os_mono_ns();
	w->not_before_ns = w->first_ns + e.retry_ns;
	tell(w, &e);
	scout_err_clear(err);
	return SCOUT_OK;
}

static int update(struct watcher *w, struct scout_err *err)
{
	struct build_report report = { .stats = NULL };
	struct update_report done = { .is_written = false };
	struct watch_event e = { .news = WATCH_UPDATED, .report = &report,
				 .update = &done };
	int64_t start = os_mono_ns();
	int rc;

	w->dirty = false;
	rc = look(w, &report, &done, err);
	plan_reconcile(w);
	if (rc < 0) {
		build_report_release(&report);
		return is_lasting(rc) ? rc : put_off(w, rc, err);
	}
	e.elapsed_ns = os_mono_ns() - start;
	w->not_before_ns = os_mono_ns() + REST * e.elapsed_ns;
	tell_of_limits(w);
	if (!w->is_ready)
		e.news = WATCH_READY;
	if (done.is_written || !w->is_ready)
		tell(w, &e);
	w->is_ready = true;
	build_report_release(&report);
	return SCOUT_OK;
}

/* --- Waiting ------------------------------------------------------------- */

static void take_news(struct watcher *w, const struct os_watch_news *news)
{
	struct watch_event e = { .news = WATCH_OVERFLOW };

	if (!news->changed)
		return;
	w->last_ns = os_mono_ns();
	if (!w->dirty)
		w->first_ns = w->last_ns;
	w->dirty = true;
	w->folders |= news->folders || news->overflow;
	if (news->overflow)
		tell(w, &e);
}

/* When the next update is due. */
static int64_t due_ns(const struct watcher *w)
{
	int64_t quiet = w->last_ns + w->o->delay_ns;
	int64_t most = w->first_ns + PATIENCE * w->o->delay_ns;
	int64_t due = quiet < most ? quiet : most;

	if (!w->dirty)
		return w->reconcile_at_ns;
	if (due < w->not_before_ns)
		due = w->not_before_ns;
	return due < w->reconcile_at_ns ? due : w->reconcile_at_ns;
}

/* Up to a slice, for news or until an update is due. */
static int wait_a_little(struct watcher *w, struct scout_err *err)
{
	struct os_watch_news news = { .changed = false };
	int64_t ms = (due_ns(w) - os_mono_ns()) / 1000000 + 1;
	int rc = os_watch_wait(w->watch, ms < SLICE_MS ? (int)ms : SLICE_MS,
			       &news);

	if (rc < 0)
		return scout_err_sys(err, -rc, "waiting for changes");
	take_news(w, &news);
	return SCOUT_OK;
}

static int run(struct watcher *w, struct scout_err *err)
{
	int rc = SCOUT_OK;

	while (!rc) {
		rc = index_run_check_cancelled();
		if (rc < 0)
			return scout_err_set(err, rc, "stopped");
		if (os_mono_ns() < due_ns(w)) {
			rc = wait_a_little(w, err);
			continue;
		}
		if (os_mono_ns() >= w->reconcile_at_ns) {
			reopen(w);
			w->folders = true;
		}
		rc = update(w, err);
	}
	return rc;
}

int scout_watch(const struct watch_options *options, struct scout_err *err)
{
	/* the first reconcile is due at once */
	struct watcher w = { .o = options };
	int rc = run(&w, err);

	os_watch_close(w.watch);
	return rc;
}
