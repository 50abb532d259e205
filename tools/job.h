/*
 * A command that writes indexes at work: its warnings and its progress line on
 * stderr, what the runs have in common, and the report about them of --report.
 *
 * A job has one run for each index, one after another.
 */
#ifndef SCOUT_TOOLS_JOB_H
#define SCOUT_TOOLS_JOB_H

#include "indexer/indexer.h"
#include "tools/command.h"
#include "tools/job_report.h"
#include "tools/progress.h"
#include "tools/run_flags.h"

struct job {
	struct command_run *run;
	const struct run_flags *flags;
	char title[32];			/* "scout-index update" */
	struct progress progress;
	struct job_report report;
	struct build_report built;	/* of the run under way */
};

/* From now on signals stop it.  run and flags are borrowed. */
void job_init(struct job *job, struct command_run *run,
	      const struct run_flags *flags);

/*
 * The end of a command whose runs ended with rc: writes the report.  Returns rc,
 * or what kept the report from being written.
 */
int job_finish(struct job *job, int rc);

/* What the flags say about a run on that index; borrows from the job. */
void job_options(struct job *job, const char *index_dir,
		 struct build_options *out);

/*
 * Begins a run: its time counts, and it waits for the load to be low enough.
 * SCOUT_E_LOCKED if that is too high, SCOUT_E_CANCELLED.
 */
int job_begin(struct job *job, struct scout_err *err);

/*
 * Ends a run with rc, or with *out_code if that is SCOUT_OK, and notes it for
 * the report.  Returns rc, or SCOUT_OK with another code if nothing is to be
 * said of the failure (and err is forgotten).
 */
int job_end(struct job *job, const char *index_dir, int rc,
	    uint64_t files_read, int *out_code, struct scout_err *err);

/* Says why all is read again, unless --quiet. */
void job_say_rebuild(struct job *job, const char *why);

#endif
