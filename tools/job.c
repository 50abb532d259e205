#include "tools/job.h"

#include <unistd.h>

#include "tools/cli.h"
#include "tools/interrupt.h"
#include "tools/run_report.h"

static const char program[] = "scout-index";

void job_init(struct job *job, struct command_run *run,
	      const struct run_flags *flags)
{
	*job = (struct job){ .run = run, .flags = flags };
	snprintf(job->title, sizeof(job->title), "scout-index %s",
		 run->command->name);
	job_report_init(&job->report, &flags->reports);
	interrupt_catch();
}

int job_finish(struct job *job, int rc)
{
	rc = job_report_end(&job->report, rc, job->run->exit_code,
			    job->run->err);
	job_report_release(&job->report);
	return rc;
}

static void show_warning(void *ctx, const char *text)
{
	struct job *job = ctx;

	if (job->flags->quiet)
		return;
	progress_clear(&job->progress);
	cli_message(program, "%s", text);
}

void job_say_rebuild(struct job *job, const char *why)
{
	progress_clear(&job->progress);
	if (!job->flags->quiet)
		cli_message(program, "%s; building it anew", why);
}

void job_options(struct job *job, const char *index_dir,
		 struct build_options *out)
{
	const struct run_flags *f = job->flags;

	*out = (struct build_options){
		.index_dir = index_dir,
		.nthreads = (unsigned)(f->nthreads > 256 ? 256 : f->nthreads),
		.memory_bytes = f->memory_bytes,
		.force_remote = f->index.force_remote,
		.lock = run_flags_want_lock(f, job->title),
		.progress = progress_show,
		.progress_ctx = &job->progress,
		.warn = show_warning,
		.warn_ctx = job,
	};
}

int job_begin(struct job *job, struct scout_err *err)
{
	const struct run_flags *f = job->flags;

	job_report_start(&job->report);
	progress_init(&job->progress,
		      !f->quiet && run_report_wants(f->progress,
						    STDERR_FILENO));
	return run_flags_begin(f, err);
}

int job_end(struct job *job, const char *index_dir, int rc,
	    uint64_t files_read, int *out_code, struct scout_err *err)
{
	progress_clear(&job->progress);
	job_report_add(&job->report, job->run->command->name, index_dir, rc,
		       *out_code, err, files_read);
	build_report_release(&job->built);
	return rc < 0 ? run_flags_failed(job->flags, rc, out_code, err) : rc;
}
