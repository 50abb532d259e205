/*
 * The runs of one worker, few whatever their number: as soon as there are
 * RUN_FAN_IN of one level, they are merged into one of the next.
 *
 * One thread at a time.
 */
#ifndef SCOUT_INDEXER_RUN_STACK_H
#define SCOUT_INDEXER_RUN_STACK_H

#include "indexer/sorted_run.h"

enum {
	RUN_FAN_IN = 64,
	RUN_LEVELS = 4,		/* more runs than anyone has time for */
};

struct run_level {
	struct run_file file;
	struct sorted_run *runs;
	size_t nruns, cap;
};

struct run_stack {
	unsigned source;
	const char *dir;		/* for the files; borrowed */
	size_t fan_in;			/* RUN_FAN_IN, or less in tests */
	struct run_level levels[RUN_LEVELS];
	uint64_t nwritten;		/* runs of level 0 so far */
	uint64_t bytes_written;		/* on all levels */
};

void run_stack_init(struct run_stack *s, unsigned source, const char *dir);
void run_stack_release(struct run_stack *s);
/* Writes the accumulator as a new run and clears it.  buf_bytes: for each run
 * that is read when runs are merged. */
int run_stack_add(struct run_stack *s, struct accumulator *acc,
		  size_t buf_bytes, struct scout_err *err);
/* How many runs there are, and they, in order: shallow copies. */
size_t run_stack_count(const struct run_stack *s);
void run_stack_list(const struct run_stack *s, struct sorted_run *out);

#endif
