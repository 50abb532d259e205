#include "tools/compact_command.h"

#include <unistd.h>

#include "indexer/update.h"
#include "tools/build_flags.h"
#include "tools/cli.h"
#include "tools/index_arg.h"
#include "tools/interrupt.h"
#include "tools/job_report.h"
#include "tools/progress.h"
#include "tools/run_report.h"

static const char program[] = "scout-index";

/* One run of the command. */
struct compact_run {
	struct arena arena;
	struct build_flags flags;
	struct output *out;
	struct progress progress;
	struct buf index_dir;
	struct build_report report;
	struct compact_report compact;
	struct job_report jobs;		/* of --report */
	struct scout_err *err;
};

static void show_warning(void *ctx, const char *text)
{
	struct compact_run *s = ctx;

	if (s->flags.quiet)
		return;
	progress_clear(&s->progress);
	cli_message(program, "%s", text);
}

static int fill_options(struct compact_run *s, struct build_options *o)
{
	const struct build_flags *f = &s->flags;
	int rc;

	rc = index_arg_find(f->index_dir,
			    f->folders.nitems ? f->folders.items[0] : NULL,
			    f->force_remote, &s->index_dir, s->err);
	if (rc < 0)
		return rc;
	*o = (struct build_options){
		.index_dir = buf_cstr(&s->index_dir),
		.nthreads = (unsigned)(f->nthreads > 256 ? 256 : f->nthreads),
		.memory_bytes = f->memory_bytes,
		.force_remote = f->force_remote,
		.lock = run_flags_want_lock(&f->run, "scout-index compact"),
		.progress = progress_show,
		.progress_ctx = &s->progress,
		.warn = show_warning,
		.warn_ctx = s,
	};
	if (!o->index_dir)
		return scout_err_set(s->err, SCOUT_E_NOMEM, "index path");
	return SCOUT_OK;
}

static void print_sizes(const struct compact_run *s)
{
	const struct compact_report *c = &s->compact;

	output_printf(s->out,
		      "%.1f MiB in %u segments before, %.1f MiB in %u "
		      "after\n",
		      (double)c->before_bytes / (1 << 20), c->before_segments,
		      (double)c->after_bytes / (1 << 20), c->after_segments);
}

static int compact(struct compact_run *s, int *out_code)
{
	struct build_options options;
	int rc;

	rc = fill_options(s, &options);
	if (rc < 0)
		return rc;
	progress_init(&s->progress,
		      !s->flags.quiet && run_report_wants(s->flags.progress,
							  STDERR_FILENO));
	interrupt_catch();
	rc = run_flags_begin(&s->flags.run, s->err);
	if (!rc)
		rc = scout_compact(&options, &s->report, &s->compact, s->err);
	progress_clear(&s->progress);
	job_report_add(&s->jobs, "compact", options.index_dir, rc, *out_code,
		       s->err, 0);
	if (rc < 0)
		return run_flags_failed(&s->flags.run, rc, out_code, s->err);
	if (!s->flags.quiet)
		print_sizes(s);
	return SCOUT_OK;
}

static int run(const char **args, size_t nargs, struct output *out,
	       int *out_code, struct scout_err *err)
{
	struct compact_run s = { .out = out, .err = err };
	int rc;

	arena_init(&s.arena, MEM_OTHER);
	buf_init(&s.index_dir, MEM_OTHER);
	job_report_init(&s.jobs, &s.flags.run.reports);
	rc = compact_flags_parse(args, nargs, &s.arena, &s.flags, err);
	if (!rc && s.flags.help) {
		command_print_help(&compact_command, out);
	} else if (!rc) {
		rc = compact(&s, out_code);
		rc = job_report_end(&s.jobs, rc, *out_code, err);
	}
	job_report_release(&s.jobs);
	build_report_release(&s.report);
	buf_release(&s.index_dir);
	arena_release(&s.arena);
	return rc;
}

const struct command compact_command = {
	"compact", "[FLAGS] [DIR]",
	"merge an index to one segment, without free space",
	&compact_flag_table, run
};
