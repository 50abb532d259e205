/*
 * Flags of every command that writes an index, for those who have it run by
 * cron: what to do while it cannot start, how politely to run, what to leave
 * behind.
 */
#ifndef SCOUT_TOOLS_RUN_FLAGS_H
#define SCOUT_TOOLS_RUN_FLAGS_H

#include "indexer/last_run.h"
#include "tools/flags.h"

enum lock_mode {
	LOCK_FAIL,	/* one line, and the exit code for "not now" */
	LOCK_SKIP,	/* the exit code alone */
	LOCK_WAIT,	/* for wait_ns, then as LOCK_FAIL */
};

struct run_flags {
	int lock;	/* enum lock_mode */
	int64_t wait_ns;
	int nice;
	int share;
	int has_max_load;
	double max_load;
	struct flag_list reports;
};

/* The rows of these flags in a table for a struct of that type. */
#define RUN_FLAG_ROWS(type, member) \
	{ "lock", 0, "HOW", \
	  "if it cannot start: fail, skip, wait or wait=SECONDS", \
	  FLAG_CALL, offsetof(type, member), 0, run_flags_lock }, \
	{ "nice", 0, NULL, "give way to other programs", FLAG_SET, \
	  offsetof(type, member) + offsetof(struct run_flags, nice), true, \
	  NULL }, \
	{ "shared", 0, NULL, "let every user of this machine search it", \
	  FLAG_SET, \
	  offsetof(type, member) + offsetof(struct run_flags, share), true, \
	  NULL }, \
	{ "max-load", 0, "X", "do not start while the load is above X", \
	  FLAG_CALL, offsetof(type, member), 0, run_flags_max_load }, \
	{ "report", 0, "FILE", "write what was done, as JSON or *.prom", \
	  FLAG_LIST, \
	  offsetof(type, member) + offsetof(struct run_flags, reports), 0, \
	  NULL }

/* For the rows above. */
int run_flags_lock(void *options, const struct flag *flag, const char *value,
		   struct scout_err *err);
int run_flags_max_load(void *options, const struct flag *flag,
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
