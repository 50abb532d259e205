/*
 * --report FILE: what a command did that writes indexes, for programs that watch
 * over it.  JSON, or Prometheus' text format if the name ends in ".prom".
 *
 * A record is one run on one index; a report is all runs of the command.  It is
 * written whatever became of them, as a whole or not at all.
 */
#ifndef SCOUT_TOOLS_JOB_REPORT_H
#define SCOUT_TOOLS_JOB_REPORT_H

#include "base/arena.h"
#include "index_format/index_state.h"
#include "index_format/index_stats.h"
#include "tools/flags.h"

enum job_outcome {
	OUTCOME_DONE,
	OUTCOME_PARTIAL,	/* some files could not be read */
	OUTCOME_FAILED,
	OUTCOME_SKIPPED,	/* not now: the lock, or the load */
	OUTCOME_STOPPED,	/* by a signal */
	OUTCOMES
};

/* Short lower-case word; static. */
const char *job_outcome_name(enum job_outcome outcome);

struct job_record {
	const char *command;	/* "build"; static */
	char *index_dir;	/* absolute if it could be found */
	int64_t started_ns;	/* wall clock */
	int64_t elapsed_ns;
	enum job_outcome outcome;
	int exit_code;
	char error[480];	/* empty: none */
	uint64_t files_read;
	/* the index after the run, if it can be read */
	bool has_index;
	int64_t index_time_ns;	/* as of when it is right */
	struct index_state state;
	struct index_stats stats;
	/* what this process took until then */
	uint64_t memory_peak_bytes;	/* as accounted */
	uint64_t owner_peak_bytes[MEM_OWNERS];
	uint64_t resident_peak_bytes;	/* as the kernel counts */
};

struct job_report {
	const struct flag_list *files;	/* where to; borrowed */
	struct arena arena;
	struct job_record *records;
	size_t nrecords, cap;
	int64_t started_mono_ns;	/* of the run under way */
};

void job_report_init(struct job_report *report, const struct flag_list *files);
void job_report_release(struct job_report *report);

/* A run begins: from here its time counts. */
void job_report_start(struct job_report *report);
/*
 * The run of a command on an index ended with rc, and with code if rc is
 * SCOUT_OK.  Does nothing if no report is wanted.
 */
void job_report_add(struct job_report *report, const char *command,
		    const char *index_dir, int rc, int code,
		    const struct scout_err *err, uint64_t files_read);

/*
 * The command ends with rc, and with code if that is SCOUT_OK: writes all files,
 * each by a rename.  Returns rc, or else what kept a file from being written.
 */
int job_report_end(const struct job_report *report, int rc, int code,
		   struct scout_err *err);

#endif
