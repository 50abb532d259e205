/*
 * Keeping an index up to date all the time: the third public door of indexer/.
 *
 * The system tells that something changed (base/os_watch.h), and an update takes
 * it in, after a moment of quiet.  What is told is only a hint when to look: the
 * update's own walk finds out what changed, and there is one at the start, at
 * intervals, and whenever hints may have been lost.
 */
#ifndef SCOUT_INDEXER_WATCH_H
#define SCOUT_INDEXER_WATCH_H

#include "indexer/update.h"

enum watch_news {
	WATCH_READY,	/* folders are watched and the index is up to date */
	WATCH_UPDATED,	/* an update wrote something */
	WATCH_OVERFLOW,	/* hints were lost: the tree is walked */
	WATCH_PARTIAL,	/* not all folders can be watched: walks instead */
	WATCH_WHOLE,	/* now they can */
	WATCH_BUSY,	/* another run holds the lock: later */
	WATCH_FAILED,	/* err says why: later */
};

struct watch_event {
	enum watch_news news;
	uint64_t nfolders, nunwatched;
	int64_t interval_ns;	/* PARTIAL: between two walks */
	int64_t retry_ns;	/* FAILED: until the next attempt */
	int64_t elapsed_ns;	/* UPDATED */
	const struct build_report *report;	/* READY, UPDATED */
	const struct update_report *update;	/* READY, UPDATED */
	const struct scout_err *err;		/* BUSY, FAILED */
};

struct watch_options {
	const struct build_options *build;	/* as for scout_update */
	int64_t delay_ns;	/* of quiet, before an update */
	int64_t reconcile_ns;	/* the tree is walked at least so often */
	/* the same where some folders cannot be watched */
	int64_t fallback_ns;
	void (*event)(void *ctx, const struct watch_event *event);
	void *event_ctx;
};

/*
 * Watches until scout_build_cancel: SCOUT_E_CANCELLED.  Ends by itself only when
 * there is nothing left to watch or to update: SCOUT_E_NOTFOUND, SCOUT_E_VERSION,
 * SCOUT_E_CORRUPT, SCOUT_E_USAGE.  Other failures are events, and the update is
 * tried again.
 */
int scout_watch(const struct watch_options *options, struct scout_err *err);

#endif
