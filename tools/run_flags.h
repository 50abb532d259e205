/*
 * Flags of every command that writes an index: which one, what the run may cost,
 * what to do while it cannot start, what to tell and what to leave behind.
 */
#ifndef SCOUT_TOOLS_RUN_FLAGS_H
#define SCOUT_TOOLS_RUN_FLAGS_H

#include "indexer/last_run.h"
#include "tools/flags.h"
#include "tools/index_arg.h"

enum lock_mode {
	LOCK_FAIL,	/* one line, and the exit code for "not now" */
	LOCK_SKIP,	/* the exit code alone */
	LOCK_WAIT,	/* for wait_ns, then as LOCK_FAIL */
};

enum when { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER };

/* Switches are ints, numbers uint64_t, as flags.h wants them. */
struct run_flags {
	struct index_arg index;
	/* what it may cost */
	uint64_t memory_bytes;
	uint64_t nthreads;
	int nice;
	/* whether to start */
	int lock;			/* enum lock_mode */
	int64_t wait_ns;
	int has_max_load;
	double max_load;
	/* what to leave behind */
	int share;
	struct flag_list reports;
	/* what to tell */
	int quiet;
	int progress;			/* enum when */
	int stats;			/* enum when */
	int list_skipped, json;
};

/*
 * The rows of these flags, in a table for a struct that has them as its member
 * run; verb: what a run does to an index on a network file system.
 */
#define RUN_FIELD(type, field) \
	(offsetof(type, run) + offsetof(struct run_flags, field))
#define RUN_ROWS(type, verb) \
	{ "memory", 0, "SIZE", "memory to work in (256M)", FLAG_SIZE, \
	  RUN_FIELD(type, memory_bytes), 0, NULL }, \
	{ "threads", 'j', "N", "threads (0: one a processor)", FLAG_NUMBER, \
	  RUN_FIELD(type, nthreads), 0, NULL }, \
	FORCE_REMOTE_ROW(type, run.index, \
			 verb " an index on a network file system"), \
	{ "lock", 0, "HOW", \
	  "if it cannot start: fail, skip, wait or wait=SECONDS", \
	  FLAG_CALL, offsetof(type, run), 0, run_flags_lock }, \
	{ "nice", 0, NULL, "give way to other programs", FLAG_SET, \
	  RUN_FIELD(type, nice), true, NULL }, \
	{ "shared", 0, NULL, "let every user of this machine search it", \
	  FLAG_SET, RUN_FIELD(type, share), true, NULL }, \
	{ "max-load", 0, "X", "do not start while the load is above X", \
	  FLAG_CALL, offsetof(type, run), 0, run_flags_max_load }, \
	{ "report", 0, "FILE", "write what was done, as JSON or *.prom", \
	  FLAG_LIST, RUN_FIELD(type, reports), 0, NULL }

/* Rows about what the run tells while it is under way ... */
#define RUN_TALK_ROWS(type) \
	{ "quiet", 'q', NULL, "print errors only", FLAG_SET, \
	  RUN_FIELD(type, quiet), true, NULL }, \
	{ "progress", 0, "auto, always or never", "show how far it is", \
	  FLAG_CALL, offsetof(type, run), 0, run_flags_progress }

/* ... and at its end. */
#define RUN_FIGURE_ROWS(type) \
	{ "stats", 0, NULL, "print figures at the end", FLAG_SET, \
	  RUN_FIELD(type, stats), WHEN_ALWAYS, NULL }, \
	{ "no-stats", 0, NULL, "print none, even on a terminal", FLAG_SET, \
	  RUN_FIELD(type, stats), WHEN_NEVER, NULL }, \
	{ "list-skipped", 0, NULL, "name every path left out, and why", \
	  FLAG_SET, RUN_FIELD(type, list_skipped), true, NULL }, \
	{ "json", 0, NULL, "print the figures as JSON", FLAG_SET, \
	  RUN_FIELD(type, json), true, NULL }

/* For the rows above. */
int run_flags_lock(void *options, const struct flag *flag, const char *value,
		   struct scout_err *err);
int run_flags_max_load(void *options, const struct flag *flag,
		       const char *value, struct scout_err *err);
int run_flags_progress(void *options, const struct flag *flag,
		       const char *value, struct scout_err *err);

/* How the run takes the writers' lock; command is borrowed. */
struct run_lock run_flags_want_lock(const struct run_flags *flags,
				    const char *command);

/*
 * Begins a run: makes it polite and looks at the load, waiting for it as for
 * the lock.  SCOUT_E_LOCKED if the load is too high, SCOUT_E_CANCELLED.
 */
int run_flags_begin(const struct run_flags *flags, struct scout_err *err);

/*
 * The end of a command whose run failed with rc: rc, or SCOUT_OK with an exit
 * code if nothing shall be said of it (and err is forgotten).
 */
int run_flags_failed(const struct run_flags *flags, int rc, int *out_code,
		     struct scout_err *err);

#endif
