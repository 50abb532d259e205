/* What `scout-index status` found, for people and for programs. */
#ifndef SCOUT_TOOLS_PRINT_STATUS_H
#define SCOUT_TOOLS_PRINT_STATUS_H

#include "index_format/index_state.h"
#include "indexer/last_run.h"
#include "indexer/staleness.h"
#include "tools/output.h"

/* The exit codes, too. */
enum status_verdict { STATUS_FRESH, STATUS_STALE, STATUS_BROKEN };

struct index_status {
	const char *dir;
	enum status_verdict verdict;
	char error[480];	/* why it is broken */
	bool has_state;		/* state could be read */
	struct index_state state;
	bool is_compared;	/* with its folder */
	struct staleness stale;
	int64_t age_ns;		/* since the last run that was done began */
	bool is_old;		/* older than was asked for */
	struct last_run last;
};

/* Some lines. */
void print_status_text(struct output *out, const struct index_status *s);
/* One object on one line. */
void print_status_json(struct output *out, const struct index_status *s);

#endif
