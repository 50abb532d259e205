/* `scout-index compact`: make an index as small as it can be. */
#include "tools/command.h"

#include "indexer/update.h"
#include "tools/job.h"

struct compact_flags {
	struct run_flags run;
};

static const struct flag compact_table[] = {
	INDEX_ARG_ROW(struct compact_flags, run.index, "the index in DIR"),
	RUN_ROWS(struct compact_flags, "write"),
	RUN_TALK_ROWS(struct compact_flags),
	FLAG_HELP_ROW,
};

static void print_sizes(const struct compact_report *c, struct output *out)
{
	output_printf(out,
		      "%.1f MiB in %u segments before, %.1f MiB in %u "
		      "after\n",
		      (double)c->before_bytes / (1 << 20), c->before_segments,
		      (double)c->after_bytes / (1 << 20), c->after_segments);
}

static int compact_index(struct job *job)
{
	struct command_run *run = job->run;
	struct compact_report report;
	struct build_options options;
	const char *dir;
	int rc = command_find_index(run, &job->flags->index, &dir);

	if (rc < 0)
		return rc;
	job_options(job, dir, &options);
	rc = job_begin(job, run->err);
	if (!rc)
		rc = scout_compact(&options, &job->built, &report, run->err);
	if (!rc && !job->flags->quiet)
		print_sizes(&report, run->out);
	return job_end(job, dir, rc, 0, &run->exit_code, run->err);
}

static int compact(struct command_run *run)
{
	const struct compact_flags *flags = run->options;
	int rc = command_check_index(run, &flags->run.index);
	struct job job;

	if (rc < 0)
		return rc;
	job_init(&job, run, &flags->run);
	return job_finish(&job, compact_index(&job));
}

const struct command compact_command = {
	.name = "compact",
	.usage = "[FLAGS] [DIR]",
	.help = "merge an index to one segment, without free space",
	.flags = FLAG_TABLE(compact_table),
	.options_bytes = sizeof(struct compact_flags),
	.run = compact,
};
