/*
 * How far a build is: one line on a terminal's stderr, redrawn a few times a
 * second.  Silent where stderr is no terminal.
 */
#ifndef SCOUT_TOOLS_PROGRESS_H
#define SCOUT_TOOLS_PROGRESS_H

#include <stdatomic.h>

#include "indexer/indexer.h"

struct progress {
	bool enabled;
	int64_t drawn_ns;	/* when the line was last drawn; 0: never */
	enum build_stage stage;	/* of the line on the screen */
	int64_t stage_ns;	/* when that stage was first seen */
	atomic_bool on_screen;	/* a line is there and has to be removed */
};

void progress_init(struct progress *p, bool enabled);

/* A build_options.progress; ctx is the struct progress. */
void progress_show(void *ctx, const struct build_progress *b);

/* Removes the line, before a message or the end.  Any thread. */
void progress_clear(struct progress *p);

#endif
